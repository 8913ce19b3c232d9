"""The evidence pack as a file: the same data give the same bytes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .csv_file import Table, write_csv

# The earliest time that a ZIP file can say.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside the pack."""

    name: str
    rows: int
    size: int
    sha256: str


class _Measured:
    """Passes bytes on, and counts and hashes them."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._digest = hashlib.sha256()
        self.size = 0
        self.closed = False

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # pylint: disable=method-required-super
        """Write ``data`` to the target."""
        self._digest.update(data)
        self.size += len(data)
        return self._target.write(data)

    def flush(self) -> None:
        """Do nothing: the ZIP file is flushed at its end."""

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def write_pack(
    path: Path,
    tables: Iterable[Table],
    summary: Callable[[list[Member]], bytes],
    about: Mapping[str, str],
) -> str:
    """Write a pack of tables, one after another, and return its SHA-256.

    :param path: where; what is there is replaced.
    :param summary: gives the PDF once the tables are written, from their hashes.
    :param about: what the pack is about, for its list of contents.
    """
    members: list[Member] = []
    with zipfile.ZipFile(path, "w") as pack:
        for table in tables:
            members.append(_add_table(pack, table))
        _add_bytes(pack, "summary.pdf", summary(members), members)
        listed = [
            {"name": m.name, "rows": m.rows, "bytes": m.size, "sha256": m.sha256}
            for m in members
        ]
        text = json.dumps(
            {**about, "files": listed}, indent=1, ensure_ascii=False, sort_keys=True
        )
        _add_bytes(pack, "contents.json", text.encode(), members)
    return sha256_of(path)


def _add_table(pack: zipfile.ZipFile, table: Table) -> Member:
    with pack.open(_info(table.name), "w", force_zip64=True) as raw:
        measured = _Measured(raw)  # type: ignore[arg-type]
        rows = write_csv(measured, table)  # type: ignore[arg-type]
    return Member(table.name, rows, measured.size, measured.sha256)


def _add_bytes(
    pack: zipfile.ZipFile, name: str, content: bytes, members: list[Member]
) -> None:
    pack.writestr(_info(name), content)
    digest = hashlib.sha256(content).hexdigest()
    members.append(Member(name, 0, len(content), digest))


def _info(name: str) -> zipfile.ZipInfo:
    """Return the header of a file: no clock, no system, no user in it."""
    info = zipfile.ZipInfo(name, FIXED_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()
