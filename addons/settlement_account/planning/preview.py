"""What an act would do to the ledger, as plain data that can be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A journal item to be; amounts are minor units, positive is a debit."""

    account_id: int
    partner_id: int
    name: str
    currency_id: int
    amount_currency: int
    balance: int
    tax_ids: tuple[int, ...] = ()
    analytic: tuple[tuple[str, str], ...] = ()
    role: str = ""


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry to be.

    :param kind: ``settlement``, ``reversal``, ``exchange``, ``cash_basis``, ``bank``
        or ``other``.
    """

    kind: str
    journal_id: int
    date: str
    reference: str
    lines: tuple[SeenLine, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """All entries that an act would make, and what they would settle.

    :param settled: (id of an entry that is there already, minor units of the
        company's currency that would be settled of it).
    """

    entries: tuple[SeenEntry, ...] = ()
    settled: tuple[tuple[int, int], ...] = field(default=())

    def digest(self) -> str:
        """Return the SHA-256 of it: the same for the same entries, line by line."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def change_of(self, account_ids: Iterable[int]) -> int:
        """Return what some accounts would gain in all, as a ledger counts it."""
        wanted = set(account_ids)
        return sum(
            line.balance
            for entry in self.entries
            for line in entry.lines
            if line.account_id in wanted
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What an account and partner show less, and more, after entries are replaced."""

    account_id: int
    partner_id: int
    before: int
    after: int

    @property
    def difference(self) -> int:
        """What the ledger gains, as it counts."""
        return self.after - self.before


def changes(
    before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]
) -> list[Change]:
    """Return by account and partner what other entries would change; no zeros.

    :param before, after: ``account_id, partner_id, balance`` of each line.
    """
    sums: dict[tuple[int, int], list[int]] = {}
    for side, lines in enumerate((before, after)):
        for account_id, partner_id, balance in lines:
            sums.setdefault((account_id, partner_id), [0, 0])[side] += balance
    found = [Change(*key, *pair) for key, pair in sorted(sums.items())]
    return [change for change in found if change.difference]


def digest_of_changes(found: Iterable[Change]) -> str:
    """Return the SHA-256 of changes: the same for the same accounts and amounts."""
    text = json.dumps([asdict(change) for change in found], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
