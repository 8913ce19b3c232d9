"""One row of a report file as the object that the API would give.

So that a row means the same whichever way it came: the mapper of the API reads it.
Reports state major units, the API the smallest unit; reports do not split a fee.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.money import parse_amount

from ..mapper.minor_units import to_stripe
from ..mapper.reading import Raw
from .columns import PAYOUT_INSTANTS, ROW_INSTANTS

Row = Mapping[str, str]

# Object of a source by the prefix of its id.
SOURCE_OBJECTS = {
    "ch": "charge",
    "py": "charge",
    "re": "refund",
    "pyr": "refund",
    "dp": "dispute",
    "du": "dispute",
    "po": "payout",
    "tu": "topup",
    "tr": "transfer",
    "trr": "transfer_reversal",
}


def cell(row: Row, name: str) -> str:
    """Return a cell without blanks around it; "" where the column is missing."""
    return (row.get(name) or "").strip()


def currency_of(row: Row) -> str:
    """Return the ISO 4217 code of a row, upper case."""
    return cell(row, "currency").upper()


def balance_transaction(row: Row, zone: ZoneInfo) -> Raw:
    """Return a row of any itemized report as a balance transaction.

    :param zone: time zone of columns that are not in UTC.
    :raises MalformedInput: for a cell that cannot be read.
    """
    currency = currency_of(row)
    instants = PAYOUT_INSTANTS if cell(row, "payout_id") else ROW_INSTANTS
    fee = _smallest(row, "fee", currency)
    return {
        "object": "balance_transaction",
        "id": cell(row, "balance_transaction_id"),
        "amount": _smallest(row, "gross", currency),
        "fee": fee,
        "net": _smallest(row, "net", currency),
        "currency": currency,
        "created": first_instant(row, instants, zone),
        "available_on": _available_on(row, zone),
        "reporting_category": cell(row, "reporting_category"),
        "description": cell(row, "description"),
        "fee_details": _fee_details(fee, currency),
        "source": _source(row, currency),
    }


def _smallest(row: Row, name: str, currency: str) -> int:
    """Return an amount in the unit of the API."""
    try:
        return to_stripe(parse_amount(cell(row, name), currency), currency)
    except MalformedInput as error:
        raise MalformedInput(f"{name}: {error}") from error


def first_instant(row: Row, names: tuple[str, ...], zone: ZoneInfo) -> int:
    """Return the first of some columns that is filled, as Unix seconds.

    :raises MalformedInput: if none is, or it is no date.
    """
    for name in names:
        if value := cell(row, name):
            return _seconds(name, value, zone)
    raise MalformedInput(f"None of the columns {', '.join(names)} is filled.")


def _seconds(name: str, value: str, zone: ZoneInfo) -> int:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise MalformedInput(f"{value!r} in {name} is no date and time.") from error
    if moment.tzinfo is None:
        own = timezone.utc if name.endswith("_utc") else zone
        moment = moment.replace(tzinfo=own)
    return int(moment.timestamp())


def _available_on(row: Row, zone: ZoneInfo) -> int | None:
    """Return the day a row is available as the API does: midnight UTC of it."""
    value = cell(row, "available_on_utc") or cell(row, "available_on")
    if not value:
        return None
    return _seconds("available_on_utc", value[:10], zone)


def _fee_details(fee: int, currency: str) -> list[Raw]:
    if not fee:
        return []
    return [{"type": "stripe_fee", "amount": fee, "currency": currency}]


def _source(row: Row, currency: str) -> Raw:
    """Return what the row says of the object that moved the money."""
    name = cell(row, "payout_id") or cell(row, "source_id") or cell(row, "charge_id")
    kind = SOURCE_OBJECTS.get(name.partition("_")[0], "")
    method = cell(row, "payment_method_type")
    source: dict[str, Any] = {
        "object": kind,
        "id": name,
        "charge": cell(row, "charge_id"),
        "payment_intent": cell(row, "payment_intent_id"),
        "description": cell(row, "description"),
        "metadata": _metadata(row, kind),
        "billing_details": {
            "name": cell(row, "customer_name") or cell(row, "card_name"),
            "email": cell(row, "customer_email"),
        },
        "payment_method_details": {
            "type": method,
            method: {"country": cell(row, "card_country")},
        },
    }
    return {**source, **_customer_facing(row)}


def _customer_facing(row: Row) -> Raw:
    """Return what the customer paid or got in the customer's currency, if stated."""
    currency = cell(row, "customer_facing_currency").upper()
    if not currency or not cell(row, "customer_facing_amount"):
        return {}
    amount = _smallest(row, "customer_facing_amount", currency)
    return {"amount": amount, "currency": currency}


def _metadata(row: Row, kind: str) -> dict[str, str]:
    """Return the merchant's own data on the payment, or on the refund of it."""
    wanted = "refund_metadata[" if kind == "refund" else "payment_metadata["
    found = {
        name[len(wanted) : -1]: value.strip()
        for name, value in row.items()
        if name and name.startswith(wanted) and name.endswith("]") and value
    }
    if number := cell(row, "invoice_number"):
        found.setdefault("invoice_number", number)
    return found
