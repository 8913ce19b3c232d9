"""One body row of a report as an Entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import ZERO

from ..mapper import const
from ..mapper.entry import Entry
from .columns import Cells
from .values import amount, currency_code, instant, signed


@dataclass(slots=True)
class Reader:
    """Reads the rows of one report.

    :param made_at: when PayPal made the report, naive UTC.
    :param source: layer of its rows' versions.
    :param decimals: decimals of its amounts by currency, where they are not two.
    """

    made_at: datetime
    source: timedelta
    decimals: dict[str, int] = field(default_factory=dict)

    def scale(self, currency: str) -> int:
        """Return how many digits of an amount are decimals."""
        return self.decimals.get(currency, const.REPORT_DECIMALS)

    def entry(self, cells: Cells) -> Entry:
        """Return what a row says.

        :raises MalformedInput: for a cell that is missing or wrong.
        """
        currency = currency_code(cells.currency)
        gross = amount(cells.gross, currency, self.scale(currency), "gross")
        gross = signed(cells.direction, gross, "debit or credit")
        initiated = instant(cells.initiated or cells.completed, "initiation date")
        completed = instant(cells.completed or cells.initiated, "completion date")
        return Entry(
            transaction_id=_identifier(cells.transaction_id),
            event_code=_event_code(cells.event_code),
            currency=currency,
            gross=gross,
            fee=self._fee(cells, currency),
            initiated_at=initiated,
            completed_at=completed,
            source=self.source,
            told_at=self.made_at,
            status=_status(cells.status),
            reference_id=cells.reference_id.strip(),
            reference_type=cells.reference_type.strip().upper(),
            invoice_id=cells.invoice_id.strip(),
            custom_field=cells.custom_field.strip(),
            bank_reference=cells.bank_reference.strip(),
            name=_name(cells),
            email=cells.payer_account.strip() if "@" in cells.payer_account else "",
            country=_country(cells.country),
            method=cells.method.strip(),
            description=(cells.subject or cells.note).strip(),
        )

    def _fee(self, cells: Cells, currency: str) -> Decimal:
        """Return the fee, positive when it costs us; a credit gives one back."""
        if not cells.fee and not cells.fee_direction:
            return ZERO
        fee = amount(cells.fee, currency, self.scale(currency), "fee")
        if not fee:
            return ZERO
        stated = cells.fee_currency.strip()
        if stated and currency_code(stated) != currency:
            raise MalformedInput(f"A fee in {stated} is part of a row in {currency}.")
        return -signed(cells.fee_direction, fee, "fee debit or credit")


def _identifier(text: str) -> str:
    name = text.strip()
    if not name or len(name) > 64 or not name.isprintable():
        raise MalformedInput(f"{name[:64]!r} is no transaction id.")
    return name


@lru_cache(maxsize=1024)
def _event_code(text: str) -> str:
    code = text.strip().upper()
    if not code or len(code) > 10 or not (code.isascii() and code.isalnum()):
        raise MalformedInput(f"{code[:20]!r} is no transaction event code.")
    return code


def _status(text: str) -> str:
    status = text.strip().upper()
    if status not in const.STATUSES:
        raise MalformedInput(f"The transaction status {status!r} is unknown.")
    return status


def _name(cells: Cells) -> str:
    person = f"{cells.first_name} {cells.last_name}"
    return cells.business_name.strip() or person.strip()


@lru_cache(maxsize=1024)
def _country(text: str) -> str:
    code = text.strip().upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""
