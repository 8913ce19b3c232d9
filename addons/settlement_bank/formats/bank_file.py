"""A file as it comes from a bank: one document, or a ZIP archive of documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import Fact, RejectedRow
from odoo.addons.settlement.storage import archive

from . import camt


def recognises(filename: str, head: bytes) -> bool:
    """Say whether a file is one that :func:`parse` can say something about.

    :param head: its first bytes, up to 64 KiB.
    """
    if archive.is_archive(head):
        return filename.lower().endswith((".zip", ".xml")) or b".xml" in head.lower()
    return camt.recognises(head)


def parse(stream: BinaryIO) -> Iterator[Fact]:
    """Yield the facts of a bank file.

    :param stream: seekable binary file at its beginning.
    :raises MalformedInput: if it cannot be read; of an archive, if no member can.
    """
    head = stream.read(len(archive.SIGNATURE))
    stream.seek(0)
    if archive.is_archive(head):
        yield from _parse_archive(stream)
    else:
        yield from camt.parse(stream)


def _parse_archive(stream: BinaryIO) -> Iterator[Fact]:
    """Yield the facts of all members; one that is damaged becomes a rejected row."""
    number = 0
    refused: list[str] = []
    read = 0
    for name, opened in archive.members(stream):
        try:
            with opened() as content:
                for fact in camt.parse(content, number + 1):
                    if isinstance(fact, RejectedRow):
                        number = fact.number
                    yield fact
            read += 1
        except (MalformedInput, *archive.BROKEN_MEMBER) as error:
            number += 1
            refused.append(f"{name}: {_sentence(error)}")
            yield RejectedRow(number, name, refused[-1])
    if not read:
        raise MalformedInput(
            refused[0] if refused else "The ZIP archive has no statement file in it."
        )


def _sentence(error: Exception) -> str:
    if isinstance(error, MalformedInput):
        return str(error)
    return "This member of the archive is damaged; ask the sender for it again."
