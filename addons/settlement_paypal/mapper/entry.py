"""One row of PayPal, whichever way it came, as canonical facts.

A row of a settlement report, of a transaction report and of the API is the same row:
all three become an Entry first, so that they cannot mean different things.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.facts import (
    ZERO,
    BatchFact,
    Fact,
    FeeFact,
    TransactionFact,
)
from odoo.addons.settlement.canonical.time_zones import local_day

from . import const
from .codes import classify

# Who tells a row counts before when: a row that is not settled is the oldest word, the
# settlement report says less than the transaction report, and the API says most. All
# are days before the row itself; inside its own the later telling is the later version.
UNSETTLED, SETTLEMENT, DETAIL, API = (timedelta(days=days) for days in (40, 30, 20, 10))
_NOTHING, _LONGEST_PROGRESS = timedelta(0), timedelta(days=9)
# A minute later is a second further, so that years fit between two of them.
_SLOWER = 60
_LONGEST_ORDER = 64
# What fits into a column of 32 bits with a sign.
_LARGEST = 0x7FFFFFFF


@dataclass(slots=True)
class Entry:
    """What every source says of a row; instants are naive UTC.

    :param gross: signed, positive when money comes to us.
    :param fee: positive when it costs us.
    :param source: layer of the version: SETTLEMENT, DETAIL or API.
    :param told_at: when the report was made, or the row last changed.
    :param twin: number among rows that cannot be told apart otherwise.
    :param mark: what :func:`occurrence` has worked out.
    """

    transaction_id: str
    event_code: str
    currency: str
    gross: Decimal
    fee: Decimal
    initiated_at: datetime
    completed_at: datetime
    source: timedelta
    told_at: datetime
    twin: int = 0
    status: str = ""
    reference_id: str = ""
    reference_type: str = ""
    invoice_id: str = ""
    custom_field: str = ""
    bank_reference: str = ""
    name: str = ""
    email: str = ""
    country: str = ""
    method: str = ""
    description: str = ""
    mark: int | None = None

    @property
    def is_debit(self) -> bool:
        """Return whether money left us; where there is only a fee, by the fee."""
        return (self.gross or -self.fee) < 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row belongs: account, time zone of the days, batch of the file."""

    zone: ZoneInfo
    account: str = ""
    batch: str = ""


def occurrence(entry: Entry) -> int:
    """Return the number that tells rows of one transaction id apart.

    PayPal may use an id twice: in two currencies, two directions or for two events. The
    number is made of what no source says differently, so that a row has the same one in
    a file and in the API, and whatever else was read before.
    """
    if entry.mark is None:
        direction = "DR" if entry.is_debit else "CR"
        key = f"{entry.event_code}|{direction}|{entry.currency}|{entry.initiated_at}"
        entry.mark = zlib.crc32(key.encode())
    return (entry.mark + entry.twin) & _LARGEST


def facts_of(entry: Entry, place: Place) -> list[Fact]:
    """Return the transaction of a row, and the payout that the row tells of."""
    fact = transaction_of(entry, place)
    if fact.kind == "payout":
        return [fact, _payout(entry, fact)]
    came_back = fact.kind == "payout_failure" and fact.provider_state == "settled"
    if came_back and fact.parent_external_id:
        return [fact, _failed_payout(entry, fact)]
    return [fact]


def transaction_of(entry: Entry, place: Place) -> TransactionFact:
    """Return the canonical transaction of a row."""
    kind, source_code, is_memo = classify(entry.event_code, entry.is_debit)
    state = _state(entry, kind, is_memo)
    gross, fee, fees = _amounts(entry, kind)
    batch_kind, batch = _batch(entry, kind, state, place)
    return TransactionFact(
        currency=entry.currency,
        external_id=entry.transaction_id,
        kind=kind,
        gross_amount=gross,
        fee_amount=fee,
        fees=fees,
        net_amount=gross - fee,
        occurred_at=entry.completed_at,
        booked_on=local_day(entry.completed_at, place.zone),
        account_identifier=place.account,
        occurrence=occurrence(entry),
        source_version_at=version_of(entry, state),
        provider_state=state,
        source_code=source_code,
        batch_kind=batch_kind,
        batch_external_id=batch,
        bank_reference=entry.bank_reference,
        counterparty_name=entry.name,
        counterparty_email=entry.email,
        card_country=entry.country,
        payment_method=entry.method,
        description=entry.description,
        **_references(entry, kind),
    )


