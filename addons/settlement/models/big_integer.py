from decimal import Decimal

from odoo import fields


class BigInteger(fields.Integer):
    """Integer kept in a 64-bit column.

    Odoo's own Integer is 32 bit: minor units of a two-decimal currency would
    overflow at 21,474,836.47.
    """

    _column_type = ("int8", "int8")


def minor_units(amount, currency):
    """Return the value of a monetary field as integer minor units of ``currency``.

    Odoo hands out such values as floats; their shortest text is the exact amount.
    """
    return int(
        Decimal(str(currency.round(amount)))
        .scaleb(currency.decimal_places)
        .to_integral_value()
    )
