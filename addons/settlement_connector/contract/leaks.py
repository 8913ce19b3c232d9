"""Find secrets where they must not be, in all the spellings they travel in."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

_SHORTEST = 6


def spellings(secrets: Iterable[str]) -> frozenset[str]:
    """Return the texts by which secrets would be recognised.

    Besides the plain value: escaped for addresses, encoded as alone or as user or
    password of a basic login, and as bytes are written by a database.
    """
    found = set()
    for secret in secrets:
        if len(secret) < _SHORTEST:
            raise ValueError("A secret this short is found by accident; use another.")
        found |= {secret, quote(secret, safe=""), quote_plus(secret)}
        found.add(secret.encode().hex())
        found |= {_encoded(secret, shift) for shift in range(3)}
    return frozenset(text for text in found if len(text) >= _SHORTEST)


def _encoded(secret: str, shift: int) -> str:
    """Return how Base64 shows a secret that so many bytes more stand before.

    The groups of four letters that hold other bytes too are left out.
    """
    letters = base64.b64encode(b"\0" * shift + secret.encode()).decode()
    end = len(letters) - (4 if (shift + len(secret)) % 3 else 0)
    return letters[4 if shift else 0 : end]


def leaks(text: str, secrets: Iterable[str]) -> list[str]:
    """Return the secrets that a text shows, in any spelling."""
    return [
        secret
        for secret in secrets
        if any(spelling in text for spelling in spellings([secret]))
    ]


def words_of(error: BaseException) -> str:
    """Return all that a server's log would show of an error, causes included."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return "".join(lines) + repr(error)


class LogRecorder(logging.Handler):
    """Keeps every line of every logger, as written and with its traceback.

    ::

        with LogRecorder() as log:
            …
        log.text
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self._before: list[tuple[logging.Logger | logging.Handler, int]] = []

    @property
    def text(self) -> str:
        """Return all lines."""
        return "\n".join(self.lines)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line, and what it was made of."""
        self.lines.append(self.format(record))
        self.lines.append(repr(record.args))

    def __enter__(self) -> LogRecorder:
        """Begin to listen, to debug lines too; other handlers hear what they did."""
        root = logging.getLogger()
        self._before = [(root, root.level)]
        for handler in root.handlers:
            self._before.append((handler, handler.level))
            handler.setLevel(max(handler.level, root.level))
        root.addHandler(self)
        root.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop listening."""
        logging.getLogger().removeHandler(self)
        for each, level in self._before:
            each.setLevel(level)
