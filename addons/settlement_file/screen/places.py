"""Where on the screen something is, for what is wrong in the data of a layout."""

from __future__ import annotations

from typing import Any

# The first member of a path → the part of the screen where it is entered.
PARTS: dict[str, str] = {
    "file": "Form of the file",
    "numbers": "Amounts",
    "dates": "Dates",
    "columns": "Columns",
    "constants": "Constants",
    "tables": "Tables",
    "computed": "Computed columns",
    "rows": "Which rows count",
    "sign": "Which way the money went",
    "kinds": "Kinds of rows",
    "fees": "Fees",
    "identity": "Ids of rows",
    "batch": "Payouts",
    "totals": "Controls",
}
# What names an entry of a list, in the order in which it is looked for.
_NAMES = ("name", "column", "value")


def place_of(path: str, data: dict[str, Any]) -> str:
    """Return where the member of a path is entered, "" for the layout as a whole.

    :param path: such as ``computed.0.expression``.
    :param data: the data of the layout, for the names of entries.
    """
    first, *others = path.split(".")
    if first not in PARTS:
        return ""
    found: Any = data.get(first)
    words = [PARTS[first]]
    for member in others:
        if member.isdigit() and isinstance(found, list) and int(member) < len(found):
            found = found[int(member)]
            words.append(_name_of(found) or f"line {int(member) + 1}")
        else:
            found = found.get(member) if isinstance(found, dict) else None
            words.append(member.replace("_", " "))
    return ", ".join(words)


def _name_of(entry: Any) -> str:
    if not isinstance(entry, dict):
        return ""
    names = (str(entry.get(name) or "") for name in _NAMES)
    return next((f"“{name}”" for name in names if name), "")


def sentence_of(path: str, sentence: str, data: dict[str, Any]) -> str:
    """Return what is wrong with the place where it is entered in front."""
    place = place_of(path, data)
    return f"{place}: {sentence}" if place else sentence
