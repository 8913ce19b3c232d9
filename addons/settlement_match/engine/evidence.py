"""What each kind of evidence weighs. The contributions add up to the score."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReferenceKind:
    """One way in which a payment can name a document; strongest first by ``rank``."""

    rank: int
    name: str
    weight: int


PROVIDER = ReferenceKind(0, "provider", 60)
STRUCTURED = ReferenceKind(1, "structured", 60)
INVOICE = ReferenceKind(2, "invoice", 55)
ORDER = ReferenceKind(3, "order", 45)
# In free text: the document's own number, the number that its supplier gave a bill, or
# any other reference it carries.
NUMBER = ReferenceKind(4, "number", 50)
BILL = ReferenceKind(5, "bill", 45)
TOKEN = ReferenceKind(6, "token", 40)
# A reference that was badly spelled, or whose prefix is missing: only with the payer.
SPELLING = ReferenceKind(7, "spelling", 45)
CORE = ReferenceKind(8, "core", 40)
# One digit is wrong or two changed places: never without a person.
NEAR = ReferenceKind(9, "misread", 30)

REFERENCE_KINDS = (
    PROVIDER,
    STRUCTURED,
    INVOICE,
    ORDER,
    NUMBER,
    BILL,
    TOKEN,
    SPELLING,
    CORE,
    NEAR,
)
# These need the exact amount, alone or in a sum.
WEAK_KINDS = (TOKEN, SPELLING, CORE, NEAR)
# What had to be assumed for a reading speaks against it.
DOUBTS = {
    "spelling": ("corrected", -10),
    "core": ("prefix", -5),
    "misread": ("digit", -25),
}

CURRENCY_WEIGHT = 10
# In what money and document are compared: their currency, the amount that the customer
# saw, the rate that the source states, the company's rate of the day.
SAME_CURRENCY, PRESENTMENT, STATED_RATE, DAY_RATE = BASES = (
    "currency",
    "presentment",
    "stated_rate",
    "day_rate",
)
RATE_WEIGHT = 25
# How the amount of a payment stands to what is open of the document.
AMOUNT_WEIGHTS = {
    "exact": 30,
    "sum": 30,
    "part": -5,
    "over": -5,
    "short": 15,
    "excess": 15,
}
# The word of the sentence for each of them.
AMOUNT_WORDS = {
    "exact": "amount",
    "sum": "sum",
    "part": "part",
    "over": "over",
    "short": "short",
    "excess": "excess",
}

TRACE_WEIGHT = 55
DESCRIPTOR_WEIGHT = 40
PROVIDER_NAME_WEIGHT = 30
DATE_WEIGHT = 5
# A second way to know the payer adds to the first one.
FURTHER_CLUE_WEIGHT = 8
# Something else says that somebody else paid, or that something else was paid.
OTHER_PAYER_WEIGHT = -20
NAMES_OTHER_WEIGHT = -15
# All sums were tried, and no other one fits; or others do.
ONLY_SUM_WEIGHT = 10
OTHER_SUMS_WEIGHT = -25
# An approved rule: that somebody pays, or that no document is needed; and by what it
# knows the payment.
RULE_WEIGHT = 35
RULE_ALONE_WEIGHT = 60
RULE_ACCOUNT_WEIGHT = 20
RULE_TEXT_WEIGHT = 10
# Many small amounts add up to anything.
MOST_COINCIDENCE_WEIGHT = 30


def contribution(what: str, weight: int, text: str = "") -> dict[str, object]:
    """Return one piece of evidence as it is stored."""
    piece: dict[str, object] = {"what": what, "weight": weight}
    return {**piece, "text": text} if text else piece


def score(contributions: list[dict[str, object]]) -> int:
    """Return the sum of the weights, kept within 0 and 100."""
    total = sum(int(str(piece["weight"])) for piece in contributions)
    return max(0, min(100, total))


def of_reference(
    kind: ReferenceKind, outcome: str, basis: str = SAME_CURRENCY
) -> list[dict[str, object]]:
    """Return what speaks for a match by reference; the text itself is still empty.

    :param basis: one of ``BASES``. By a rate amounts are near, never equal; how far
        off they are is for the caller to say, in the text of the last piece.
    """
    doubts = [contribution(*DOUBTS[kind.name])] if kind.name in DOUBTS else []
    named = [{**contribution(kind.name, kind.weight), "text": ""}, *doubts]
    if basis in (STATED_RATE, DAY_RATE):
        return [*named, contribution(basis, RATE_WEIGHT)]
    return [
        *named,
        contribution(basis, CURRENCY_WEIGHT),
        contribution(AMOUNT_WORDS[outcome], AMOUNT_WEIGHTS[outcome]),
    ]


def proof(outcome: str) -> dict[str, object]:
    """Return how uniqueness was established for an outcome of the set stages."""
    counted = {"method": "counted", "targets": 1, "sources": 1}
    if outcome == "part":
        # Several payments may name the document, but all of them fit into it.
        return {**counted, "all_payments_fit": True}
    return counted


def as_json(value: object) -> str:
    """Return a value as compact JSON text."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
