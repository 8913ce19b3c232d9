"""What a planner is given: rows of a wallet with what they settle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .accounts import FeeTax

# Whoever is ignored by a person still moved money.
IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class FeePart:
    """One kind of fee withheld from a row; positive when it costs us."""

    kind: str
    amount: int
    tax: int = 0


@dataclass(frozen=True, slots=True)
class Booking:
    """Where the code of a row is booked, by the decision ``mapping_id``.

    What is 0, None or "" is as the policy says. ``analytic`` is a distribution as
    JSON text.
    """

    mapping_id: int
    account_id: int = 0
    partner_id: int = 0
    tax: FeeTax | None = None
    analytic: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """One thing in the ledger that a row settles, fully or in part.

    ``amount`` is the part of the row's gross that goes there, in the currency of
    the wallet; ``amount_currency`` is the same in the currency of the ledger item.
    Both are signed like the gross. ``move_line_id`` is 0 where no item waits: then
    the money of one match meets on an account; 0 as account means on suspense.
    ``role`` is ``credit`` for money that stays with the partner.
    ``also`` are further items of the match that are reconciled together with it (a
    credit note set off in a payment). ``booking`` is set where a code says it.
    ``waits`` marks money that needs no document: it waits on suspense for the account
    that its match names.
    """

    account_id: int
    partner_id: int
    amount: int
    currency_id: int
    amount_currency: int
    move_line_id: int = 0
    match_id: int = 0
    also: tuple[int, ...] = ()
    is_summable: bool = False
    role: str = "settled"
    booking: Booking | None = None
    waits: bool = False

    @property
    def items(self) -> tuple[int, ...]:
        """Journal items to reconcile with, none if none waits."""
        return (self.move_line_id, *self.also) if self.move_line_id else self.also


@dataclass(frozen=True, slots=True)
class Row:
    """One transaction of a wallet as the planner needs it.

    ``rest_account_id`` and ``rest_partner_id`` say where the gross goes that settles
    nothing, if its kind does not say it. ``company_value`` is what the row is worth
    in company currency (minor units) where another row has fixed it, None where the
    rate of the day says it. ``booking`` is what its code says instead of its kind.
    """

    id: int
    kind: str
    gross: int
    booked_on: date
    label: str
    fees: tuple[FeePart, ...] = ()
    partner_id: int = 0
    source_code: str = ""
    match_state: str = ""
    settled: tuple[Settled, ...] = ()
    rest_account_id: int = 0
    rest_partner_id: int = 0
    company_value: int | None = None
    booking: Booking | None = None

    @property
    def costs(self) -> int:
        """Fees and their tax, positive when they cost us."""
        return sum(fee.amount + fee.tax for fee in self.fees)

    @property
    def unsettled(self) -> int:
        """The part of the gross that settles nothing in the ledger."""
        return self.gross - sum(part.amount for part in self.settled)

    @property
    def net(self) -> int:
        """What the row adds to the wallet."""
        return self.gross - self.costs


@dataclass(frozen=True, slots=True)
class Target:
    """A journal item that a match pays; amounts signed like the money.

    ``amount_currency`` is in the currency of the item.
    """

    move_line_id: int
    account_id: int
    partner_id: int
    currency_id: int
    amount_currency: int
    is_summable: bool = False
