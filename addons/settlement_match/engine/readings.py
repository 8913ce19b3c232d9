"""What the words of a payment name: exactly, or so badly spelled that it shows.

The database finds which references have the same squeezed text as a token; here both
are compared in full. What had to be corrected is weak: it needs the exact amount.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from odoo.addons.settlement.canonical import references, spelling, structured

from . import evidence, tokens
from .tokens import Token

# A payment that names more documents than this is for a person.
MOST_HITS = 400
# Shorter digit strings with right check digits are right too often by chance.
_SURE_STRUCTURED = 10
_MOST_CORRECTED = 3

# How strong a reading is: stronger ones cover the stretch of text they stand on.
EXACT, SUFFIXED, PART, CORRECTED, PARTNER = range(5)
# Not strong enough to be matched without a person, however well the amounts fit.
PROPOSED = 9

_PIECES = re.compile(r"[A-Z]+|[0-9]+")
_WITHOUT_ZEROS = str.maketrans("", "", spelling.LEFT_OUT)
_MISTAKEN: dict[str, str] = {}
for _letter, _digit in spelling.CONFUSED.items():
    _MISTAKEN[_letter] = _MISTAKEN.get(_letter, "") + _letter + _digit
    _MISTAKEN[_digit] = _MISTAKEN.get(_digit, _digit) + _letter
# A capital I and a small l look the same.
_MISTAKEN["I"] += "L"
_MISTAKEN["L"] += "I"
_ZEROS = "[0O]*"


class Hit(NamedTuple):
    """A token and a reference with the same squeezed text.

    :ivar type: type of the reference, ``text`` its comparable spelling.
    :ivar number: the document's own number as its journal writes it.
    :ivar is_bill_number: it is the number that the supplier gave the bill.
    """

    token: Token
    move_line_id: int
    type: str
    text: str
    number: str
    is_bill_number: bool = False


class Reading(NamedTuple):
    """A document's item that a payment names, and how sure that is.

    :ivar text: what was read, as evidence shows it.
    """

    move_line_id: int
    kind: evidence.ReferenceKind
    text: str
    strength: int


def understand(hits: Sequence[Hit], countries: Collection[str] = ()) -> list[Reading]:
    """Return what the hits of one payment name, the best reading for each item.

    :param countries: ISO codes of countries whose check digits may be meant.
    """
    judged = [
        (reading, hit.token)
        for hit in hits
        if (reading := _judge(hit, countries)) is not None
    ]
    judged.sort(key=lambda pair: (pair[0].strength, pair[0].kind.rank))
    best: dict[int, Reading] = {}
    covered: list[tuple[int, Token]] = []
    for reading, token in judged:
        if not _is_covered(reading.strength, token, covered):
            covered.append((reading.strength, token))
            best.setdefault(reading.move_line_id, reading)
    return list(best.values())


def _is_covered(
    strength: int, token: Token, covered: Iterable[tuple[int, Token]]
) -> bool:
    """Say whether something stronger is read on this stretch of text."""
    return any(
        stronger < strength and other.start < token.end and token.start < other.end
        for stronger, other in covered
    )


def _judge(hit: Hit, countries: Collection[str]) -> Reading | None:
    """Return what one hit is worth, None if it is only alike."""
    token = hit.token
    if token.text != hit.text:
        return _judge_spelling(hit)
    kind = _exact_kind(hit, countries)
    is_weak = kind in (evidence.BILL, evidence.TOKEN)
    if is_weak and structured.is_broken(hit.text, countries):
        return Reading(hit.move_line_id, evidence.TOKEN, hit.text, PROPOSED)
    if token.how == tokens.RANGE:
        return _weak(hit, PROPOSED)
    if token.how in (tokens.INSIDE, tokens.LISTED):
        return _weak(hit, PART)
    if token.is_joined and token.text.isdigit() and kind is not evidence.STRUCTURED:
        return _weak(hit, PART)
    strength = SUFFIXED if token.how == tokens.RETRY else EXACT
    return Reading(hit.move_line_id, kind, hit.text, strength)


def _exact_kind(hit: Hit, countries: Collection[str]) -> evidence.ReferenceKind:
    if hit.type == "structured" and structured.scheme(hit.text, countries):
        if structured.is_marked(hit.text) or len(hit.text) >= _SURE_STRUCTURED:
            return evidence.STRUCTURED
    if references.normalise("invoice", hit.number) == hit.text:
        return evidence.NUMBER
    return evidence.BILL if hit.is_bill_number else evidence.TOKEN


def _judge_spelling(hit: Hit) -> Reading | None:
    """Return the reading of a reference that is spelled otherwise than it should be."""
    number = _written(hit)
    if hit.token.how == tokens.RETRY or not is_bad_spelling(hit.token.text, number):
        return None
    return _weak(hit, PROPOSED if hit.token.how == tokens.RANGE else CORRECTED)


def _weak(hit: Hit, strength: int) -> Reading:
    """Return a reading that says what was read, and as what."""
    read = tokens.printable(hit.token.read)
    text = f"'{read}' as {_written(hit)}"
    return Reading(hit.move_line_id, evidence.SPELLING, text, strength)


def _written(hit: Hit) -> str:
    """Return the reference as the document writes it, as far as that is known."""
    is_own = references.normalise("invoice", hit.number) == hit.text
    return hit.number if is_own else hit.text


# ----------------------------------------------------------------------
# Bad spellings of one number
# ----------------------------------------------------------------------


def is_bad_spelling(read: str, number: str) -> bool:
    """Say whether ``read`` is ``number`` with mistaken letters or other zeros.

    :param read: what was read, in comparable spelling.
    :param number: the number as it should be, with its separators if known.
    """
    wanted = references.normalise("invoice", number)
    if not _pattern(number.upper()).fullmatch(read):
        return False
    pairs = list(
        zip(
            read.translate(_WITHOUT_ZEROS),
            wanted.translate(_WITHOUT_ZEROS),
            strict=False,
        )
    )
    mistaken = sum(one != other for one, other in pairs)
    # Who takes one zero for a letter takes all of them for it.
    mistaken += read.count("O") != wanted.count("O")
    digits = sum(other.isdigit() for _one, other in pairs)
    right = sum(one == other and other.isdigit() for one, other in pairs)
    has_letter = any(one == other and one.isalpha() for one, other in pairs)
    return (
        mistaken <= _MOST_CORRECTED
        and 2 * right >= digits
        and (has_letter or wanted.isdigit())
    )


@lru_cache(maxsize=20_000)
def _pattern(number: str) -> re.Pattern[str]:
    """Return what a badly spelled number looks like without its separators.

    Where a group of digits begins with zeros, they may be fewer or more.
    """
    parts = []
    for piece in _PIECES.findall(number):
        if piece.startswith("0"):
            parts.append(_ZEROS)
            piece = piece.lstrip("0")
        parts += [f"[{_MISTAKEN.get(character, character)}]" for character in piece]
    return re.compile("".join(parts))


def is_slip(read: str, number: str) -> bool:
    """Say whether one digit is wrong, or two neighbours changed places.

    :param read: what was read, in comparable spelling.
    :param number: the other number, in comparable spelling.
    """
    if len(read) != len(number):
        return False
    wrong = [
        place
        for place, (one, other) in enumerate(zip(read, number, strict=True))
        if one != other
    ]
    if not wrong or not all(read[p].isdigit() and number[p].isdigit() for p in wrong):
        return False
    if len(wrong) == 1:
        return True
    first, second = wrong[0], wrong[-1]
    return (
        len(wrong) == 2
        and second == first + 1
        and read[first] == number[second]
        and read[second] == number[first]
    )


# ----------------------------------------------------------------------
# Numbers without their prefix, where the payer is known
# ----------------------------------------------------------------------

_YEAR = re.compile(r"(?:19|20)([0-9]{2})")
# Groups of digits with separators: 2026/00012, 26-12, 12/2026.
_GROUPS = re.compile(
    r"(?<![0-9])[0-9]{1,8}(?:\s?[/._-]\s?[0-9]{1,8}){1,3}(?![0-9])", re.ASCII
)
_DIGIT_GROUPS = re.compile(r"[0-9]+")
_MOST_GROUPS = 50

Core = tuple[int, ...]


def core_of(number: str) -> Core | None:
    """Return year (two digits) and counters of a document's own number.

    Only numbers that have a year as a group of its own have such a core.
    """
    groups = _DIGIT_GROUPS.findall(number)
    if len(groups) < 2 or not _YEAR.fullmatch(groups[0]):
        return None
    return (int(groups[0][2:]), *map(int, groups[1:]))


def cores(texts: Iterable[str | None]) -> dict[Core, str]:
    """Return what texts may mean by groups of digits, and how it stands there."""
    found: dict[Core, str] = {}
    for text in filter(None, texts):
        for match in _GROUPS.finditer(text[: tokens.MOST_CHARACTERS]):
            for core in _meanings(_DIGIT_GROUPS.findall(match[0])):
                found.setdefault(core, tokens.printable(match[0]))
            if len(found) >= _MOST_GROUPS:
                return found
    return found


def _meanings(groups: Sequence[str]) -> list[Core]:
    first, last = groups[0], groups[-1]
    rest, others = map(int, groups[1:]), map(int, groups[:-1])
    found: list[Core] = []
    if _YEAR.fullmatch(first) or len(first) == 2:
        found.append((int(first[-2:]), *rest))
    if _YEAR.fullmatch(last):
        found.append((int(last[-2:]), *others))
    return found


def respelled(number: str, read: str) -> str:
    """Return what was read, written as a document writes its number.

    :param number: number of a document, ``read`` one like it without separators.
    """
    characters = iter(read)
    return "".join(
        next(characters, "")
        if character.isascii() and character.isalnum()
        else character
        for character in number
    )


def slips(read_tokens: Iterable[Token], numbers: Iterable[str]) -> dict[str, Token]:
    """Return which numbers differ by a slip from words of a text: number → word."""
    by_length: dict[int, list[Token]] = {}
    for token in read_tokens:
        if token.how in (tokens.PLAIN, tokens.RETRY):
            by_length.setdefault(len(token.text), []).append(token)
    found: dict[str, Token] = {}
    for number in numbers:
        spelled = references.normalise("invoice", number)
        for token in by_length.get(len(spelled), ()):
            if is_slip(token.text, spelled):
                found.setdefault(number, token)
    return found
