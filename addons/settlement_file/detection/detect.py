"""Guess the layout of a file from its first bytes, and say why."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..layout.definition import FileLayout
from .columns import guess_columns
from .finding import ColumnGuess as ColumnGuess
from .finding import Finding as Finding
from .proposal import propose
from .table import read_table


@dataclass(frozen=True, slots=True)
class Detection:
    """What a sample says about its file.

    ``layout`` is a proposal that can be read with at once if ``problems`` is empty;
    ``problems`` says what a person has to decide first, such as the currency.
    """

    layout: FileLayout
    findings: tuple[Finding, ...] = ()
    columns: tuple[ColumnGuess, ...] = ()
    rows: int = 0
    sheets: tuple[str, ...] = ()
    record_paths: tuple[str, ...] = ()
    problems: tuple[str, ...] = field(default=())

    def finding(self, topic: str) -> Finding | None:
        """Return what was found of one topic, None if nothing was asked."""
        return next((each for each in self.findings if each.topic == topic), None)


def detect(sample: bytes, filename: str, like: FileLayout | None = None) -> Detection:
    """Return what the first bytes of a file say about it.

    Nothing is raised for bytes of any content: what cannot be read is a problem.

    :param sample: the first bytes; the whole file for XLSX (a ZIP archive has its
        directory at its end). 256 KiB are plenty for the others.
    :param filename: its name; only the ending counts, and less than the bytes.
    :param like: a layout whose file form a person has corrected: separator, header
        and so on are taken from it, columns are guessed anew.
    """
    table = read_table(sample, filename, like.file if like else None)
    if table.problem:
        return Detection(
            FileLayout(file=table.form),
            table.findings,
            sheets=table.sheets,
            record_paths=table.record_paths,
            problems=(table.problem,),
        )
    guesses = guess_columns(table)
    layout, findings, problems = propose(table, guesses)
    return Detection(
        layout,
        (*table.findings, *findings),
        guesses.columns,
        len(table.rows),
        table.sheets,
        table.record_paths,
        problems,
    )
