"""The file outside the database that remembers the head of the chain.

One JSON object per line, only ever appended. Whoever owns the database can rewrite
the whole chain in it, but not these lines.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_TAIL = 65_536
"""Bytes read from the end of the file to find its last line."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal of a database at the moment of the export."""

    database: str
    seal: int
    first_event: int
    last_event: int
    events: int
    root: str
    previous_root: str
    sealed_at: str
    exported_at: str


def append_heads(path: Path, heads: Iterable[Head]) -> None:
    """Append one line per head and wait until they are on the disk."""
    lines = "".join(json.dumps(asdict(head)) + "\n" for head in heads)
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Append mode lets the file carry the append-only attribute of its file system.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        _append(descriptor, lines.encode())
    finally:
        os.close(descriptor)


def _append(descriptor: int, content: bytes) -> None:
    """Append all of ``content`` or, where the file lets us, nothing of it."""
    size = os.fstat(descriptor).st_size
    try:
        written = os.write(descriptor, content)
        if written < len(content):
            raise OSError(errno.ENOSPC, "Only a part of the line could be written")
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def read_heads(path: Path) -> Iterator[tuple[int, Head | None]]:
    """Return number and head of each line; None for a line that is no head."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, _parse(line)


def last_head(path: Path) -> Head | None:
    """Return the last head in the file; None without one."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        lines = file.read().decode("utf-8", "replace").splitlines()
    heads = (_parse(line) for line in reversed(lines))
    return next((head for head in heads if head), None)


def _parse(line: str) -> Head | None:
    try:
        values = json.loads(line)
    except ValueError:
        return None
    if not isinstance(values, Mapping):
        return None
    names = Head.__dataclass_fields__
    if not all(isinstance(values.get(name), _TYPES[name]) for name in names):
        return None
    return Head(**{name: values[name] for name in names})


_TYPES = {
    name: int if name in ("seal", "first_event", "last_event", "events") else str
    for name in Head.__dataclass_fields__
}
