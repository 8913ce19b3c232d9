"""Cut a list answer into its elements without changing one byte of them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from odoo.addons.settlement.canonical.errors import TransientError

_BLANKS = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Element:
    """One element of ``data``: decoded, and the bytes it was made of."""

    raw: dict[str, Any]
    content: bytes

    @property
    def id(self) -> str:
        """Return the id of the object."""
        return str(self.raw["id"])


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, in its order."""

    elements: tuple[Element, ...]
    has_more: bool

    @property
    def last_id(self) -> str:
        """Return the id to continue after, "" of an empty page."""
        return self.elements[-1].id if self.elements else ""


def read_page(content: bytes) -> Page:
    """Return the page in a list answer.

    :raises TransientError: if it is no complete list: an answer that was cut or
        replaced on its way, so that asking again may help.
    """
    try:
        return _read_page(content.decode("utf-8"))
    except (ValueError, IndexError, RecursionError) as error:
        raise TransientError(f"Stripe's list cannot be read: {error}.") from error


def _read_page(text: str) -> Page:
    fields: dict[str, Any] = {}
    position = _skip(text, _expect(text, 0, "{"))
    while text[position] != "}":
        name, position = _DECODER.raw_decode(text, position)
        position = _skip(text, _expect(text, position, ":"))
        if name == "data":
            fields[name], position = _elements(text, position)
        else:
            fields[str(name)], position = _DECODER.raw_decode(text, position)
        position = _next(text, position, "}")
    if text[position + 1 :].strip():
        raise ValueError("something follows the list")
    if not isinstance(fields.get("data"), tuple) or "has_more" not in fields:
        raise ValueError("it has no data or does not say whether there is more")
    return Page(fields["data"], fields["has_more"] is True)


def _elements(text: str, position: int) -> tuple[tuple[Element, ...], int]:
    """Return the elements of the array that starts here, and where it ends."""
    elements: list[Element] = []
    position = _skip(text, _expect(text, position, "["))
    while text[position] != "]":
        raw, end = _DECODER.raw_decode(text, position)
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            raise ValueError("an element of the list has no id")
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
