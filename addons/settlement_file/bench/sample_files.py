"""Files of any length in each form, as a provider writes them, and their layout."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import openpyxl

COLUMNS = (
    "Id",
    "Date",
    "Type",
    "Currency",
    "Gross",
    "Fee",
    "Net",
    "Payout",
    "Order",
    "Customer",
)
_START = datetime(2026, 1, 6)
_ROWS_OF_A_PAYOUT = 1000


def row(number: int) -> tuple[str, ...]:
    """Return the cells of one payment; no two are alike."""
    gross, fee = number % 50_000 + 500, number % 700 + 30
    at = _START + timedelta(seconds=number % 2_000_000)
    return (
        f"tr_{number:010}",
        at.isoformat(" "),
        "payment",
        "EUR",
        _major(gross),
        _major(fee),
        _major(gross - fee),
        f"po_{number // _ROWS_OF_A_PAYOUT:06}",
        f"SO{number:07}",
        f"Customer {number % 997}",
    )


def _major(minor: int) -> str:
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02}"


def write_csv(file: BinaryIO, rows: int, quoted: bool = False) -> None:
    """Write so many payments as CSV.

    :param quoted: put every cell in quotes.
    """
    joint = '","' if quoted else ","
    edge = '"' if quoted else ""
    file.write(f"{edge}{joint.join(COLUMNS)}{edge}\r\n".encode())
    for number in range(rows):
        file.write(f"{edge}{joint.join(row(number))}{edge}\r\n".encode())


def write_json(file: BinaryIO, rows: int) -> None:
    """Write so many payments as a list of objects, amounts as numbers."""
    file.write(b'{"data": [')
    for number in range(rows):
        record: dict[str, Any] = dict(zip(COLUMNS, row(number), strict=True))
        text = json.dumps(record)
        for name in ("Gross", "Fee", "Net"):
            text = text.replace(f'"{record[name]}"', record[name])
        file.write(("," if number else "").encode() + text.encode())
    file.write(b"]}")


def write_xlsx(file: BinaryIO, rows: int) -> None:
    """Write so many payments as a workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Payments")
    sheet.append(COLUMNS)
    for number in range(rows):
        cells: list[Any] = list(row(number))
        cells[4:7] = [float(each) for each in cells[4:7]]
        sheet.append(cells)
    book.save(file)


def layout(kind: str) -> dict[str, Any]:
    """Return the layout of these files, as data."""
    forms: dict[str, dict[str, Any]] = {
        "csv": {"encoding": "utf-8", "separator": ","},
        "json": {"kind": "json", "records": "data"},
        "xlsx": {"kind": "xlsx"},
    }
    fields = {
        "Date": "occurred_at",
        "Currency": "currency",
        "Gross": "gross_amount",
        "Net": "net_amount",
        "Order": "order_reference",
        "Customer": "counterparty_name",
    }
    return {
        "name": "Bench",
        "file": forms[kind],
        "dates": {"formats": ["%Y-%m-%d %H:%M:%S"]},
        "columns": [
            {"column": column, "field": field} for column, field in fields.items()
        ],
        "fees": [{"column": "Fee"}],
        "kinds": {
            "column": "Type",
            "values": [{"value": "payment", "kind": "charge"}],
        },
        "identity": {"columns": ["Id"]},
        "batch": {"by": "columns", "columns": ["Payout"]},
    }
