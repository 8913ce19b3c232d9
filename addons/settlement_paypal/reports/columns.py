"""The columns of a report, by their names: their places change with its version."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from odoo.addons.settlement.canonical.errors import MalformedInput

_NO_NAME = re.compile(r"[^a-z0-9]+")
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
STATUS = OPTIONAL["status"]


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


NAMES = Cells._fields


class Columns:
    """Where each column of a section stands.

    :param head: the row that names the columns, its code included.
    :raises MalformedInput: if a column without which no row can be read is missing.
    """

    def __init__(self, head: Sequence[str]) -> None:
        places = {plain(name): place for place, name in enumerate(head) if place}
        self.width = len(head)
        self.has_status = any(name in places for name in STATUS)
        if missing := missing_columns(places):
            raise MalformedInput(
                f"The column {missing[0]!r} is missing, so no row can be read. Ask "
                "PayPal for the report with all its columns."
            )
        # The cell after the last one is empty: there stands what has no column.
        self._pick = itemgetter(
            *(self._place(places, name, self.width) for name in NAMES)
        )

    @staticmethod
    def _place(places: dict[str, int], name: str, absent: int) -> int:
        for spelling in REQUIRED.get(name) or OPTIONAL[name]:
            if spelling in places:
                return places[spelling]
        return absent

    def cells(self, row: Sequence[str]) -> Cells:
        """Return the cells of a row that is as wide as its head.

        :raises MalformedInput: if it is wider or narrower.
        """
        if len(row) != self.width:
            raise MalformedInput(
                f"The row has {len(row)} cells, the head has {self.width}."
            )
        return Cells._make(self._pick([*row, ""]))


def plain(name: str) -> str:
    """Return the name of a column without what differs between versions."""
    return _NO_NAME.sub("", name.lower())


def missing_columns(places: object) -> list[str]:
    """Return the required columns that are not among these plain names."""
    found = set(places)  # type: ignore[call-overload]
    return [
        spellings[0] for spellings in REQUIRED.values() if found.isdisjoint(spellings)
    ]
