"""An itemized report file as a stream of facts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import Fact, RejectedRow, TransactionFact

from ..mapper.transactions import read_transactions
from .columns import is_report
from .payout import ListedPayouts
from .row import Row, balance_transaction, cell

_LONGEST_RAW = 2000
# A report says less than the API of the same row (no split of fees, no rate): where
# both are there, the API's word is the later version.
OLDER = timedelta(seconds=1)


def read_report(file: BinaryIO, zone: ZoneInfo, account: str = "") -> Iterator[Fact]:
    """Yield the rows of a report, then the payouts that they are listed in.

    A row that cannot be read becomes a RejectedRow; the rows around it go on.

    :param file: CSV in UTF-8, read as a stream.
    :param zone: time zone in which the backend counts days, and for which the report
        was run where its columns are not in UTC.
    :param account: id of the account, "" where the backend has only one.
    :raises MalformedInput: if it is no itemized report.
    """
    lines = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
    try:
        rows = csv.DictReader(lines)
        if not is_report(rows.fieldnames or []):
            raise MalformedInput(
                "This is no itemized payout reconciliation, balance change or payouts "
                "report of Stripe: it lacks columns such as balance_transaction_id."
            )
        yield from _facts(rows, zone, account)
    except csv.Error as error:
        raise MalformedInput(f"Line {rows.line_num} is no CSV: {error}.") from error
    finally:
        # The file belongs to who opened it.
        lines.detach()


def _facts(rows: csv.DictReader[str], zone: ZoneInfo, account: str) -> Iterator[Fact]:
    payouts = ListedPayouts(account)
    for number, row in enumerate(rows, 1):
        try:
            facts = read_row(row, zone, account)
            for fact in facts:
                payouts.add(fact, row)
        except MalformedInput as error:
            yield _rejected(number, row, error)
            continue
        yield from facts
    yield from payouts.batches()


def read_row(row: Row, zone: ZoneInfo, account: str = "") -> list[TransactionFact]:
    """Return the facts of one row of a report.

    :raises MalformedInput: for a cell that is missing, too much or wrong.
    """
    if None in row or None in row.values():
        raise MalformedInput("The row has more or fewer cells than the head.")
    raw = balance_transaction(row, zone)
    payout = cell(row, "payout_id") or cell(row, "automatic_payout_id")
    return [
        replace(fact, source_version_at=fact.occurred_at - OLDER)
        for fact in read_transactions(raw, zone, payout, account)
    ]


def _rejected(number: int, row: Row, error: MalformedInput) -> RejectedRow:
    """Return a row to put aside, as it stands in the file as far as CSV can tell."""
    text = io.StringIO()
    cells = (value for value in row.values() if isinstance(value, str))
    csv.writer(text, lineterminator="").writerow(cells)
    name = cell(row, "balance_transaction_id")
    reason = f"{name}: {error}" if name and name not in str(error) else str(error)
    raw = text.getvalue()[:_LONGEST_RAW]
    return RejectedRow(number, raw, reason, external_id=name)
