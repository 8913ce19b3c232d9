"""Read the body of an answer: bounded in size and time, and whole or not at all."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from odoo.addons.settlement.canonical.errors import BusinessError, TransientError

_CHUNK = 64 * 1024
# What one step of decompression may give, however small its input is.
_PIECE = 1024 * 1024
# Window bits of zlib: gzip or zlib header, told apart by zlib itself.
_AUTODETECT = 47


def body_pieces(
    read: Callable[[int], bytes],
    headers: Mapping[str, str],
    max_bytes: int,
    overdue: Callable[[], bool] = lambda: False,
) -> Iterator[bytes]:
    """Yield the decoded body piece by piece; only at the end it is known to be whole.

    :param read: returns up to so many undecoded bytes, nothing at the end.
    :param max_bytes: the most bytes accepted, before and after decompression.
    :param overdue: tells that reading has taken too long altogether.
    :raises BusinessError: if the body is larger than ``max_bytes``.
    :raises TransientError: if it is cut short, unreadable or too slow.
    """
    announced = _announced_length(headers)
    if announced is not None and announced > max_bytes:
        raise _too_large(max_bytes)
    chunks = _chunks(read, announced, max_bytes, overdue)
    encoding = headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        yield from chunks
    elif encoding in ("gzip", "x-gzip", "deflate"):
        yield from _inflate(chunks, max_bytes)
    else:
        raise TransientError(
            f"The answer is encoded as {encoding!r}, which nobody asked."
        )


def _announced_length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("Content-Length", "").strip()
    if "chunked" in headers.get("Transfer-Encoding", "").lower():
        return None
    return int(text) if text.isascii() and text.isdigit() else None


def _chunks(
    read: Callable[[int], bytes],
    announced: int | None,
    max_bytes: int,
    overdue: Callable[[], bool],
) -> Iterator[bytes]:
    received = 0
    while chunk := read(_CHUNK):
        received += len(chunk)
        if received > max_bytes:
            raise _too_large(max_bytes)
        if overdue():
            raise TransientError("The answer came too slowly and was given up.")
        yield chunk
    if announced is not None and received != announced:
        raise TransientError(
            f"The answer was cut: {received} of {announced} bytes arrived."
        )


def _inflate(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    decoder = zlib.decompressobj(_AUTODETECT)
    size = 0
    for chunk in chunks:
        for piece in _steps(decoder, chunk):
            size += len(piece)
            if size > max_bytes:
                raise _too_large(max_bytes)
            yield piece
    if not decoder.eof or decoder.unused_data:
        raise TransientError("The compressed answer was cut.")


def _steps(decoder: Any, chunk: bytes) -> Iterator[bytes]:
    """Yield what a chunk gives, in pieces that are never large."""
    while True:
        try:
            piece: bytes = decoder.decompress(chunk, _PIECE)
        except zlib.error:
            raise TransientError("The compressed answer cannot be read.") from None
        yield piece
        chunk = decoder.unconsumed_tail
        if not chunk and len(piece) < _PIECE:
            return


def _too_large(max_bytes: int) -> BusinessError:
    return BusinessError(
        f"The answer is larger than {max_bytes:,} bytes and was not read; "
        "ask for a shorter period."
    )
