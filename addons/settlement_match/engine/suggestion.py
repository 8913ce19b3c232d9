"""How well money and what it may have paid fit: reasons with signed weights.

Whatever a person asks about, one side is always money and the other what it may be
for. Amounts are minor units, positive when money comes to us.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from odoo.addons.settlement.canonical import references

from . import counterparty, evidence, likeness, names, sentences
from .amounts import Amounts, relation
from .suggested_difference import NOTHING, Difference, difference, needs_no_document
from .suggestion_facts import Money, Reference, Target
from .together import Key, Together

Contribution = dict[str, object]

# What one piece of identity weighs; only the strongest of a side counts.
REFERENCE_WEIGHTS: dict[str, int] = {
    **{kind.name: kind.weight for kind in evidence.REFERENCE_KINDS},
    "end_to_end": 55,
    "trace": evidence.TRACE_WEIGHT,
    "descriptor": evidence.DESCRIPTOR_WEIGHT,
    "provider_name": evidence.PROVIDER_NAME_WEIGHT,
    "bank": 30,
    "mandate": 25,
    "slip": 20,
}
PAYER_WEIGHTS: dict[str, int] = {
    **{clue.what: clue.weight for clue in counterparty.CLUES},
    "own_account": counterparty.IBAN.weight,
    "rule": evidence.RULE_WEIGHT,
}
# From here on, in percent, a name says something.
SIMILAR = 60
# Money that is not in the currency of what it pays, at a rate nobody knows.
OTHER_CURRENCY_WEIGHT = -10
# Fields that only count if both sides state them in the same field.
_SAME_FIELD = ("provider", "structured", "invoice", "order", "end_to_end", "mandate")
_HIGHEST = 100


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How well one pair fits.

    :ivar contributions: reasons whose weights add up to ``score``.
    :ivar strength: the same without the limit of 100, for the order.
    :ivar days: distance of the days, None if unknown.
    :ivar partners: keys of the others that make up the sum together with it.
    :ivar difference: what would be left between both, and what it would be taken for.
    """

    key: Key
    name: str
    currency: str
    amount: int
    score: int
    strength: int
    contributions: tuple[Contribution, ...]
    kind: str
    days: int | None = None
    partners: tuple[Key, ...] = ()
    currency_id: int = 0
    difference: Difference = NOTHING
    target_currency_id: int = 0

    def order(self) -> tuple[object, ...]:
        """Return what suggestions are sorted by: best first, always the same."""
        far = 10**6 if self.days is None else self.days
        return (-self.score, -self.strength, far, *self.key)


def suggest(
    money: Money, target: Target, together: Together | None = None, *, asker: str
) -> Suggestion:
    """Say how well money and a target fit.

    :param together: the others that make up the sum with the candidate, if any.
    :param asker: ``money`` or ``target``: the side that a person asked about; the
        suggestion is about the other one.
    """
    identity, payer = _further(_identity(money, target), _payer(money, target))
    amount, outcome = _amount(money, target, together)
    days = days_apart(money.day, target.first_day, target.last_day)
    left = NOTHING if together else difference(money, target, _offered(money, target))
    pieces = [*identity, *payer, *_currency(money, target), amount, *_date(days)]
    pieces += _ruled(money, left)
    candidate = target if asker == "money" else money
    limited = _limited(pieces)
    return Suggestion(
        key=candidate.key,
        name=candidate.name,
        currency=candidate.currency,
        amount=candidate.amount,
        score=evidence.score(limited),
        strength=sum(int(str(piece["weight"])) for piece in pieces),
        contributions=tuple(limited),
        kind=_kind(identity, payer, outcome),
        days=days,
        partners=together.others if together else (),
        currency_id=candidate.currency_id,
        difference=left,
        target_currency_id=target.currency_id,
    )


def ranked(suggestions: Iterable[Suggestion], limit: int) -> list[Suggestion]:
    """Return the best suggestions, best first, whatever order they came in."""
    return sorted(suggestions, key=Suggestion.order)[: max(limit, 0)]


# ----------------------------------------------------------------------
# Who and what
# ----------------------------------------------------------------------


