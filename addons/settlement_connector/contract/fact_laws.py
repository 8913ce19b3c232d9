"""What every canonical fact keeps, whichever source it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from odoo.addons.settlement.canonical import kinds
from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    Fact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement.canonical.known_codes import KnownCode
from odoo.addons.settlement.canonical.money import to_minor


def broken_laws(facts: Iterable[Fact]) -> list[str]:
    """Return a sentence for each law that a fact breaks; [] if all are kept."""
    return [
        f"{_name(fact)}: {sentence}" for fact in facts for sentence in _broken_by(fact)
    ]


def _name(fact: Fact) -> str:
    return f"{type(fact).__name__} {getattr(fact, 'external_id', '')}"


def _broken_by(fact: Fact) -> Iterator[str]:
    if isinstance(fact, TransactionFact):
        yield from _transaction(fact)
    elif isinstance(fact, BatchFact):
        yield from _batch(fact)
    elif isinstance(fact, RejectedRow):
        if not fact.reason.strip():
            yield "it is put aside without a reason"


def _transaction(fact: TransactionFact) -> Iterator[str]:
    if not fact.external_id.strip():
        yield "it has no identity"
    if fact.kind not in kinds.TRANSACTION_KINDS:
        yield f"{fact.kind!r} is no kind of the canonical model"
    if fact.provider_state not in kinds.PROVIDER_STATES:
        yield f"{fact.provider_state!r} is no state of the canonical model"
    if fact.occurred_at.tzinfo is not None:
        yield "occurred_at has a time zone; it is naive UTC"
    yield from _money(fact)
    yield from _fees(fact)


def _money(fact: TransactionFact) -> Iterator[str]:
    names = ("gross_amount", "fee_amount", "tax_amount", "net_amount")
    for name in names:
        yield from _amount(name, getattr(fact, name), fact.currency)
    if fact.gross_amount - fact.fee_amount - fact.tax_amount != fact.net_amount:
        yield "gross less fee and tax is not its net"
    if fact.gross_amount * kinds.KIND_SIGNS.get(fact.kind, 0) < 0:
        yield f"{fact.gross_amount} has the wrong sign for a {fact.kind}"


def _fees(fact: TransactionFact) -> Iterator[str]:
    for fee in fact.fees:
        if fee.kind not in kinds.FEE_KINDS:
            yield f"{fee.kind!r} is no kind of fee"
    if sum((fee.amount for fee in fact.fees), Decimal(0)) != fact.fee_amount:
        yield "its fee lines do not add up to its fee"
    if sum((fee.tax_amount for fee in fact.fees), Decimal(0)) != fact.tax_amount:
        yield "the taxes of its fee lines do not add up to its tax"


def _batch(fact: BatchFact) -> Iterator[str]:
    if not fact.external_id.strip():
        yield "it has no identity"
    if fact.kind not in kinds.BATCH_KINDS:
        yield f"{fact.kind!r} is no kind of batch"
    yield from _amount("total", fact.total, fact.currency)


def _amount(name: str, amount: object, currency: str) -> Iterator[str]:
    if not isinstance(amount, Decimal):
        yield f"{name} is {type(amount).__name__}, not Decimal"
        return
    try:
        to_minor(amount, currency)
    except MalformedInput as error:
        yield f"{name}: {error}"


def broken_codes(codes: Iterable[KnownCode]) -> list[str]:
    """Return a sentence for each known code that cannot be right."""
    sentences = []
    seen = set()
    for known in codes:
        place = (known.group, known.code)
        if place in seen:
            sentences.append(f"{known.code} is there twice.")
        seen.add(place)
        for kind in (known.credit, known.debit):
            if kind not in kinds.TRANSACTION_KINDS:
                sentences.append(f"{known.code}: {kind!r} is no canonical kind.")
        if kinds.KIND_SIGNS.get(known.credit, 1) < 0 and known.credit != known.debit:
            sentences.append(f"{known.code}: money that comes is a {known.credit}.")
        if kinds.KIND_SIGNS.get(known.debit, -1) > 0 and known.credit != known.debit:
            sentences.append(f"{known.code}: money that goes is a {known.debit}.")
    return sentences
