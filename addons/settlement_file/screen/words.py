"""How lists and unseen characters are typed into a field of a screen."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Characters that nobody sees in a field, and how they are called there.
_UNSEEN = {"\t": "tab", " ": "space"}
_SEEN = {word: character for character, word in _UNSEEN.items()}


def character(text: str) -> str:
    """Return the character that a word of a field stands for."""
    return _SEEN.get(text.strip().lower(), text.strip())


def character_word(value: str) -> str:
    """Return how a character is shown in a field."""
    return _UNSEEN.get(value, value)


def items(text: str) -> list[str]:
    """Return the entries of a list that is typed with commas or lines between."""
    return [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]


def listed(values: Iterable[str]) -> str:
    """Return a list as it is typed into one line."""
    return ", ".join(values)


def lines(text: str) -> list[str]:
    """Return the entries of a list that is typed one in a line."""
    return [part.strip() for part in text.splitlines() if part.strip()]


def pairs(text: str) -> dict[str, str]:
    """Return what ``from = to`` says in each line."""
    found = {}
    for line in lines(text):
        name, _equals, value = line.partition("=")
        found[name.strip()] = value.strip()
    return found


def paired(values: dict[str, str]) -> str:
    """Return a table as it is typed, one pair in a line."""
    return "\n".join(f"{name} = {value}" for name, value in values.items())
