"""Bank entries: what one booking is, and what the bank charges or pays itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from odoo.addons.settlement.canonical import bank_codes

LONGEST_TEXT = 250


@dataclass(frozen=True, slots=True)
class Detail:
    """One transaction of a bank entry as the statement needs it."""

    id: int
    batch_id: int
    entry_reference: str
    external_id: str
    occurrence: int
    amount: int
    booked_on: date
    text: str = ""
    counterparty_name: str = ""
    counterparty_account: str = ""
    source_code: str = ""
    partner_id: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking of the bank: what becomes one statement line."""

    key: str
    details: tuple[Detail, ...]

    @property
    def amount(self) -> int:
        """Minor units, positive when money came."""
        return sum(detail.amount for detail in self.details)

    @property
    def booked_on(self) -> date:
        """Day of the booking."""
        return max(detail.booked_on for detail in self.details)

    @property
    def text(self) -> str:
        """What the bank line says: the texts of its details, each once."""
        texts = dict.fromkeys(detail.text for detail in self.details if detail.text)
        names = dict.fromkeys(
            detail.counterparty_name
            for detail in self.details
            if detail.counterparty_name
        )
        found = " / ".join(texts) or " / ".join(names) or self.key
        return found if len(found) <= LONGEST_TEXT else f"{found[: LONGEST_TEXT - 1]}…"

    def common(self, name: str) -> str | int:
        """Return the value of a field if all details have the same, else nothing."""
        values = {getattr(detail, name) for detail in self.details}
        return values.pop() if len(values) == 1 else ""


def entry_key(detail: Detail) -> str:
    """Return what identifies the booking of a detail inside its account."""
    if detail.entry_reference:
        return detail.entry_reference
    return f"{detail.external_id}~{detail.occurrence}"


def entries_of(details: Iterable[Detail]) -> list[Entry]:
    """Return the bookings of details, in the order of the bank."""
    groups: dict[str, list[Detail]] = {}
    for detail in details:
        groups.setdefault(entry_key(detail), []).append(detail)
    return [Entry(key, tuple(group)) for key, group in groups.items()]


def own_charge_role(source_code: str) -> str:
    """Return the role of the account for what a bank books for itself.

    Interest is told by its code; all else that needs no match is a charge.
    """
    return "interest" if bank_codes.is_interest(source_code) else "bank_fee"
