"""Adyen closes batches: what is in them is paid out, or carried over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from . import clock
from .adyen_book import PAYOUT, AdyenBatch, AdyenRow
from .bank_book import CREDIT_TRANSFER
from .records import AdyenAccount, BankDetail
from .scene import Scene
from .truth import PayoutTruth, StatementTruth

SENDER = "Adyen N.V."
ARRIVAL_DAYS = 2
# When on its day a batch is closed, in seconds after midnight.
_HOUR = 7_200
# Nothing is arranged that the world would not live to see.
_QUIET_DAYS = 6
# Of the payouts of a company's currency one in so many waits for the next.
_MERGED = 4


@dataclass(slots=True)
class Payouts:
    """Closes the batches of all merchant accounts of a company.

    :ivar truths: payouts as they were made.
    :ivar held: currency → payouts that arrive together with the next one.
    """

    scene: Scene
    truths: list[PayoutTruth] = field(default_factory=list)
    held: defaultdict[str, list[PayoutTruth]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def run(self) -> list[PayoutTruth]:
        """Close all batches and return the truth about their payouts."""
        for account in self.scene.adyen.accounts:
            self._run_account(account)
        return self.truths

    def _run_account(self, account: AdyenAccount) -> None:
        waiting = sorted(
            (row for row in self.scene.adyen.rows if row.account == account.name),
            key=lambda row: (row.at, row.psp_reference, row.type_name),
        )
        carried: dict[str, int] = {}
        number, days = account.first_batch, list(self._closing_days(account))
        for place, day in enumerate(days):
            at = self._instant(day)
            inside = [row for row in waiting if row.at < at]
            waiting = [row for row in waiting if row.at >= at]
            if not inside and not any(carried.values()):
                continue
            is_last = place == len(days) - 1
            carried = self._close(account, number, day, inside, carried, is_last)
            number += 1
        if waiting:
            raise ValueError(f"Rows that no batch tells of: {waiting}.")

    def _closing_days(self, account: AdyenAccount) -> Iterator[date]:
        last = self.scene.period.end - timedelta(days=_QUIET_DAYS)
        for day in clock.days_between(self.scene.period.start, last):
            if day.weekday() in account.closing_weekdays:
                yield day

    def _close(
        self,
        account: AdyenAccount,
        number: int,
        day: date,
        inside: list[AdyenRow],
        carried: dict[str, int],
        is_last: bool,
    ) -> dict[str, int]:
        """Close one batch.

        :param carried: currency → what the batch before carried over.
        :return: the same for the next batch.
        """
        rows, rest = list(inside), {}
        for currency in sorted({row.currency for row in inside} | {*carried}):
            own = [row for row in inside if row.currency == currency]
            before = carried.get(currency, 0)
            total = sum(row.net for row in own) + before
            if before:
                text = f"Balancetransfer from batch {number - 1}"
                rows.append(self._own(account, currency, day, before, text))
            if total < 0:
                text = f"Balancetransfer to batch {number + 1}"
                rows.append(self._own(account, currency, day, -total, text))
                rest[currency] = total
            elif total:
                rows.append(self._payout_row(account, currency, day, total, number))
        batch = AdyenBatch(account.name, number, day, tuple(rows))
        self.scene.adyen.batches.append(batch)
        self._note(batch, is_last)
        return rest

    def _own(
        self, account: AdyenAccount, currency: str, day: date, net: int, text: str
    ) -> AdyenRow:
        row = AdyenRow(
            account=account.name,
            type_name="Balancetransfer",
            currency=currency,
            net=net,
            at=self._instant(day),
            text=text,
        )
        self.scene.adyen_row(row, "adyen_carried_over", "transfer")
        return row

    def _payout_row(
        self, account: AdyenAccount, currency: str, day: date, total: int, number: int
    ) -> AdyenRow:
        trace = f"TX{self.scene.adyen.ids.adyen()}XT"
        row = AdyenRow(
            account=account.name,
            type_name=PAYOUT,
            currency=currency,
            net=-total,
            at=self._instant(day) + 600,
            modification=f"{trace} batch {number}, {account.name}",
        )
        self.scene.adyen_row(row, "adyen_payout", "payout")
        return row

    # ------------------------------------------------------------------
    # The truth, and the bank
    # ------------------------------------------------------------------

    def _note(self, batch: AdyenBatch, is_last: bool) -> None:
        """Note what a batch is, and let its money arrive."""
        self.scene.name_adyen_rows(batch)
        currencies = sorted({row.currency for row in batch.rows})
        paid = {row.currency: row for row in batch.rows if row.type_name == PAYOUT}
        for currency in currencies:
            if currency in paid:
                self._pay(batch, paid[currency], is_last)
            else:
                self.scene.reported.append(_carried(self.scene, batch, currency))

    def _pay(self, batch: AdyenBatch, row: AdyenRow, is_last: bool) -> None:
        truth = PayoutTruth(
            backend=self.scene.adyen.backend,
            key=batch.key(row.currency),
            scenario="adyen_payout",
            currency=row.currency,
            amount=-row.net,
            created_on=batch.closed_on,
        )
        self.truths.append(truth)
        held = self.held[row.currency]
        held.append(truth)
        is_own = row.currency == self.scene.plan.currency
        if (
            is_own
            and len(self.truths) % _MERGED == 0
            and len(held) == 1
            and not is_last
        ):
            return
        self._arrive(held, row)
        held.clear()

    def _arrive(self, payouts: list[PayoutTruth], row: AdyenRow) -> None:
        """Book one transfer; what was held comes with it."""
        bank = self.scene.banks[row.currency]
        amount = sum(payout.amount for payout in payouts)
        text = row.modification if len(payouts) == 1 else "ADYEN SETTLEMENT"
        day = clock.after_banking_days(payouts[-1].created_on, ARRIVAL_DAYS)
        detail = BankDetail(amount=amount, text=text, name=SENDER)
        entry = bank.book(day, amount, CREDIT_TRANSFER, (detail,))
        if len(payouts) > 1:
            for payout in payouts:
                payout.scenario = "adyen_merged_payouts"
        settles = [(payout.key, payout.amount) for payout in payouts]
        self.scene.bank_rows(bank, entry, payouts[0].scenario, [settles])
        for payout in payouts:
            payout.bank, payout.bank_day = entry.reference, entry.day

    def _instant(self, day: date) -> int:
        return clock.local_instant(day, _HOUR, self.scene.plan.zone)


def _carried(scene: Scene, batch: AdyenBatch, currency: str) -> StatementTruth:
    """Return what a batch is that pays nothing out."""
    return StatementTruth(
        backend=scene.adyen.backend,
        account=batch.account,
        currency=currency,
        day=batch.closed_on,
        sequence=batch.number,
        opening=0,
        closing=0,
        batch=batch.key(currency),
    )
