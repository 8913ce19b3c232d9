"""Where the list of records is in a JSON file of which only the beginning is known."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..reading.encodings import codec_of, guess_encoding
from .finding import Finding

_MOST_CHARACTERS = 200_000
_DEEPEST = 12
_MARKS = frozenset('"{}[],:')


@dataclass(frozen=True, slots=True)
class Records:
    """The list that seems to hold the records.

    :ivar path: as in a layout; "" if the file itself is the list.
    :ivar paths: all lists of objects; ``a → b`` is a list b inside the records of a.
    """

    path: str
    is_lines: bool
    paths: tuple[str, ...]
    finding: Finding
    explode: str = ""


def guess_records(sample: bytes) -> Records:
    """Return where the records of a JSON file are."""
    encoding = guess_encoding(sample).encoding
    text = sample.decode(codec_of(encoding)[0], "replace")[:_MOST_CHARACTERS]
    if _is_lines(text):
        finding = Finding("records", "", "Each line is an object of its own.")
        return Records("", True, (), finding)
    counts = _lists(text)
    outer = {path: count for path, count in counts.items() if "→" not in path}
    if not outer:
        finding = Finding("records", "", "The file has no list of objects.", False)
        return Records("", False, tuple(counts), finding)
    best = max(outer, key=lambda path: outer[path])
    others = tuple(each for each in counts if each != best)
    reason = f"The list {best or 'itself'} has the most objects of the sample."
    inner = [each for each in others if each.startswith(f"{best} → ")]
    inner = [each for each in inner if "→" not in each[len(best) + 3 :]]
    explode = max(inner, key=lambda path: counts[path], default="")
    if explode and counts[explode] > counts[best]:
        reason += " The lists inside of them have more: those are taken for the rows."
    else:
        explode = ""
    finding = Finding("records", best, reason, not others, others)
    return Records(best, False, tuple(counts), finding, explode[len(best) + 3 :])


def _is_lines(text: str) -> bool:
    lines = [each for each in text.splitlines()[:3] if each.strip()]
    if len(lines) < 2:
        return False
    try:
        return all(isinstance(json.loads(each), dict) for each in lines[:2])
    except (ValueError, RecursionError):
        return False


def _lists(text: str) -> dict[str, int]:
    """Count the objects of each list, by its path; a cut text is read to its end."""
    counts: dict[str, int] = {}
    # Of each open bracket: its sign, and the path of what it holds.
    opened: list[tuple[str, str]] = []
    key = name = ""
    place = 0
    while place < len(text):
        sign = text[place]
        if sign not in _MARKS:
            place += 1
            continue
        if sign == '"':
            end = _end_of_text(text, place)
            name = text[place + 1 : end]
            place = end + 1
            continue
        if sign == ":":
            key = name
        elif sign in "[{":
            path = _path(opened, key)
            if sign == "{" and opened and opened[-1][0] == "[":
                counts[opened[-1][1]] = counts.get(opened[-1][1], 0) + 1
            opened.append((sign, path))
            if len(opened) > _DEEPEST:
                break
            key = ""
        elif sign in "]}" and opened:
            opened.pop()
        place += 1
    return counts


def _path(opened: list[tuple[str, str]], key: str) -> str:
    """Return the path of what is opened now."""
    if not opened:
        return ""
    sign, outer = opened[-1]
    if sign == "[":
        # Inside an object of a list paths begin anew, behind an arrow.
        return f"{outer} → "
    joint = "" if not outer or outer.endswith("→ ") else "."
    return f"{outer}{joint}{key}"


def _end_of_text(text: str, place: int) -> int:
    end = place
    while True:
        end = text.find('"', end + 1)
        if end < 0:
            return len(text)
        before = end - 1
        while text[before] == "\\":
            before -= 1
        if (end - before) % 2:
            return end
