"""Dataclasses as plain data and back, each step checked with the path it is at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from .errors import LayoutError

Made = TypeVar("Made")
LONGEST_TEXT = 4000
MOST_ITEMS = 2000
_WORDS: dict[type, str] = {str: "a text", int: "a whole number", bool: "true or false"}


def read(kind: type[Made], data: Any, path: str = "") -> Made:
    """Return a dataclass made of plain data.

    :raises LayoutError: naming the first member that does not fit.
    """
    if not isinstance(data, dict):
        raise LayoutError(path, "This must be an object with named members.")
    hints = _hints(kind)
    for name in data:
        if name not in hints:
            raise LayoutError(_join(path, str(name)), "A layout has no such member.")
    values = {
        name: _value(hints[name], value, _join(path, name))
        for name, value in data.items()
    }
    for each in fields(kind):  # type: ignore[arg-type]
        if _is_required(each) and each.name not in values:
            raise LayoutError(_join(path, each.name), "This must be given.")
    return kind(**values)


def write(made: Any) -> dict[str, Any]:
    """Return a dataclass as plain data, without members that have their default."""
    return {
        each.name: _plain(getattr(made, each.name))
        for each in fields(made)
        if _is_required(each) or getattr(made, each.name) != _default(each)
    }


def digest(made: Any) -> str:
    """Return the SHA-256 of the plain data, whatever its order of members."""
    text = json.dumps(write(made), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    own = {each.name for each in fields(kind)}
    return {name: hint for name, hint in get_type_hints(kind).items() if name in own}


def _is_required(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _default(each: Field[Any]) -> Any:
    if each.default_factory is not MISSING:
        return each.default_factory()
    return each.default


def _value(hint: Any, value: Any, path: str) -> Any:
    if is_dataclass(hint):
        return read(hint, value, path)  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        return _items(get_args(hint)[0], value, path)
    if get_origin(hint) is dict:
        return _texts(value, path)
    return _simple(hint, value, path)


def _simple(hint: type, value: Any, path: str) -> Any:
    # A bool is an int for Python, and none for people.
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise LayoutError(path, f"This must be {_WORDS[hint]}.")
    if isinstance(value, str):
        _check_text(value, path)
    return value


def _check_text(value: str, path: str) -> None:
    if len(value) > LONGEST_TEXT:
        raise LayoutError(path, f"The text is longer than {LONGEST_TEXT} characters.")
    if "\0" in value:
        raise LayoutError(path, "The text contains a null character.")


def _items(hint: Any, value: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise LayoutError(path, "This must be a list.")
    if len(value) > MOST_ITEMS:
        raise LayoutError(path, f"The list has more than {MOST_ITEMS} entries.")
    return tuple(
        _value(hint, each, f"{path}.{number}") for number, each in enumerate(value)
    )


def _texts(value: Any, path: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise LayoutError(path, "This must be an object with named members.")
    if len(value) > MOST_ITEMS:
        raise LayoutError(path, f"There are more than {MOST_ITEMS} entries.")
    return {
        _simple(str, name, path): _simple(str, text, _join(path, str(name)))
        for name, text in value.items()
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return write(value)
    make: Callable[[Any], Any] = _plain
    if isinstance(value, tuple):
        return [make(each) for each in value]
    return dict(value) if isinstance(value, dict) else value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
