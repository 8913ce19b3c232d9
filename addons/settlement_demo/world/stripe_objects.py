"""Raw objects of the Stripe API, with the fields that a synchronisation reads.

Amounts are integers in Stripe's smallest unit. For the currencies of the simulated
companies it is the minor unit of ISO 4217.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .records import Party

Raw = dict[str, Any]

DAYS_FOR_EVIDENCE = 9


def account(account_id: str, name: str, country: str, currency: str, zone: str) -> Raw:
    """Return the account object."""
    return {
        "id": account_id,
        "object": "account",
        "business_profile": {"name": name},
        "charges_enabled": True,
        "country": country,
        "default_currency": currency.lower(),
        "livemode": False,
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": name, "timezone": zone}},
        "type": "standard",
    }


def balance_transaction(
    transaction_id: str,
    *,
    amount: int,
    currency: str,
    created: int,
    available_on: int,
    kind: str,
    category: str,
    source: str | None,
    description: str,
    fees: list[Raw] | None = None,
    exchange_rate: Decimal | None = None,
) -> Raw:
    """Return a balance transaction; its fee is the sum of ``fees``."""
    fee = sum(detail["amount"] for detail in fees or [])
    return {
        "id": transaction_id,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_on,
        "balance_type": "payments",
        "created": created,
        "currency": currency.lower(),
        "description": description or None,
        "exchange_rate": exchange_rate,
        "fee": fee,
        "fee_details": fees or [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source,
        "type": kind,
    }


def fee_detail(
    amount: int,
    currency: str,
    kind: str = "stripe_fee",
    text: str = "Stripe processing fees",
) -> Raw:
    """Return one line of ``fee_details``."""
    return {
        "amount": amount,
        "application": None,
        "currency": currency.lower(),
        "description": text,
        "type": kind,
    }


def charge(
    charge_id: str,
    *,
    amount: int,
    currency: str,
    created: int,
    payment_intent: str,
    transaction: str,
    payer: Party | None,
    metadata: dict[str, str],
    description: str,
    brand: str = "visa",
) -> Raw:
    """Return a charge that succeeded; ``payer`` is ``None`` for a guest.

    :param brand: of the card; "" = paid by a bank debit.
    """
    billing = {
        "address": {"country": payer.country if payer else None},
        "email": payer.email if payer else None,
        "name": payer.name if payer else None,
        "phone": None,
    }
    return {
        "id": charge_id,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "balance_transaction": transaction,
        "billing_details": billing,
        "captured": True,
        "created": created,
        "currency": currency.lower(),
        "customer": None,
        "description": description or None,
        "disputed": False,
        "failure_balance_transaction": None,
        "livemode": False,
        "metadata": metadata,
        "paid": True,
        "payment_intent": payment_intent,
        "payment_method_details": _method(brand, payer),
        "receipt_email": payer.email if payer else None,
        "refunded": False,
        "status": "succeeded",
        "transfer_group": None,
    }


def _method(brand: str, payer: Party | None) -> Raw:
    country = payer.country if payer else "US"
    if not brand:
        debit = {"bank_code": "37040044", "country": country, "last4": "3000"}
        return {"type": "sepa_debit", "sepa_debit": debit}
    card = {
        "brand": brand,
        "country": country,
        "funding": "credit",
        "last4": "4242",
        "network": brand,
    }
    return {"type": "card", "card": card}


def refund(
    refund_id: str,
    paid: Raw,
    *,
    amount: int,
    created: int,
    transaction: str,
    metadata: dict[str, str],
) -> Raw:
    """Return a refund of (a part of) the charge ``paid``."""
    return {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": transaction,
        "charge": paid["id"],
        "created": created,
        "currency": paid["currency"],
        "failure_balance_transaction": None,
        "metadata": metadata,
        "payment_intent": paid["payment_intent"],
        "reason": "requested_by_customer",
        "receipt_number": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def dispute(dispute_id: str, paid: Raw, *, amount: int, created: int) -> Raw:
    """Return a dispute that has just withdrawn the money."""
    return {
        "id": dispute_id,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": paid["id"],
        "created": created,
        "currency": paid["currency"],
        "evidence_details": {
            "due_by": created + DAYS_FOR_EVIDENCE * 86_400,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": paid["payment_intent"],
        "reason": "fraudulent",
        "status": "needs_response",
    }


def top_up(top_up_id: str, *, amount: int, currency: str, created: int) -> Raw:
    """Return a top-up that has arrived."""
    return {
        "id": top_up_id,
        "object": "topup",
        "amount": amount,
        "created": created,
        "currency": currency.lower(),
        "description": "Top-up",
        "failure_code": None,
        "livemode": False,
        "metadata": {},
        "status": "succeeded",
    }


def payout(
    payout_id: str,
    *,
    amount: int,
    currency: str,
    created: int,
    arrival_date: int,
    transaction: str,
    destination: str,
    automatic: bool = True,
) -> Raw:
    """Return a payout that has just been created."""
    return {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "arrival_date": arrival_date,
        "automatic": automatic,
        "balance_transaction": transaction,
        "created": created,
        "currency": currency.lower(),
        "description": "STRIPE PAYOUT",
        "destination": destination,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
