"""Whose money a file tells of, before anything of it is imported."""

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from itertools import islice

from odoo.exceptions import UserError

from odoo.addons.settlement.canonical.errors import SettlementError
from odoo.addons.settlement.canonical.facts import BalanceFact, BatchFact, RejectedRow

# Enough for the accounts of a file; the rest of a huge one is read at the import.
MOST_FACTS = 20_000


@dataclass
class Found:
    """One account in one currency, and the newest balance that is told of it."""

    account: str
    currency: str
    balance: Decimal | None = None
    balance_at: datetime | None = None

    def note(self, balance, at):
        """Keep the newest balance."""
        if balance is not None and (self.balance_at is None or at >= self.balance_at):
            self.balance, self.balance_at = balance, at


class FirstLook:
    """Reads the facts of messages and stores none of them."""

    def __init__(self, backend):
        self.backend = backend
        self._found = {}

    def read(self, messages):
        """Return a Found for each account and currency, in order of appearance.

        :raises UserError: if a file cannot be read at all.
        """
        for message in messages.sudo():
            self._read_message(message)
        return list(self._found.values())

    def _read_message(self, message):
        known = len(self._found)
        try:
            for fact in islice(self.backend._handler()._parse(message), MOST_FACTS):
                if not isinstance(fact, RejectedRow):
                    self._note(fact)
        except SettlementError as error:
            if len(self._found) == known:
                raise UserError(str(error)) from None

    def _note(self, fact):
        identity = fact.account_identifier, fact.currency
        found = self._found.setdefault(identity, Found(*identity))
        if isinstance(fact, BalanceFact):
            total = fact.available + fact.pending + fact.reserve
            found.note(total, fact.observed_at)
        elif isinstance(fact, BatchFact) and fact.kind == "statement":
            found.note(fact.closing_balance, datetime.combine(fact.date, time.max))
