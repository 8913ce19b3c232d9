"""One call of a connector, and what an answer to it means. No network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import urlsplit, urlunsplit

import requests

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    TransientError,
)

from .redaction import redact


@dataclass(frozen=True)
class Call:
    """One call of a connector, as it is repeated.

    :param sink: file that takes the body of a good answer, instead of the memory.
    """

    request: requests.PreparedRequest = field(repr=False)
    secrets: frozenset[str] = field(repr=False)
    content_type: str
    repeatable: bool
    redirects: int
    sink: BinaryIO | None = None

    @property
    def where(self) -> str:
        """Return method, host and path for people; never the query."""
        parts = urlsplit(self.request.url or "")
        return redact(f"{self.request.method} {parts.netloc}{parts.path}", self.secrets)


class NotAllowed(AuthenticationError):
    """The provider knows the credentials, but they may not do this."""


class NotFound(BusinessError):
    """The provider has nothing at this address."""


class Unsent(TransientError):
    """A failure after which the provider has certainly not done anything."""


class NotNow(TransientError):
    """A failure of which the provider says that repeating at once is no use."""


def may_repeat(call: Call, error: TransientError) -> bool:
    """Tell whether a call that failed may be made once more."""
    if isinstance(error, NotNow):
        return False
    return call.repeatable or isinstance(error, Unsent)


def is_type(declared: str, wanted: str) -> bool:
    """Tell whether an answer has the type that was asked for, "" = any."""
    if not wanted:
        return True
    kind = declared.partition(";")[0].strip().lower()
    if wanted == "application/json" and kind.endswith("+json"):
        return True
    return kind == wanted


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def without_query(url: str, secrets: Iterable[str]) -> str:
    """Return an address for people: no query, no secret."""
    parts = urlsplit(url)
    return redact(urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")), secrets)