def _state(entry: Entry, kind: str, is_memo: bool) -> str:
    """Return how far the row is. A withdrawal under way has left the balance."""
    if entry.status == const.DENIED:
        return "rejected"
    if is_memo:
        return "initiated"
    if entry.status == const.PENDING:
        return "acknowledged" if kind == "payout" else "initiated"
    return "settled"


def version_of(entry: Entry, state: str = "settled") -> datetime:
    """Return an instant that grows with what is known of a row; see UNSETTLED."""
    layer = entry.source if state == "settled" else UNSETTLED
    told_after = entry.told_at - entry.initiated_at
    progress = min(max(told_after // _SLOWER, _NOTHING), _LONGEST_PROGRESS)
    # Whole seconds, as they are stored.
    return entry.initiated_at + timedelta(progress.days, progress.seconds) - layer


def _amounts(entry: Entry, kind: str) -> tuple[Decimal, Decimal, tuple[FeeFact, ...]]:
    if not entry.fee:
        return entry.gross, ZERO, ()
    if kind in const.FEE_ROWS:
        return entry.gross - entry.fee, ZERO, ()
    fee_kind = const.FEE_KINDS.get(kind, "processing")
    return entry.gross, entry.fee, (FeeFact(fee_kind, entry.fee),)


def _batch(entry: Entry, kind: str, state: str, place: Place) -> tuple[str, str]:
    """Return the batch that lists the row; a withdrawal is a payout of its own."""
    if kind == "payout":
        return "payout", payout_name(entry)
    if place.batch and state == "settled":
        return "settlement", place.batch
    return "", ""


def payout_name(entry: Entry) -> str:
    """Return the id by which the payout of a withdrawal is known."""
    return entry.transaction_id


def _references(entry: Entry, kind: str) -> dict[str, Any]:
    """Return the ids of a row by the names of TransactionFact.

    The order of a payment is a key of its own: Odoo knows some payments by it.
    """
    names: dict[str, Any] = {}
    if kind not in const.DISPUTE_ROWS:
        names["source_external_id"] = entry.transaction_id
    if entry.reference_id:
        names.update(_reference(entry, kind))
    if kind in const.DOCUMENT_KINDS:
        names["invoice_reference"] = entry.invoice_id
        if _is_number(entry.custom_field):
            names["order_reference"] = entry.custom_field
    return names


def _reference(entry: Entry, kind: str) -> dict[str, str]:
    if entry.reference_type in const.AGREEMENTS:
        return {"mandate_reference": entry.reference_id}
    if kind == "charge" and not _takes_back(entry):
        is_order = entry.reference_type == const.ORDER
        return {"payment_reference": entry.reference_id} if is_order else {}
    if entry.reference_type == const.ORDER:
        return {}
    return {"parent_external_id": entry.reference_id}


def _takes_back(entry: Entry) -> bool:
    """Return whether a payment only undoes another one."""
    return entry.event_code.startswith("T11")


def _is_number(text: str) -> bool:
    """Return whether a custom field looks like a number and not like a program's."""
    return 0 < len(text) <= _LONGEST_ORDER and not set(text) & set('{}[]=&<>"')


def _payout(entry: Entry, fact: TransactionFact) -> BatchFact:
    """Return the payout of a withdrawal. PayPal never says which rows are inside."""
    return BatchFact(
        currency=fact.currency,
        account_identifier=fact.account_identifier,
        kind="payout",
        external_id=payout_name(entry),
        date=fact.booked_on,
        total=-fact.gross_amount,
        lists_rows=False,
        reference=entry.bank_reference,
        provider_state=fact.provider_state,
        payout_external_id=fact.external_id,
        source_version_at=entry.completed_at,
    )


def _failed_payout(entry: Entry, fact: TransactionFact) -> BatchFact:
    """Return what a returned withdrawal says of its payout, in whatever order."""
    return BatchFact(
        currency=fact.currency,
        account_identifier=fact.account_identifier,
        kind="payout",
        external_id=fact.parent_external_id,
        date=fact.booked_on,
        total=fact.gross_amount,
        lists_rows=False,
        provider_state="rejected",
        payout_external_id=fact.parent_external_id,
        source_version_at=max(
            entry.completed_at, entry.initiated_at + timedelta(seconds=1)
        ),
    )
