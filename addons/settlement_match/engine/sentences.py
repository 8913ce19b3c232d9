"""Plain English for people: what a match says, what speaks for it, why only it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# How each kind of evidence reads; ``text`` is what was compared.
_WORDS = {
    "provider": "the provider's id {text}",
    "structured": "the structured reference {text}, whose check digits are right",
    "invoice": "the document number {text}",
    "order": "the order number {text}",
    "number": "the document number {text} in the payment's text",
    "bill": "the supplier's number {text} in the payment's text",
    "token": "the reference {text} in the payment's text",
    "spelling": "the payment's text, which reads {text}",
    "corrected": "a spelling that had to be corrected",
    "core": "a number without its prefix in the payment's text, {text}",
    "prefix": "the payer being known as the document's partner",
    "misread": "the payment's text, which reads {text} but for a wrong digit",
    "digit": "a number that is not quite the same",
    "trace": "the payout's trace {text} on the bank line",
    "descriptor": "the payout's descriptor {text} on the bank line",
    "provider_name": "the provider's name {text} on the bank line",
    "currency": "the same currency",
    "presentment": "the currency in which the customer paid",
    "amount": "the same amount",
    "part": "a smaller amount: a part payment",
    "over": "a larger amount: it settles all that is open",
    "sum": "amounts that add up exactly",
    "short": "a smaller amount, as {text} allows",
    "excess": "a larger amount, as {text} allows",
    "date": "the bank booked it {text}",
    "person": "{text} decided it",
    "end_to_end": "the end-to-end id {text}",
    "mandate": "the mandate {text}",
    "bank": "the bank's reference {text}",
    "slip": "the reference {text} with two neighbouring characters swapped",
    "own_account": "an account of our own, {text}",
    "other_payer": "a payer who is known as somebody else: {text}",
    "other_currency": "two currencies: {text}",
    "unknown_amount": "an amount that only a rate can compare",
    "instalment": "the amount of one instalment",
    "usual_fee": "the same amount less {text}, which banks of payers usually keep",
    "near_amount": "nearly the same amount: {text}",
    "swapped": "the same amount with two neighbouring digits swapped",
    "opposite": "money that goes the other way",
    "together": "the exact sum with {text}",
    "days": "the date, {text}",
    "rule": "the rule {text}",
    "rule_difference": "the rule {text}, which allows the difference",
    "needs_none": "the rule {text}, by which it needs no document",
    "rule_account": "the bank account ending in {text}",
    "rule_text": "a text like {text}",
    "payer_partner": "the partner {text} that its source states",
    "payer_mandate": "the mandate {text}, by which this partner paid before",
    "payer_iban": "the bank account {text} of this partner",
    "payer_email": "the e-mail address {text} of this partner",
    "payer_name": "the payer's name {text}",
    "payer_like_name": "a similar name: {text}",
    "punctual": "the day, which fits the document's",
    "before": "it came {text} days before the document",
    "overdue": "it came {text} days after it was due",
    "own_accounts": "both rows naming each other's account: {text}",
    "one_own_account": "one of them naming our own account {text}",
    "own_reference": "the same reference on both rows, {text}",
    "opposite_amount": "the same amount, out and in",
    "withheld": "the same amount but for {text}, which a bank on the way may have kept",
    "days_apart": "{text} days between them",
    "day_rate": "the rate of the day, from which it is {text} off",
    "stated_rate": "the rate that its source states, from which it is {text} off",
    "only_sum": "no other sum that fits",
    "other_sums": "other sums that fit as well ({text} found)",
    "coincidence": "amounts like these may add up by chance ({text})",
    "names_other": "it names another document, which is not open",
}

# What a difference can be taken for.
DIFFERENCE_WORDS = {
    "fee": "a fee",
    "discount": "a discount",
    "exchange": "an exchange difference",
    "rounding": "a rounding difference",
    "write_off": "written off",
    "account": "booked on the account",
}


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """What one match is about; each item is (name, amount written out).

    :ivar account: account of the ledger that takes the money without a document.
    :ivar difference: amount that is settled beyond the money, or the other way round,
        without sign; "" for none.
    :ivar difference_kind: stable code of what it means.
    """

    method: str
    sources: Sequence[tuple[str, str]]
    targets: Sequence[tuple[str, str]]
    evidence: Mapping[str, Any] = field(default_factory=dict)
    rest_to_credit: bool = False
    is_automatic: bool = False
    account: str = ""
    difference: str = ""
    difference_kind: str = ""


def listing(items: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _named(items: Sequence[tuple[str, str]]) -> str:
    return listing([f"{name} ({amount})" for name, amount in items])


def contribution_words(contribution: Mapping[str, Any]) -> str:
    """Return one piece of evidence as words."""
    what = str(contribution.get("what", ""))
    text = str(contribution.get("text", ""))
    return _WORDS.get(what, f"{what} {{text}}").format(text=text).strip()


def _difference_words(facts: MatchFacts) -> str:
    """Return what the difference between money and documents is taken for."""
    if not facts.difference or facts.account:
        return ""
    meaning = DIFFERENCE_WORDS.get(facts.difference_kind, "explained")
    return f" The difference of {facts.difference} is {meaning}."


def match_sentence(facts: MatchFacts) -> str:
    """Return the one sentence that says what this match does and why."""
    pieces = facts.evidence.get("contributions", ())
    reasons = listing([contribution_words(piece) for piece in pieces])
    verb = "pays" if facts.method != "batch" else "arrived as"
    if facts.targets:
        what = f"{_named(facts.sources)} {verb} {_named(facts.targets)}"
    elif facts.account:
        what = f"{_named(facts.sources)} is booked on {facts.account}"
    else:
        what = f"{_named(facts.sources)} settle one another"
    rest = _difference_words(facts)
    if facts.rest_to_credit:
        rest += " The rest stays as the partner's credit."
    return f"{what}, because of {reasons}.{rest}" if reasons else f"{what}.{rest}"


def evidence_text(evidence: Mapping[str, Any]) -> str:
    """Return the contributions as lines with their signed weights."""
    return "\n".join(
        f"{int(piece.get('weight', 0)):+d}  {contribution_words(piece)}"
        for piece in evidence.get("contributions", ())
    )


def alternatives_text(alternatives: Sequence[Mapping[str, Any]]) -> str:
    """Return what else was considered, a line for each, and why it lost."""
    return "\n".join(
        f"{each.get('score', 0)}  {each.get('name', '?')} ({each.get('amount', '?')}): "
        f"{each.get('why', '')}"
        for each in alternatives
    )


def proof_text(proof: Mapping[str, Any]) -> str:
    """Return how it was established that there is no second candidate."""
    if not proof:
        return ""
    if proof.get("method") == "rule":
        return f"No document is needed: that is what {proof.get('rule', '')} says."
    if "solutions" in proof:
        return (
            f"{proof['solutions']} way(s) to reach the sum were found among "
            f"{proof['items']} items; the search was "
            f"{'complete' if proof.get('exhaustive') else 'not complete'}."
        )
    return (
        f"Open items that fit this payment: {proof.get('targets', 1)}. Open payments "
        f"that name this item: {proof.get('sources', 1)}."
    )
