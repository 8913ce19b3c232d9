"""Which texts two swapped characters lead to, and how names may be stored."""

from __future__ import annotations

from collections.abc import Iterator


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
