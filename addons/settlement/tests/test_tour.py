from odoo.tests import HttpCase, tagged

from .common import SettlementCase


@tagged("post_install", "-at_install")
class TestTour(SettlementCase, HttpCase):
    def test_from_the_file_to_the_raw_payload(self):
        accountant = self.new_user("group_accountant", login="tour_accountant")
        accountant.password = "tour_accountant"
        self.backend.with_user(accountant).import_file(
            "facts.jsonl",
            self.lines(
                self.charge_line(
                    fee_amount="2.00",
                    net_amount="98.00",
                    batch_kind="payout",
                    batch_external_id="po_tour",
                ),
                {
                    "type": "batch",
                    "currency": "EUR",
                    "kind": "payout",
                    "external_id": "po_tour",
                    "date": "2026-01-12",
                    "total": "98.00",
                },
            ),
        )
        self.backend.with_user(accountant).run_pipeline()
        self.start_tour(
            "/odoo/settlement-transactions",
            "settlement_import",
            login="tour_accountant",
        )

    def queue(self):
        """Open two exceptions as the queue shows them."""
        exceptions = self.env["settlement.exception"]
        exceptions._raise_for(
            self.wallet, "amount_short", "Tour: short by 1.00.", severity="high"
        )
        exceptions._raise_for(self.wallet, "malformed_input", "Tour: unread file.")

    def tour_user(self, role):
        user = self.new_user(role, login=f"tour_{role}")
        user.password = f"tour_{role}"
        return user.login

    def test_from_the_queue_to_the_resolution(self):
        self.queue()
        self.start_tour(
            "/odoo/settlement-exceptions",
            "settlement_exception",
            login=self.tour_user("group_accountant"),
        )
        exception = self.env["settlement.exception"].search(
            [("reason", "=", "amount_short"), ("wallet_id", "=", self.wallet.id)]
        )
        self.assertEqual(exception.state, "ignored")
        self.assertEqual(exception.resolution, "The customer was told.")

    def test_a_reader_finds_nothing_to_click(self):
        self.queue()
        self.start_tour(
            "/odoo/settlement-exceptions",
            "settlement_exception_reader",
            login=self.tour_user("group_auditor"),
        )
