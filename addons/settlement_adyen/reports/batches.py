"""What the rows of each batch add up to, and the payout that takes it out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import (
    ZERO,
    BatchFact,
    RejectedRow,
    TransactionFact,
)

from ..mapper.entry import payout_id

UNBALANCED = "batch_unbalanced"
# What a file without the payout says counts less than what one with it says.
_WITHOUT_PAYOUT = timedelta(days=40 * 365)
# What the bank line surely carries of a payout's text.
_TRACE = re.compile(r"\bTX\w{2,40}XT\b", re.ASCII)


@dataclass(slots=True)
class Batch:
    """One batch of one merchant account in one currency, as far as it was read.

    :param net: sum of its rows, the payout's left out.
    :param payout: sum of its payouts, positive when money goes to our bank.
    """

    net: Decimal = ZERO
    payout: Decimal = ZERO
    payouts: int = 0
    text: str = ""
    paid_on: date | None = None
    last_day: date = date.min


@dataclass(slots=True)
class Batches:
    """All batches of a report: a few, however many rows it has."""

    told_at: datetime
    of: dict[tuple[str, str, str], Batch] = field(default_factory=dict)

    def add(self, fact: TransactionFact) -> None:
        """Count in a row of a batch."""
        key = fact.account_identifier, fact.batch_external_id, fact.currency
        known = self.of.get(key)
        if known is None:
            known = self.of[key] = Batch()
        if fact.booked_on > known.last_day:
            known.last_day = fact.booked_on
        if fact.kind != "payout":
            known.net += fact.net_amount
            return
        known.payout -= fact.net_amount
        known.payouts += 1
        if known.paid_on is None or fact.booked_on > known.paid_on:
            known.paid_on, known.text = fact.booked_on, fact.description

    def facts(self) -> Iterator[BatchFact | RejectedRow]:
        """Yield each batch, and a finding where it is neither paid nor carried over."""
        for (account, number, currency), batch in sorted(self.of.items()):
            yield self._fact((account, number, currency), batch)
            if not batch.payouts and batch.net:
                yield _without_payout(account, number, currency, batch)

    def _fact(self, key: tuple[str, str, str], batch: Batch) -> BatchFact:
        """Return a batch whose total is what was paid out.

        So that its lines prove it: with the payout they add up to nothing. A batch
        that pays nothing has been carried over to another one, line by line.
        """
        account, number, currency = key
        is_whole = bool(batch.payouts) or not batch.net
        trace = _TRACE.search(batch.text)
        return BatchFact(
            currency=currency,
            account_identifier=account,
            kind="payout",
            external_id=number,
            date=batch.paid_on or batch.last_day,
            total=batch.payout if is_whole else batch.net,
            complete=is_whole,
            reference=trace.group() if trace else "",
            descriptor=batch.text,
            payout_external_id=(
                payout_id(account, number, currency) if batch.payouts else ""
            ),
            source_version_at=(
                self.told_at if is_whole else self.told_at - _WITHOUT_PAYOUT
            ),
        )


def _without_payout(
    account: str, number: str, currency: str, batch: Batch
) -> RejectedRow:
    """Say of a batch that its payout is missing, until a report has it."""
    return RejectedRow(
        0,
        f"{account}, batch {number}, {currency}",
        f"The rows of batch {number} of {account} add up to {batch.net} {currency}, "
        "and no row pays that out or carries it over. Fetch the report again; if it "
        "stays, ask Adyen for the rest.",
        UNBALANCED,
        payout_id(account, number, currency),
    )
