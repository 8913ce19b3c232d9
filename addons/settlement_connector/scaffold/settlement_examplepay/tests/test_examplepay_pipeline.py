from odoo.tests import TransactionCase, tagged

from . import examplepay_stand_in as shop

ROWS = (
    ("row_1", "payment", "100.00", "1.50", "98.50"),
    ("row_2", "refund", "-20.00", "0", "-20.00"),
    ("row_3", "payout", "-78.50", "0", "-78.50"),
)


@tagged("post_install", "-at_install")
class TestExamplepayPipeline(TransactionCase):
    """A payout with its rows, out of a report file."""

    def setUp(self):
        super().setUp()
        euro = self.env.ref("base.EUR")
        euro.active = True
        wallet = {"account_identifier": shop.ACCOUNT, "currency_id": euro.id}
        self.backend = self.env["settlement.backend"].create(
            {
                "name": "Example Pay",
                "connector": "examplepay",
                "wallet_ids": [(0, 0, wallet)],
            }
        )

    def objects(self):
        """Return the rows of one payout."""
        names = ("id", "type", "amount", "fee", "net")
        common = {
            "created_at": "2026-03-02T09:00:00Z",
            "reference": "INV/2026/00001",
            "payout": "payout_1",
            "currency": "EUR",
        }
        return [{**common, **dict(zip(names, row, strict=True))} for row in ROWS]

    def test_a_payout_is_the_sum_of_its_rows(self):
        self.backend.import_file("report.csv", shop.report(self.objects()))
        self.backend.run_pipeline(until="validate")
        batch = self.env["settlement.batch"].search(
            [("backend_id", "=", self.backend.id)]
        )
        self.assertEqual(batch.external_id, "payout_1")
        self.assertEqual((batch.total, batch.difference), (78.5, 0.0))
        self.assertEqual(batch.state, "validated")
        self.assertEqual(batch.transaction_count, 2)
        self.assertEqual(batch.payout_transaction_id.external_id, "row_3")
