"""Who paid, in what currency and under which numbers: the expanded source.

Only what Stripe fixes when money moves, or what names the payment, is taken. Fields
that change afterwards without moving money (``refunded``, ``disputed``, ``status``,
risk scores …) are left out: they must not make a new revision of the fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import const
from .reading import Raw, amount, child, currency_code, identifier, text

_CHARGE = "charge"
_REFUND = "refund"
_DISPUTE = "dispute"
# Sign of the row by which an object first moves money.
_FLOWS = {_CHARGE: 1, _REFUND: -1, _DISPUTE: -1, "payout": -1, "topup": 1}
# The field in which an object names the one that it belongs to.
_OWNERS = {_REFUND: "charge", _DISPUTE: "charge", "transfer_reversal": "transfer"}


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """The part of a TransactionFact that comes from the source object."""

    source_external_id: str = ""
    parent_external_id: str = ""
    presentment_amount: Decimal | None = None
    presentment_currency: str = ""
    exchange_rate: Decimal | None = None
    payment_reference: str = ""
    order_reference: str = ""
    invoice_reference: str = ""
    counterparty_name: str = ""
    counterparty_email: str = ""
    card_country: str = ""
    payment_method: str = ""
    description: str = ""

    def values(self) -> dict[str, Any]:
        """Return all of it by the names of TransactionFact."""
        return {name: getattr(self, name) for name in self.__slots__}


def read_source(raw: Raw, currency: str) -> SourceFacts:
    """Return what the source of a balance transaction says.

    :param raw: the balance transaction, its source expanded or not.
    :param currency: its currency, upper case.
    """
    source = child(raw, "source")
    presentment, presentment_currency = _presentment(raw, source, currency)
    invoice, order = _documents(source)
    return SourceFacts(
        source_external_id=identifier(raw, "source"),
        parent_external_id=_parent(raw, source),
        presentment_amount=presentment,
        presentment_currency=presentment_currency,
        exchange_rate=_exchange_rate(raw, source),
        payment_reference=_payment_reference(source),
        order_reference=order,
        invoice_reference=invoice,
        counterparty_name=_first(_names(source)),
        counterparty_email=_first(_emails(source)),
        card_country=text(_method_details(source), "country"),
        payment_method=text(child(source, "payment_method_details"), "type"),
        description=text(raw, "description") or text(source, "description"),
    )


def _parent(raw: Raw, source: Raw) -> str:
    """Return the id of the object that this row undoes or belongs to.

    A row that moves its source's money the other way (a refund that comes back, a
    dispute that is won, a bounced debit) undoes the source itself.
    """
    kind, flow = text(source, "object"), _FLOWS.get(text(source, "object"), 0)
    if flow * raw["amount"] < 0 and text(raw, "type") != "payout":
        return text(source, "id")
    owner = _OWNERS.get(kind)
    return identifier(source, owner) if owner else ""


def _payment_reference(source: Raw) -> str:
    """Return the payment intent of a charge.

    A refund or dispute names it, too, but must not look like the payment itself.
    """
    if text(source, "object") != _CHARGE:
        return ""
    return identifier(source, "payment_intent")


def _presentment(raw: Raw, source: Raw, currency: str) -> tuple[Decimal | None, str]:
    """Return what the customer paid or got, signed like the row.

    Empty where the customer's currency is the row's own.
    """
    details = child(source, "presentment_details")
    fields = (details, "presentment_amount", "presentment_currency")
    if not details:
        fields = (source, "amount", "currency")
    holder, amount_name, currency_name = fields
    if text(source, "object") not in (_CHARGE, _REFUND, _DISPUTE):
        return None, ""
    if not isinstance(holder.get(amount_name), int) or not text(holder, currency_name):
        return None, ""
    code = currency_code(holder, currency_name)
    if code == currency:
        return None, ""
    value = abs(amount(holder, amount_name, code))
    return (-value if raw["amount"] < 0 else value), code


def _exchange_rate(raw: Raw, source: Raw) -> Decimal | None:
    """Return the factor from the customer's currency to the row's.

    Stripe's rate starts at the charge's currency; where the customer paid in yet
    another one, it is no rate of the customer's amount.
    """
    rate = raw.get("exchange_rate")
    if child(source, "presentment_details"):
        return None
    if isinstance(rate, bool) or not isinstance(rate, (int, Decimal)):
        return None
    return Decimal(rate)


def _documents(source: Raw) -> tuple[str, str]:
    """Return the invoice and the order that the merchant named."""
    metadata = child(source, "metadata")
    order = _first(text(metadata, name) for name in const.ORDER_METADATA)
    kind = text(source, "object")
    if kind == _REFUND:
        names: tuple[str, ...] = const.CREDIT_NOTE_METADATA
    else:
        names = const.INVOICE_METADATA
    invoice = _first(text(metadata, name) for name in names)
    if not invoice and kind == _CHARGE:
        invoice = text(source, "description")
    return invoice, order


def _names(source: Raw) -> Iterable[str]:
    yield text(child(source, "billing_details"), "name")
    yield text(child(source, "customer"), "name")
    yield text(child(source, "shipping"), "name")


def _emails(source: Raw) -> Iterable[str]:
    yield text(child(source, "billing_details"), "email")
    yield text(source, "receipt_email")
    yield text(child(source, "customer"), "email")


def _method_details(source: Raw) -> Raw:
    details = child(source, "payment_method_details")
    return child(details, text(details, "type"))


def _first(values: Iterable[str]) -> str:
    return next((value for value in values if value), "")
