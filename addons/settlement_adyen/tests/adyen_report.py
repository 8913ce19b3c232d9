"""Reports of our own making, in the layout of Adyen's, row by row."""

from __future__ import annotations

import io
from datetime import datetime
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement_adyen.bench.sample_report import COLUMNS, Writer
from odoo.addons.settlement_adyen.reports.file import read_report

ZONE = ZoneInfo("Europe/Amsterdam")
TOLD_AT = datetime(2026, 1, 9, 6)
ACCOUNT = "SampleShop"
PSP, CAPTURE = "8816178914121979", "8816178914121980"
FEES = ("Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)")
EMPTY = ("Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)", "Exchange Rate")
ACCOUNTING_COLUMNS = tuple(
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,"
    "Payment Method,Payment Method Variant,Booking Date,TimeZone,Record Type,"
    "Modification Psp Reference,Creation Date,Payable Batch,Payout Date,"
    "Main Currency,Main Amount,Payment Currency,Received (PC),Exchange Rate,"
    "Authorised (PC),Captured (PC),Settlement Currency,Payable (SC),"
    "Commission (SC),Markup (SC),Scheme Fees (SC),Interchange (SC),"
    "Processing Fee Currency,Processing Fee (FC),Modification Merchant Reference"
    "".split(",")
)


def sale(**changes: str) -> dict[str, str]:
    """Return the cells of a card payment of 100.00 EUR that costs 2.50.

    :param changes: cells by the letters of their names, ``_`` for anything else.
    """
    cells = {
        "Company Account": "SampleCompany",
        "Merchant Account": ACCOUNT,
        "Psp Reference": PSP,
        "Merchant Reference": "INV/2026/00017",
        "Payment Method": "visa",
        "Creation Date": "2026-01-06 13:30:05",
        "TimeZone": "CET",
        "Type": "Settled",
        "Modification Reference": CAPTURE,
        "Gross Currency": "EUR",
        "Gross Credit (GC)": "100.00",
        "Exchange Rate": "1",
        "Net Currency": "EUR",
        "Net Credit (NC)": "97.50",
        "Commission (NC)": "2.50",
        "Payment Method Variant": "visadebit",
        "Batch Number": "237",
    }
    return changed(cells, **changes)


def refund(**changes: str) -> dict[str, str]:
    """Return the cells of a refund of 20.00 EUR of the sale that costs 0.10."""
    cells = {
        "Type": "Refunded",
        "Creation_Date": "2026-01-07 09:00:00",
        "Modification_Reference": "8816178914121990",
        "Gross_Credit_GC": "",
        "Gross_Debit_GC": "20.00",
        "Net_Credit_NC": "",
        "Net_Debit_NC": "20.10",
        "Commission_NC": "0.10",
    }
    return sale(**(cells | changes))


def of_account(type_name: str, debit="", credit="", **changes: str) -> dict[str, str]:
    """Return the cells of a row that is about no payment."""
    cells = {
        "Type": type_name,
        "Psp_Reference": "",
        "Merchant_Reference": "",
        "Payment_Method": "",
        "Payment_Method_Variant": "",
        "Modification_Reference": f"{type_name} of January",
        "Creation_Date": "2026-01-08 00:30:00",
        "Gross_Currency": "",
        "Gross_Credit_GC": "",
        "Exchange_Rate": "",
        "Commission_NC": "",
        "Net_Debit_NC": debit,
        "Net_Credit_NC": credit,
    }
    return sale(**(cells | changes))


def payout(amount: str, currency="EUR", batch="237", **changes: str) -> dict[str, str]:
    """Return the cells of a payout."""
    text = f"TX{batch}0000{currency}XT batch {batch}, {ACCOUNT}"
    cells = {
        "Net_Currency": currency,
        "Batch_Number": batch,
        "Modification_Reference": text,
    }
    return of_account("MerchantPayout", debit=amount, **(cells | changes))


def record(**changes: str) -> dict[str, str]:
    """Return the cells of the sale in a payments accounting report."""
    cells = {
        "Company Account": "SampleCompany",
        "Merchant Account": ACCOUNT,
        "Psp Reference": PSP,
        "Merchant Reference": "INV/2026/00017",
        "Payment Method": "visa",
        "Payment Method Variant": "visadebit",
        "Booking Date": "2026-01-07 02:15:00",
        "TimeZone": "CET",
        "Record Type": "Settled",
        "Modification Psp Reference": CAPTURE,
        "Creation Date": "2026-01-06 13:30:05",
        "Payable Batch": "237",
        "Main Currency": "EUR",
        "Main Amount": "100.00",
        "Payment Currency": "EUR",
        "Exchange Rate": "1",
        "Captured (PC)": "-100.00",
        "Settlement Currency": "EUR",
        "Payable (SC)": "97.50",
        "Commission (SC)": "2.50",
    }
    return changed(cells, **changes)


def changed(cells: dict[str, str], **changes: str) -> dict[str, str]:
    """Return cells with some of them changed, by the letters of their names."""
    names = {_letters(name): name for name in (*COLUMNS, *ACCOUNTING_COLUMNS)}
    found = {names.get(_letters(key), key): text for key, text in changes.items()}
    return {**cells, **found}


def _letters(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum()).lower()


def file_of(*rows: dict[str, str], columns=None, mark=b"\xef\xbb\xbf") -> bytes:
    """Return a report of these rows; columns that only a row has come last."""
    if columns is None:
        more = {name: None for row in rows for name in row if name not in COLUMNS}
        columns = (*COLUMNS, *more)
    file = io.BytesIO()
    writer = Writer(file, columns)
    writer.begin(mark)
    for row in rows:
        writer.add_row(row)
    return file.getvalue()


def accounting_of(*rows: dict[str, str]) -> bytes:
    """Return a payments accounting report of these rows."""
    return file_of(*rows, columns=ACCOUNTING_COLUMNS)


def read(content: bytes, zone=ZONE, told_at=TOLD_AT) -> list:
    """Return all facts of a report."""
    return list(read_report(io.BytesIO(content), zone, told_at))


def facts(*rows: dict[str, str], **options) -> list:
    """Return all facts of a report of these rows."""
    return read(file_of(*rows), **options)


def transactions(found: list) -> list[TransactionFact]:
    """Return the transactions among facts."""
    return [fact for fact in found if isinstance(fact, TransactionFact)]


def batches(found: list) -> list[BatchFact]:
    """Return the batches among facts."""
    return [fact for fact in found if isinstance(fact, BatchFact)]


def rejected(found: list) -> list[RejectedRow]:
    """Return the rows among facts that were put aside, and findings."""
    return [fact for fact in found if isinstance(fact, RejectedRow)]


def only(*rows: dict[str, str], **options) -> TransactionFact:
    """Return the one transaction of the first of these rows; none is put aside.

    That a batch has no payout is no matter of the row.
    """
    found = facts(*rows, **options)
    wrong = [each for each in rejected(found) if each.number]
    assert not wrong, wrong
    return transactions(found)[0]
