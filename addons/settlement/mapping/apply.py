"""Apply the rules of a backend to canonical facts. Pure, fact by fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from ..canonical.errors import BusinessError
from ..canonical.facts import Fact, RejectedRow, TransactionFact
from ..canonical.kinds import BANK_KINDS, KIND_SIGNS
from .rules import Rule, RuleSet

REASON = "unknown_mapping"
_FACT_FIELDS = tuple(field.name for field in fields(TransactionFact))


class MappingConflict(BusinessError):
    """A mapping says of a row what the row cannot be."""

    def __init__(self, message: str) -> None:
        super().__init__(message, REASON)


@dataclass(frozen=True, slots=True)
class MappedFact(TransactionFact):
    """A fact read under decisions about its code.

    ``mapping_id`` is the decision that holds for it, 0 for none; ``reading`` the
    number of the latest decision about the code.
    """

    mapping_id: int = 0
    reading: int = 0


def apply(fact: TransactionFact, rules: RuleSet) -> TransactionFact:
    """Return the fact as the rules have it; money and identity stay as they are.

    :raises MappingConflict: if the row cannot be what its rule says.
    """
    reading = rules.reading(fact.source_code)
    if not reading:
        return fact
    amount = fact.gross_amount or fact.net_amount
    rule = rules.find(fact.source_code, amount, fact.currency, fact.booked_on)
    kind = _kind(fact, rule) if rule else fact.kind
    values = {name: getattr(fact, name) for name in _FACT_FIELDS}
    values["kind"] = kind
    return MappedFact(**values, mapping_id=rule.id if rule else 0, reading=reading)


def _kind(fact: TransactionFact, rule: Rule) -> str:
    """Return the kind of a row by its rule, after asking whether it can be that."""
    kind = rule.kind or fact.kind
    if kind == fact.kind:
        return kind
    if problem := conflict(fact, kind):
        raise MappingConflict(
            f"{fact.external_id} of {fact.booked_on} ({fact.source_code}) {problem}, "
            f"but the mapping {rule.name or rule.id} says {kind}. Correct the mapping, "
            "or limit it to one direction, then replay the message."
        )
    return kind


def conflict(fact: TransactionFact, kind: str) -> str:
    """Return why a fact cannot be of a kind, "" if it can."""
    if (fact.kind in BANK_KINDS) != (kind in BANK_KINDS):
        where = "is" if fact.kind in BANK_KINDS else "is no"
        return f"{where} entry of a bank account"
    amount = fact.gross_amount or fact.net_amount
    if amount * KIND_SIGNS.get(kind, 0) < 0:
        way = "brings" if amount > 0 else "takes"
        return f"{way} {abs(amount):f} {fact.currency}"
    return ""


def apply_all(facts: Iterable[Fact], rules: RuleSet) -> Iterator[Fact]:
    """Yield all facts as the rules have them; a conflict puts its row aside.

    :param facts: any iterable of facts; it is read as a stream.
    """
    if not rules:
        yield from facts
        return
    for fact in facts:
        if not isinstance(fact, TransactionFact):
            yield fact
            continue
        try:
            yield apply(fact, rules)
        except MappingConflict as error:
            raw = f"{fact.external_id} {fact.source_code} {fact.currency}"
            yield RejectedRow(0, raw, str(error), REASON, fact.external_id)
