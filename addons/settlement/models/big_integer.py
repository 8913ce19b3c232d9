from odoo import fields


class BigInteger(fields.Integer):
    """Integer kept in a 64-bit column.

    Odoo's own Integer is 32 bit: minor units of a two-decimal currency would
    overflow at 21,474,836.47.
    """

    _column_type = ("int8", "int8")
