"""Words of free text that may be the number of a document.

A text is cut into runs of letters and digits; up to some neighbouring runs together
are a token, so that it does not matter where spaces, separators and the ends of lines
stand. How much a token is worth depends on what stands around it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from odoo.addons.settlement.canonical import references

# Shorter words name too much: years, house numbers, amounts.
SHORTEST = 5
LONGEST = 35
DIGITS = 3
# One payment's texts are read up to these bounds; beyond them it says so.
MOST_CHARACTERS = 4_000
MOST_TOKENS = 1_500
# Runs that one token may join, and letters that may stand for themselves in it.
_MOST_RUNS = 8
_WORD = 8
_MOST_WORDS = 2
_MOST_CUTS = 5
# Banks cut a text into lines of these widths and join them without a blank.
_WIDTHS = (27, 35)
_RUN = re.compile(r"[A-Za-z0-9]+")
# What ends one reference and begins another.
_STOPS = frozenset(",;|()[]{}<>\"'=+*!?")
# What may stand at its ends, and inside it as well; blanks are like these.
_ENDS = frozenset(":#")
# Fewer digits that are only a part of something else are no number.
_DIGITS_INSIDE = 6
# From digits to a word that somebody forgot to set apart.
_GLUED_WORD = re.compile(r"(?<=[0-9])(?=[A-Za-z]{2})")
_WITHOUT_DIGITS = str.maketrans("", "", string.digits)
_NUMBER_WORDS = tuple(
    sorted(
        (
            "RECHNUNGSNUMMER RECHNUNGSNR RECHNUNG RECHNR RECHN RENR RE RGNR RG RNR "
            "BELEGNR BELEG INVOICENO INVOICE INVNO INV NUMMER NUMBER NUMERO NUM NR NO "
            "N FACTURE FACT FAC FAKTURA FATTURA FACTURA REFERENCE REFERENZ REFNR REF "
            "BILL SVWZ EREF KREF IHR YOUR UNSERE OUR ZAHLUNG PAYMENT DOC DOCUMENT"
        ).split(),
        key=len,
        reverse=True,
    )
)
_LEADING_LETTERS = re.compile(r"[A-Za-z]{1,30}")
# A number written by Odoo gets such a suffix with each further attempt to pay.
_RETRY_SUFFIX = re.compile(r"[0-9]{1,2}")
_BLANK = re.compile(r"\s")
_LAST_DIGITS = re.compile(r"[0-9]{1,9}$")
_NEXT_IN_LIST = re.compile(
    r"\s{0,3}(?:,|;|/|\+|&|und|and|et|y|e|og|och|en|sowie)\s{0,3}"
    r"([0-9]{1,6})(?![A-Za-z0-9]|[/.,-][A-Za-z0-9])",
    re.IGNORECASE,
)
_END_OF_RANGE = re.compile(
    r"\s{0,3}(?:-|\u2013|bis|to|till|t/m|\.\.\.?)\s{0,3}"
    r"([0-9]{1,6})(?![A-Za-z0-9]|[/.,-][A-Za-z0-9])",
    re.IGNORECASE,
)
_MOST_LISTED = 20
_UNPRINTABLE = re.compile(r"[^A-Za-z0-9 /._:#&+-]+")

# How a token stands in the text, strongest first.
PLAIN = "plain"
RETRY = "retry"
INSIDE = "inside"
LISTED = "listed"
RANGE = "range"


class Token(NamedTuple):
    """A stretch of text in comparable spelling.

    :ivar how: ``plain``: a word, or words, of its own; ``retry``: the same without the
        suffix of a repeated attempt to pay; ``inside``: a part of something longer;
        ``listed``: a last number that follows a whole one; ``range``: between two.
    :ivar start: where it begins in the texts, ``end`` behind its last character.
    :ivar read: the stretch as it stands there; see :func:`printable`.
    :ivar is_joined: there are blanks in it.
    """

    text: str
    how: str = PLAIN
    start: int = 0
    end: int = 0
    read: str = ""
    is_joined: bool = False


@dataclass(slots=True)
class Reading:
    """The tokens of a payment's texts, and whether a bound was reached."""

    tokens: list[Token] = field(default_factory=list)
    is_cut: bool = False


class _Run(NamedTuple):
    """A run of letters and digits, and what stands around it.

    :ivar line: where the line begins in which it stands.
    :ivar opens: a reference may begin here, ``closes``: it may end here.
    :ivar stops: no reference goes on behind it.
    """

    start: int
    end: int
    digits: int
    line: int
    opens: bool
    closes: bool
    stops: bool


