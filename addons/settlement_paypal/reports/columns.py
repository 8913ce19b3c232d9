"""The columns of a report, by their names: their places change with its version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from odoo.addons.settlement.canonical.columns import Columns, missing_columns

# Old files write names without blanks, some with two of them.
REQUIRED = {
    "transaction_id": ("transactionid",),
    "event_code": ("transactioneventcode",),
    "initiated": ("transactioninitiationdate",),
    "completed": ("transactioncompletiondate",),
    "direction": ("transactiondebitorcredit",),
    "gross": ("grosstransactionamount",),
    "currency": ("grosstransactioncurrency",),
}
OPTIONAL = {
    "invoice_id": ("invoiceid",),
    "reference_id": ("paypalreferenceid",),
    "reference_type": ("paypalreferenceidtype",),
    "fee_direction": ("feedebitorcredit",),
    "fee": ("feeamount",),
    "fee_currency": ("feecurrency",),
    "custom_field": ("customfield",),
    "bank_reference": ("bankreferenceid",),
    "status": ("transactionalstatus", "transactionstatus"),
    "subject": ("transactionsubject", "transactiondescription"),
    "note": ("transactionnote",),
    "payer_account": ("payersaccountid", "payeraccountid"),
    "first_name": ("firstname",),
    "last_name": ("lastname",),
    "business_name": ("consumerbusinessname",),
    "country": ("shippingaddresscountry",),
    "method": ("paymentsource",),
}


class Cells(NamedTuple):
    """The cells of one row by what they are; "" where the report has no column."""

    transaction_id: str
    event_code: str
    initiated: str
    completed: str
    direction: str
    gross: str
    currency: str
    invoice_id: str
    reference_id: str
    reference_type: str
    fee_direction: str
    fee: str
    fee_currency: str
    custom_field: str
    bank_reference: str
    status: str
    subject: str
    note: str
    payer_account: str
    first_name: str
    last_name: str
    business_name: str
    country: str
    method: str


def columns_of(head: Sequence[str]) -> Columns[Cells]:
    """Return where each column of a section stands.

    :param head: the row that names the columns, its code included.
    :raises MalformedInput: if a column without which no row can be read is missing.
    """
    return Columns(
        head,
        Cells,
        REQUIRED | OPTIONAL,
        REQUIRED,
        "Ask PayPal for the report with all its columns.",
    )


def has_status(columns: Columns[Cells]) -> bool:
    """Return whether the columns are those of a transaction detail report."""
    return not columns.names.isdisjoint(OPTIONAL["status"])


def missing(names: Iterable[str]) -> list[str]:
    """Return the required columns that are not among these plain names."""
    return missing_columns(names, REQUIRED, REQUIRED)
