"""Read a file as its layout says: the way in for everything outside of this addon."""

from __future__ import annotations

from typing import BinaryIO

from odoo.addons.settlement.canonical.facts import ParseResult

from ..layout.definition import FileLayout
from .preview import CheckResult
from .preview import Preview as Preview
from .preview import preview as preview


def parse(layout: FileLayout, stream: BinaryIO, filename: str = "") -> ParseResult:
    """Return the facts of a file as a stream, batches after the rows.

    A row that cannot be read becomes a RejectedRow with its number, the column and a
    sentence; the rows around it go on. A control of the file that is wrong becomes a
    RejectedRow with the code ``batch_unbalanced`` or ``missing_data``.

    :param stream: seekable binary file; it is read as a stream, and twice where
        batches can only be named from their end.
    :param filename: what the column ``File name`` holds.
    :raises MalformedInput: while the facts are consumed, if no row can be read: a
        column of the layout is missing, the file is of another kind or damaged.
    """
    raise NotImplementedError


def check_totals(
    layout: FileLayout, stream: BinaryIO, filename: str = ""
) -> list[CheckResult]:
    """Return what each control of the layout says of a file, reading it once.

    :raises MalformedInput: as :func:`parse`.
    """
    raise NotImplementedError


def recognises(layout: FileLayout, filename: str, head: bytes) -> bool:
    """Say whether the first bytes are a file that the layout's columns are all in."""
    raise NotImplementedError
