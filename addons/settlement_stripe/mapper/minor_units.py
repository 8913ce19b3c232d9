"""Stripe's integers in the smallest unit and canonical Decimals."""

from __future__ import annotations

from decimal import Decimal

from odoo.addons.settlement.canonical import money
from odoo.addons.settlement.canonical.errors import MalformedInput

from .const import THREE_DECIMAL, ZERO_DECIMAL


def stripe_exponent(currency: str) -> int:
    """Return how many decimals Stripe's integers of an ISO code contain."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def to_major(amount: int, currency: str) -> Decimal:
    """Return an amount of the API in major units, with the ISO 4217 exponent.

    :raises MalformedInput: if the currency has no such fraction (a half ISK).
    """
    major = money.from_minor(amount, stripe_exponent(currency))
    decimals = money.exponent(currency)
    return money.from_minor(money.to_minor(major, currency), decimals)


def to_stripe(amount: Decimal, currency: str) -> int:
    """Return an amount in major units as the integer that the API uses.

    :raises MalformedInput: if Stripe cannot express the amount.
    """
    scaled = amount.scaleb(stripe_exponent(currency))
    if scaled != int(scaled):
        raise MalformedInput(f"{amount} {currency} is too fine for Stripe.")
    return int(scaled)
