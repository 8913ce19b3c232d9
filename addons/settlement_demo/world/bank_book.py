"""One bank account while its months are written: entries become statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from . import clock
from .identifiers import Identifiers
from .records import BankDetail, BankEntry, BankPlan, Statement

CREDIT_TRANSFER = ("PMNT", "RCDT", "ESCT")
OWN_TRANSFER = ("PMNT", "ICDT", "ESCT")
DIRECT_DEBIT = ("PMNT", "RDDT", "ESDD")
RETURN = ("PMNT", "RCDT", "RRTN")
CHARGES = ("ACMT", "MDOP", "CHRG")
INTEREST = ("ACMT", "MCOP", "INTR")


@dataclass(slots=True)
class BankBook:
    """One account of one company at its bank.

    :ivar late: day of a statement → day on which it is delivered, where it is late.
    """

    plan: BankPlan
    ids: Identifiers
    account: str = ""
    entries: list[BankEntry] = field(default_factory=list)
    late: dict[date, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = self.account or self.ids.account(self.plan.country)

    @property
    def currency(self) -> str:
        """Return the currency of the account."""
        return self.plan.currency

    def book(
        self,
        day: date,
        amount: int,
        code: tuple[str, str, str],
        details: tuple[BankDetail, ...] = (),
        *,
        text: str = "",
        status: str = "BOOK",
    ) -> BankEntry:
        """Add an entry on ``day`` or the next banking day; ``amount`` is signed."""
        booked = clock.banking_day(day)
        entry = BankEntry(
            reference=self.ids.bank_reference(self.currency),
            day=booked,
            value_date=booked,
            amount=amount,
            code=code,
            details=details,
            text=text,
            status=status,
        )
        self.entries.append(entry)
        return entry

    def delivered_on(self, day: date, period: clock.Period) -> date:
        """Return the day on which the statement of ``day`` comes."""
        # After the last visit nothing would be seen any more.
        return self.late.get(day, min(day + timedelta(days=1), period.end))

    def statements(self, period: clock.Period) -> Iterator[Statement]:
        """Yield one statement per banking day; each opens as the one before closed."""
        by_day = defaultdict(list)
        for entry in self.entries:
            by_day[entry.day].append(entry)
        balance = self.plan.opening
        banking_days = filter(clock.is_banking_day, period.days())
        for sequence, day in enumerate(banking_days, 1):
            entries = tuple(by_day.pop(day, ()))
            closing = balance + _booked(entries)
            yield Statement(
                account=self.account,
                currency=self.currency,
                version=self.plan.version,
                day=day,
                sequence=sequence,
                opening=balance,
                closing=closing,
                entries=entries,
                delivered_on=self.delivered_on(day, period),
            )
            balance = closing
        if by_day:
            raise ValueError(f"Entries outside of the period: {sorted(by_day)}.")


def _booked(entries: tuple[BankEntry, ...]) -> int:
    return sum(entry.amount for entry in entries if entry.status == "BOOK")
