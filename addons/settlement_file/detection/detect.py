"""Guess the layout of a file from its first bytes, and say why."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..layout.definition import FileLayout


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found out, or could not be.

    :ivar topic: encoding, separator, header, numbers, dates, sheet, records or rows.
    :ivar value: what the layout gets, such as ``;``.
    :ivar reason: why, in a sentence for people.
    :ivar is_sure: False if a person should look.
    :ivar alternatives: what else would fit.
    """

    topic: str
    value: str
    reason: str
    is_sure: bool = True
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """One column, what stands in it and what it may mean.

    :ivar column: its name, as layouts name it.
    :ivar samples: up to five different values that are not empty.
    :ivar type: money, day, moment, text or empty.
    :ivar field: the canonical field, "" if nothing fits.
    :ivar role: ``field``, or ``kind``, ``fee``, ``tax``, ``debit``, ``credit``,
        ``identity``, ``batch``, ``balance`` for columns that other parts of a layout
        use; "" if nothing fits.
    :ivar reason: why, in a sentence for people.
    :ivar distinct: how many different values the sample has.
    :ivar filled: how many rows of the sample have a value.
    """

    column: str
    samples: tuple[str, ...] = ()
    type: str = "text"
    field: str = ""
    role: str = ""
    reason: str = ""
    distinct: int = 0
    filled: int = 0
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detection:
    """What a sample says about its file.

    ``layout`` is a proposal that can be read with at once if ``problems`` is empty;
    it was not checked as a whole (``FileLayout.from_data`` does that).
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
    raise NotImplementedError
