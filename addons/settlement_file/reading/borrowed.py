"""A file that belongs to somebody else, as text."""

from __future__ import annotations

import codecs
import io
import os
from typing import BinaryIO

_PIECE = 1 << 16


class _Borrowed:
    """What a reader of text needs of a binary file; it never closes it."""

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        return self._stream.read(size)

    read1 = read

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def writable(self) -> bool:
        """Return that it is not written."""
        return False

    seekable = writable

    def flush(self) -> None:
        """Do nothing."""

    close = flush


def text_of(stream: BinaryIO, codec: str, errors: str) -> io.TextIOWrapper:
    """Return a reader of the text of a file; the file stays open when it goes.

    :param stream: binary file at the place where the text begins.
    :param errors: what happens to wrong bytes, as for ``bytes.decode``.
    """
    if codec == "utf-16":
        codec = _byte_order(stream)
    text = io.TextIOWrapper(
        _Borrowed(stream),  # type: ignore[arg-type]
        codec,
        errors=errors,
        newline="",
    )
    text._CHUNK_SIZE = _PIECE  # type: ignore[attr-defined]
    return text


def _byte_order(stream: BinaryIO) -> str:
    """Return which of both orders a file has that begins with its mark, or should."""
    mark = stream.read(2)
    if mark == codecs.BOM_UTF16_BE:
        return "utf-16-be"
    if mark != codecs.BOM_UTF16_LE:
        stream.seek(-len(mark), os.SEEK_CUR)
    return "utf-16-le"
