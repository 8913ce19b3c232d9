"""How the lines of a CSV file are cut into cells, and where its rows begin."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass

SEPARATORS = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar", "^": "caret"}
QUOTES = ('"', "'")
_MOST_LINES = 300


@dataclass(frozen=True, slots=True)
class Dialect:
    """What cuts lines into cells.

    :ivar width: how many cells most rows have.
    :ivar share: how many of a hundred rows have so many.
    """

    separator: str
    quote: str
    width: int
    share: int
    alternatives: tuple[str, ...] = ()


def guess_dialect(text: str) -> Dialect:
    """Return the separator and quote by which most lines have equally many cells."""
    lines = [line for line in text.splitlines()[:_MOST_LINES] if line.strip()]
    quote = _guess_quote(text)
    found = [_cut(lines, separator, quote) for separator in SEPARATORS]
    found = [each for each in found if each.width > 1]
    if not found:
        return Dialect(",", quote, 1, 100)
    found.sort(key=lambda each: (each.share * min(each.width, 12)), reverse=True)
    best = found[0]
    rivals = tuple(each.separator for each in found[1:] if each.share > 80)
    return Dialect(best.separator, quote, best.width, best.share, rivals)


def _guess_quote(text: str) -> str:
    """Return the quote that stands beside separators; the double one if none does."""
    beside = Counter(
        {
            quote: sum(
                text.count(f"{separator}{quote}") + text.count(f"{quote}{separator}")
                for separator in SEPARATORS
            )
            for quote in QUOTES
        }
    )
    return "'" if beside["'"] > 2 + 2 * beside['"'] else '"'


def _cut(lines: list[str], separator: str, quote: str) -> Dialect:
    widths = Counter(len(cells) for cells in cut_lines(lines, separator, quote))
    if not widths:
        return Dialect(separator, quote, 1, 0)
    # A few lines above the rows have other widths, and fewer cells.
    width, count = max(
        widths.items(), key=lambda each: (each[1] * (each[0] > 1), each[0])
    )
    return Dialect(separator, quote, width, 100 * count // sum(widths.values()))


def cut_lines(lines: list[str], separator: str, quote: str) -> list[list[str]]:
    """Return the cells of lines, as far as they can be read."""
    rows: list[list[str]] = []
    reader = csv.reader(
        lines, delimiter=separator, quotechar=quote, skipinitialspace=True
    )
    while len(rows) < len(lines):
        try:
            rows.append(next(reader))
        except StopIteration:
            break
        except csv.Error:
            continue
    return rows
