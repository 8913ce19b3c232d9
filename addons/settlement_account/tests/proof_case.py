from datetime import date
from decimal import Decimal

from odoo.fields import Command

from odoo.addons.settlement.canonical.facts import BatchFact

from .common import SettlementAccountCase


class ProofCase(SettlementAccountCase):
    """A provider and a bank, and people who book beside what these report."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0

    def by_hand(self, amount, day, account=None):
        """Post an entry that nobody reported, on the wallet's account by default."""
        accounts = (
            account or self.wallet.account_id,
            self.company_data["default_account_revenue"],
        )
        move = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": self.day(day),
                "line_ids": [
                    Command.create({"account_id": each.id, "balance": balance})
                    for each, balance in zip(accounts, (amount, -amount), strict=True)
                ],
            }
        )
        move.action_post()
        return move

    def day(self, number):
        """Return a day of January 2026."""
        return date(2026, 1, number) if isinstance(number, int) else number

    def figures(self, day=None, wallet=None):
        """Return provider, ledger, missing, early and difference of a day."""
        proof = (wallet or self.wallet)._proof(day and self.day(day))
        return (
            proof["provider_minor"],
            proof["ledger_minor"],
            sum(row["net_minor"] for row in proof["missing"]),
            sum(row["net_minor"] for row in proof["early"]),
            proof["difference_minor"],
        )

    # ------------------------------------------------------------------
    # A bank
    # ------------------------------------------------------------------

    def add_bank(self):
        """Add a bank account with its backend."""
        self.bank_backend = self.new_backend("Bank")
        self.bank = self.new_wallet(
            self.bank_backend, account="DE89370400440532013000", is_bank=True
        )
        return self.bank

    def bank_row(self, gross, day=12, name="st_1", **values):
        """Return a TransactionFact of a statement."""
        kind = "bank_credit" if Decimal(gross) > 0 else "bank_debit"
        return self.row(
            kind,
            gross,
            day=day,
            **{"batch_kind": "statement", "batch_external_id": name, **values},
        )

    def store_statement(self, *rows, name="st_1", opening="0", day=None, **values):
        """Store a statement with its rows and balances."""
        total = sum(row.net_amount for row in rows)
        batch = BatchFact(
            currency=self.currency.name,
            kind="statement",
            external_id=name,
            date=self.day(day) if day else max(row.booked_on for row in rows),
            total=total,
            opening_balance=Decimal(opening),
            closing_balance=values.pop("closing", Decimal(opening) + total),
            **values,
        )
        self.store(*rows, batch, backend=self.bank_backend)

    def post_all(self):
        """Validate and post what is pending of both."""
        backends = (self.backend + self.bank_backend).sudo()
        backends._step_validate(None)
        return backends._step_post(None)

    def match_bank(self, payouts, row):
        """Confirm that a bank row brings these payouts."""
        matches = self.env["settlement.match"].sudo()
        match = matches._propose(payouts, [self.stored(row)], "batch")
        match._confirm()
        return match

    # ------------------------------------------------------------------
    # Falsifying
    # ------------------------------------------------------------------

    def sql(self, query, *arguments):
        """Write into the database past the ORM."""
        self.env.flush_all()
        self.env.cr.execute(query, arguments)
        self.env.invalidate_all()

    def findings(self):
        """Return what verify finds, as a list of dict."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["settlement.verification"].sudo().run()["findings"]

    def named(self):
        """Return (law, model, id) of all that verify finds."""
        return {(each["law"], each["model"], each["id"]) for each in self.findings()}
