from decimal import Decimal

from odoo.tests import TransactionCase, tagged

from odoo.addons.settlement_connector.tests.contract import ConnectorContract

from ..client import API_KEY, STREAMS, WEBHOOK_SECRET
from . import examplepay_stand_in as shop


@tagged("post_install", "-at_install")
class TestExamplepayContract(ConnectorContract, TransactionCase):
    connector = "examplepay"
    credentials = {API_KEY: shop.KEY, WEBHOOK_SECRET: shop.SECRET}
    webhook_credential = WEBHOOK_SECRET
    account = shop.ACCOUNT
    rows_path = f"/v1/{STREAMS[0]}"
    flaws = ("sum", "exponent", "amount")

    def new_stand_in(self):
        return shop.ExamplepayStandIn()

    def set_clock(self, server, moment):
        server.moment = moment

    def show(self, server, rows):
        server.objects.update({row.number: self.shown(row) for row in rows})

    def external_id(self, row):
        return f"row_{row.number:04}"

    def shown(self, row):
        """Return a row as Example Pay shows it."""
        net = row.amount + Decimal(1 if row.flaw == "sum" else 0)
        return {
            "id": self.external_id(row),
            "type": row.code or "payment",
            "created_at": f"{row.at.isoformat()}Z",
            "reference": row.note or f"INV/2026/{row.number:05}",
            "payout": "",
            "currency": row.currency,
            "amount": "a lot" if row.flaw == "amount" else str(row.amount),
            "fee": "0",
            "net": str(net),
        }

    def file_of(self, rows):
        return "report.csv", shop.report(map(self.shown, rows))

    def event_of(self, row, number=1, secret=None):
        name = f"event_{row.number}_{number}"
        return shop.event(self.external_id(row), name, secret or shop.SECRET)
