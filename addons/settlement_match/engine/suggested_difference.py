"""What would be left between money and a candidate, and what it would be taken for.

The first that explains it counts: an approved rule, the document's own terms, what
banks usually keep. What nothing explains is a part payment or too much.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import rule
from .suggestion_facts import Money, Ruled, Target

# So little, in minor units, is what is left when amounts are rounded.
ROUNDED = 2
# Less than one in this many may be let go by a person.
SMALL = 100
PART, CREDIT = "part", "credit"
WORDS = {
    rule.FEE: "a fee",
    rule.DISCOUNT: "a discount",
    rule.EXCHANGE: "an exchange difference",
    rule.ROUNDING: "a rounding difference",
    rule.WRITE_OFF: "a write-off",
    PART: "a part payment, the rest stays open",
    CREDIT: "too much, the rest stays as the partner's credit",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What is left between a payment and what it may pay.

    :ivar kind: one of ``WORDS``, "" if nothing is left.
    :ivar minor: signed minor units of the document's currency, so that money and
        difference are what is open; 0 where only a rate could tell.
    :ivar rule: name of the approved rule that says so.
    """

    kind: str = ""
    minor: int = 0
    rule: str = ""


NOTHING = Difference()


def difference(money: Money, target: Target, offered: int | None) -> Difference:
    """Return what would be left if money were matched with a target.

    :param offered: the money in the currency of the target, None if nobody knows.
    """
    if offered is None:
        return Difference(rule.EXCHANGE)
    gap = target.amount - offered
    if not gap or (offered < 0) != (target.amount < 0):
        return NOTHING
    if allowed := _allowed(money, target, offered):
        return Difference(allowed.version.difference_kind, gap, allowed.name)
    if _is_discount(money, target, offered):
        return Difference(rule.DISCOUNT, gap)
    missing = abs(target.amount) - abs(offered)
    return Difference(_plain_kind(money, target, missing), gap)


def _plain_kind(money: Money, target: Target, missing: int) -> str:
    """Return what a difference is taken for that nobody has decided about."""
    if abs(missing) <= ROUNDED:
        return rule.ROUNDING
    if missing in money.fees:
        return rule.FEE
    if missing > 0 and abs(target.amount) - missing in map(abs, target.parts):
        return PART
    if abs(missing) * SMALL <= abs(target.amount):
        return rule.WRITE_OFF
    return PART if missing > 0 else CREDIT


def _allowed(money: Money, target: Target, offered: int) -> Ruled | None:
    """Return the first approved rule that allows a difference, if there is one."""
    if money.payment is None or money.currency_id != target.currency_id:
        return None
    partners = money.payment.partner_ids | {target.partner_id}
    payment = replace(money.payment, partner_ids=partners)
    return next(
        (
            ruled
            for ruled in money.rules
            if ruled.version.purpose == rule.DIFFERENCE
            and ruled.version.conditions.hold(payment)
            and ruled.version.tolerates(offered, target.amount, target.currency_id)
        ),
        None,
    )


def _is_discount(money: Money, target: Target, offered: int) -> bool:
    """Return whether the document's own terms ask for exactly this, in time."""
    if target.discounted is None or money.day is None:
        return False
    last_day, amount = target.discounted
    return money.day <= last_day and offered == amount


def needs_no_document(money: Money) -> str:
    """Return the approved rule by which money needs no document, "" if none."""
    if money.payment is None:
        return ""
    return next(
        (
            ruled.name
            for ruled in money.rules
            if ruled.version.purpose == rule.ACCOUNT
            and ruled.version.conditions.hold(money.payment)
        ),
        "",
    )
