"""Mask card numbers in any payload: plain text, wide text, archives of texts."""

from __future__ import annotations

import itertools
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, BinaryIO

from ..canonical.card_numbers import mask_stream, mask_text
from ..canonical.errors import MalformedInput
from . import archive

CHUNK_BYTES = 1 << 20
_IN_MEMORY = 1 << 18
# How UTF-16 begins: by its mark, or by "<" of XML without one.
_LOW_FIRST = (b"\xff\xfe", b"<\x00")
_HIGH_FIRST = (b"\xfe\xff", b"\x00<")
_GZIP = b"\x1f\x8b"


def masked_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Return a payload with its card numbers masked, whatever it is packed in.

    What holds none comes back byte for byte.

    :raises MalformedInput: if it is packed in a way that cannot be looked into.
    """
    chunks = iter(chunks)
    first = next(chunks, b"")
    whole = itertools.chain((first,), chunks)
    if archive.is_archive(first):
        return _masked_archive(whole)
    if first.startswith(_GZIP):
        raise MalformedInput(
            "It is compressed (gzip), so that card numbers in it would not be seen. "
            "Send it as it is, or in a ZIP archive."
        )
    return masked_text_chunks(whole)


def masked_text_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Return a text with its card numbers masked, in UTF-16 or in bytes as ASCII."""
    chunks = iter(chunks)
    first = next(chunks, b"")
    whole = itertools.chain((first,), chunks)
    if first.startswith((*_LOW_FIRST, *_HIGH_FIRST)):
        return _mask_wide(whole, low=0 if first.startswith(_LOW_FIRST) else 1)
    return mask_stream(whole)


def _mask_wide(chunks: Iterable[bytes], low: int) -> Iterator[bytes]:
    """Mask UTF-16: look at the low bytes, star those of a card number.

    :param low: place of the low byte in a pair.
    """
    waiting = bytearray()
    odd = bytearray()

    def narrow() -> Iterator[bytes]:
        for chunk in chunks:
            odd.extend(chunk)
            even = len(odd) & ~1
            pairs = bytes(odd[:even])
            del odd[:even]
            waiting.extend(pairs)
            # Characters beyond ASCII become one that no number touches.
            yield bytes(
                low_byte if not high_byte else 0
                for low_byte, high_byte in zip(
                    pairs[low::2], pairs[1 - low :: 2], strict=True
                )
            )

    for masked in mask_stream(narrow()):
        pairs = waiting[: 2 * len(masked)]
        del waiting[: 2 * len(masked)]
        at = masked.find(b"*")
        while at >= 0:
            pairs[2 * at + low] = 42
            at = masked.find(b"*", at + 1)
        yield bytes(pairs)
    yield bytes(odd)


# ----------------------------------------------------------------------
# Archives
# ----------------------------------------------------------------------


def _masked_archive(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an archive: as it came, or written anew if a member holds a card number."""
    with _temporary() as received, _temporary() as rewritten:
        for chunk in chunks:
            received.write(chunk)
        try:
            is_changed = _rewrite(received, rewritten)
        except (*archive.BROKEN_MEMBER, ValueError, NotImplementedError) as error:
            raise MalformedInput(
                "The ZIP archive is damaged and cannot be looked into; ask the sender "
                "for it again."
            ) from error
        yield from _read(rewritten if is_changed else received)


def _temporary() -> BinaryIO:
    return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115


def _read(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def _rewrite(received: BinaryIO, rewritten: BinaryIO) -> bool:
    """Write the members anew, masked; return whether anything was masked.

    The same archive always becomes the same bytes.
    """
    is_changed = False
    with zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as copy:
        for member, content in archive.contents(received):
            name = mask_text(member.filename)
            target = zipfile.ZipInfo(name, date_time=member.date_time)
            target.compress_type = zipfile.ZIP_DEFLATED
            is_changed |= name != member.filename or _has_card(member.comment)
            with copy.open(target, "w", force_zip64=True) as written:
                is_changed |= _copy_masked(content, written)
    return is_changed or _has_card(_tail(received))


def _copy_masked(content: IO[bytes], written: IO[bytes]) -> bool:
    """Copy a member masked; return whether that changed it."""
    before = after = 0

    def chunks() -> Iterator[bytes]:
        nonlocal before
        while chunk := content.read(CHUNK_BYTES):
            before += chunk.count(b"*")
            yield chunk

    for masked in masked_text_chunks(_not_packed_again(chunks())):
        after += masked.count(b"*")
        written.write(masked)
    return before != after


def _not_packed_again(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Refuse a member that is an archive itself, whatever its name."""
    first = next(chunks, b"")
    if archive.is_archive(first) or first.startswith(_GZIP):
        raise MalformedInput(
            "The ZIP archive holds another archive, in which card numbers would not be "
            "seen. Send its files directly."
        )
    yield first
    yield from chunks


def _tail(received: BinaryIO) -> bytes:
    """Return the directory and the comment at the end of an archive."""
    size = received.seek(0, 2)
    received.seek(max(0, size - CHUNK_BYTES))
    return received.read()


def _has_card(text: bytes) -> bool:
    return b"".join(mask_stream([text])) != text
