"""Words of free text that may be the number of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from odoo.addons.settlement.canonical import references

# A number written by Odoo, with the suffix that a repeated attempt to pay gets.
_RETRY = re.compile(r"^(.*\d)-\d{1,2}$")
_SEPARATORS = re.compile(r"[\s,;|]+")
_EDGES = ".:()[]<>\"'"
# Shorter words name too much: years, house numbers, amounts.
_SHORTEST = 5
_LONGEST = 35
_DIGITS = 3
# Banks break a reference at the end of a line; up to three pieces are joined again.
_PIECES = 3


@dataclass(frozen=True, slots=True)
class Token:
    """One word in comparable spelling; the second pass takes retry suffixes off."""

    text: str
    attempt: int = 1


def tokens(texts: Iterable[str | None]) -> set[Token]:
    """Return the words of ``texts`` that could name a document."""
    return {token for text in texts if text for token in _of_text(text)}


def _of_text(text: str) -> Iterator[Token]:
    words = [word.strip(_EDGES) for word in _SEPARATORS.split(text)]
    words = [word for word in words if word]
    for start in range(len(words)):
        for end in range(start + 1, min(start + _PIECES, len(words)) + 1):
            yield from _of_word("".join(words[start:end]))


def _of_word(word: str) -> Iterator[Token]:
    if _is_plausible(text := references.normalise("invoice", word)):
        yield Token(text)
    if match := _RETRY.match(word):
        if _is_plausible(text := references.normalise("invoice", match[1])):
            yield Token(text, attempt=2)


def _is_plausible(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    return _SHORTEST <= len(text) <= _LONGEST and digits >= _DIGITS


def spoken(texts: Iterable[str | None], most: int) -> tuple[str, ...]:
    """Return the first words of ``texts`` that could be a number, as written."""
    words = (
        word.strip(_EDGES) for text in texts for word in _SEPARATORS.split(text or "")
    )
    plausible = (
        word
        for word in words
        if len(word) <= 2 * _LONGEST
        and _is_plausible(references.normalise("invoice", word))
    )
    return tuple(islice(dict.fromkeys(plausible), most))
