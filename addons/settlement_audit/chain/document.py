"""Values of a business record as JSON, with personal data kept apart.

What an event says about "before" and "after" is sealed for ever. A person's name or
address in it would be sealed too, so it is wrapped in :class:`Personal`: the event
keeps a salted hash, the value and its salt stand in a row of their own. Erase that
row's value and salt, and nobody can learn or guess the value any more, while the
event and its proof stay as they are.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

PERSONAL_KEY = "personal"
"""Key under which a document shows the salted hash of a personal value."""


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal value; ``partner_id`` is the contact whom it is about, if known."""

    value: str
    partner_id: int | None = None


def new_salt() -> str:
    """Return a new random salt as 32 hex digits."""
    return secrets.token_hex(16)


def salted_hash(value: str, salt: str) -> str:
    """Return the SHA-256 of salt and value, as 64 hex digits.

    The salt has a fixed length, so nothing can be moved between the two.
    """
    return sha256((salt + value).encode()).hexdigest()


def plain(value: object, keep_apart: Callable[[Personal], str]) -> object:
    """Return ``value`` as what JSON can hold.

    Decimals become exact text, dates and datetimes ISO 8601 text.

    :param keep_apart: called with each personal value, returns its salted hash
    :raises TypeError: for a value that has no exact representation
    """
    if isinstance(value, Personal):
        personal = Personal(clean_text(value.value), value.partner_id)
        return {PERSONAL_KEY: keep_apart(personal)}
    if isinstance(value, Mapping):
        return {
            clean_text(str(key)): plain(item, keep_apart) for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [plain(item, keep_apart) for item in value]
    if isinstance(value, (set, frozenset)):
        return [plain(item, keep_apart) for item in sorted(value, key=repr)]
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float) and (value != value or value in (_INF, -_INF)):
        raise TypeError(f"{value!r} is no number that can be kept.")
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"A value of type {type(value).__name__} cannot be kept.")


_INF = float("inf")


def clean_text(value: str) -> str:
    """Return ``value`` as PostgreSQL can hold it: without NUL and half characters."""
    value = value.encode("utf-8", "replace").decode()
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}")


def describe(
    before: object, after: object, personal: Mapping[str, str | None]
) -> list[str]:
    """Return what changed between two documents, one line for each value.

    :param before: document as kept, or None
    :param after: likewise
    :param personal: personal values by their salted hash, None for an erased one
    """
    old, new = dict(_leaves(before)), dict(_leaves(after))
    lines = []
    for path in {**old, **new}:
        label = f"{path}: " if path else ""
        texts = [_show(side[path], personal) for side in (old, new) if path in side]
        if path in old and path not in new:
            texts.append("–")
        lines.append(label + " → ".join(dict.fromkeys(texts)))
    return lines


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield ``(path, value)`` of each value that is neither dict nor list."""
    if isinstance(value, dict) and value.keys() != {PERSONAL_KEY}:
        for key, item in sorted(value.items()):
            yield from _leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for position, item in enumerate(value, start=1):
            yield from _leaves(item, f"{path}[{position}]")
    elif value is not None or path:
        yield path, value


def _show(value: object, personal: Mapping[str, str | None]) -> str:
    if not isinstance(value, dict):
        return "–" if value is None else str(value)
    return personal.get(value[PERSONAL_KEY]) or "(personal)"
