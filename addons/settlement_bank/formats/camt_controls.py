"""Control totals of a camt statement: what it says of itself against what was read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from .values import parse_number
from .xml_tree import Node, child, text


@dataclass(slots=True)
class Sums:
    """Number and sum of some entries, credits and debits apart."""

    credits: int = 0
    debits: int = 0
    credit: Decimal = Decimal(0)
    debit: Decimal = Decimal(0)

    def add(self, amount: Decimal) -> None:
        """Count a signed amount."""
        if amount < 0:
            self.debits += 1
            self.debit -= amount
        else:
            self.credits += 1
            self.credit += amount


@dataclass(slots=True)
class Tally:
    """What was read of a statement: booked, left out, rejected."""

    entries: int = 0
    rejected: int = 0
    booked: Sums = field(default_factory=Sums)
    listed: Sums = field(default_factory=Sums)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> Decimal:
        """Sum of the booked entries, signed."""
        return self.booked.credit - self.booked.debit

    def book(self, amount: Decimal) -> None:
        """Count a booked entry."""
        self.booked.add(amount)
        self.listed.add(amount)

    def leave_out(self, status: str, amount: Decimal) -> None:
        """Count an entry that is not booked."""
        self.left_out[status] += 1
        self.listed.add(amount)

    def left_out_text(self) -> str:
        """Return a note about the entries that are not booked, "" without any."""
        if not self.left_out:
            return ""
        counts = ", ".join(f"{n} {code}" for code, n in sorted(self.left_out.items()))
        return f"Entries left out because they are not booked: {counts}"


@dataclass(frozen=True, slots=True)
class _Control:
    """A number the statement states, and the numbers read that would agree with it."""

    path: tuple[str, ...]
    agreeing: tuple[Decimal | int, ...]


def broken_controls(header: Node, tally: Tally) -> list[str]:
    """Return a sentence for every control total that does not hold.

    Banks count either all entries or the booked ones: one of the two must agree. Only
    the number of entries is compared when a row was rejected, for then its direction
    or amount is unknown.
    """
    summary = child(header, "TxsSummry")
    controls = _of_entries(tally) if tally.rejected else _of_sums(tally)
    return [
        f"it announces {stated} as {'/'.join(control.path)}, but "
        f"{control.agreeing[0]} was read."
        for control in controls
        if (stated := text(summary, *control.path))
        and _number(stated) not in control.agreeing
    ]


def _number(stated: str) -> Decimal | None:
    number = parse_number(stated.removeprefix("-"))
    if number is None:
        return None
    return -number if stated.startswith("-") else number


def _of_entries(tally: Tally) -> list[_Control]:
    return [_Control(("TtlNtries", "NbOfNtries"), (tally.entries,))]


def _of_sums(tally: Tally) -> list[_Control]:
    both = (tally.booked, tally.listed)
    gross = tuple(sums.credit + sums.debit for sums in both)
    net = tuple(sums.credit - sums.debit for sums in both)
    counts = tuple(sums.credits + sums.debits for sums in both)
    controls = [
        _Control(("TtlNtries", "NbOfNtries"), counts),
        _Control(("TtlNtries", "Sum"), (*gross, *net, *map(abs, net))),
    ]
    for path in (("TtlNtries", "TtlNetNtryAmt"), ("TtlNtries", "TtlNetNtry", "Amt")):
        controls.append(_Control(path, (*map(abs, net), *net)))
    for side, name in (("TtlCdtNtries", "credit"), ("TtlDbtNtries", "debit")):
        numbers = tuple(getattr(sums, f"{name}s") for sums in both)
        sums_of_side = tuple(getattr(sums, name) for sums in both)
        controls.append(_Control((side, "NbOfNtries"), numbers))
        controls.append(_Control((side, "Sum"), sums_of_side))
    return controls