def scan(texts: Iterable[str | None]) -> Reading:
    """Return the stretches of ``texts`` that could name a document, in order."""
    reading = Reading()
    offset = 0
    for text in filter(None, texts):
        room = max(MOST_CHARACTERS - offset, 0)
        reading.is_cut |= len(text) > room
        for token in _of_text(text[:room], offset):
            if len(reading.tokens) >= MOST_TOKENS:
                reading.is_cut = True
                return reading
            reading.tokens.append(token)
        # A gap keeps stretches of different texts apart.
        offset += len(text) + 2
    return reading


def _of_text(text: str, offset: int) -> Iterator[Token]:
    runs = _runs(text)
    window = (-1, -1)
    starts: list[int] = []
    for first, last in _windows(text, runs):
        if first != window[0]:
            starts = _starts(text, runs[first])
        window = (first, last)
        for start in starts:
            for end in _ends(text, runs[last]):
                yield from _of_stretch(text, runs, window, (start, end), offset)


def _of_stretch(
    text: str,
    runs: Sequence[_Run],
    window: tuple[int, int],
    span: tuple[int, int],
    offset: int,
) -> Iterator[Token]:
    """Yield the token of a stretch of some runs, and what it begins."""
    if span[1] - span[0] < SHORTEST:
        return
    how = _how(text, runs, window, span)
    token = _token(text, span, how, offset)
    if token is None:
        return
    yield token
    if how == PLAIN:
        yield from _in_list(text, token, span[1], offset)
    if runs[window[0]].opens and span[0] == runs[window[0]].start:
        yield from _in_range(text, token, span[1], offset)


# ----------------------------------------------------------------------
# Runs and the gaps between them
# ----------------------------------------------------------------------


def _runs(text: str) -> list[_Run]:
    spans = [match.span() for match in _RUN.finditer(text)]
    has_lines = "\n" in text or "\r" in text
    bounds = [(0, 0), *spans, (len(text), len(text))]
    gaps = [
        text[before[1] : after[0]]
        for before, after in zip(bounds, bounds[1:], strict=False)
    ]
    last = len(spans) - 1
    return [
        _Run(
            start,
            end,
            _count_digits(text[start:end]),
            line=_line(text, start) if has_lines else 0,
            opens=_is_open(gaps[place][::-1], at_edge=place == 0),
            closes=_is_open(gaps[place + 1], at_edge=place == last),
            stops=not _STOPS.isdisjoint(gaps[place + 1]),
        )
        for place, (start, end) in enumerate(spans)
    ]


def _count_digits(text: str) -> int:
    return len(text) - len(text.translate(_WITHOUT_DIGITS))


def _line(text: str, place: int) -> int:
    """Return where the line begins in which a place is."""
    return max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1


def _is_open(gap: str, at_edge: bool) -> bool:
    """Say whether a reference may end where this gap begins.

    :param at_edge: behind the gap there is nothing more.
    """
    for character in gap:
        if character in _STOPS or character in _ENDS or character.isspace():
            return True
        if character.isalnum():
            return False
    return at_edge


