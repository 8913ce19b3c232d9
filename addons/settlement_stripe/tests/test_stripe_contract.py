import csv
import io
import json
import time
from datetime import timezone
from decimal import Decimal
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.settlement.canonical.money import exponent
from odoo.addons.settlement_connector.tests.contract import ConnectorContract

from ..client.rate_limit import RateLimiter
from ..mapper.minor_units import stripe_exponent
from ..models import connector_stripe
from . import stripe_shop as shop

SECRET = "_".join(("whsec", "StandInOfStripe0001"))
# In hundredths; a whole krona where those of Stripe are made up.
FEE = 100
NOT_MINE = Decimal("0.01")


def epoch(moment):
    """Return naive UTC as Unix seconds."""
    return int(moment.replace(tzinfo=timezone.utc).timestamp())


@tagged("post_install", "-at_install")
class TestStripeContract(ConnectorContract, TransactionCase):
    connector = "stripe"
    credentials = {"api_key": shop.KEY, "webhook_secret": SECRET}
    account = "acct_1Shop"
    rows_path = "/v1/balance_transactions"
    flaws = ("sum", "exponent", "amount")
    # In Stripe's integers only a currency of made-up hundredths can have a half.
    whole_currency = "ISK"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        limiter = RateLimiter(10_000)
        cls.startClassPatcher(
            patch.object(connector_stripe, "_limiter_of", lambda backend: limiter)
        )
        # Signatures of events have an age; the clock of the contract stands still.
        cls.startClassPatcher(patch.object(connector_stripe, "time", time))

    def new_stand_in(self):
        return shop.StripeServer(shop.new_world())

    def set_clock(self, server, moment):
        server.world.now = epoch(moment)

    def external_id(self, row):
        return f"txn_{row.number:04}"

    def show(self, server, rows):
        known = server.world.balance_transactions
        # The balance of a currency without decimals has no half either.
        halves = [row for row in rows if row.flaw == "exponent"]
        server.world.balance_drift = {"isk": -50} if halves else {}
        for row in rows:
            known[:] = [raw for raw in known if raw["id"] != self.external_id(row)]
            amount = self.smallest(row)
            shown = shop.add_charge(
                server.world,
                row.number,
                created=epoch(row.at),
                amount=amount,
                fee=min(FEE, amount),
            )
            self.dress(server, row, shown)

    def dress(self, server, row, shown):
        """Give a charge what makes it this row."""
        source = server.world.sources[shown["source"]]
        shown["currency"] = source["currency"] = row.currency.lower()
        for fee in shown["fee_details"]:
            fee["currency"] = shown["currency"]
        if row.note:
            shown["description"] = source["description"] = row.note
        if row.code:
            shown.update(type=row.code, reporting_category=row.code)
        if row.flaw == "sum":
            shown["net"] += 1
        if row.flaw == "amount":
            shown["amount"] = "a lot"

    @staticmethod
    def smallest(row):
        """Return the amount of a row as the integer of the API."""
        return int(row.amount.scaleb(stripe_exponent(row.currency)))

    def file_of(self, rows):
        text = io.StringIO()
        names = ("balance_transaction_id created_utc currency gross fee net").split()
        names += ["reporting_category", "description"]
        report = csv.DictWriter(text, names)
        report.writeheader()
        report.writerows(map(self.line, rows))
        return "itemized.csv", text.getvalue().encode()

    def line(self, row):
        """Return the line of a row in an itemized report."""
        fee = Decimal(FEE).scaleb(-exponent(row.currency))
        net = row.amount - fee
        return {
            "balance_transaction_id": self.external_id(row),
            "created_utc": row.at.isoformat(sep=" "),
            "currency": row.currency.lower(),
            "gross": "a lot" if row.flaw == "amount" else str(row.amount),
            "fee": str(fee),
            "net": str(net + NOT_MINE if row.flaw == "sum" else net),
            "reporting_category": row.code or "charge",
            "description": row.note or f"INV/2026/{row.number:05}",
        }

    def event_of(self, row, number=1, secret=None):
        sender = shop.StripeWebhooks("", [secret or SECRET])
        charge = {
            "object": "charge",
            "id": f"ch_{row.number:04}",
            "balance_transaction": self.external_id(row),
        }
        event = sender.event("charge.succeeded", charge)
        event["id"] = f"evt_{row.number:04}_{number}"
        body = json.dumps(event).encode()
        return {"Stripe-Signature": sender.signature(body)}, body
