"""What a version of a rule says, in one or two plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from .sentences import DIFFERENCE_WORDS, listing

# How many names a sentence shows before it only counts them.
_NAMED = 4
_DIRECTIONS = {"in": "Money in", "out": "Money out", "both": "Money in or out"}
_MODES = {
    "automatic": "Such matches are confirmed by themselves once the rule has proved "
    "right.",
    "proposed": "Such matches are proposed to a person.",
}


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What a version says; names and amounts are written out already."""

    purpose: str = "difference"
    mode: str = "proposed"
    direction: str = "both"
    backends: Sequence[str] = ()
    partners: Sequence[str] = ()
    account: str = ""
    text_pattern: str = ""
    amount_from: str = ""
    amount_to: str = ""
    currencies: Sequence[str] = ()
    percent: str = ""
    tolerances: Sequence[str] = ()
    difference_kind: str = ""
    booked_on: str = ""
    tax: str = ""
    pays_for: Sequence[str] = ()
    effective_from: date | None = None
    effective_to: date | None = None


def sentence(facts: RuleFacts) -> str:
    """Return what a version of a rule does, and for which payments."""
    conditions = ", ".join(_conditions(facts))
    follows = {"payer": _payer, "account": _account}.get(facts.purpose, _difference)
    mode = _MODES.get(facts.mode, "")
    return f"{conditions}: {follows(facts)}. {mode}{_dates(facts)}".strip()


def _conditions(facts: RuleFacts) -> Iterator[str]:
    """Yield what a payment has to be; the first piece starts the sentence."""
    yield _DIRECTIONS.get(facts.direction, "Money")
    if facts.backends:
        yield f"from {_some(facts.backends, 'backends')}"
    if facts.partners and facts.purpose != "payer":
        yield f"of {_some(facts.partners, 'partners')}"
    if facts.account:
        # The whole number stands in its field; texts are kept for longer.
        yield f"from the bank account ending in {facts.account[-4:]}"
    if facts.text_pattern:
        yield f"text contains “{facts.text_pattern}”"
    if facts.amount_from and facts.amount_to:
        yield f"between {facts.amount_from} and {facts.amount_to}"
    elif facts.amount_from:
        yield f"{facts.amount_from} or more"
    elif facts.amount_to:
        yield f"{facts.amount_to} or less"
    if facts.currencies:
        yield f"in {listing(list(facts.currencies))}"


def _some(names: Sequence[str], what: str) -> str:
    if len(names) <= _NAMED:
        return listing(list(names))
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more {what}"


def _difference(facts: RuleFacts) -> str:
    """Return what a difference within the limits is taken for."""
    limits = []
    if facts.percent:
        limits.append(f"{facts.percent} %")
    if facts.tolerances:
        limits.append(" or ".join(facts.tolerances))
    up_to = " and ".join(limits) or "nothing"
    kind = DIFFERENCE_WORDS.get(facts.difference_kind, "explained")
    where = f", booked on {facts.booked_on}" if facts.booked_on else ""
    return f"a difference of up to {up_to} is {kind}{where}{_tax(facts)}"


def _payer(facts: RuleFacts) -> str:
    """Return who pays, and for whom."""
    who = _some(facts.partners, "partners") or "somebody"
    if not facts.pays_for:
        return f"the payer is {who}"
    return f"the payer is {who} and may pay for {_some(facts.pays_for, 'partners')}"


def _account(facts: RuleFacts) -> str:
    """Return where the money goes."""
    return (
        f"no document is needed, it is booked on {facts.booked_on or 'no account'}"
        f"{_tax(facts)}"
    )


def _tax(facts: RuleFacts) -> str:
    return f", {facts.tax} included" if facts.tax else ""


def _dates(facts: RuleFacts) -> str:
    if facts.effective_from and facts.effective_to:
        return f" For payments from {facts.effective_from} to {facts.effective_to}."
    if facts.effective_from:
        return f" For payments from {facts.effective_from} on."
    if facts.effective_to:
        return f" For payments until {facts.effective_to}."
    return ""
