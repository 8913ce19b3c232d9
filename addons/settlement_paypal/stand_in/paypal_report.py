"""Writes settlement and transaction detail reports as PayPal does. Pure Python.

Figures are of this file's own making; every footer is the sum of its rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

ACCOUNT = "ZSHOPEXAMPLE1"
MADE_AT = "2026/01/07 04:12:13 -0800"
DAY = ("2026/01/06 00:00:00 -0800", "2026/01/06 23:59:59 -0800")
COLUMNS = (
    "Transaction ID",
    "Invoice ID",
    "PayPal Reference ID",
    "PayPal Reference ID Type",
    "Transaction Event Code",
    "Transaction Initiation Date",
    "Transaction Completion Date",
    "Transaction Debit or Credit",
    "Gross Transaction Amount",
    "Gross Transaction Currency",
    "Fee Debit or Credit",
    "Fee Amount",
    "Fee Currency",
    "Custom Field",
    "Consumer ID",
    "Payment Tracking ID",
    "Store ID",
    "Bank Reference ID",
    "Credit Transactional Fee",
    "Credit Promotional Fee",
    "Credit Term",
)
# Columns of the transaction detail report beside those above.
DETAIL_COLUMNS = (
    "Transactional Status",
    "Insurance Amount",
    "Sales Tax Amount",
    "Shipping Amount",
    "Transaction Subject",
    "Transaction Note",
    "Payer's Account ID",
    "Shipping Address Country",
    "First Name",
    "Last Name",
    "Consumer Business Name",
    "Payment Source",
)

Row = Mapping[str, str]


def row(number: int, code: str = "T0006", gross: int = 10_000, **values: str) -> Row:
    """Return a row in US dollar; amounts in cents, negative when money leaves.

    :param values: other columns by their names in lower case with underscores; ``fee``
        in cents, negative when PayPal gives it back.
    """
    fee = int(values.pop("fee", 0))
    moment = values.pop("at", f"2026/01/06 {number // 60 % 24:02}:{number % 60:02}:00")
    currency = values.pop("currency", "USD")
    made = {
        "Transaction ID": f"{number:05}AB12345CD678"[:17],
        "Transaction Event Code": code,
        "Transaction Initiation Date": f"{moment} -0800",
        "Transaction Completion Date": f"{moment} -0800",
        "Transaction Debit or Credit": "DR" if gross < 0 else "CR",
        "Gross Transaction Amount": str(abs(gross)),
        "Gross Transaction Currency": currency,
        "Fee Debit or Credit": "" if not fee else "CR" if fee < 0 else "DR",
        "Fee Amount": str(abs(fee)) if fee else "",
        "Fee Currency": currency if fee else "",
    }
    names = {plain(name): name for name in (*COLUMNS, *DETAIL_COLUMNS)}
    return {**made, **{names[name]: str(value) for name, value in values.items()}}


def plain(name: str) -> str:
    """Return the name of a column as a keyword."""
    return name.lower().replace(" ", "_").replace("'", "")


def net(one: Row) -> int:
    """Return what a row moves, in hundredths."""
    gross = int(one["Gross Transaction Amount"] or 0)
    fee = int(one["Fee Amount"] or 0)
    gross = -gross if one["Transaction Debit or Credit"] == "DR" else gross
    return gross + (fee if one["Fee Debit or Credit"] == "CR" else -fee)


def totals(
    code: str, currency: str, rows: Iterable[Row], opening: int = 0, held: int = 0
) -> list[str]:
    """Return the footer of one currency of which so much is held all the time."""
    rows = [one for one in rows if one["Gross Transaction Currency"] == currency]
    closing = opening + sum(map(net, rows))
    pairs = ((opening, closing), (opening - held, closing - held))
    return footer(code, currency, rows, pairs)


def footer(
    code: str,
    currency: str,
    rows: Sequence[Row],
    pairs: Sequence[tuple[int, int]],
) -> list[str]:
    """Return the footer of the rows of one currency.

    :param pairs: opening and closing of the whole balance, and of what is available.
    """
    sums = [
        sum(int(one[name] or 0) for one in rows if one[direction] == way)
        for name, direction in (
            ("Gross Transaction Amount", "Transaction Debit or Credit"),
            ("Fee Amount", "Fee Debit or Credit"),
        )
        for way in ("CR", "DR")
    ]
    balances = [
        text
        for pair in (*pairs, (0, 0))
        for value in pair
        for text in ("DR" if value < 0 else "CR", str(abs(value)))
    ]
    return [code, currency, *map(str, sums), *balances, str(len(rows))]


def section(
    rows: Sequence[Row],
    *,
    account: str = ACCOUNT,
    day: tuple[str, str] = DAY,
    columns: Sequence[str] = COLUMNS,
    footers: Sequence[Sequence[str]] | None = None,
    count: int | None = None,
    opening: int = 0,
) -> list[list[str]]:
    """Return the rows of a section with its header and footers."""
    currencies = dict.fromkeys(one["Gross Transaction Currency"] for one in rows)
    if footers is None:
        footers = [totals("SF", each, rows, opening) for each in currencies]
    return [
        ["SH", *day, account, ""],
        ["CH", *columns],
        *(["SB", *(one.get(name, "") for name in columns)] for one in rows),
        *map(list, footers),
        ["SC", str(len(rows) if count is None else count)],
    ]


def report(
    *sections: Sequence[Sequence[str]],
    made_at: str = MADE_AT,
    number: int = 1,
    end: bool = True,
    footers: Sequence[Sequence[str]] = (),
    account: str = ACCOUNT,
) -> list[list[str]]:
    """Return the rows of a report file."""
    body = [list(one) for each in sections for one in each]
    rows = sum(one[0] == "SB" for one in body)
    tail = [*map(list, footers), ["RC", str(rows)], ["FF", str(rows)]]
    head = [["RH", made_at, "A", account, "009"], ["FH", f"{number:02}"]]
    return [*head, *body, *(tail if end else [])]


def written(rows: Iterable[Sequence[str]], encoding: str = "utf-8-sig") -> bytes:
    """Return rows as the bytes of a file."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def file_of(*rows: Row, **options: object) -> bytes:
    """Return a settlement report of one section."""
    return written(report(section(rows, **options)))  # type: ignore[arg-type]


def detail_of(*rows: Row) -> bytes:
    """Return a transaction detail report of one section."""
    columns = (*COLUMNS, *DETAIL_COLUMNS)
    return written(report(section(rows, columns=columns, footers=())))
