"""The columns of a table in a file, by their names: their places may change."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Generic, TypeVar

from .errors import MalformedInput

_NO_NAME = re.compile(r"[^a-z0-9]+")
Cells = TypeVar("Cells", bound=tuple[Any, ...])
Spellings = Mapping[str, Sequence[str]]


class Columns(Generic[Cells]):
    """Where each column of a table stands.

    :param head: the row that names the columns.
    :param cells: the NamedTuple of the cells that are wanted, all of them texts.
    :param spellings: plain names of each column, the usual one first.
    :param required: the columns without which no row can be read.
    :param advice: what to do where one of them is missing.
    :raises MalformedInput: if a required column is missing, or a wanted one is there
        twice.
    """

    def __init__(
        self,
        head: Sequence[str],
        cells: type[Cells],
        spellings: Spellings,
        required: Collection[str],
        advice: str = "",
    ) -> None:
        places = _places(head, {each for names in spellings.values() for each in names})
        self.width = len(head)
        self.names = frozenset(places)
        if missing := missing_columns(places, spellings, required):
            raise MalformedInput(
                f"The column {missing[0]!r} is missing, so no row can be read. {advice}"
            )
        fields: Iterable[str] = cells._fields  # type: ignore[attr-defined]
        self._make: Callable[[Iterable[str]], Cells] = cells._make  # type: ignore[attr-defined]
        # The cell after the last one is empty: there stands what has no column.
        self._pick = itemgetter(
            *(_place(places, spellings[name], self.width) for name in fields)
        )

    def cells(self, row: Sequence[str]) -> Cells:
        """Return the cells of a row that is as wide as its head.

        :raises MalformedInput: if it is wider or narrower.
        """
        if len(row) != self.width:
            raise MalformedInput(
                f"The row has {len(row)} cells, the head has {self.width}."
            )
        return self._make(self._pick([*row, ""]))


def plain(name: str) -> str:
    """Return the name of a column without what differs between versions."""
    return _NO_NAME.sub("", name.lower())


def missing_columns(
    names: Iterable[str], spellings: Spellings, required: Iterable[str]
) -> list[str]:
    """Return the required columns that are not among these plain names."""
    found = set(names)
    return [
        spellings[name][0] for name in required if found.isdisjoint(spellings[name])
    ]


def _places(head: Sequence[str], wanted: Collection[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, name in enumerate(head):
        key = plain(name)
        if key in places and key in wanted:
            raise MalformedInput(f"The column {name!r} is there twice.")
        if key:
            places[key] = place
    return places


def _place(places: Mapping[str, int], names: Sequence[str], absent: int) -> int:
    return next((places[name] for name in names if name in places), absent)
