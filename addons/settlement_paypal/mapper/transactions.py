"""One element of ``transaction_details`` as an Entry."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import ZERO
from odoo.addons.settlement.canonical.json_reading import (
    Raw,
    child,
    instant,
    required_text,
    text,
)

from . import const
from .entry import API, Entry
from .reading import money

# Statuses of what did not stay: reversed, and failed after all.
TAKEN_BACK = frozenset({"V", "F"})


def read_entry(raw: Raw, context: Mapping[str, str]) -> Entry:
    """Return what the API says of a row.

    :param raw: with ``transaction_info`` and, as far as asked for, ``payer_info`` …
    :param context: ``twin`` where rows are alike.
    :raises MalformedInput: if a field is wrong.
    """
    info = child(raw, "transaction_info")
    gross, currency = money(info, "transaction_amount")
    initiated = instant(info, "transaction_initiation_date")
    updated = initiated
    if text(info, "transaction_updated_date"):
        updated = instant(info, "transaction_updated_date")
    status = text(info, "transaction_status").upper()
    if status not in const.STATUSES:
        raise MalformedInput(f"The transaction status {status!r} is unknown.")
    payer = child(raw, "payer_info")
    return Entry(
        transaction_id=required_text(info, "transaction_id")[:64],
        event_code=required_text(info, "transaction_event_code").upper()[:10],
        currency=currency,
        gross=gross,
        fee=_fee(info, currency),
        initiated_at=initiated,
        # Of a row that was taken back later, the change is not the booking.
        completed_at=initiated if status in TAKEN_BACK else max(updated, initiated),
        source=API,
        told_at=updated,
        twin=_twin(context),
        status=status,
        reference_id=text(info, "paypal_reference_id"),
        reference_type=text(info, "paypal_reference_id_type").upper(),
        invoice_id=text(info, "invoice_id"),
        custom_field=text(info, "custom_field"),
        bank_reference=text(info, "bank_reference_id"),
        name=_name(payer),
        email=text(payer, "email_address"),
        country=text(payer, "country_code").upper()[:2],
        method=text(info, "instrument_type") or text(info, "payment_method_type"),
        description=text(info, "transaction_subject") or text(info, "transaction_note"),
    )


def _fee(info: Raw, currency: str) -> Decimal:
    """Return the fee, positive when it costs us; PayPal signs it like the row."""
    if not child(info, "fee_amount"):
        return ZERO
    fee, fee_currency = money(info, "fee_amount")
    if fee and fee_currency != currency:
        raise MalformedInput(f"A fee in {fee_currency} is part of a row in {currency}.")
    return -fee if fee else ZERO


def _twin(context: Mapping[str, str]) -> int:
    digits = str(context.get("twin") or "0")
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _name(payer: Raw) -> str:
    name = child(payer, "payer_name")
    person = f"{text(name, 'given_name')} {text(name, 'surname')}".strip()
    return text(name, "alternate_full_name") or person
