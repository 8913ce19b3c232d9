"""Say which money of a match pays which journal item, to the minor unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .integers import share
from .rows import Settled, Target


@dataclass(frozen=True, slots=True)
class Source:
    """Money of one transaction that a match uses; signed like its gross."""

    transaction_id: int
    currency_id: int
    amount: int


@dataclass(slots=True)
class _Open:
    """A target and what of it nobody pays yet, in the money's currency."""

    target: Target
    amount: int
    amount_currency: int

    def take(self, amount: int) -> int:
        """Use up ``amount``; return the same in the currency of the item."""
        taken = self.amount_currency
        if amount != self.amount:
            taken = share(self.amount_currency, amount, self.amount)
        self.amount -= amount
        self.amount_currency -= taken
        return taken


@dataclass(slots=True)
class _Money:
    """A source and what of it is not used yet."""

    source: Source
    amount: int


Part = tuple[int, Settled]


def allocate(
    match_id: int,
    sources: Sequence[Source],
    targets: Sequence[Target],
    difference: int = 0,
) -> list[Part]:
    """Return (transaction id, what it settles) for all money of one match.

    Money pays items of its own sign in the given order. Money that is left settles
    other money of the match; items that are left settle each other and are
    reconciled together with the first part.

    :param difference: what the match settles beyond its money; that much of the last
        items waits for an entry of its own.
    """
    money = [_Money(source, source.amount) for source in sources]
    items = _open_items(sources, targets)
    parts: list[Part] = []
    for sign in (1, -1):
        parts += _pay(
            match_id,
            [each for each in money if each.amount * sign > 0],
            [each for each in items if each.amount * sign > 0],
        )
    _leave(items, difference)
    return _set_off(match_id, parts, money, items)


def _leave(items: list[_Open], difference: int) -> None:
    """Leave alone what the entry of a difference will settle, the last items first."""
    for item in reversed(items):
        if item.amount * difference > 0:
            amount = min(item.amount, difference, key=abs)
            item.take(amount)
            difference -= amount


def _open_items(sources: Sequence[Source], targets: Sequence[Target]) -> list[_Open]:
    """Value each target in the currency of the money.

    In another currency, the targets share the money in proportion; the last takes
    what rounding leaves.
    """
    currency_id = sources[0].currency_id
    foreign = [each for each in targets if each.currency_id != currency_id]
    items = [
        _Open(target, target.amount_currency, target.amount_currency)
        for target in targets
    ]
    if not foreign:
        return items
    own = sum(each.amount for each in items if each.target not in foreign)
    whole = sum(source.amount for source in sources) - own
    weight = sum(target.amount_currency for target in foreign)
    values = [share(whole, target.amount_currency, weight) for target in foreign]
    values[-1] += whole - sum(values)
    by_target = dict(zip(map(id, foreign), values, strict=True))
    for item in items:
        item.amount = by_target.get(id(item.target), item.amount)
    return items


def _pay(match_id: int, money: list[_Money], items: list[_Open]) -> list[Part]:
    """Let money pay items of the same sign until one of them is used up."""
    parts = []
    waiting = iter(items)
    item = next(waiting, None)
    for each in money:
        while each.amount and item:
            amount = min(each.amount, item.amount, key=abs)
            taken = item.take(amount)
            each.amount -= amount
            parts.append(
                (
                    each.source.transaction_id,
                    _settled(match_id, item.target, amount, taken),
                )
            )
            if not item.amount:
                item = next(waiting, None)
    return parts


def _settled(
    match_id: int, target: Target, amount: int, amount_currency: int
) -> Settled:
    return Settled(
        account_id=target.account_id,
        partner_id=target.partner_id,
        amount=amount,
        currency_id=target.currency_id,
        amount_currency=amount_currency,
        move_line_id=target.move_line_id,
        match_id=match_id,
        is_summable=target.is_summable,
    )


def _set_off(
    match_id: int, parts: list[Part], money: list[_Money], items: list[_Open]
) -> list[Part]:
    """Settle leftover money with money, leftover items with items."""
    first = parts[0][1] if parts else None
    for each in money:
        if each.amount:
            parts.append(
                (
                    each.source.transaction_id,
                    Settled(
                        account_id=first.account_id if first else 0,
                        partner_id=first.partner_id if first else 0,
                        amount=each.amount,
                        currency_id=each.source.currency_id,
                        amount_currency=each.amount,
                        match_id=match_id,
                    ),
                )
            )
    left = tuple(item.target.move_line_id for item in items if item.amount)
    if left and first:
        transaction_id, settled = parts[0]
        others = tuple(line for line in left if line != settled.move_line_id)
        parts[0] = (transaction_id, replace(settled, also=others))
    return parts
