"""From what several texts have in common to a pattern of the rules' language.

Texts are cut into runs of letters, of digits and single other signs. What all texts
share, in the same order, stays; what differs becomes ``*``, digits of equal number
that differ become ``#``. A pattern is only ever returned if it was tried: it occurs in
all of its examples and in none of the texts that are known to mean something else.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from . import pattern
from .known_payer import anchors

# Of an example no more than this is looked at.
LONGEST_EXAMPLE = 200
MOST_RUNS = 60
# Of many examples so many make the pattern; the others only have to fit it.
MOST_EXAMPLES = 100
MOST_CORRECTIONS = 50
# Fewer letters in a row, or in all, could be said by anybody.
FEWEST_LETTERS = 4
# What the language of patterns would not take literally.
_SPECIAL = "*?#|"
_LETTERS, _DIGITS, _SIGN = "letters", "digits", "sign"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a text, and how it stands to the run before it.

    :ivar text: what it says; digits that differ are ``#``.
    :ivar kind: letters, digits or a single sign.
    :ivar is_apart: whether other text may stand before it.
    :ivar is_word: whether a blank stands before it.
    """

    text: str
    kind: str
    is_apart: bool = False
    is_word: bool = False


def runs(text: str) -> tuple[Run, ...]:
    """Return the runs of a text, in the spelling in which patterns are compared."""
    found: list[Run] = []
    for word in _spelt(text).split():
        start = 0
        for end in range(1, len(word) + 1):
            if end == len(word) or _kind(word[end]) != _kind(word[start]):
                found.extend(_run(word[start:end], start == 0))
                start = end
    return tuple(found[:MOST_RUNS])


def _spelt(text: str) -> str:
    spelt = unicodedata.normalize("NFKC", text[:LONGEST_EXAMPLE]).casefold()
    return unicodedata.normalize("NFKC", spelt)


def _kind(sign: str) -> str:
    if sign.isdecimal():
        return _DIGITS
    return _LETTERS if sign.isalpha() else _SIGN


def _run(text: str, is_word: bool) -> Iterable[Run]:
    """Yield a run of letters or digits as one, other signs one by one."""
    kind = _kind(text[0])
    if kind != _SIGN:
        yield Run(text, kind, is_word=is_word)
        return
    for place, sign in enumerate(text):
        yield Run(sign, kind, is_word=is_word and not place)


# ----------------------------------------------------------------------
# What two texts have in common
# ----------------------------------------------------------------------


def common(one: Sequence[Run], other: Sequence[Run]) -> tuple[Run, ...]:
    """Return the runs that both have in the same order, as many signs as possible."""
    pairs = _longest(one, other)
    shared = []
    before = (-1, -1)
    for place, (left, right) in enumerate(pairs):
        first = one[left]
        is_apart = first.is_apart or other[right].is_apart
        if place and (left, right) != (before[0] + 1, before[1] + 1):
            is_apart = True
        # What was dropped in between may have had a gap of its own.
        shared.append(
            Run(_joined(first, other[right]), first.kind, is_apart, first.is_word)
        )
        before = (left, right)
    return tuple(shared)


def _longest(one: Sequence[Run], other: Sequence[Run]) -> list[tuple[int, int]]:
    """Return the places of the common runs, by dynamic programming."""
    best = [[0] * (len(other) + 1) for _row in range(len(one) + 1)]
    for left in range(len(one) - 1, -1, -1):
        for right in range(len(other) - 1, -1, -1):
            weight = _weight(one[left], other[right])
            best[left][right] = max(
                best[left + 1][right],
                best[left][right + 1],
                best[left + 1][right + 1] + weight if weight else 0,
            )
    return _path(one, other, best)


def _path(
    one: Sequence[Run], other: Sequence[Run], best: Sequence[Sequence[int]]
) -> list[tuple[int, int]]:
    pairs = []
    left = right = 0
    while left < len(one) and right < len(other):
        weight = _weight(one[left], other[right])
        if weight and best[left][right] == best[left + 1][right + 1] + weight:
            pairs.append((left, right))
            left, right = left + 1, right + 1
        elif best[left][right] == best[left + 1][right]:
            left += 1
        else:
            right += 1
    return pairs


def _weight(one: Run, other: Run) -> int:
    """Return how much it is worth that two runs are the same, 0 if they are not.

    Digits may differ, if they are equally many; letters tell most.
    """
    if one.kind != other.kind:
        return 0
    if one.kind == _DIGITS:
        return len(one.text) if len(one.text) == len(other.text) else 0
    return 3 * len(one.text) if one.text == other.text else 0


def _joined(one: Run, other: Run) -> str:
    if one.text == other.text:
        return one.text
    return "#" * len(one.text)


# ----------------------------------------------------------------------
# Patterns
# ----------------------------------------------------------------------


