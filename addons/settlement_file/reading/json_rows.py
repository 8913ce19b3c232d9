"""The records of a JSON file as rows, read as a stream. Numbers are Decimal."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from odoo.addons.settlement.canonical.errors import MalformedInput

from .borrowed import text_of
from .cells import Cell
from .encodings import codec_of, guess_encoding, printable
from .rows import BrokenOff, RawRow

_CHUNK = 1 << 18
# One record, or one member beside the list, that is kept in memory.
LONGEST_VALUE = 16 << 20
MOST_MEMBERS = 1000
_DEEPEST = 8
_LONGEST_LIST = 20
_BLANKS = " \t\r\n\ufeff"
_PEEKED = 100
NO_OBJECT = "The record is no object with named members."


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_number, parse_constant=str)


class JsonRows:
    """The rows of a JSON file.

    :param records: path of the list, ``a.b``; "" if the file itself is the list.
    :param explode: list inside each record whose elements are the rows.
    :param wanted: columns that there are even if no record at the top has them.
    :ivar found: columns that a record at the top has.
    :ivar outer: texts and numbers beside the list, by their path; those behind it are
        known after the last row.
    :raises MalformedInput: if there is no such list.
    """

    def __init__(
        self,
        stream: BinaryIO,
        records: str = "",
        is_lines: bool = False,
        explode: str = "",
        wanted: tuple[str, ...] = (),
    ) -> None:
        stream.seek(0)
        codec, _errors = codec_of(guess_encoding(stream.read(4096)).encoding)
        stream.seek(0)
        self._text = text_of(stream, codec, "replace")
        self.outer: dict[str, Cell] = {}
        self._explode = explode
        path = [each for each in records.split(".") if each]
        self._records = self._lines() if is_lines else self._listed(path)
        self._numbered = self._exploded()
        self._first = self._peek()
        self.columns = self._columns(wanted)

    def _peek(self) -> list[tuple[int, dict[str, Cell], str, str]]:
        first: list[tuple[int, dict[str, Cell], str, str]] = []
        self._broken: BrokenOff | None = None
        try:
            for each in self._numbered:
                first.append(each)
                if len(first) == _PEEKED:
                    break
        except BrokenOff as error:
            if not first:
                raise
            self._broken = error
        return first

    def _columns(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        names: dict[str, None] = {}
        for _number, members, _problem, _raw in self._first:
            names.update(dict.fromkeys(members))
        self.found = frozenset(names)
        names.update(dict.fromkeys(wanted))
        return tuple(names)

    def __iter__(self) -> Iterator[RawRow]:
        columns = self.columns
        for number, members, problem, raw in self._all():
            cells = [members.get(name, "") for name in columns]
            yield RawRow(number, cells, problem, raw)

    def _all(self) -> Iterator[tuple[int, dict[str, Cell], str, str]]:
        yield from self._first
        if self._broken:
            raise self._broken
        yield from self._numbered

    # ------------------------------------------------------------------
    # Records
    # ------------------------------------------------------------------

    def _exploded(self) -> Iterator[tuple[int, dict[str, Cell], str, str]]:
        """Yield (number, members, problem, text) of each row."""
        number = 0
        for record, problem, raw in self._records:
            for members, own_problem in self._rows_of(record, problem):
                number += 1
                yield number, members, own_problem, raw

    def _rows_of(
        self, record: object, problem: str
    ) -> Iterator[tuple[dict[str, Cell], str]]:
        if not isinstance(record, dict):
            yield {}, problem or NO_OBJECT
            return
        if not self._explode:
            yield flat(record), problem
            return
        parts = _inner_list(record, self._explode)
        shared = flat(record, left_out=self._explode)
        if not isinstance(parts, list):
            yield shared, f"The record has no list {self._explode!r}."
            return
        for part in parts:
            if isinstance(part, dict):
                yield shared | flat(part, f"{self._explode}."), problem
            else:
                yield shared, NO_OBJECT

    def _lines(self) -> Iterator[tuple[object, str, str]]:
        while line := self._text.readline(LONGEST_VALUE):
            plain = line.strip(_BLANKS)
            if plain:
                try:
                    yield _DECODER.decode(plain), "", plain
                except (ValueError, ArithmeticError, RecursionError):
                    yield None, "The line is no JSON object.", plain

    def _listed(self, path: list[str]) -> Iterator[tuple[object, str, str]]:
        scanner = _Scanner(self._text)
        found = False
        try:
            for value, raw in self._walk(scanner, path, ""):
                found = True
                yield value, "", raw
            found = found or self._was_found
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise BrokenOff(
                f"The JSON breaks off or is wrong at character {scanner.place}: "
                "what follows cannot be read."
            ) from error
        if not found:
            raise MalformedInput(f"The file has no list {'.'.join(path)!r}.")

    _was_found = False

    def _walk(
        self, scanner: _Scanner, path: list[str], prefix: str
    ) -> Iterator[tuple[object, str]]:
        if not path:
            yield from self._elements(scanner)
            return
        if scanner.look() != "{":
            value, _raw = scanner.value()
            self._keep(prefix[:-1], value)
            return
        for key in scanner.members():
            if key == path[0]:
                yield from self._walk(scanner, path[1:], f"{prefix}{key}.")
            else:
                value, _raw = scanner.value()
                self._keep(f"{prefix}{key}", value)

    def _elements(self, scanner: _Scanner) -> Iterator[tuple[object, str]]:
        self._was_found = True
        if scanner.look() != "[":
            yield scanner.value()
            return
        while scanner.has_element():
            yield scanner.value()

    def _keep(self, name: str, value: object) -> None:
        if len(self.outer) < MOST_MEMBERS:
            self.outer.update(flat({name: value}))


class _Scanner:
    """Walk through JSON text that is read piece by piece."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._buffer = ""
        self._at = 0
        self._before = 0
        self._is_inside = False

    @property
    def place(self) -> int:
        """Return how many characters lie behind, and the next one."""
        return self._before + self._at + 1

    def look(self) -> str:
        """Return the next character that is no blank; it stays.

        :raises ValueError: at the end of the file.
        """
        while True:
            while self._at < len(self._buffer):
                character = self._buffer[self._at]
                if character not in _BLANKS:
                    return character
                self._at += 1
            if not self._fill():
                raise ValueError("the end of the file")

    def _take(self, *characters: str) -> str:
        character = self.look()
        if character not in characters:
            raise ValueError(character)
        self._at += 1
        return character

    def members(self) -> Iterator[str]:
        """Yield the names of an object's members; each value is taken in between."""
        self._take("{")
        if self.look() == "}":
            self._at += 1
            return
        while True:
            if self.look() != '"':
                raise ValueError("no name")
            key, _raw = self.value()
            self._take(":")
            yield str(key)
            if self._take(",", "}") == "}":
                return

    def has_element(self) -> bool:
        """Say whether a list has one more element, which is next then."""
        if not self._is_inside:
            self._take("[")
            self._is_inside = True
            if self.look() != "]":
                return True
        elif self._take(",", "]") == ",":
            return True
        else:
            self._at -= 1
        self._at += 1
        self._is_inside = False
        return False

    def value(self) -> tuple[Any, str]:
        """Return the next value and its text.

        :raises ValueError: if there is none, or it is too large.
        """
        self.look()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except ValueError:
                if len(self._buffer) - self._at > LONGEST_VALUE or not self._fill():
                    raise
                continue
            # A number may go on in the next piece, behind a point or an exponent.
            if len(self._buffer) - end < len(".0") + len("e+") and self._fill():
                continue
            raw = self._buffer[self._at : end]
            self._at = end
            return value, raw

    def _fill(self) -> bool:
        rest = self._buffer[self._at :]
        more = self._text.read(max(_CHUNK, len(rest)))
        if not more:
            return False
        self._before += self._at
        self._buffer, self._at = rest + more, 0
        return True


def flat(
    record: dict[str, Any], prefix: str = "", left_out: str = "", depth: int = 0
) -> dict[str, Cell]:
    """Return the texts and numbers of an object by their paths.

    :param left_out: path of a member that does not belong to it.
    """
    found: dict[str, Cell] = {}
    for key, value in record.items():
        path = f"{prefix}{printable(key)}"
        if path == left_out or len(found) >= MOST_MEMBERS:
            continue
        if isinstance(value, list):
            value = {
                str(place): each for place, each in enumerate(value[:_LONGEST_LIST])
            }
        if isinstance(value, dict):
            if depth < _DEEPEST:
                found.update(flat(value, f"{path}.", left_out, depth + 1))
        else:
            found[path] = _cell(value)
    return found


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return printable(value)
    return value if isinstance(value, Decimal) else str(value)


def _inner_list(record: dict[str, Any], path: str) -> object:
    value: object = record
    for key in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