def _identity(money: Money, target: Target) -> list[Contribution]:
    """Return the strongest reference that both sides share, if any."""
    found = [
        *_shared_references(money, target),
        *_named_in_text(money, target),
        *_traces(money, target),
        *_slips(money, target),
    ]
    best = min(
        found, key=lambda pair: (-REFERENCE_WEIGHTS[pair[0]], pair), default=None
    )
    if best is None:
        return []
    return [evidence.contribution(best[0], REFERENCE_WEIGHTS[best[0]], best[1])]


def _shared_references(money: Money, target: Target) -> list[Reference]:
    """Return references that stand in the same field of both sides."""
    return [
        (kind, text)
        for kind, text in money.references & target.references
        if kind in _SAME_FIELD or kind == "bank"
    ]


def _named_in_text(money: Money, target: Target) -> list[Reference]:
    """Return references of the target that occur as words of the money's texts."""
    texts = {text for kind, text in target.references if kind != "provider"}
    return [
        ("number" if text == target.number else "token", text)
        for text in money.tokens & texts
    ]


def _traces(money: Money, target: Target) -> list[Reference]:
    """Return what the money's text says of a payout."""
    return [
        (what, text)
        for what, text in target.traces
        if (comparable := references.normalise("invoice", text))
        and comparable in money.text
    ]


def _slips(money: Money, target: Target) -> list[Reference]:
    """Return references that differ by two neighbouring characters swapped."""
    given = {text for kind, text in money.references if kind in _SAME_FIELD}
    documents = {text for kind, text in target.references if kind in _SAME_FIELD}
    return [
        ("slip", text)
        for text in documents
        if any(likeness.is_transposed(text, other) for other in given | money.tokens)
    ]


def _payer(money: Money, target: Target) -> list[Contribution]:
    """Return what speaks for the partner of the target, or against."""
    if target.account and target.account == money.account:
        return [
            evidence.contribution(
                "own_account", PAYER_WEIGHTS["own_account"], target.account
            )
        ]
    clue = money.payers.get(target.partner_id)
    if clue:
        return [evidence.contribution(clue[0], PAYER_WEIGHTS[clue[0]], clue[1])]
    similar = names.similarity(money.counterparty, target.partner)
    if similar == names.SAME:
        what = counterparty.NAME.what
        return [evidence.contribution(what, PAYER_WEIGHTS[what], target.partner)]
    if similar >= SIMILAR:
        what = counterparty.LIKE_NAME.what
        weight = PAYER_WEIGHTS[what] * similar // 100
        return [evidence.contribution(what, weight, target.partner)]
    return _other_payer(money, target)


def _other_payer(money: Money, target: Target) -> list[Contribution]:
    """Return that the payer is known for certain, as somebody else."""
    certain = (counterparty.PARTNER.what, counterparty.IBAN.what)
    payers = money.payers.values()
    known = sorted(name for what, _text, name in payers if what in certain)
    if not known or not target.partner_id:
        return []
    weight = evidence.OTHER_PAYER_WEIGHT
    return [evidence.contribution("other_payer", weight, known[0])]


def _ruled(money: Money, left: Difference) -> list[Contribution]:
    """Return what approved rules say for a match, and against any."""
    pieces = []
    if left.rule:
        weight = evidence.RULE_TEXT_WEIGHT
        pieces.append(evidence.contribution("rule_difference", weight, left.rule))
    if rule := needs_no_document(money):
        weight = evidence.NAMES_OTHER_WEIGHT
        pieces.append(evidence.contribution("needs_none", weight, rule))
    return pieces


def _further(
    identity: list[Contribution], payer: list[Contribution]
) -> tuple[list[Contribution], list[Contribution]]:
    """Return both with the weaker one as what it is: one more clue."""
    if not identity or not payer or int(str(payer[0]["weight"])) < 0:
        return identity, payer
    weights = [int(str(piece["weight"])) for piece in (identity[0], payer[0])]
    weaker = payer[0] if weights[0] >= weights[1] else identity[0]
    cut = {**weaker, "weight": min(min(weights), evidence.FURTHER_CLUE_WEIGHT)}
    if weaker is payer[0]:
        return identity, [cut]
    return [cut], payer


# ----------------------------------------------------------------------
# How much and when
# ----------------------------------------------------------------------


