"""Money of PayPal's API."""

from __future__ import annotations

import re
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.json_reading import Raw, child, text
from odoo.addons.settlement.canonical.money import parse_amount

_AMOUNT = re.compile(r"[+-]?\d{1,15}(\.\d{1,6})?", re.ASCII)


def money(raw: Raw, name: str) -> tuple[Decimal, str]:
    """Return (amount, currency) of a money field that must be there.

    :raises MalformedInput: if one of both is missing, or finer than the currency.
    """
    value = child(raw, name)
    currency = text(value, "currency_code").upper()
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
        raise MalformedInput(f"{currency!r} in {name} is no currency code.")
    digits = text(value, "value")
    if not _AMOUNT.fullmatch(digits):
        raise MalformedInput(f"{digits[:40]!r} in {name} is no amount.")
    return parse_amount(digits, currency), currency
