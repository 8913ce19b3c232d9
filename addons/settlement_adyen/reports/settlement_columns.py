"""The columns of a settlement details report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from odoo.addons.settlement.canonical.columns import Columns, missing_columns

# Merchants choose the columns of their report, and their order.
REQUIRED = {
    "account": ("merchantaccount",),
    "created": ("creationdate", "bookingdate"),
    "type_name": ("type",),
    "currency": ("netcurrency",),
    "net_debit": ("netdebitnc",),
    "net_credit": ("netcreditnc",),
    "batch": ("batchnumber",),
}
OPTIONAL = {
    "psp_reference": ("pspreference",),
    "merchant_reference": ("merchantreference",),
    "method": ("paymentmethod",),
    "variant": ("paymentmethodvariant",),
    "clock": ("timezone",),
    "modification": ("modificationreference",),
    "gross_currency": ("grosscurrency",),
    "gross_debit": ("grossdebitgc",),
    "gross_credit": ("grosscreditgc",),
    "rate": ("exchangerate",),
    "commission": ("commissionnc",),
    "markup": ("markupnc",),
    "scheme_fees": ("schemefeesnc",),
    "interchange": ("interchangenc",),
    "dcc_markup": ("dccmarkupnc",),
    "all_fees": ("paymentfeesnc", "grossfeesnc"),
    "modification_text": ("modificationmerchantreference",),
    "booked": ("bookingdate",),
    "booked_clock": ("bookingdatetimezone",),
    "order_reference": ("merchantorderreference",),
    "country": ("shoppercountry",),
    "dispute_reference": ("disputereference",),
    "acquirer_reference": ("arn",),
}
# Columns whose sum others repeat.
FEE_COLUMNS = ("commission", "markup", "scheme_fees", "interchange", "dcc_markup")


class Cells(NamedTuple):
    """The cells of one row by what they are; "" where the report has no column."""

    account: str
    created: str
    type_name: str
    currency: str
    net_debit: str
    net_credit: str
    batch: str
    psp_reference: str
    merchant_reference: str
    method: str
    variant: str
    clock: str
    modification: str
    gross_currency: str
    gross_debit: str
    gross_credit: str
    rate: str
    commission: str
    markup: str
    scheme_fees: str
    interchange: str
    dcc_markup: str
    all_fees: str
    modification_text: str
    booked: str
    booked_clock: str
    order_reference: str
    country: str
    dispute_reference: str
    acquirer_reference: str


def columns_of(head: Sequence[str]) -> Columns[Cells]:
    """Return where each column of a report stands.

    :param head: the row that names the columns.
    :raises MalformedInput: if a column without which no row can be read is missing.
    """
    return Columns(
        head,
        Cells,
        REQUIRED | OPTIONAL,
        REQUIRED,
        "Add it to the report in Adyen's Customer Area.",
    )


def has_fee_columns(columns: Columns[Cells]) -> bool:
    """Return whether the report tells its fees one by one."""
    return any(
        not columns.names.isdisjoint(OPTIONAL[name])
        for name in FEE_COLUMNS
        if name != "dcc_markup"
    )


def missing(names: Iterable[str]) -> list[str]:
    """Return the required columns that are not among these plain names."""
    return missing_columns(names, REQUIRED, REQUIRED)
