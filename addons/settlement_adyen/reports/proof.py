"""Whether what a row says of its gross amount explains its net amount."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import ZERO
from odoo.addons.settlement.canonical.money import exponent, from_minor

_CENT = Decimal("0.01")


class Unexplained(MalformedInput):
    """Amounts of a row contradict each other.

    :param code: reason of the exception that is opened.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Gross(NamedTuple):
    """What a row says of its gross amount; credit and debit without signs."""

    currency: str
    credit: Decimal
    debit: Decimal
    rate: Decimal | None
    precision: Decimal


def explain(gross: Gross, currency: str, net: Decimal, fee: Decimal) -> Decimal:
    """Return the signed gross amount that gives the net: ``net = rate·gross − fee``.

    The net decides what is right: reports are known to state a gross amount in the
    wrong one of its columns, or in both.

    :param currency: of net and fee.
    :raises Unexplained: if no reading of the gross amount gives the net.
    """
    stated = gross.credit - gross.debit
    wanted = net + fee
    if gross.currency == currency:
        if stated == wanted:
            return stated
        rate, precision = Decimal(1), ZERO
    elif not stated and not gross.credit:
        rate, precision = Decimal(1), ZERO
    elif gross.rate is None:
        raise Unexplained(
            f"The gross amount is in {gross.currency}, the net amount in {currency}, "
            "and the row has no exchange rate.",
            "rate_missing",
        )
    else:
        rate, precision = gross.rate, gross.precision
    allowed = max(_CENT, from_minor(1, exponent(currency)))
    for reading in (stated, -stated, gross.credit, -gross.debit):
        if abs(reading * rate - wanted) <= allowed + abs(reading) * precision:
            return reading
    raise Unexplained(
        f"Gross {stated} {gross.currency} at the rate {rate} less fees {fee} is "
        f"{(stated * rate - fee).normalize():f} {currency}, but net says {net}. Ask "
        "Adyen which one is right.",
        "fee_variance",
    )
