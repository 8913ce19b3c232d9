"""Which texts two swapped characters lead to, and how names may be stored."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import names

_WORD = re.compile(r"[^\W_]+")
_UMLAUTS = (("ae", "ä", "a"), ("oe", "ö", "o"), ("ue", "ü", "u"), ("ss", "ß", "ss"))


def transpositions(text: str) -> Iterator[str]:
    """Yield each text that two neighbouring, different characters swapped give."""
    for at in range(len(text) - 1):
        if text[at] != text[at + 1]:
            yield text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def is_transposed(one: str, other: str) -> bool:
    """Return whether two texts differ by two neighbouring characters swapped."""
    if len(one) != len(other) or one == other:
        return False
    at = next(at for at, each in enumerate(one) if each != other[at])
    return (
        one[at : at + 2] == other[at : at + 2][::-1]
        and len(one[at : at + 2]) == 2
        and one[at + 2 :] == other[at + 2 :]
    )


def search_words(name: str, most: int) -> list[list[str]]:
    """Return the words of a name that tell who it is, each in all its spellings."""
    telling = set(names.words(name))
    written = dict.fromkeys(_WORD.findall(name[: names.LONGEST_NAME].casefold()))
    found = [word for word in written if telling.intersection(names.words(word))]
    return [spellings(word) for word in found[:most]]


def spellings(word: str) -> list[str]:
    """Return how a word may be stored: as it is, and with other umlauts."""
    forms = [word]
    for digraph, umlaut, plain in _UMLAUTS:
        forms += [form.replace(digraph, umlaut) for form in forms if digraph in form]
        forms += [
            form.replace(umlaut, other)
            for form in forms
            for other in (digraph, plain)
            if umlaut in form
        ]
    return list(dict.fromkeys(forms))
