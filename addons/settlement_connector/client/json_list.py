"""Cut one list out of a JSON answer without changing a byte of its elements."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from odoo.addons.settlement.canonical.errors import TransientError

_BLANKS = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Element:
    """One element of the list: decoded, and the bytes it was made of."""

    raw: dict[str, Any]
    content: bytes


@dataclass(frozen=True, slots=True)
class JsonList:
    """The elements in their order, and the other members of the answer.

    :ivar is_there: whether the answer has the list at all.
    """

    elements: tuple[Element, ...]
    members: dict[str, Any] = field(default_factory=dict)
    is_there: bool = True


def read_list(content: bytes, name: str, who: str) -> JsonList:
    """Return the list that is the member ``name`` of an answer.

    An answer without that member has an empty list.

    :param who: the provider, for people.
    :raises TransientError: if it is no whole object of JSON: an answer that was cut
        or replaced on its way, so that asking again may help.
    """
    try:
        return _read(content.decode("utf-8"), name)
    except (ValueError, IndexError, RecursionError) as error:
        raise TransientError(f"The list of {who} cannot be read: {error}.") from error


def _read(text: str, name: str) -> JsonList:
    members: dict[str, Any] = {}
    elements: tuple[Element, ...] | None = None
    position = _skip(text, _expect(text, 0, "{"))
    while text[position] != "}":
        key, position = _DECODER.raw_decode(text, position)
        position = _skip(text, _expect(text, position, ":"))
        if key == name and text[position] == "[":
            elements, position = _elements(text, position)
        else:
            members[str(key)], position = _DECODER.raw_decode(text, position)
        position = _next(text, position, "}")
    if text[position + 1 :].strip():
        raise ValueError("something follows the answer")
    if name in members and members[name] is not None:
        raise ValueError(f"{name} is no list")
    return JsonList(elements or (), members, elements is not None)


def _elements(text: str, position: int) -> tuple[tuple[Element, ...], int]:
    """Return the elements of the array that starts here, and where it ends."""
    elements: list[Element] = []
    position = _skip(text, _expect(text, position, "["))
    while text[position] != "]":
        raw, end = _DECODER.raw_decode(text, position)
        if not isinstance(raw, dict):
            raise ValueError("an element of the list is no object")
        elements.append(Element(raw, text[position:end].encode("utf-8")))
        position = _next(text, end, "]")
    return tuple(elements), position + 1


def _next(text: str, position: int, closing: str) -> int:
    """Return where the next member or the closing bracket is."""
    position = _skip(text, position)
    if text[position] == closing:
        return position
    position = _skip(text, _expect(text, position, ","))
    if text[position] == closing:
        raise ValueError("a comma is followed by nothing")
    return position


def _expect(text: str, position: int, character: str) -> int:
    position = _skip(text, position)
    if text[position] != character:
        raise ValueError(f"{character!r} is missing at position {position}")
    return position + 1


def _skip(text: str, position: int) -> int:
    blanks = _BLANKS.match(text, position)
    return blanks.end() if blanks else position
