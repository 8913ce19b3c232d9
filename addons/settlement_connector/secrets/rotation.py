"""Which keys the server has, which the credentials need, and what may go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NEWEST, OLDER, MISSING = "newest", "older", "missing"


@dataclass(frozen=True)
class KeyState:
    """One key that the server has or that a credential needs.

    :param credentials: how many credentials are sealed with it.
    """

    id: str
    role: str
    credentials: int

    @property
    def may_go(self) -> bool:
        """Whether the key can be taken off the server without any loss."""
        return self.role == OLDER and not self.credentials

    @property
    def is_to_rotate(self) -> bool:
        """Whether credentials wait to be sealed with the newest key."""
        return self.role == OLDER and self.credentials > 0


def key_states(known: Sequence[str], used: Mapping[str, int]) -> list[KeyState]:
    """Return the state of all keys: the newest, the older ones, the missing ones.

    :param known: ids of the server's keys, the newest first.
    :param used: how many credentials need a key, by its id.
    """
    states = [
        KeyState(key_id, OLDER if place else NEWEST, used.get(key_id, 0))
        for place, key_id in enumerate(known)
    ]
    lost = sorted(set(used) - set(known))
    return states + [KeyState(key_id, MISSING, used[key_id]) for key_id in lost]
