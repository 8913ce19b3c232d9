"""Damage to a file or an answer, as networks, disks and programs do it.

A parser is tried with many damaged inputs: whatever they are, it may raise typed errors
only, and what it tells keeps the laws of facts.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

# Pieces that are known to break readers of files.
WORDS: tuple[bytes, ...] = (
    *(b"EUR", b"USD", b"JPY", b"KWD", b"XTS", b"", b'"', b",", b"\r\n", b"\0"),
    *(b"0", b"-1", b"0.001", b"99999999999999.99", b"1e9", b"NaN", b"1.0656568"),
    *(b"2026-03-29 02:30:00", b"9999-12-31 23:59:59", b"0001-01-01 00:00:00"),
    *(b"CET", b"PST", b"\xff\xfe", b"\xf0\x9f\x92\xb6", b"\xe2\x80\xae"),
)
_LONGEST_PIECE = 80


def _flip(content: bytes, chance: random.Random, _words: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def _cut(content: bytes, chance: random.Random, _words: Sequence[bytes]) -> bytes:
    return content[: chance.randrange(len(content))]


def _drop(content: bytes, chance: random.Random, _words: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + content[at + chance.randrange(1, _LONGEST_PIECE) :]


def _repeat(content: bytes, chance: random.Random, _words: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + content[max(0, at - _LONGEST_PIECE) : at] + content[at:]


def _insert(content: bytes, chance: random.Random, words: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.choice(words) + content[at:]


def _put_cell(content: bytes, chance: random.Random, words: Sequence[bytes]) -> bytes:
    """Put something else into one cell."""
    cells = content.split(b",")
    cells[chance.randrange(len(cells))] = chance.choice(words)
    return b",".join(cells)


def _swap_cells(
    content: bytes, chance: random.Random, _words: Sequence[bytes]
) -> bytes:
    cells = content.split(b",")
    one, other = chance.randrange(len(cells)), chance.randrange(len(cells))
    cells[one], cells[other] = cells[other], cells[one]
    return b",".join(cells)


def _swap_lines(
    content: bytes, chance: random.Random, _words: Sequence[bytes]
) -> bytes:
    lines = content.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


_WAYS: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (
    *(_flip, _cut, _drop, _repeat),
    *(_insert, _put_cell, _swap_cells, _swap_lines),
)


def damaged(
    content: bytes, chance: random.Random, words: Sequence[bytes] = ()
) -> bytes:
    """Return content, damaged one to three times; never empty.

    :param words: pieces of this format that are put where they do not belong, beside
        those of all formats.
    """
    pieces = (*WORDS, *words)
    for _turn in range(chance.randrange(1, 4)):
        content = chance.choice(_WAYS)(content, chance, pieces) or b","
    return content
