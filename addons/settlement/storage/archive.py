"""ZIP archives of statement files: opened carefully, never unpacked to a folder."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, BinaryIO

from ..canonical.errors import MalformedInput

SIGNATURE = b"PK\x03\x04"
MAX_MEMBERS = 2000
MAX_MEMBER_BYTES = 2 << 30
MAX_TOTAL_BYTES = 4 << 30
# Statements shrink to a thirtieth; far beyond that somebody packed emptiness.
MAX_RATIO = 300
RATIO_COUNTS_FROM = 1 << 20
_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_LONGEST_END = _END_OF_DIRECTORY.size + 0xFFFF
_LARGEST_DIRECTORY = 1 << 20
_METADATA = ("__MACOSX/", "._", ".DS_Store")

_LARGE_FORMAT = b"PK\x06\x07"
_LARGE_FORMAT_SIZE = 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

# What opening and reading a member may raise when its bytes are not what was promised.
BROKEN_MEMBER = (zipfile.BadZipFile, zlib.error, EOFError, struct.error)


def is_archive(head: bytes) -> bool:
    """Say whether a file begins like a ZIP archive."""
    return head.startswith(SIGNATURE)


def members(stream: BinaryIO) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
    """Yield name and opener of the files of an archive, in the order of their names.

    :param stream: seekable binary file; the contents are streams over it. Opening and
        reading them may raise one of :data:`BROKEN_MEMBER`.
    :raises MalformedInput: if the archive is damaged, encrypted, nested, too large or
        has too many members; nothing has been yielded then.
    """
    _check_directory(stream)
    try:
        archive = zipfile.ZipFile(stream)
    except (*BROKEN_MEMBER, ValueError, NotImplementedError) as error:
        raise MalformedInput(
            "The ZIP archive is damaged; ask the sender for it again."
        ) from error
    with archive:
        for member in _checked(archive.infolist()):
            yield member.filename, partial(archive.open, member)


def contents(stream: BinaryIO) -> Iterator[tuple[zipfile.ZipInfo, IO[bytes]]]:
    """Yield everything of an archive that has bytes, in its own order, opened.

    Opening and reading may raise one of :data:`BROKEN_MEMBER`.

    :raises MalformedInput: if something of it cannot be looked into.
    """
    _check_directory(stream)
    with zipfile.ZipFile(stream) as archive:
        listed = [member for member in archive.infolist() if not member.is_dir()]
        _check_sizes(listed)
        for member in listed:
            with archive.open(member) as content:
                yield member, content


def _check_directory(stream: BinaryIO) -> None:
    """Refuse a directory that would be large in memory, before it is read."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _LONGEST_END))
    tail = stream.read(_LONGEST_END)
    stream.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_OF_DIRECTORY.size:
        raise MalformedInput("The ZIP archive breaks off; ask the sender for it again.")
    end = _END_OF_DIRECTORY.unpack_from(tail, at)
    if end[4] > MAX_MEMBERS or end[5] > _LARGEST_DIRECTORY:
        raise _too_many()
    before = tail[max(0, at - _LARGE_FORMAT_SIZE) : at]
    if before.startswith(_LARGE_FORMAT):
        raise _too_many()


def _too_many() -> MalformedInput:
    return MalformedInput(
        f"The ZIP archive has more than {MAX_MEMBERS} members or is very large; send "
        "the statements in several archives."
    )


def _checked(listed: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    wanted = sorted(
        (member for member in listed if _is_document(member)),
        key=lambda member: member.filename,
    )
    _check_sizes(wanted)
    return wanted


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        if problem := _problem(member):
            raise MalformedInput(f"{member.filename[:100]} in the archive {problem}.")
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        raise MalformedInput(
            f"The ZIP archive unpacks to more than {MAX_TOTAL_BYTES >> 30} GiB."
        )


def _is_document(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    litter = name.startswith(_METADATA) or os.path.basename(name).startswith(_METADATA)
    return not (member.is_dir() or litter)


def _problem(member: zipfile.ZipInfo) -> str:
    name = member.filename
    if ".." in name.split("/") or name.startswith("/") or "\\" in name or ":" in name:
        return "has a path outside of the archive"
    if name.lower().endswith(".zip"):
        return "is an archive again; send its files directly"
    if member.header_offset < 0:
        return "is damaged; ask the sender for the archive again"
    if member.flag_bits & 1:
        return "is encrypted; send it without a password"
    if member.compress_type not in _METHODS:
        return "is packed by an unusual method; pack it by the usual one (deflate)"
    if member.file_size > MAX_MEMBER_BYTES:
        return f"is larger than {MAX_MEMBER_BYTES >> 30} GiB"
    if member.file_size > max(RATIO_COUNTS_FROM, MAX_RATIO * member.compress_size):
        return f"unpacks to more than {MAX_RATIO} times its size"
    return ""
