"""Take a camt.053 document apart: header, statements, entries, in file order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from lxml import etree

from odoo.addons.settlement.canonical.errors import MalformedInput

from . import xml_tree
from .spool import Spool
from .xml_stream import XmlStream
from .xml_tree import Node

# Other messages of the family, and why they are not taken.
OTHER_MESSAGES = {
    "BkToCstmrAcctRpt": (
        "This is a camt.052 report of the running day. Its entries come again, final, "
        "in the statement (camt.053): import that one."
    ),
    "BkToCstmrDbtCdtNtfctn": (
        "This is a camt.054 notification. It repeats entries of the statement "
        "(camt.053) and has no balances to prove them: import the statement."
    ),
}
_MESSAGE = "BkToCstmrStmt"
_TAGS = (
    "Document",
    _MESSAGE,
    *OTHER_MESSAGES,
    "GrpHdr",
    "Stmt",
    "Ntry",
    "Btch",
    "TxDtls",
)
_OF_STATEMENT = frozenset(
    (
        "Id",
        "StmtPgntn",
        "ElctrncSeqNb",
        "LglSeqNb",
        "CreDtTm",
        "FrToDt",
        "CpyDplctInd",
        "Acct",
        "Bal",
        "TxsSummry",
    )
)


@dataclass(slots=True)
class StatementBegins:
    """A statement starts; ``message`` is the group header of the message."""

    message: Node


@dataclass(slots=True)
class Entry:
    """One entry, its details apart; ``header`` is what stood before it.

    ``number`` counts the entries of the message from 1, ``line`` is that of the file.
    """

    node: Node
    details: Spool
    batches: list[Node]
    header: Node
    number: int
    line: int


@dataclass(slots=True)
class StatementEnds:
    """A statement is over; ``header`` has all its balances."""

    header: Node


Piece = StatementBegins | Entry | StatementEnds


@dataclass(slots=True)
class _Open:
    """What is being read at the moment."""

    statement: etree._Element | None = None
    header: Node = field(default_factory=dict)
    message: Node = field(default_factory=dict)
    details: Spool = field(default_factory=Spool)
    batches: list[Node] = field(default_factory=list)
    entries: int = 0
    is_camt: bool = False


def pieces(stream: BinaryIO) -> Iterator[Piece]:
    """Yield the pieces of a camt.053 document in the order of the file.

    :raises MalformedInput: where the document is damaged, or if it is another message;
        what stands before has been yielded by then.
    """
    xml = XmlStream(stream, _TAGS)
    now = _Open()
    for event, element in xml:
        name = xml_tree.local_name(element)
        if event == "start":
            yield from _start(name, element, now)
        elif name == "Ntry" and element.getparent() is now.statement is not None:
            yield _entry(element, now)
            _close_entry(element, now)
            xml.released()
        elif name == "TxDtls" and _is_detail(element, now):
            now.details.append(xml_tree.to_node(element))
            _drop(element)
            xml.released()
        elif name == "Btch" and _is_detail(element, now):
            if len(now.batches) < xml_tree.MAX_SAME_NAME:
                now.batches.append(xml_tree.to_node(element))
        elif name == "GrpHdr" and _parent_name(element) == _MESSAGE:
            now.message = xml_tree.to_node(element)
        elif element is now.statement:
            xml_tree.take_children(element, now.header, _OF_STATEMENT)
            yield StatementEnds(now.header)
            now.statement = None
            _drop(element)
            xml.released()
    if not now.is_camt:
        raise _not_camt()


def _start(name: str, element: etree._Element, now: _Open) -> Iterator[Piece]:
    parent = _parent_name(element)
    if name == _MESSAGE:
        now.is_camt = True
    elif name in OTHER_MESSAGES and parent in ("", "Document"):
        raise MalformedInput(OTHER_MESSAGES[name])
    elif name == "Stmt" and parent == _MESSAGE:
        now.statement, now.header = element, {}
        yield StatementBegins(now.message)
    elif not now.is_camt and (parent or name != "Document"):
        raise _not_camt()


def _not_camt() -> MalformedInput:
    return MalformedInput(
        "This XML is no bank statement of the kind camt.053: it has no element "
        f"{_MESSAGE}."
    )


def _entry(element: etree._Element, now: _Open) -> Entry:
    xml_tree.take_before(element, now.header, _OF_STATEMENT, keep="Ntry")
    now.entries += 1
    return Entry(
        node=xml_tree.to_node(element),
        details=now.details,
        batches=now.batches,
        header=now.header,
        number=now.entries,
        line=element.sourceline or 0,
    )


def _close_entry(element: etree._Element, now: _Open) -> None:
    now.details.close()
    now.details, now.batches = Spool(), []
    element.clear()


def _is_detail(element: etree._Element, now: _Open) -> bool:
    """Say whether the element stands in Stmt/Ntry/NtryDtls of the open statement."""
    details = element.getparent()
    entry = details.getparent() if details is not None else None
    return (
        entry is not None
        and now.statement is not None
        and entry.getparent() is now.statement
        and xml_tree.local_name(details) == "NtryDtls"
        and xml_tree.local_name(entry) == "Ntry"
    )


def _drop(element: etree._Element) -> None:
    """Empty an element and take what stands before it out of the tree."""
    element.clear()
    xml_tree.take_before(element, {}, frozenset(), keep="")


def _parent_name(element: etree._Element) -> str:
    parent = element.getparent()
    return "" if parent is None else xml_tree.local_name(parent)
