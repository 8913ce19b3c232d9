from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import DisputeFact

from .proof_case import ProofCase


class DisputePostingCase(ProofCase):
    """A provider with wallets in dollar, euro and yen, whose customers dispute."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wallets = {"USD": cls.wallet}
        for code, rates in (
            ("EUR", [("2026-01-01", 0.5), ("2026-01-15", 0.4)]),
            ("JPY", [("2026-01-01", 125.0)]),
        ):
            currency = cls.foreign(code, rates)
            cls.wallets[code] = cls.new_wallet(cls.backend, currency, account=code)

    @classmethod
    def foreign(cls, code, rates):
        """Return a currency with rates (units of it for one dollar)."""
        currency = cls.env.ref(f"base.{code}")
        currency.active = True
        currency.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "company_id": cls.company.id,
                    "name": day,
                    "rate": rate,
                }
                for day, rate in rates
            ]
        )
        return currency

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    def paid_out(self, *rows, name="po_1", code="USD", day=None):
        """Store rows as a payout of the wallet in a currency."""
        account = self.wallets[code].account_identifier
        facts = self.payout(*rows, name=name, day=day, currency=code)
        self.store(
            *(
                replace(fact, currency=code, account_identifier=account)
                for fact in facts
            )
        )

    def disputed(self, gross="-100", day=10, kind="dispute", name="po_1", **values):
        """Return a row of the dispute ``dp_1`` of the payment ``ch_1``."""
        return self.row(
            kind,
            gross,
            day=day,
            **{
                "source_external_id": "dp_1",
                "parent_external_id": "ch_1",
                "batch_external_id": name,
                **values,
            },
        )

    def said(self, status, hour=8, amount="100", currency="USD", **values):
        """Store what the provider says; a later hour is a later word."""
        self.store(
            DisputeFact(
                **{
                    "currency": currency,
                    "external_id": "dp_1",
                    "amount": Decimal(amount),
                    "status": status,
                    "opened_at": datetime(2026, 1, 10, 8),
                    "charge_external_id": "ch_1",
                    "source_version_at": datetime(2026, 1, 10, hour),
                    **values,
                }
            )
        )

    @property
    def dispute(self):
        """The dispute ``dp_1``."""
        return self.env["settlement.dispute"].search(
            [("external_id", "=", "dp_1"), ("backend_id", "=", self.backend.id)]
        )

    # ------------------------------------------------------------------
    # Ledger
    # ------------------------------------------------------------------

    def standing(self, account):
        """Return (in its currency, in company currency) what stands on an account."""
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return (
            round(sum(lines.mapped("amount_currency")), 2),
            round(sum(lines.mapped("balance")), 2),
        )

    @property
    def stands(self):
        """What stands on the accounts of disputes and of their losses."""
        return (
            self.standing(self.policy.dispute_account_id),
            self.standing(self.policy.dispute_loss_account_id),
        )

    def outcomes(self):
        """Return the postings that booked outcomes, oldest first."""
        return self.env["settlement.posting"].search(
            [("kind", "=", "dispute"), ("backend_id", "=", self.backend.id)], order="id"
        )

    def lines_of(self, account):
        """Return all journal items on an account."""
        return self.env["account.move.line"].search(
            [("account_id", "=", account.id)], order="id"
        )

    def sound(self):
        """Assert that nothing in the database contradicts anything."""
        self.assertEqual(self.findings(), [])

    def locked_until(self, day):
        """Lock the books up to a day."""
        self.company.fiscalyear_lock_date = date(2026, 1, day)
