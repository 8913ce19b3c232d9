"""Merkle roots as in RFC 6962, and the root that links one seal to the next.

Leaves and inner nodes are hashed with different prefixes, so that no inner node
can be passed off as a leaf::

    root of nothing   = SHA-256("")
    root of one leaf  = SHA-256(0x00 || leaf)
    root of n leaves  = SHA-256(0x01 || root of the first k || root of the rest)

where ``k`` is the largest power of two below ``n``. A seal is hashed with a third
prefix::

    SHA-256(0x02 || previous root || root of its events || "first:last:count:time")
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

GENESIS = "0" * 64
"""What the first seal names as its previous root."""

_LEAF = b"\x00"
_NODE = b"\x01"
_SEAL = b"\x02"


def leaf_hash(leaf: bytes) -> bytes:
    """Return the 32-byte hash of one leaf."""
    return sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash of the node above two hashes."""
    return sha256(_NODE + left + right).digest()


class MerkleRoot:
    """A Merkle root that grows leaf by leaf and keeps only log2(n) hashes."""

    def __init__(self) -> None:
        self.count = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Append one leaf on the right."""
        current = leaf_hash(leaf)
        # Each one-bit of the count is a perfect tree on the stack of peaks; adding
        # a leaf merges trees of equal size as adding one carries in binary.
        carry = self.count
        while carry & 1:
            current = node_hash(self._peaks.pop(), current)
            carry >>= 1
        self._peaks.append(current)
        self.count += 1

    def digest(self) -> str:
        """Return the root of the leaves so far, as 64 hexadecimal digits."""
        if not self._peaks:
            return sha256(b"").hexdigest()
        current = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            current = node_hash(peak, current)
        return current.hex()


def merkle_root(leaves: Iterable[bytes]) -> str:
    """Return the Merkle root of ``leaves`` in their order, as 64 hex digits."""
    root = MerkleRoot()
    for leaf in leaves:
        root.add(leaf)
    return root.digest()


def seal_root(
    previous_root: str,
    events_root: str,
    first_id: int,
    last_id: int,
    count: int,
    sealed_at: str,
) -> str:
    """Return the root of a seal, which vouches for every seal before it.

    :param previous_root: root of the seal before it, :data:`GENESIS` for the first
    :param events_root: Merkle root of the row hashes of its events
    :param first_id: number of its first event
    :param last_id: number of its last event
    :param count: how many events it covers
    :param sealed_at: when, as ISO 8601 text in UTC
    """
    facts = f"{first_id}:{last_id}:{count}:{sealed_at}".encode()
    return sha256(
        _SEAL + bytes.fromhex(previous_root) + bytes.fromhex(events_root) + facts
    ).hexdigest()
