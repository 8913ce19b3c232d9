"""A list that may be longer than the memory: the details of one booked entry."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import IO

from .xml_tree import Node

IN_MEMORY = 1000


class Spool:
    """Append nodes, then read them in order as often as needed."""

    def __init__(self) -> None:
        self._first: list[Node] = []
        self._file: IO[str] | None = None
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def append(self, node: Node) -> None:
        """Keep a node; from the thousandth on in an anonymous temporary file."""
        self._length += 1
        if len(self._first) < IN_MEMORY:
            self._first.append(node)
            return
        if self._file is None:
            # The reader of the entry closes it.
            self._file = tempfile.TemporaryFile("w+", encoding="utf-8")
        self._file.write(json.dumps(node) + "\n")

    def __iter__(self) -> Iterator[Node]:
        yield from self._first
        if self._file is not None:
            self._file.seek(0)
            for line in self._file:
                yield json.loads(line)

    def close(self) -> None:
        """Give the temporary file back."""
        if self._file is not None:
            self._file.close()
