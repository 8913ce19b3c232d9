"""Which roles nobody should hold at once."""

from __future__ import annotations

from collections.abc import Iterable

# Who brings data in does not decide about money; who looks over shoulders acts not.
PAIRS = (
    ("group_integration_admin", "group_approver"),
    ("group_auditor", "group_accountant"),
    ("group_auditor", "group_integration_admin"),
)


def conflicts(roles: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of roles that one person holds and should not."""
    held = set(roles)
    return tuple(pair for pair in PAIRS if held.issuperset(pair))
