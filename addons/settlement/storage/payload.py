"""Read a payload once: hash it as received, mask it, keep it small in memory."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from .masking import masked_chunks

CHUNK_BYTES = 1 << 20
INLINE_BYTES = 1 << 18


@dataclass(slots=True)
class StoredPayload:
    """A payload that was read to its end; ``file`` holds the masked bytes."""

    sha256: str
    stored_sha256: str
    size: int
    file: BinaryIO

    @property
    def is_inline(self) -> bool:
        """Whether it is small enough for a database column."""
        return self.size <= INLINE_BYTES

    def inline_bytes(self) -> bytes:
        """Return all masked bytes; only for small payloads."""
        self.file.seek(0)
        return self.file.read()


def read_payload(content: bytes | BinaryIO) -> StoredPayload:
    """Read ``content`` once, in chunks, and return what is to be stored.

    :raises MalformedInput: if it is an archive that cannot be looked into.
    """
    source = BytesIO(content) if isinstance(content, bytes) else content
    received = hashlib.sha256()

    def chunks() -> Iterator[bytes]:
        while chunk := source.read(CHUNK_BYTES):
            received.update(chunk)
            yield chunk

    spool = _spool(masked_chunks(chunks()))
    stored = hashlib.sha256()
    size = 0
    while chunk := spool.read(CHUNK_BYTES):
        stored.update(chunk)
        size += len(chunk)
    spool.seek(0)
    return StoredPayload(received.hexdigest(), stored.hexdigest(), size, spool)


def _spool(chunks: Iterable[bytes]) -> BinaryIO:
    """Return chunks as a file, in memory while it is small."""
    # The caller keeps the file until it is stored, so no context manager here.
    spool = tempfile.SpooledTemporaryFile(max_size=INLINE_BYTES)  # noqa: SIM115
    for chunk in chunks:
        spool.write(chunk)
    spool.seek(0)
    return spool


def keep_in_folder(payload: StoredPayload, folder: Path) -> str:
    """Write a large payload under its stored hash; return its relative name.

    The file appears under its name only when it is whole, so that a kill leaves
    a temporary file at worst.
    """
    name = f"{payload.stored_sha256[:2]}/{payload.stored_sha256}"
    target = folder / name
    if target.exists():
        return name
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    payload.file.seek(0)
    with os.fdopen(handle, "wb") as file:
        shutil.copyfileobj(payload.file, file, CHUNK_BYTES)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, target)
    return name


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a kept payload."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