def pattern_of(examples: Sequence[str], others: Iterable[str] = ()) -> str:
    """Return a pattern that occurs in all examples and in none of the others.

    :param examples: texts that mean the same, at least one.
    :param others: texts that mean something else.
    :return: "" if there is none, or only one that could be said by anybody.
    """
    distinct = list(dict.fromkeys(examples))
    if not distinct:
        return ""
    shared = reduce(common, (runs(text) for text in distinct[:MOST_EXAMPLES]))
    written = _as_pattern(shared)
    for _attempt in range(MOST_CORRECTIONS):
        if not written or (odd := _first_that_differs(written, distinct)) is None:
            break
        shared = common(shared, runs(odd))
        written = _as_pattern(shared)
    return written if written and _holds(written, distinct, others) else ""


def _as_pattern(shared: Sequence[Run]) -> str:
    """Return runs as a pattern, "" if they are none that tells anything."""
    open_to_time = _without_dates(shared)
    if not _has_substance(open_to_time):
        return ""
    written = _written(open_to_time)
    return written if _ready(written) else ""


def _first_that_differs(written: str, examples: Iterable[str]) -> str | None:
    ready = pattern.compiled(written)
    return next((text for text in examples if not ready.matches(text)), None)


def _without_dates(shared: Sequence[Run]) -> tuple[Run, ...]:
    """Let years, months and days vary that only happen to be the same."""
    return tuple(
        Run("#" * len(run.text), run.kind, run.is_apart, run.is_word)
        if run.kind == _DIGITS and _is_part_of_a_date(run.text)
        else run
        for run in shared
    )


def _is_part_of_a_date(digits: str) -> bool:
    return len(digits) <= 2 or (len(digits) == 4 and digits[:2] in ("19", "20"))


def _has_substance(shared: Sequence[Run]) -> bool:
    letters = [len(run.text) for run in shared if run.kind == _LETTERS]
    digits = [
        len(run.text) for run in shared if run.kind == _DIGITS and "#" not in run.text
    ]
    # A long number that never changes, such as a contract's, tells as much.
    return sum(letters) >= FEWEST_LETTERS or max(digits, default=0) >= FEWEST_LETTERS


def _written(shared: Sequence[Run]) -> str:
    """Return the runs as a pattern; blanks in it are for the reader."""
    pieces: list[str] = []
    for place, run in enumerate(shared):
        if place and run.is_apart:
            pieces.append("*")
        if place and (run.is_word or run.is_apart):
            pieces.append(" ")
        pieces.append(_literal(run))
    text = "".join(pieces).replace("* ", " * ").replace("  ", " ")
    return text.upper() if text.isascii() else text


def _literal(run: Run) -> str:
    """Return a run as the language of patterns takes it literally."""
    if run.kind == _DIGITS:
        return run.text
    return "".join("?" if sign in _SPECIAL else sign for sign in run.text)


def _holds(written: str, examples: Iterable[str], others: Iterable[str]) -> bool:
    ready = pattern.compiled(written)
    return all(ready.matches(text) for text in examples) and not any(
        ready.matches(text) for text in others
    )


def _ready(written: str) -> pattern.Pattern | None:
    try:
        return pattern.compiled(written)
    except pattern.PatternError:
        return None


class Index:
    """Very many texts, to ask of a pattern in which of them it occurs."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(texts)
        self._spelt = tuple(pattern.comparable(text) for text in self._texts)

    def places(self, written: str) -> Iterator[int]:
        """Yield the places of the texts in which a pattern occurs.

        Most texts are told by a plain piece that they do not have.
        """
        ready = pattern.compiled(written)
        pieces = anchors(written)
        for place, spelt in enumerate(self._spelt):
            if pieces and not any(piece in spelt for piece in pieces):
                continue
            if ready.matches(self._texts[place]):
                yield place


# ----------------------------------------------------------------------
# Which texts belong together
# ----------------------------------------------------------------------


def clusters(texts: Sequence[str], least: int) -> list[list[int]]:
    """Return the places of texts that begin alike, in groups of ``least`` or more.

    First those that share their first two words, then, of what is left, those that
    share the first one. A word has letters only, three or more.
    """
    left = list(range(len(texts)))
    words = [_words(text) for text in texts]
    found = []
    for length in (2, 1):
        groups = defaultdict(list)
        for place in left:
            if len(words[place]) >= length:
                groups[words[place][:length]].append(place)
        large = [group for group in groups.values() if len(group) >= least]
        found.extend(large)
        taken = {place for group in large for place in group}
        left = [place for place in left if place not in taken]
    return found


def _words(text: str) -> tuple[str, ...]:
    return tuple(
        run.text for run in runs(text) if run.kind == _LETTERS and len(run.text) > 2
    )[:2]
