"""How alike two names are, and which texts two swapped characters lead to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# From here on, in percent, names are called alike.
SIMILAR = 60
_WORDS = re.compile(r"[a-z0-9]+")
# Letters that do not decompose, and what people write for letters that do.
_SPELLINGS = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)
_DIGRAPHS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
# Forms of companies and titles say nothing of who it is.
_FORMS = frozenset(
    "ag bv co company corp corporation dr gmbh inc kg kgaa limited llc llp ltd mr mrs "
    "ms nv oy oyj plc pte pty sa sarl sas sca se sl spa srl ug und and the".split()
)
# Texts that pretend to be names are cut before they cost time.
_LONGEST = 200
_MOST_WORDS = 12


def words(name: str) -> list[str]:
    """Return the words of a name that tell who it is, in plain letters, in order.

    Words of a legal form only count where there is nothing else.
    """
    plain = unicodedata.normalize("NFKD", name[:_LONGEST].casefold())
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    every = _WORDS.findall(plain.translate(_SPELLINGS))[:_MOST_WORDS]
    telling = [word for word in every if word not in _FORMS and len(word) > 1]
    return telling or every


def names(one: str, other: str) -> int:
    """Return how alike two names are, in percent; the order of words is free.

    What is compared is letters in words that both have, so that "Miller Ada" is Ada
    Miller, and "Mueller" Müller.
    """
    left, right = _keys(one), _keys(other)
    letters = sum(map(len, left)) + sum(map(len, right))
    if not left or not right:
        return 0
    return (_found(left, right) + _found(right, left)) // letters


def _found(some: list[str], others: list[str]) -> int:
    """Return the letters of words that have a like among others, in percent each."""
    return sum(max(_word(word, other) for other in others) * len(word) for word in some)


def _keys(name: str) -> list[str]:
    return sorted({_key(word) for word in words(name)})


def _key(word: str) -> str:
    for written, plain in _DIGRAPHS:
        word = word.replace(written, plain)
    return word


def _word(one: str, other: str) -> int:
    """Return how alike two words are, by the pairs of letters they share."""
    if one == other:
        return 100
    if len(one) == 1 or len(other) == 1:
        # An initial stands for any name that begins with it.
        return 50 if one[0] == other[0] else 0
    pairs, others = _pairs(one), _pairs(other)
    return 200 * len(pairs & others) // (len(pairs) + len(others))


def _pairs(word: str) -> set[str]:
    return {word[at : at + 2] for at in range(len(word) - 1)}


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


def spellings(word: str) -> list[str]:
    """Return a word of plain letters and how else it may be stored, with umlauts."""
    forms = [word]
    for written, umlaut in (("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("ss", "ß")):
        forms += [form.replace(written, umlaut) for form in forms if written in form]
    return forms
