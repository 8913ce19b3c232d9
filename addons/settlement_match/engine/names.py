"""Whether two spellings of a name mean the same person or company.

Words are compared, not letters: banks shorten names, turn them round, leave accents
out and add titles and legal forms. All figures are per cent.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

# Longer names are cut: what follows is an address or noise.
LONGEST_NAME = 140
MOST_WORDS = 12
# From here on two names count as the same with another spelling.
CLOSE = 85
SAME = 100
# Banks cut names at the end of a field: the last word may be a beginning only.
_SHORTEST_BEGINNING = 3
# A slip of one letter is told from another word only in longer words.
_SHORTEST_WITH_SLIP = 5
_SLIP = 90
_BEGINNING = 90
_INITIAL = 60
# The first letters by which candidates are looked up.
_KEY_LETTERS = 3

# What says nothing about who it is: legal forms, titles, little words.
_EMPTY_WORDS = frozenset(
    "ab ag and anpartsselskab aps as asa bhd bv bvba co company corp corporation de "
    "doo dr eg ek et ev firma frau gbr geb ges gesellschaft gmbh herr herrn inc "
    "incorporated kft kg kgaa kk limited llc llp lp ltd ltda mbh miss mme mr mrs ms "
    "msr mlle nv oder og ohg oo oy oyj plc prof pte pty sa sagl sarl sas sc scs sdn se "
    "sl sarlu sp spa spol srl sro the u ug und van von wll y z zoo zrt".split()
)
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)
# Two spellings of one sound: "Müller", "Mueller", "Muller".
_DIGRAPHS = (("ae", "a"), ("oe", "o"), ("ue", "u"))


@lru_cache(maxsize=50_000)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name that tell who it is, in comparable spelling."""
    found = list(_plain_words(name))
    telling = [word for word in found if word not in _EMPTY_WORDS]
    return tuple((telling or found)[:MOST_WORDS])


def canonical(name: str) -> str:
    """Return one spelling for all names with the same words, "" for no name."""
    return " ".join(sorted(words(name)))


def keys(name: str) -> set[str]:
    """Return beginnings of words; spellings of one name share at least one.

    Only candidates that share one are compared at all. The beginning of all words
    together finds what somebody wrote as one word.
    """
    found = {word[:_KEY_LETTERS] for word in words(name) if len(word) > 1}
    together = "".join(words(name))[:_KEY_LETTERS]
    return found | {together} if together else found


def similarity(first: str, second: str) -> int:
    """Return how much two names are alike, 0 to 100; 100: the same words.

    Longer words count more. What one name has more than the other counts against it.
    """
    left, right = words(first), words(second)
    if not left or not right:
        return 0
    if sorted(left) == sorted(right) or "".join(left) == "".join(right):
        return SAME
    common = _common(left, right)
    total = sum(map(len, left)) + sum(map(len, right))
    # Something differs: that is never quite the same.
    return min(2 * common // total, SAME - 1)


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """Return the letters of words that both have, times their likeness in per cent.

    Each word finds its best partner; equal ones first, so that the order of the
    words changes nothing.
    """
    likes = sorted(
        (
            (-like * min(len(one), len(other)), one, other, here, there)
            for here, one in enumerate(left)
            for there, other in enumerate(right)
            if (like := _likeness(one, other))
        ),
    )
    used_left: set[int] = set()
    used_right: set[int] = set()
    common = 0
    for weight, _one, _other, here, there in likes:
        if here not in used_left and there not in used_right:
            used_left.add(here)
            used_right.add(there)
            common -= weight
    return common


def _likeness(one: str, other: str) -> int:
    """Return how much two words are alike, 0 to 100."""
    if one == other:
        return SAME
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return _INITIAL if long.startswith(short) else 0
    if len(short) >= _SHORTEST_BEGINNING and long.startswith(short):
        return _BEGINNING
    if len(short) >= _SHORTEST_WITH_SLIP and _is_one_slip(short, long):
        return _SLIP
    return 0


def _is_one_slip(short: str, long: str) -> bool:
    """Return whether one letter was changed, left out, or turned with the next."""
    if len(long) - len(short) > 1:
        return False
    start = next(
        (at for at, letter in enumerate(short) if letter != long[at]), len(short)
    )
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    if short[start + 1 :] == long[start + 1 :]:
        return True
    return (
        short[start : start + 2] == long[start : start + 2][::-1]
        and short[start + 2 :] == long[start + 2 :]
    )


def _plain_words(name: str) -> Iterator[str]:
    """Yield the words without accents, case and points; single letters join."""
    text = unicodedata.normalize("NFKD", name[:LONGEST_NAME].casefold())
    text = text.translate(_LETTERS)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    # "S.A.R.L." and "A/S" are one word each.
    text = "".join(
        letter if letter.isalnum() else "" if letter in "./'’" else " "
        for letter in _spaced(text)
    )
    for word in text.split():
        yield _one_sound(word)


def _spaced(text: str) -> str:
    """Return text in which a point after a whole word separates: "Dr.Meier"."""
    spaced = []
    for at, letter in enumerate(text):
        after_word = letter == "." and at > 1 and text[at - 2 : at].isalnum()
        spaced.append(" " if after_word else letter)
    return "".join(spaced)


def _one_sound(word: str) -> str:
    for digraph, letter in _DIGRAPHS:
        word = word.replace(digraph, letter)
    return word
