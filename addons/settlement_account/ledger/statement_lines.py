"""Read bank statement lines of Odoo as facts, whoever brought them into Odoo.

A line comes as one JSON object on one line of text. All amounts are decimal texts in
major units; ``amount`` is what still waits for a document, positive when money came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import RejectedRow, TransactionFact
from odoo.addons.settlement.canonical.money import parse_amount

# What the state of a line's entry in Odoo means for its money.
PROVIDER_STATES = {"posted": "settled", "draft": "initiated"}
GONE = "reversed"

# Where modules that bring statement lines into Odoo keep what the bank said besides,
# by the spelling of the name without punctuation.
_DETAILS = {
    "endtoendid": "end_to_end_reference",
    "endtoendreference": "end_to_end_reference",
    "mandateid": "mandate_reference",
    "mandatereference": "mandate_reference",
    "mndtid": "mandate_reference",
    "acctsvcrref": "bank_reference",
    "bankreference": "bank_reference",
}
# Modules write the three parts of an ISO 20022 code with hyphens or blanks between.
_ISO_CODE = re.compile(r"([A-Z]{4})[-/. ]([A-Z]{4})[-/. ]([A-Z]{4})")
_LONGEST_RAW = 500
_LONGEST_DETAIL = 140
_DEEPEST = 8


def external_id(line_id: int) -> str:
    """Return the identity of a statement line; its database id never changes."""
    return f"line:{line_id}"


def line_id_of(identity: str) -> int:
    """Return the database id of the statement line with this identity."""
    return int(identity.removeprefix("line:"))


def read_lines(file: BinaryIO) -> Iterator[TransactionFact | RejectedRow]:
    """Yield the fact of each line of a message; a bad one becomes a RejectedRow."""
    for number, text in enumerate(file, 1):
        if not text.strip():
            continue
        data: Any = None
        try:
            data = json.loads(text, parse_float=str)
            yield read_line(data)
        except (ValueError, KeyError, TypeError, MalformedInput) as error:
            known = data.get("line") if isinstance(data, dict) else None
            yield RejectedRow(
                number,
                text[:_LONGEST_RAW].decode(errors="replace").rstrip(),
                _reason(error),
                external_id=external_id(known) if isinstance(known, int) else "",
            )


def _reason(error: Exception) -> str:
    if isinstance(error, MalformedInput):
        return str(error)
    return f"It is not a statement line as Odoo keeps them: {error!r}."


def read_line(data: Mapping[str, Any]) -> TransactionFact:
    """Return the fact of one statement line.

    :raises MalformedInput: if an amount is finer than its currency allows.
    """
    currency = data["currency"]
    amount = parse_amount(data["amount"], currency)
    booked_on = date.fromisoformat(data["date"])
    return TransactionFact(
        currency=currency,
        external_id=external_id(data["line"]),
        kind="bank_credit" if amount > 0 else "bank_debit",
        gross_amount=amount,
        net_amount=amount,
        occurred_at=datetime.combine(booked_on, time.min),
        booked_on=booked_on,
        account_identifier=data["account"],
        source_version_at=datetime.fromisoformat(data["version"]),
        provider_state=PROVIDER_STATES.get(data["state"], GONE),
        source_code=_code(_text(data, "type")),
        description=_description(data),
        counterparty_name=_text(data, "partner_name"),
        counterparty_account=_text(data, "account_number"),
        **_foreign(data),
        **_references(data.get("details")),
    )


def _text(data: Mapping[str, Any], name: str) -> str:
    return " ".join(str(data.get(name) or "").split())


def _code(text: str) -> str:
    """Return a bank transaction code as our own bank files spell it."""
    found = _ISO_CODE.fullmatch(text)
    return "/".join(found.groups()) if found else text


def _description(data: Mapping[str, Any]) -> str:
    """Return all that the line says in words, each text once.

    Line breaks stay: a reference may be broken by one.
    """
    texts = (str(data.get(name) or "").strip() for name in ("label", "reference"))
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _foreign(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the other side paid, where the line names another currency."""
    currency = data.get("foreign_currency")
    if not currency:
        return {}
    return {
        "presentment_currency": currency,
        "presentment_amount": parse_amount(data["foreign_amount"], currency),
        "exchange_rate": _rate(data),
    }


def _rate(data: Mapping[str, Any]) -> Decimal | None:
    """Return units of the account's currency for one of the foreign one."""
    try:
        rate = Decimal(data["amount"]) / Decimal(data["foreign_amount"])
    except (InvalidOperation, ZeroDivisionError):
        return None
    return round(rate, 10) if rate > 0 else None


def _references(details: Any) -> dict[str, str]:
    """Return the references in what a module kept of the bank's own words."""
    found: dict[str, str] = {}
    for name, value in _named_values(details, 0):
        field = _DETAILS.get("".join(filter(str.isalnum, name)).lower())
        if field and value not in ("", "NOTPROVIDED"):
            found.setdefault(field, value[:_LONGEST_DETAIL])
    return found


def _named_values(details: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Yield each (name, text) of nested details, to a bounded depth."""
    if depth > _DEEPEST:
        return
    if isinstance(details, list):
        for each in details:
            yield from _named_values(each, depth + 1)
    elif isinstance(details, dict):
        for name, value in details.items():
            if isinstance(value, str):
                yield name, value.strip()
            else:
                yield from _named_values(value, depth + 1)
