"""A set of rows pinned at one moment, in little space.

Kept are the numbers of the rows as ranges, the first bytes of each row hash (its
print) and the Merkle root of the complete row hashes. The root proves that nothing
changed; the ranges and prints name the row if something did.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from .merkle import MerkleRoot

PRINT_BYTES = 8

Row = tuple[int, "str | None"]
"""Number of a row and its row hash as 64 hex digits, None where it has none."""


class RowOrderError(ValueError):
    """Rows were not given in strictly ascending order of their numbers."""


@dataclass(frozen=True, slots=True)
class PinnedRows:
    """Numbers, prints and Merkle root of a set of rows."""

    ranges: tuple[tuple[int, int], ...]
    prints: bytes
    root: str

    @classmethod
    def restore(cls, ranges: str, prints: str, root: str) -> PinnedRows:
        """Return what :attr:`ranges_text` and :attr:`prints_text` once described.

        :raises ValueError: if they describe nothing
        """
        pairs = tuple((int(first), int(last)) for first, last in json.loads(ranges))
        return cls(pairs, b64decode(prints, validate=True), root)

    @property
    def ranges_text(self) -> str:
        """The ranges as JSON: a list of [first, last]."""
        return json.dumps(self.ranges, separators=(",", ":"))

    @property
    def prints_text(self) -> str:
        """The prints in base64."""
        return b64encode(self.prints).decode()

    @property
    def count(self) -> int:
        """How many rows are pinned."""
        return sum(last - first + 1 for first, last in self.ranges)

    def ids(self) -> Iterator[int]:
        """Return the numbers of the rows, ascending."""
        for first, last in self.ranges:
            yield from range(first, last + 1)

    def __contains__(self, row_id: int) -> bool:
        position = bisect_right(self.ranges, row_id, key=itemgetter(0)) - 1
        return position >= 0 and row_id <= self.ranges[position][1]

    def expected(self) -> Iterator[tuple[int, bytes]]:
        """Return number and print of each row, ascending."""
        for position, row_id in enumerate(self.ids()):
            start = position * PRINT_BYTES
            yield row_id, self.prints[start : start + PRINT_BYTES]


@dataclass(slots=True)
class Difference:
    """What became of pinned rows: numbers of the rows concerned, ascending."""

    root_matches: bool = True
    altered: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    added: list[int] = field(default_factory=list)

    @property
    def rows_match(self) -> bool:
        """Whether every single row is there with its print and no other is."""
        return not (self.altered or self.missing or self.added)


def hash_bytes(row_hash: str | None) -> bytes:
    """Return a row hash as bytes; empty for one that is missing or is no hash."""
    try:
        return bytes.fromhex(row_hash or "")
    except ValueError:
        return b""


def pin(rows: Iterable[Row]) -> PinnedRows:
    """Pin rows given in strictly ascending order of their numbers.

    :raises RowOrderError: if they are in another order or one comes twice
    """
    ranges: list[list[int]] = []
    prints = bytearray()
    root = MerkleRoot()
    for row_id, row_hash in rows:
        digest = hash_bytes(row_hash)
        root.add(digest)
        prints += digest[:PRINT_BYTES].ljust(PRINT_BYTES, b"\0")
        _extend(ranges, row_id)
    pairs = tuple((first, last) for first, last in ranges)
    return PinnedRows(pairs, bytes(prints), root.digest())


def _extend(ranges: list[list[int]], row_id: int) -> None:
    if ranges and row_id <= ranges[-1][1]:
        raise RowOrderError(f"Row {row_id} comes after row {ranges[-1][1]}.")
    if ranges and row_id == ranges[-1][1] + 1:
        ranges[-1][1] = row_id
    else:
        ranges.append([row_id, row_id])


def compare(pinned: PinnedRows, rows: Iterable[Row]) -> Difference:
    """Tell how ``rows`` differ from what was pinned.

    :param rows: what is there now, in strictly ascending order of the numbers
    :raises RowOrderError: if the rows are in another order
    """
    now = {}
    root = MerkleRoot()
    latest = None
    for row_id, row_hash in rows:
        if latest is not None and row_id <= latest:
            raise RowOrderError(f"Row {row_id} comes after row {latest}.")
        latest = row_id
        digest = hash_bytes(row_hash)
        root.add(digest)
        now[row_id] = digest[:PRINT_BYTES].ljust(PRINT_BYTES, b"\0")
    return _difference(pinned, now, root.digest() == pinned.root)


def _difference(
    pinned: PinnedRows, now: dict[int, bytes], root_matches: bool
) -> Difference:
    difference = Difference(root_matches)
    for row_id, row_print in pinned.expected():
        found = now.pop(row_id, None)
        if found is None:
            difference.missing.append(row_id)
        elif found != row_print:
            difference.altered.append(row_id)
    difference.added = sorted(now)
    return difference
