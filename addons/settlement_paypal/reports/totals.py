"""What a section's footer says of one currency, and whether its rows add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import ZERO

from .values import amount, currency_code, signed

# Places in a footer: its code, the currency, four sums, then pairs of direction and
# amount for the balance and for the part of it that is available.
_SUMS = range(2, 6)
_BALANCES = ((6, 8), (10, 12))
_SHORTEST = 10


@dataclass(frozen=True, slots=True)
class Totals:
    """The footer of one currency; amounts signed, positive when ours.

    ``balances`` are pairs of opening and closing: the whole balance, and what of it
    was available where the report says so.
    """

    currency: str
    movement: Decimal
    balances: tuple[tuple[Decimal, Decimal], ...]

    @property
    def proved(self) -> tuple[Decimal, Decimal]:
        """Return the pair that its movement explains, else the whole balance.

        Holds leave the balance as it is and move what is available.
        """
        for opening, closing in self.balances:
            if opening + self.movement == closing:
                return opening, closing
        return self.balances[0]


def read_totals(row: Sequence[str], decimals: int) -> Totals:
    """Return the totals in a footer, of a section or of the report.

    :raises MalformedInput: if a cell that must be there cannot be read.
    """
    if len(row) < _SHORTEST:
        raise MalformedInput(
            f"The footer has {len(row)} cells, {_SHORTEST} are needed."
        )
    currency = currency_code(row[1])
    credits, debits, fee_credits, fee_debits = (
        amount(row[place], currency, decimals, f"column {place}") for place in _SUMS
    )
    pairs = tuple(
        (
            _balance(row, first, currency, decimals),
            _balance(row, last, currency, decimals),
        )
        for first, last in _BALANCES
        if len(row) > last + 1
    )
    return Totals(currency, credits - debits + fee_credits - fee_debits, pairs)


def _balance(row: Sequence[str], place: int, currency: str, decimals: int) -> Decimal:
    value = amount(row[place + 1], currency, decimals, f"column {place + 1}")
    return signed(row[place], value, f"column {place}")


@dataclass(slots=True)
class Running:
    """What the rows of one currency of a section add up to."""

    net: Decimal = ZERO
    payouts: Decimal = ZERO
    rows: int = 0


@dataclass(slots=True)
class Sums:
    """Running sums of a section by currency."""

    of: dict[str, Running] = field(default_factory=dict)

    def add(self, currency: str, net: Decimal, is_payout: bool) -> None:
        """Add one row that moved money."""
        running = self.of.get(currency)
        if running is None:
            running = self.of[currency] = Running()
        running.rows += 1
        if is_payout:
            running.payouts += net
        else:
            running.net += net
