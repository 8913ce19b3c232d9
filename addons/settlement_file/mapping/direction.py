"""Which way the money of a row went, and whether its amounts fit together."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import FeeFact
from odoo.addons.settlement.canonical.kinds import KIND_SIGNS

from ..layout.definition import FileLayout, KindValue
from . import row_values
from .money_cells import MoneyReader
from .problems import CellProblem
from .row_values import ZERO, Cells, Place

# Rows that are themselves the fee: what stands in a column of fees is their amount.
_FEE_ROWS = frozenset(("fee", "fee_refund", "dispute_fee", "tax"))


class Direction:
    """Which way the money of a row went, and what that makes of it."""

    def __init__(
        self,
        layout: FileLayout,
        place_of: Callable[[str], int],
        money: MoneyReader,
    ) -> None:
        rule = layout.sign
        self._mode = rule.mode
        self._money = money
        self._column = rule.column
        self._place = place_of(rule.column) if rule.mode == "by_value" else -1
        self._negative = {row_values.folded(each) for each in rule.negative}
        self._positive = {row_values.folded(each) for each in rule.positive}
        self._negative_kinds = frozenset(rule.negative_kinds)
        self._sides = ()
        if rule.mode == "debit_credit":
            self._sides = tuple(
                (Place(place_of(name), name),) for name in (rule.credit, rule.debit)
            )

    def read(
        self,
        cells: Cells,
        currency: str,
        kinds: KindValue,
        places: dict[str, tuple[Place, ...]],
    ) -> tuple[Decimal | None, Decimal | None]:
        """Return gross and net with their signs, None where not stated.

        :raises CellProblem: if no amount is there, or it is none.
        """
        if self._sides:
            gross, net = self._credit_less_debit(cells, currency), None
        else:
            gross, net = (
                row_values.first_amount(
                    cells, places.get(name, ()), name, currency, self._money
                )
                for name in ("gross_amount", "net_amount")
            )
        if gross is None and net is None:
            stated = places.get("gross_amount") or places.get("net_amount") or ()
            stated = (*stated, *(each for side in self._sides for each in side))
            column = stated[0].column if stated else ""
            raise CellProblem(column, "gross_amount", "The amount is empty.")
        turn = self._turn(cells, kinds.kind)
        if turn is not None:
            gross = turn * abs(gross) if gross is not None else None
            net = turn * abs(net) if net is not None else None
        elif self._mode == "negated":
            gross = -gross if gross is not None else None
            net = -net if net is not None else None
        return gross, net

    def _credit_less_debit(self, cells: Cells, currency: str) -> Decimal | None:
        credit, debit = (
            row_values.first_amount(
                cells, places, "gross_amount", currency, self._money
            )
            for places in self._sides
        )
        if credit is None and debit is None:
            return None
        if credit and debit:
            raise CellProblem(
                self._sides[1][0].column,
                "gross_amount",
                "The row has a debit and a credit: it should have one of them.",
            )
        # A minus in the column of debits says what the column says already; a minus
        # in the one of credits takes a credit back.
        return (credit or ZERO) - abs(debit or ZERO)

    def _turn(self, cells: Cells, kind: str) -> int | None:
        """Return 1 or -1 where the amount has no sign of its own, else None."""
        if self._mode == "by_kind":
            sign = KIND_SIGNS.get(kind)
            return sign or (-1 if kind in self._negative_kinds else 1)
        if self._mode != "by_value":
            return None
        text = row_values.folded(row_values.text_at(cells, self._place))
        if text in self._negative:
            return -1
        if not self._positive or text in self._positive:
            return 1
        raise CellProblem(
            self._column,
            "gross_amount",
            f"{text[:40]!r} says no direction that the layout knows.",
        )


def proved(
    gross: Decimal | None,
    net: Decimal | None,
    fees: tuple[FeeFact, ...],
    kinds: KindValue,
) -> tuple[Decimal, Decimal, tuple[FeeFact, ...], str]:
    """Return gross, net and fees that fit together, and the kind that they make.

    :raises CellProblem: if the row states all of them and they do not, or the kind
        moves money the other way.
    """
    cost = ZERO
    for each in fees:
        cost += each.amount + each.tax_amount if each.tax_amount else each.amount
    if gross is None:
        assert net is not None
        gross = net + cost
    elif net is None:
        net = gross - cost
    elif gross - cost != net:
        raise CellProblem(
            "",
            "net_amount",
            f"Gross {gross} less fees and taxes of {cost} is {gross - cost}, but the "
            f"row states {net} as net.",
        )
    # A row whose only amount is its fee goes the way of the fee.
    kind = _kind(kinds, gross or net)
    if fees and kind in _FEE_ROWS:
        gross, fees = net, ()
        kind = _kind(kinds, gross)
    if gross * KIND_SIGNS.get(kind, 0) < 0:
        way = "comes to us" if KIND_SIGNS[kind] > 0 else "leaves us"
        raise CellProblem(
            "",
            "gross_amount",
            f"With a {kind.replace('_', ' ')} money {way}, but the amount is {gross}. "
            "Look at the rule for signs and at the kinds.",
        )
    return gross, net, fees, kind


def _kind(kinds: KindValue, amount: Decimal) -> str:
    return kinds.kind_debit if amount < 0 and kinds.kind_debit else kinds.kind
