import base64
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from .common import FileCase
from .unseen_file import UnseenFile

SEEDS = range(1, 13)


@tagged("post_install", "-at_install")
class TestUnseenFiles(FileCase):
    """Files of made-up providers, whose shape no code knows."""

    def set_up(self, unseen):
        """Set a layout up from the file as people do; return it approved."""
        layout = self.layouts.with_user(self.admin)._start(
            f"Unseen {unseen.seed}",
            "unseen.csv",
            base64.b64encode(unseen.content),
            self.company,
        )
        self.assertEqual(
            list(dict.fromkeys(layout.line_ids.mapped("column"))), unseen.order
        )
        layout.line_ids = [
            Command.clear(),
            *(
                Command.create({"column": name, "use": use})
                for name, use in unseen.columns.items()
            ),
        ]
        layout.write({"date_formats": unseen.date_format, "sign_mode": "as_is"})
        kinds = {word: kind for kind, word in unseen.values.items()}
        layout.kind_ids = [
            Command.clear(),
            *(
                Command.create({"value": word, "kind": kind})
                for word, kind in kinds.items()
            ),
        ]
        layout.constant_ids = [
            Command.clear(),
            Command.create({"field": "account_identifier", "value": "ACC-1"}),
        ]
        return layout

    def test_whatever_the_shape_the_rows_come_in(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                unseen = UnseenFile(seed)
                layout = self.set_up(unseen)
                self.assertEqual(layout.decimal, unseen.decimal)
                self.assertEqual(
                    (layout.accepted_count, layout.rejected_count),
                    (len(unseen.rows), 0),
                    layout.preview_html,
                )
                backend = self.new_backend(f"Unseen {seed}", connector="file")
                self.new_wallet(backend)
                self.approve(self.use(layout, backend))
                self.take(unseen.content, "unseen.csv", backend, until="parse")
                self.assert_true_to(unseen, self.facts(backend))

    def assert_true_to(self, unseen, facts):
        """Assert that facts say what is true of the file."""
        self.assertEqual(
            facts.mapped("external_id"), [row["identity"] for row in unseen.rows]
        )
        for fact, row in zip(facts, unseen.rows, strict=True):
            self.assertEqual(fact.kind, row["kind"])
            self.assertEqual(fact.booked_on, row["booked_on"])
            self.assertEqual(fact.invoice_reference, row["invoice_reference"])
            self.assertEqual(Decimal(str(fact.fee_amount)), row["fee"])
        net = sum(Decimal(str(fact.net_amount)) for fact in facts)
        self.assertEqual(net.quantize(Decimal("0.01")), unseen.net)
