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
