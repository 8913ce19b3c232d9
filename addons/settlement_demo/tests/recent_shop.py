"""A shop of the last weeks: what a company sees when it connects its Stripe today."""

import time
from datetime import date, datetime, timedelta, timezone

from odoo.fields import Command

from odoo.addons.settlement_bank.tests import camt_samples
from odoo.addons.settlement_stripe.tests import stripe_shop

ACCOUNT = camt_samples.ACCOUNT
DAYS = 24
# Days ago on which Stripe pays out what came in since the payout before.
PAYOUT_DAYS = (17, 10, 3)


class RecentShop:
    """Invoices in Odoo, their payments at Stripe and at a bank.

    :param env: environment of somebody who may post invoices.
    :param company: res.company in euro, with a chart.
    """

    def __init__(self, env, company):
        self.env = env
        self.company = company
        self.today = date.today()
        self.invoices = []
        self.customers = env["res.partner"].create(
            [{"name": name} for name in ("Azure Interior", "Deco Addict", "Gemini")]
        )

    def day(self, ago):
        """Return the day that many days ago."""
        return self.today - timedelta(days=ago)

    # ------------------------------------------------------------------
    # Odoo
    # ------------------------------------------------------------------

    def invoice(self, amount, ago):
        """Return a posted invoice without tax."""
        number = len(self.invoices)
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customers[number % 3].id,
                "invoice_date": self.day(ago),
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Furniture",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        self.invoices.append(move)
        return move

    # ------------------------------------------------------------------
    # Stripe
    # ------------------------------------------------------------------

    def stripe_world(self):
        """Return the account with payments of invoices, and some troubles."""
        world = stripe_shop.new_world(now=int(time.time()))
        self._unpaid = []
        net = 0
        for number, ago in enumerate(range(DAYS, 0, -1), 1):
            net += self._pay_invoice(world, number, ago)
            if ago in PAYOUT_DAYS:
                self._pay_out(world, ago, net)
                net = 0
        self._add_strange_row(world, ago=2)
        # Paid, but Odoo has no such invoice.
        stripe_shop.add_charge(world, 900, created=self._noon(2), amount=4_200)
        return world

    def _pay_invoice(self, world, number, ago):
        amount = 60 + 15 * number
        move = self.invoice(amount, ago + 2)
        row = stripe_shop.add_charge(
            world, number, created=self._noon(ago), amount=amount * 100
        )
        world.sources[row["source"]]["description"] = move.name
        row["description"] = move.name
        self._unpaid.append(row["id"])
        return row["net"]

    def _pay_out(self, world, ago, amount):
        name = f"{self.day(ago):%m%d}"
        stripe_shop.add_payout(
            world, name, created=self._noon(ago) + 3600, amount=amount
        )
        world.assign(self._unpaid, f"po_{name}")
        self._unpaid = []

    def _add_strange_row(self, world, ago):
        world.add_transaction(
            {
                "id": "txn_strange",
                "object": "balance_transaction",
                "amount": -350,
                "available_on": self._noon(ago),
                "balance_type": "payments",
                "created": self._noon(ago),
                "currency": "eur",
                "description": "Hardware rental",
                "exchange_rate": None,
                "fee": 0,
                "fee_details": [],
                "net": -350,
                "reporting_category": "terminal_rental",
                "source": None,
                "type": "terminal_rental",
            }
        )

    def _noon(self, ago):
        moment = datetime.combine(self.day(ago), datetime.min.time(), timezone.utc)
        return int(moment.timestamp()) + 12 * 3600

    # ------------------------------------------------------------------
    # Bank
    # ------------------------------------------------------------------

    def bank_file(self):
        """Return a statement of yesterday: two invoices, and a bank fee."""
        first, second = self.invoice(120, 12), self.invoice(80, 11)
        day = self.day(1).isoformat()
        statement = camt_samples.Statement(
            entries=[
                camt_samples.Entry(
                    amount=amount, reference=reference, number="1", day=day, text=text
                )
                for amount, reference, text in (
                    ("120.00", "R1", f"Payment {first.name}"),
                    ("80.00", "R2", f"Payment {second.name}"),
                    ("-4.50", "R3", "Account fee"),
                )
            ],
            opening="1000.00",
            day=day,
            created=f"{day}T20:00:00",
        )
        return camt_samples.document(camt_samples.footing(statement))
