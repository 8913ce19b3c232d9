"""What makes two rows the same row, and how equal ones are counted."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable

# Longer ids than any provider gives are replaced by their digest.
LONGEST = 120
_FINGERPRINT = 32
_SMALLEST = 1 << 10


def joined(parts: Iterable[str]) -> str:
    """Return one id made of several; no other parts make the same one.

    It is "" if all parts are empty.
    """
    texts = list(parts)
    if len(texts) == 1:
        return shortened(texts[0])
    if not any(texts):
        return ""
    escaped = (each.replace("%", "%25").replace(":", "%3A") for each in texts)
    return shortened(":".join(escaped))


def shortened(text: str) -> str:
    """Return an id of a length that can be kept and compared."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:40]}~{hashlib.sha256(text.encode()).hexdigest()}"


def fingerprint(parts: Iterable[str]) -> str:
    """Return the digest that stands in for an id; blanks make no difference."""
    digest = hashlib.sha256()
    for part in parts:
        bare = " ".join(part.split()).encode()
        digest.update(b"%d:" % len(bare))
        digest.update(bare)
    return f"fp-{digest.hexdigest()[:_FINGERPRINT]}"


class SeenKeys:
    """Count equal keys: the first is 0, its twin is 1.

    A short digest of each key stands in a table of its own, so that a million of them
    take some 30 MB: twelve bytes each and room to find them.
    """

    def __init__(self) -> None:
        self._size = _SMALLEST
        self._used = 0
        self._digests = array("Q", bytes(8 * self._size))
        self._counts = array("I", bytes(4 * self._size))

    def number(self, key: str) -> int:
        """Return how often the key was there before, and remember it."""
        digest = (
            int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")
            or 1
        )
        place = self._place(digest)
        before = self._counts[place]
        self._counts[place] = before + 1
        if not before:
            self._digests[place] = digest
            self._used += 1
            if self._used * 3 > self._size * 2:
                self._grow()
        return before

    def _place(self, digest: int) -> int:
        digests, mask = self._digests, self._size - 1
        place = digest & mask
        while digests[place] and digests[place] != digest:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        digests, counts = self._digests, self._counts
        self._size *= 2
        self._digests = array("Q", bytes(8 * self._size))
        self._counts = array("I", bytes(4 * self._size))
        for digest, count in zip(digests, counts, strict=True):
            if digest:
                place = self._place(digest)
                self._digests[place] = digest
                self._counts[place] = count
