"""The rows of a report as lists of cells, whatever its bytes are."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

# Codes of rows, in the order of a file.
REPORT, FILE, SECTION, HEAD, BODY = "RH", "FH", "SH", "CH", "SB"
TOTALS, COUNT, REPORT_TOTALS, REPORT_COUNT, END = "SF", "SC", "RF", "RC", "FF"
CODES = frozenset(
    (REPORT, FILE, SECTION, HEAD, BODY)
    + (TOTALS, COUNT, REPORT_TOTALS, REPORT_COUNT, END)
)
_QUOTE = '"'
# A word of a note that goes over several lines may begin like a code.
_AFTER_CODE = frozenset(("", _QUOTE, ",", "\r", "\n"))
# Lines that one quoted cell may reach over; more is a quote that was never closed.
_MOST_LINES = 50
_LONGEST_LINE = 1 << 20


def encoding_of(head: bytes) -> str:
    """Return how the text of a file is encoded, by its first bytes."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head[1:2] == b"\0":
        return "utf-16-le"
    if head[:1] == b"\0":
        return "utf-16-be"
    return "utf-8-sig"


def read_rows(file: BinaryIO) -> Iterator[tuple[int, str, list[str] | None]]:
    """Yield (line number, text, cells) of each row; cells are None where it is no CSV.

    :param file: seekable binary file, read as a stream.
    """
    start = file.tell()
    encoding = encoding_of(file.read(4))
    file.seek(start)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    try:
        for number, line in _joined(text):
            if line.strip("\r\n \t\ufeff\0"):
                yield number, line, cells_of(line)
    finally:
        # The file belongs to who opened it.
        text.detach()


def cells_of(line: str) -> list[str] | None:
    """Return the cells of one row, None if it is no CSV."""
    try:
        return next(csv.reader((line,), strict=True), None)
    except csv.Error:
        return None


def code_of(line: str) -> str:
    """Return the code with which a line begins, "" if it has none."""
    text = line.lstrip("\ufeff").lstrip(_QUOTE)
    code, after = text[:2].upper(), text[2:3]
    return code if code in CODES and after in _AFTER_CODE else ""


def _joined(text: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
    """Yield lines, those of one quoted cell together.

    A quote that is never closed spoils its own row: the next line that begins like a
    row is one.
    """
    number, waiting, since = 0, "", 0
    while line := text.readline(_LONGEST_LINE):
        number += 1
        if waiting and (code_of(line) or number - since > _MOST_LINES):
            yield since, waiting
            waiting = ""
        if not waiting:
            since = number
        waiting += line
        if waiting.count(_QUOTE) % 2 == 0:
            yield since, waiting
            waiting = ""
    if waiting:
        yield since, waiting
