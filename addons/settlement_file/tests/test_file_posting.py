import base64
from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

# An unknown provider: its fee is negative, its payout stands in the rows.
HEADER = "txn;what;day;total;commission;ccy;invoice;transfer"
PAYOUT = "U-9;TRANSFER;2026-03-12;-145,25;0;USD;;T-1"
LAYOUT = {
    "decimal": ",",
    "batch_by": "columns",
    "batch_total": "payout_row",
    "default_kind": False,
}
USES = {
    "txn": "identity",
    "what": "kind",
    "day": "booked_on",
    "total": "gross_amount",
    "commission": "fee",
    "ccy": "currency",
    "invoice": "invoice_reference",
    "transfer": "batch",
}
KINDS = {"BUY": "charge", "RETURN": "refund", "TRANSFER": "payout"}


@tagged("post_install", "-at_install")
class TestFilePosting(AccountTestInvoicingCommon):
    """An unknown provider without code: from its file to entries and a proof."""

    @classmethod
    def get_default_groups(cls):
        groups = super().get_default_groups()
        for name in ("group_approver", "group_integration_admin"):
            groups |= cls.env.ref(f"settlement.{name}")
        return groups

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "settlement.posting" not in cls.env:
            cls.skipTest(cls, "settlement_account is not installed.")
        cls.company = cls.company_data["company"]
        policies = cls.env["settlement.posting.policy"]
        policy = policies._create_defaults(cls.company)
        policy.partner_id = cls.env["res.partner"].create({"name": "Unknown Pay"})
        policy.write({"accrue_at_month_end": False, "revalue_at_month_end": False})
        cls.admin = cls.new_user("group_integration_admin")
        cls.approver = cls.new_user("group_approver")
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})
        cls.backend = cls.env["settlement.backend"].create(
            {"name": "Unknown Pay", "connector": "file", "company_id": cls.company.id}
        )
        cls.wallet = cls.env["settlement.wallet"].create(
            {
                "backend_id": cls.backend.id,
                "account_identifier": "UP",
                "currency_id": cls.company.currency_id.id,
                "opening_date": date(2026, 3, 1),
            }
        )
        cls.wallet._set_up_accounts()

    @classmethod
    def new_user(cls, role):
        return new_test_user(
            cls.env,
            login=f"up-{role}",
            groups=f"base.group_user,settlement.{role}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def invoice(self, amount, move_type="out_invoice"):
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.customer.id,
                "invoice_date": date(2026, 3, 2),
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Goods",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move

    def set_up(self, sample):
        """Set a layout up from a sample, as an administrator does it on the screen."""
        start = self.env["settlement.file.layout.start"].with_user(self.admin)
        action = start.create(
            {
                "name": "Unknown Pay",
                "sample": base64.b64encode(sample),
                "sample_name": "report.csv",
                "company_id": self.company.id,
                "backend_id": self.backend.id,
            }
        ).action_start()
        layout = self.env["settlement.file.layout"].browse(action["res_id"])
        layout = layout.with_user(self.admin)
        for name, lines in layout.line_ids.grouped("column").items():
            lines[1:].unlink()
            lines[0].use = USES[name]
        layout.line_ids.filtered("is_fee").fee_sign = "cost_negative"
        layout.constant_ids = [
            Command.clear(),
            Command.create({"field": "account_identifier", "value": "UP"}),
        ]
        for kind in layout.kind_ids:
            kind.kind = KINDS[kind.value]
        layout.write(LAYOUT)
        layout.action_propose("the manual of the provider, page 4")
        layout.with_user(self.approver).action_approve()
        return layout

    def file_of(self, *rows):
        return "\n".join([HEADER, *rows, ""]).encode()

    def take(self, content, filename="report.csv"):
        backend = self.backend.with_user(self.approver)
        message = backend.import_file(filename, content)
        backend.run_pipeline()
        return message.sudo()

    def test_an_unknown_provider_is_posted_and_proved(self):
        first, second = self.invoice(100), self.invoice(70)
        note = self.invoice(20, "out_refund")
        rows = (
            f"U-1;BUY;2026-03-10;100,00;-2,50;USD;{first.name};T-1",
            f"U-2;BUY;2026-03-10;70,00;-2,25;USD;{second.name};T-1",
            f"U-3;RETURN;2026-03-11;-20,00;0;USD;{note.name};T-1",
            PAYOUT,
        )
        self.set_up(self.file_of(*rows))
        bad = "U-4;BUY;2026-03-12;much;0;USD;;T-2"
        message = self.take(self.file_of(*rows, bad))
        self.assertEqual(message.state, "parsed")
        self.assertEqual(message.waiting_row_ids.number, 6)
        self.assertIn("total", message.waiting_row_ids.reason)

        batch = self.env["settlement.batch"].search(
            [("backend_id", "=", self.backend.id)]
        )
        self.assertRecordValues(
            batch, [{"external_id": "T-1", "total": 145.25, "difference": 0}]
        )
        facts = self.env["settlement.transaction"].search(
            [("backend_id", "=", self.backend.id)], order="external_id"
        )
        self.assertEqual(facts.mapped("kind"), ["charge", "charge", "refund", "payout"])
        self.assertEqual(
            facts[:3].mapped("posting_state"), ["reconciled"] * 3, "Posted by itself."
        )
        for document in (first, second, note):
            self.assertEqual(document.amount_residual, 0, document.name)
        postings = self.env["settlement.posting"].search(
            [("backend_id", "=", self.backend.id)]
        )
        self.assertTrue(postings.move_id)

        again = self.take(self.file_of(*reversed(rows)), "again.csv")
        self.assertEqual((again.state, again.stored_count), ("parsed", 0))
        self.assertEqual(
            self.env["settlement.posting"].search_count(
                [("backend_id", "=", self.backend.id)]
            ),
            len(postings),
        )
        self.assert_proved()
        self.assert_a_new_version_edits_no_entry(message, postings)

    def assert_a_new_version_edits_no_entry(self, message, postings):
        """Read a posted file by another version: an exception, and no other entry."""
        lines = postings.move_id.line_ids
        before = lines.mapped(lambda line: (line.id, line.account_id, line.balance))
        layout = message.file_layout_id.with_user(self.admin)
        version = layout._new_version()
        version.kind_ids.filtered(lambda kind: kind.value == "RETURN").kind = "transfer"
        version.action_propose("returns are transfers")
        version.with_user(self.approver).action_approve()
        counts = message.with_user(self.admin).replay()
        self.assertEqual((counts["changed"], counts["new"]), (1, 0))
        told = self.env["settlement.exception"].search(
            [
                ("backend_id", "=", self.backend.id),
                ("reason", "=", "changed_after_posting"),
            ]
        )
        self.assertEqual(len(told), 1)
        self.assertIn("U-3", told.cause)
        found = postings.move_id.line_ids.mapped(
            lambda line: (line.id, line.account_id, line.balance)
        )
        self.assertEqual(found, before)

    def assert_proved(self):
        """Assert that the wallet is what the provider says, on each day."""
        for day in (9, 10, 11, 12, 31):
            proof = self.wallet._proof(date(2026, 3, day))
            self.assertEqual(proof["difference_minor"], 0, day)
        self.assertEqual(self.wallet._proof(date(2026, 3, 12))["provider_minor"], 0)
        self.assertEqual(self.wallet._proof(date(2026, 3, 11))["provider_minor"], 14525)
