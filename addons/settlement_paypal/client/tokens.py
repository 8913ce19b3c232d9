"""Access tokens in the memory of this process, and nowhere else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

# Seconds before its end at which a token is renewed.
_MARGIN = 60.0


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; ``ends_at`` in seconds of the cache's clock."""

    text: str = field(repr=False)
    ends_at: float


class TokenCache:
    """Tokens by who uses them; thread-safe.

    :param clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens: dict[Hashable, Token] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        """Say what it is, not what it holds."""
        return "TokenCache(***)"

    def get(self, key: Hashable) -> str:
        """Return a token that is still good, "" if there is none."""
        with self._lock:
            token = self._tokens.get(key)
        return token.text if token and self._clock() < token.ends_at else ""

    def put(self, key: Hashable, text: str, lifetime: float) -> None:
        """Keep a token that is good for so many seconds."""
        token = Token(text, self._clock() + max(lifetime - _MARGIN, 0.0))
        with self._lock:
            self._tokens[key] = token

    def drop(self, key: Hashable, text: str) -> None:
        """Forget a token that was refused, but not one that replaced it already."""
        with self._lock:
            token = self._tokens.get(key)
            if token and token.text == text:
                del self._tokens[key]
