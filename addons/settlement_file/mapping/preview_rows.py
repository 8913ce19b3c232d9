"""The rows of a sample and what becomes of each, for people."""

from __future__ import annotations

import io
from collections import Counter

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import BatchFact, RejectedRow

from ..layout.definition import FileLayout
from ..layout.validation import problems
from ..reading.cells import cell_text
from ..reading.encodings import printable
from ..reading.rows import BrokenOff
from .batches import payout_of
from .parse import rejected
from .preview import CellError, CheckResult, Preview, PreviewRow, Totals
from .problems import RowProblem
from .reading import Outcome, Reading, prelude

_LONGEST_CELL = 200
_MOST_REJECTED = 100
_UNKNOWN = "unknown:"


def make_preview(
    layout: FileLayout, sample: bytes, filename: str, limit: int, is_whole: bool
) -> Preview:
    """Return what a layout makes of a sample."""
    for path, sentence in problems(layout, is_draft=True):
        return Preview(problem=f"{path}: {sentence}")
    if not is_whole and layout.file.kind != "xlsx":
        sample = _to_last_line(sample)
    try:
        stream = io.BytesIO(sample)
        names = prelude(layout, stream, filename)
        reading = Reading(layout, stream, filename)
        reading.name_batches(names.file_key, names.payouts)
        return _Shown(reading, limit, is_whole).read()
    except MalformedInput as error:
        return Preview(problem=str(error))


def _to_last_line(sample: bytes) -> bytes:
    """Leave a last line out that may have been cut in two."""
    end = sample.rfind(b"\n")
    # Of a wide letter the line feed is one half.
    return (
        sample[: end + 1 + (sample[end + 1 : end + 2] == b"\0")] if end > 0 else sample
    )


class _Shown:
    def __init__(self, reading: Reading, limit: int, is_whole: bool) -> None:
        self._reading = reading
        self._limit = limit
        self._is_whole = is_whole
        self._rows: list[PreviewRow] = []
        self._rejected: list[RejectedRow] = []
        self._counts = dict.fromkeys(("rows", "accepted", "rejected", "skipped"), 0)
        self._kinds: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._payouts: list[BatchFact] = []

    def read(self) -> Preview:
        problem = ""
        try:
            for outcome in self._reading.outcomes():
                self._count(outcome)
                if len(self._rows) < self._limit:
                    self._rows.append(self._row(outcome))
        except BrokenOff as error:
            if self._is_whole or not self._counts["rows"]:
                problem = str(error)
        found = [*self._payouts, *self._reading.batches.facts()]
        return Preview(
            columns=self._reading.columns.all_columns,
            rows=tuple(self._rows),
            counts=self._counts,
            kinds=dict(self._kinds.most_common()),
            unknown_values=dict(self._unknown.most_common()),
            totals=self._totals(),
            batches=tuple(each for each in found if isinstance(each, BatchFact)),
            checks=self._checks(),
            rejected=tuple(
                [*self._rejected, *(e for e in found if isinstance(e, RejectedRow))]
            ),
            problem=problem,
        )

    def _count(self, outcome: Outcome) -> None:
        self._counts["rows"] += 1
        if outcome.problem is not None:
            self._counts["rejected"] += 1
            if len(self._rejected) < _MOST_REJECTED:
                self._rejected.append(rejected(self._reading, outcome))
        elif outcome.fact is None:
            self._counts["skipped"] += 1
        else:
            self._counts["accepted"] += 1
            self._kinds[outcome.fact.kind] += 1
            code = outcome.fact.source_code
            if code.startswith(_UNKNOWN):
                self._unknown[code[len(_UNKNOWN) :]] += 1
            if outcome.is_payout_alone:
                self._payouts.append(payout_of(outcome.fact))

    def _row(self, outcome: Outcome) -> PreviewRow:
        names = self._reading.columns.all_columns
        cells = tuple(
            (name, printable(cell_text(cell)[:_LONGEST_CELL]))
            for name, cell in zip(names, outcome.cells, strict=False)
        )
        return PreviewRow(
            outcome.row.number, cells, outcome.fact, _errors(outcome), outcome.skipped
        )

    def _totals(self) -> tuple[Totals, ...]:
        return tuple(
            Totals(account, currency, sums.rows, **sums.amounts)
            for (account, currency), sums in sorted(self._reading.controls.sums.items())
        )

    def _checks(self) -> tuple[CheckResult, ...]:
        if self._is_whole:
            return tuple(self._reading.controls.results(self._reading.named))
        sentence = "Compared when the whole file is read."
        return tuple(
            CheckResult(each.name, sentence, None)
            for each in self._reading.layout.totals
        )


def _errors(outcome: Outcome) -> tuple[CellError, ...]:
    number, problem = outcome.row.number, outcome.problem
    if problem is None:
        return ()
    if not isinstance(problem, RowProblem):
        return (CellError(number, "", "", str(problem)),)
    return tuple(
        CellError(number, each.column, each.field, each.sentence)
        for each in problem.problems
    )
