"""Text patterns for finance people: a small language of its own, in linear time.

``*`` any text, ``?`` one character, ``#`` one digit, ``|`` between alternatives;
everything else is taken literally. Case, spaces and invisible characters do not
matter. A pattern is looked for anywhere in a text. There is no way to write one that
takes long: each character of the text is looked at once for each alternative.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

LONGEST_PATTERN = 200
# Of a text no more than this is looked at: no bank or provider says more.
LONGEST_TEXT = 4_000
# An alternative with less to hold on to occurs in any text by chance.
FEWEST_SIGNS = 3

_ANY_TEXT, _ANY_SIGN, _DIGIT, _OR = "*?#|"
# Separators, control characters and marks that nobody sees.
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"})


class PatternError(ValueError):
    """A pattern that cannot be used; the message says why, for its author.

    :ivar cause: stable code: ``empty``, ``long`` or ``vague``.
    """

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause


def comparable(text: str) -> str:
    """Return a text in the spelling that patterns are compared in."""
    spelt = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).casefold()
    signs = (
        sign
        for sign in unicodedata.normalize("NFKC", spelt)
        if unicodedata.category(sign) not in _INVISIBLE
    )
    # One sign may be spelt out as many: the limit holds for the result as well.
    return "".join(islice(signs, LONGEST_TEXT))


@dataclass(frozen=True, slots=True)
class _Segment:
    """Consecutive signs of a pattern, as one bit each.

    :ivar signs: literal sign → the places where it may stand.
    :ivar any_sign: the places where every sign may stand.
    :ivar digit: the places where a digit may stand.
    :ivar last: the last place.
    """

    signs: dict[str, int]
    any_sign: int
    digit: int
    last: int

    def end(self, text: str, start: int) -> int:
        """Return where the first occurrence from ``start`` on ends, -1 if none."""
        state = 0
        for position in range(start, len(text)):
            sign = text[position]
            fitting = self.signs.get(sign, 0) | self.any_sign
            if sign.isdecimal():
                fitting |= self.digit
            state = (state << 1 | 1) & fitting
            if state & self.last:
                return position + 1
        return -1


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that is ready for use.

    :ivar text: as its author wrote it.
    """

    text: str
    alternatives: tuple[tuple[_Segment, ...], ...]

    def matches(self, text: str) -> bool:
        """Return whether the pattern occurs in one text."""
        spelt = comparable(text)
        return any(_occurs(segments, spelt) for segments in self.alternatives)

    def matches_any(self, texts: Iterable[str | None]) -> bool:
        """Return whether the pattern occurs in one of several texts."""
        return any(self.matches(text) for text in texts if text)


@lru_cache(maxsize=1024)
def compiled(text: str) -> Pattern:
    """Return a pattern that is ready for use.

    :raises PatternError: if it is empty, too long or would match nearly anything.
    """
    spelt = comparable(text)
    if max(len(text), len(spelt)) > LONGEST_PATTERN:
        raise PatternError(
            "long",
            f"The pattern has {len(text)} characters; {LONGEST_PATTERN} are allowed.",
        )
    if not spelt:
        raise PatternError("empty", "The pattern is empty.")
    alternatives = spelt.split(_OR)
    for alternative in alternatives:
        _require_substance(alternative)
    return Pattern(text, tuple(_segments(each) for each in alternatives))


def _require_substance(alternative: str) -> None:
    signs = sum(sign not in (_ANY_TEXT, _ANY_SIGN) for sign in alternative)
    if signs < FEWEST_SIGNS:
        raise PatternError(
            "vague",
            f"“{alternative}” would occur in nearly any text: write at least "
            f"{FEWEST_SIGNS} letters or digits in each alternative.",
        )


def _segments(alternative: str) -> tuple[_Segment, ...]:
    return tuple(_segment(part) for part in alternative.split(_ANY_TEXT) if part)


def _segment(part: str) -> _Segment:
    signs: dict[str, int] = {}
    any_sign = digit = 0
    for place, sign in enumerate(part):
        bit = 1 << place
        if sign == _ANY_SIGN:
            any_sign |= bit
        elif sign == _DIGIT:
            digit |= bit
        else:
            signs[sign] = signs.get(sign, 0) | bit
    return _Segment(signs, any_sign, digit, 1 << len(part) - 1)


def _occurs(segments: tuple[_Segment, ...], text: str) -> bool:
    """Return whether the segments occur one behind the other.

    The earliest end of each leaves most room for those behind it, so nothing is
    ever tried twice.
    """
    position = 0
    for segment in segments:
        position = segment.end(text, position)
        if position < 0:
            return False
    return True
