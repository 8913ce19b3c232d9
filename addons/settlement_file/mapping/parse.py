"""Read a file as its layout says: the way in for everything outside of this addon."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import Fact, ParseResult, RejectedRow

from ..layout.definition import FileLayout
from ..reading.rows import BrokenOff
from .batches import payout_of
from .preview import CheckResult
from .preview import Preview as Preview
from .preview import preview as preview
from .reading import Outcome, Reading, prelude

MISSING = "missing_data"


def parse(layout: FileLayout, stream: BinaryIO, filename: str = "") -> ParseResult:
    """Return the facts of a file as a stream, batches after the rows.

    A row that cannot be read becomes a RejectedRow with its number, the column and a
    sentence; the rows around it go on. A control of the file that is wrong becomes a
    RejectedRow with the code ``batch_unbalanced`` or ``missing_data``.

    :param stream: seekable binary file; it is read as a stream, and twice where
        batches can only be named from their end.
    :param filename: what the column ``File name`` holds.
    :raises MalformedInput: while the facts are consumed, if no row can be read: a
        column of the layout is missing, the file is of another kind or damaged; or if
        a control is wrong and the layout refuses such files.
    """
    return ParseResult(_facts(layout, stream, filename))


def _facts(layout: FileLayout, stream: BinaryIO, filename: str) -> Iterator[Fact]:
    if layout.refuse_wrong_totals:
        _refuse_wrong(check_totals(layout, stream, filename))
    names = prelude(layout, stream, filename)
    reading = Reading(layout, stream, filename)
    reading.name_batches(names.file_key, names.payouts)
    rows = 0
    try:
        for outcome in reading.outcomes():
            rows += 1
            if outcome.fact is not None:
                yield outcome.fact
                if outcome.is_payout_alone:
                    yield payout_of(outcome.fact)
            elif outcome.problem is not None:
                yield rejected(reading, outcome)
    except BrokenOff as error:
        if not rows:
            raise
        reading.batches.lose(None)
        yield RejectedRow(0, "", f"{error} Fetch the file again.", MISSING)
    yield from reading.batches.facts()
    yield from reading.controls.rejected_rows(reading.named)
    yield from reading.controls.balances(reading.named)


def _refuse_wrong(results: list[CheckResult]) -> None:
    wrong = [each.sentence for each in results if each.is_right is False]
    if wrong:
        raise MalformedInput(
            f"The file is refused, for its own controls do not hold: {wrong[0]}"
        )


def rejected(reading: Reading, outcome: Outcome) -> RejectedRow:
    """Return the row to put aside for one that could not be read."""
    return RejectedRow(
        outcome.row.number,
        outcome.row.text(),
        f"Row {outcome.row.number}: {outcome.problem}",
        external_id=reading.identity_of(outcome.cells),
    )


def check_totals(
    layout: FileLayout, stream: BinaryIO, filename: str = ""
) -> list[CheckResult]:
    """Return what each control of the layout says of a file, reading it once.

    :raises MalformedInput: as :func:`parse`.
    """
    reading = Reading(layout, stream, filename)
    for _outcome in reading.outcomes():
        pass
    return list(reading.controls.results(reading.named))


def recognises(layout: FileLayout, filename: str, head: bytes) -> bool:
    """Say whether the first bytes are a file that the layout's columns are all in.

    :param head: the first bytes; for XLSX the whole file.
    """
    try:
        Reading(layout, io.BytesIO(head), filename)
    except MalformedInput:
        return False
    return True