def _offered(money: Money, target: Target) -> int | None:
    """Return the money in the currency of the target, None if nobody knows."""
    if money.currency == target.currency:
        return money.amount
    if money.presentment and money.presentment[0] == target.currency:
        return money.presentment[1]
    return None


def _currency(money: Money, target: Target) -> list[Contribution]:
    """Return whether both sides are in one currency."""
    if money.currency == target.currency:
        return [evidence.contribution("currency", evidence.CURRENCY_WEIGHT)]
    if _offered(money, target) is not None:
        return [evidence.contribution("presentment", evidence.CURRENCY_WEIGHT)]
    text = f"{money.currency} and {target.currency}"
    return [evidence.contribution("other_currency", OTHER_CURRENCY_WEIGHT, text)]


def _amount(
    money: Money, target: Target, together: Together | None
) -> tuple[Contribution, str]:
    """Return what the amounts say, and the word for it."""
    offered = _offered(money, target)
    if offered is None:
        return evidence.contribution("unknown_amount", 0), "rate"
    amounts = Amounts(offered, target.amount, target.parts, money.fees, money.decimals)
    found = relation(amounts)
    if together and found.weight < _sum_weight(together):
        text = sentences.listing(list(together.names))
        return evidence.contribution("together", _sum_weight(together), text), "sum"
    return evidence.contribution(found.what, found.weight, found.text), found.what


def _sum_weight(together: Together) -> int:
    """Return what a sum weighs; one that is not the only one proves little."""
    return 28 if together.is_unique else 12


def days_apart(day: date | None, first: date | None, last: date | None) -> int | None:
    """Return how many days ``day`` lies outside of first to last."""
    first, last = first or last, last or first
    if day is None or first is None or last is None:
        return None
    first, last = min(first, last), max(first, last)
    return max((first - day).days, (day - last).days, 0)


def _date(days: int | None) -> list[Contribution]:
    """Return what the distance of the days says; the nearer, the better."""
    if days is None:
        return []
    steps = ((3, 5), (10, 3), (31, 1), (92, 0), (184, -2))
    weight = next((weight for most, weight in steps if days <= most), -4)
    text = "in time" if days == 0 else f"{days} day{'s'[: days != 1]} apart"
    return [evidence.contribution("days", weight, text)]


# ----------------------------------------------------------------------
# From pieces to one figure
# ----------------------------------------------------------------------


def _limited(pieces: Sequence[Contribution]) -> list[Contribution]:
    """Return the pieces with weights that add up to a figure from 0 to 100.

    What speaks for it is cut where 100 is reached, what speaks against it where
    nothing is left: so the reasons shown always add up to the score shown.
    """
    room, limited = _HIGHEST, []
    for piece in pieces:
        weight = int(str(piece["weight"]))
        kept = min(weight, room) if weight > 0 else weight
        room -= max(kept, 0)
        limited.append({**piece, "weight": kept})
    left = _HIGHEST - room
    for position, piece in enumerate(limited):
        weight = int(str(piece["weight"]))
        if weight < 0:
            limited[position] = {**piece, "weight": -min(-weight, left)}
            left += int(str(limited[position]["weight"]))
    return limited


def _kind(
    identity: Sequence[Contribution], payer: Sequence[Contribution], outcome: str
) -> str:
    """Return how the engine would have called such a match: method and detail."""
    outcome = {"amount": "exact", "instalment": "exact"}.get(outcome, outcome)
    if identity:
        what = str(identity[0]["what"])
        if what in ("trace", "descriptor", "provider_name"):
            return f"batch/{what}"
        method = {"provider": "identifier", "structured": what}.get(what, "reference")
        return f"{method}/{outcome}"
    clue = str(payer[0]["what"]) if payer else "none"
    clue = clue.removeprefix("payer_")
    if outcome == "sum":
        return f"subset/{clue}"
    return f"amount_date/{clue}"


def as_evidence(suggestions: Sequence[Suggestion], person: str) -> dict[str, Any]:
    """Return the evidence of a match that a person made of suggestions."""
    pieces: list[Contribution] = []
    for suggestion in suggestions:
        pieces += [piece for piece in suggestion.contributions if piece not in pieces]
    return {"contributions": [*pieces, evidence.contribution("person", 0, person)]}
