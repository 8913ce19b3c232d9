"""What the rows of Example Pay mean: canonical facts. No Odoo here."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    Fact,
    FeeFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement.canonical.known_codes import KnownCode
from odoo.addons.settlement.canonical.money import parse_amount

Row = Mapping[str, Any]
COLUMNS = "id type created_at reference payout currency amount fee net".split()
# Canonical kind of a row by its type, when money comes and when it goes.
KINDS = {
    "payment": ("charge", "charge"),
    "refund": ("refund_failure", "refund"),
    "fee": ("fee_refund", "fee"),
    "chargeback": ("dispute_reversal", "dispute"),
    "hold": ("reserve_release", "reserve_hold"),
    "payout": ("payout_failure", "payout"),
}


def known_codes() -> list[KnownCode]:
    """Return what each type of row becomes."""
    return [KnownCode(code, *kinds, group="type") for code, kinds in KINDS.items()]


def recognises(head: bytes) -> bool:
    """Return whether these first bytes are those of a report file."""
    return head.decode("utf-8-sig", "replace").startswith(",".join(COLUMNS))


def read_object(content: bytes, zone: str, account: str) -> Iterator[Fact]:
    """Return the facts of one object of the API."""
    return read_rows([json.loads(content)], zone, account)


def read_file(file: BinaryIO, zone: str, account: str) -> Iterator[Fact]:
    """Yield the facts of a report file, CSV in UTF-8, reading it as a stream."""
    lines = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
    yield from read_rows(csv.DictReader(lines), zone, account)
    lines.detach()


def read_rows(rows: Iterable[Row], zone: str, account: str) -> Iterator[Fact]:
    """Yield the facts of rows; what cannot be read is put aside with a reason.

    :param zone: time zone in which the backend counts days.
    """
    for number, row in enumerate(rows, 1):
        try:
            yield from list(read_row(row, ZoneInfo(zone), account))
        except MalformedInput as error:
            identity = str(row.get("id") or "")
            reason = f"{identity or 'A row'}: {error}"
            raw = json.dumps(dict(row), ensure_ascii=False, default=str)
            yield RejectedRow(number, raw, reason, external_id=identity)


def read_row(row: Row, zone: ZoneInfo, account: str) -> Iterator[Fact]:
    """Yield the transaction of a row, and of a payout's row its batch.

    :raises MalformedInput: if a field is missing or wrong.
    """
    currency, at = _text(row, "currency"), _instant(row)
    gross, fee, net = (
        parse_amount(_text(row, name), currency) for name in ("amount", "fee", "net")
    )
    if gross - fee != net:
        raise MalformedInput(f"{gross} less a fee of {fee} is not its net, {net}.")
    code = _text(row, "type")
    # A type that nobody knows is kept, and waits for a person.
    incoming, outgoing = KINDS.get(code, ("adjustment", "adjustment"))
    fact = TransactionFact(
        currency=currency,
        external_id=_text(row, "id"),
        kind=outgoing if gross < 0 else incoming,
        source_code=code if code in KINDS else f"unknown:{code}",
        gross_amount=gross,
        fee_amount=fee,
        fees=(FeeFact("processing", fee),) if fee else (),
        net_amount=net,
        occurred_at=at,
        booked_on=at.replace(tzinfo=timezone.utc).astimezone(zone).date(),
        account_identifier=account,
        description=row.get("reference") or "",
        invoice_reference=row.get("reference") or "",
        batch_kind="payout" if row.get("payout") else "",
        batch_external_id=row.get("payout") or "",
    )
    yield fact
    if fact.kind == "payout":
        yield _batch(fact)


def _batch(payout: TransactionFact) -> BatchFact:
    """Return the batch of a payout: its total is the sum of the rows in it."""
    return BatchFact(
        currency=payout.currency,
        kind="payout",
        external_id=payout.batch_external_id or payout.external_id,
        date=payout.booked_on,
        total=-payout.gross_amount,
        account_identifier=payout.account_identifier,
        payout_external_id=payout.external_id,
        descriptor=payout.description,
    )


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise MalformedInput(f"The field {name} is missing or no text.")
    return value.strip()


def _instant(row: Row) -> datetime:
    """Return when a row was made, as naive UTC."""
    text = _text(row, "created_at")
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise MalformedInput(f"{text!r} is no moment.") from None
    return moment.astimezone(timezone.utc).replace(tzinfo=None)