def _windows(text: str, runs: Sequence[_Run]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of neighbouring runs that may be one number."""
    if not any(run.digits for run in runs):
        return
    for first in range(len(runs)):
        digits = words = length = 0
        for last in range(first, min(first + _MOST_RUNS, len(runs))):
            run = runs[last]
            length += run.end - run.start
            if not run.digits:
                words += 1
                if words > _MOST_WORDS or not _may_be_in_number(
                    text, runs, first, last
                ):
                    break
            digits += run.digits
            if digits >= DIGITS:
                yield first, last
            if run.stops or length > LONGEST:
                break


def _may_be_in_number(text: str, runs: Sequence[_Run], first: int, place: int) -> bool:
    """Say whether a run without digits may belong to a number that begins earlier.

    Words in front of digits may; behind them only what no blank separates.
    """
    run = runs[place]
    if run.end - run.start > _WORD and not _starts(text, run)[1:]:
        return False
    if place == first or not runs[place - 1].digits:
        return True
    return not _BLANK.search(text, runs[place - 1].end, run.start)


# ----------------------------------------------------------------------
# Where a token may begin and end inside its outer runs
# ----------------------------------------------------------------------


def _starts(text: str, run: _Run) -> list[int]:
    """Return the beginning of a run, and where words glued to a number end."""
    found = {*_glued_prefixes(text, run), *_cuts(text, run)}
    return [run.start, *sorted(found)[:_MOST_CUTS]] if found else [run.start]


def _ends(text: str, run: _Run) -> list[int]:
    return [run.end, *_cuts(text, run)[:_MOST_CUTS]]


def _glued_prefixes(text: str, run: _Run) -> list[int]:
    """Return the places behind words such as "Invoice No" at the head of a run."""
    letters = _LEADING_LETTERS.match(text, run.start, run.end)
    if not letters:
        return []
    places = [run.start + length for length in _number_words(letters[0].upper())]
    return [place for place in places if place < run.end]


@lru_cache(maxsize=8192)
def _number_words(head: str) -> tuple[int, ...]:
    """Return the lengths of what words for "number of invoice" cover of ``head``."""
    reached = [0]
    for place in reached:
        for word in _NUMBER_WORDS:
            behind = place + len(word)
            if head.startswith(word, place) and behind not in reached:
                reached.append(behind)
    return tuple(reached[1:])


def _cuts(text: str, run: _Run) -> list[int]:
    """Return where a run may be two: a forgotten blank or the end of a line."""
    found = []
    if run.digits:
        words = _GLUED_WORD.finditer(text, run.start, run.end)
        found = [match.start() for match in words]
    for width in _WIDTHS:
        place = run.start + width - (run.start - run.line) % width
        if place < run.end and place not in found:
            found.append(place)
    return sorted(found) if found else found


def _how(
    text: str, runs: Sequence[_Run], window: tuple[int, int], span: tuple[int, int]
) -> str:
    """Return how a stretch stands in the text."""
    first, last = runs[window[0]], runs[window[1]]
    if not first.opens or span[0] != first.start or span[1] != last.end:
        return INSIDE
    if last.closes:
        return PLAIN
    following = runs[window[1] + 1] if window[1] + 1 < len(runs) else None
    if (
        following
        and following.closes
        and text[last.end : following.start] == "-"
        and _RETRY_SUFFIX.fullmatch(text, following.start, following.end)
    ):
        return RETRY
    return INSIDE


def _token(text: str, span: tuple[int, int], how: str, offset: int) -> Token | None:
    """Return the token of a stretch if it could name a document."""
    read = text[span[0] : span[1]]
    spelled = references.normalise("invoice", read)
    digits = _count_digits(spelled)
    if not SHORTEST <= len(spelled) <= LONGEST or digits < DIGITS:
        return None
    is_joined = _BLANK.search(read) is not None
    if how == INSIDE and (is_joined or digits == len(spelled) < _DIGITS_INSIDE):
        return None
    return Token(spelled, how, offset + span[0], offset + span[1], read, is_joined)


def printable(read: str) -> str:
    """Return a stretch of text as it may stand in a sentence."""
    return _UNPRINTABLE.sub(" ", " ".join(read.split())).strip()[:60]


# ----------------------------------------------------------------------
# Numbers of which only the end is written
# ----------------------------------------------------------------------


def _in_list(text: str, token: Token, end: int, offset: int) -> Iterator[Token]:
    """Yield the numbers of a list that a whole number begins."""
    match = _NEXT_IN_LIST.match(text, end)
    stem, last = _stem(text, token, end) if match else ("", "")
    for _number in range(_MOST_LISTED):
        if not stem or match is None or len(match[1]) > len(last):
            return
        for number in {last[: -len(match[1])] + match[1], match[1].zfill(len(last))}:
            yield _listed(stem + number, LISTED, match, offset)
        match = _NEXT_IN_LIST.match(text, match.end())


def _in_range(text: str, token: Token, end: int, offset: int) -> Iterator[Token]:
    """Yield the numbers behind a whole one up to the end of a range."""
    match = _END_OF_RANGE.match(text, end)
    if match is None:
        return
    stem, last = _stem(text, token, end)
    if not stem or len(match[1]) > len(last):
        return
    begin, until = int(last), int(last[: -len(match[1])] + match[1])
    if begin < until <= begin + _MOST_LISTED:
        for number in range(begin + 1, until + 1):
            yield _listed(stem + str(number).zfill(len(last)), RANGE, match, offset)


def _stem(text: str, token: Token, end: int) -> tuple[str, str]:
    """Return a number without its last digits, and these; only digits have no stem."""
    tail = _LAST_DIGITS.search(text, max(end - 9, 0), end)
    if tail is None or token.text.isdigit():
        return "", ""
    return token.text[: -len(tail[0])], tail[0]


def _listed(spelled: str, how: str, match: re.Match[str], offset: int) -> Token:
    return Token(spelled, how, offset + match.start(1), offset + match.end(1), match[1])
