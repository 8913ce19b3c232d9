"""Read untrusted XML piece by piece, in memory that does not grow with the file.

No document type, no entities, no network, no parts of unlimited size: what a bank
sends needs none of them, what an attacker sends would.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from odoo.addons.settlement.canonical.errors import MalformedInput

CHUNK = 1 << 16
# Between two pieces that the reader takes out lie some kilobytes in a real file.
MAX_BYTES_BETWEEN_PIECES = 8 << 20
_MISC = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
# Other encodings could hide a document type from the check of the prolog.
_ENCODINGS = frozenset(
    (
        "",
        "UTF-8",
        "UTF-16",
        "US-ASCII",
        "ASCII",
        "ISO-8859-1",
        "ISO-8859-15",
        "WINDOWS-1252",
    )
)


def check_prolog(head: bytes) -> None:
    """Refuse a document type, an unusual encoding, and what is not XML at all.

    :param head: the beginning of the file, up to one chunk.
    :raises MalformedInput: with a sentence for the person who sent the file.
    """
    plain = _in_ascii_superset(head)
    declared = _ENCODING.match(plain)
    encoding = declared.group(1).decode("ascii", "replace") if declared else ""
    if encoding.upper() not in _ENCODINGS:
        raise MalformedInput(
            f"The XML says that its encoding is {encoding!r}; use UTF-8."
        )
    position = 0
    while found := _MISC.match(plain, position):
        position = found.end()
    if plain.startswith(b"<!DOCTYPE", position):
        raise _document_type()
    if not re.match(rb"<[A-Za-z_]", plain[position : position + 2]):
        raise MalformedInput(
            "This is no XML document: it does not begin with an element."
        )


def _in_ascii_superset(head: bytes) -> bytes:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace").encode()
    return head.removeprefix(codecs.BOM_UTF8)


class XmlStream:
    """Iterate over ``(event, element)`` of the wanted elements of a document.

    :param stream: binary file, read once from where it stands.
    :param tags: names of the wanted elements, in any namespace.

    The user takes an element out of the tree when its ``end`` comes and then calls
    :meth:`released`; if nothing is released for too long, reading stops.
    """

    def __init__(self, stream: BinaryIO, tags: tuple[str, ...]) -> None:
        self._stream = stream
        self._unreleased = 0
        self._checked = False
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=[f"{{*}}{tag}" for tag in tags],
            resolve_entities=False,
            load_dtd=False,
            dtd_validation=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def released(self) -> None:
        """Say that the elements read so far have been taken out of the tree."""
        self._unreleased = 0

    def __iter__(self) -> Iterator[tuple[str, etree._Element]]:
        """Yield the events.

        :raises MalformedInput: where the XML is damaged; what stands before the damage
            has been yielded by then.
        """
        chunk = self._head()
        while chunk:
            damage = self._feed(chunk)
            for event, element in self._parser.read_events():
                self._check_document_type(element)
                yield event, element
            if damage:
                raise damage
            chunk = self._stream.read(CHUNK)
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            raise _damaged(error) from None

    def _head(self) -> bytes:
        head = self._stream.read(CHUNK)
        while head and not head.strip():
            head = self._stream.read(CHUNK)
        if not head:
            raise MalformedInput("The file is empty.")
        head = head.lstrip() if head[:1].isspace() else head
        check_prolog(head)
        return head

    def _check_document_type(self, element: etree._Element) -> None:
        if not self._checked and element.getroottree().docinfo.internalDTD is not None:
            raise _document_type()
        self._checked = True

    def _feed(self, chunk: bytes) -> MalformedInput | None:
        self._unreleased += len(chunk)
        if self._unreleased > MAX_BYTES_BETWEEN_PIECES:
            raise MalformedInput(
                "One element of the XML is larger than "
                f"{MAX_BYTES_BETWEEN_PIECES >> 20} MiB; a bank statement has no such "
                "element. The rest of the file was not read."
            )
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            return _damaged(error)
        return None


def _document_type() -> MalformedInput:
    return MalformedInput(
        "The XML declares a document type (DOCTYPE), which no bank statement needs and "
        "which can hide an attack. Nothing was read; ask the sender for a file "
        "without it."
    )


def _damaged(error: etree.XMLSyntaxError) -> MalformedInput:
    line, column = error.position
    return MalformedInput(
        f"The XML is damaged or breaks off at line {line}, column {column}. What "
        "stands before was read, the rest was not; ask for the file again."
    )
