"""Move money from Stripe to the bank and note the truth about it."""

from __future__ import annotations

from collections.abc import Iterator

from . import clock
from .bank_book import CREDIT_TRANSFER, BankBook
from .payouts import Payday, PayoutRun, Transfer
from .records import BankDetail
from .scene import Scene
from .stripe_objects import Raw
from .truth import ExceptionTruth, PayoutTruth

SENDER = "Stripe Payments Europe Ltd"


def pay_out(scene: Scene) -> Iterator[PayoutTruth]:
    """Make all payouts of a company, with rows, bank entries and truth."""
    for wallet in scene.plan.wallets:
        payday = PayoutRun(scene.stripe, wallet, scene.period).run()
        truths = {payout["id"]: _truth(scene, payout) for payout in _all(payday)}
        _name_scenarios(scene, truths, payday)
        for transfer in payday.transfers:
            if transfer.day <= scene.period.end:
                _arrive(scene, transfer, truths)
        _note_rows(scene, payday, truths)
        _note_missing(scene, truths)
        yield from truths.values()
    _note_members(scene)


def _all(payday: Payday) -> list[Raw]:
    sent = [payout for transfer in payday.transfers for payout in transfer.payouts]
    return sorted([*sent, *payday.failed], key=lambda payout: payout["created"])


def _truth(scene: Scene, payout: Raw) -> PayoutTruth:
    return PayoutTruth(
        backend=scene.stripe_backend,
        key=payout["id"],
        scenario="payout",
        currency=payout["currency"].upper(),
        amount=payout["amount"],
        created_on=clock.local_day(payout["created"], scene.plan.zone),
    )


def _name_scenarios(
    scene: Scene, truths: dict[str, PayoutTruth], payday: Payday
) -> None:
    for payout_id, truth in truths.items():
        if _spans_months(scene, payout_id):
            truth.scenario = "payout_over_month_end"
    for transfer in payday.transfers:
        if len(transfer.payouts) > 1:
            for payout in transfer.payouts:
                truths[payout["id"]].scenario = "merged_payouts"
    for payout in payday.failed:
        truths[payout["id"]].scenario = "failed_payout"
        truths[payout["id"]].failed = True


def _spans_months(scene: Scene, payout_id: str) -> bool:
    """Return whether a payout contains rows of two calendar months."""
    inside = set(scene.stripe.members[payout_id])
    days = (
        clock.local_day(row["created"], scene.plan.zone)
        for row in scene.stripe.rows
        if row["id"] in inside and row["type"] != "payout"
    )
    return len({(day.year, day.month) for day in days}) > 1


def _arrive(scene: Scene, transfer: Transfer, truths: dict[str, PayoutTruth]) -> None:
    """Book a transfer at the bank in the currency of the wallet."""
    bank = scene.banks[transfer.currency]
    entry = bank.book(
        transfer.day, transfer.amount, CREDIT_TRANSFER, (_detail(bank, transfer),)
    )
    settles = [(payout["id"], payout["amount"]) for payout in transfer.payouts]
    scenario = truths[settles[0][0]].scenario
    scene.bank_rows(bank, entry, scenario, [settles])
    for payout_id, _amount in settles:
        truths[payout_id].bank = entry.reference
        truths[payout_id].bank_day = entry.day


def _detail(bank: BankBook, transfer: Transfer) -> BankDetail:
    text = f"STRIPE PAYOUT {transfer.trace}" if transfer.trace else "STRIPE"
    return BankDetail(
        amount=transfer.amount, text=text, end_to_end=transfer.trace, name=SENDER
    )


def _note_rows(scene: Scene, payday: Payday, truths: dict[str, PayoutTruth]) -> None:
    """Note the rows by which payouts leave the wallet and failed ones come back."""
    rows = {row["id"]: row for row in scene.stripe.rows}
    for payout in _all(payday):
        scenario = truths[payout["id"]].scenario
        scene.stripe_row(rows[payout["balance_transaction"]], scenario, "payout")
    for payout_id, row in payday.failures.items():
        truth = scene.stripe_row(row, truths[payout_id].scenario, "payout_failure")
        scene.expect(truth, "payment_rejected")


def _note_missing(scene: Scene, truths: dict[str, PayoutTruth]) -> None:
    """Note what has not arrived: the world is past, so it is late by any clock."""
    for truth in truths.values():
        if not (truth.bank or truth.failed):
            scene.exceptions.append(
                ExceptionTruth(
                    truth.backend, "payout", truth.key, "late_payout", truth.scenario
                )
            )


def _note_members(scene: Scene) -> None:
    """Note in which payout each row is, and what has none at the end."""
    payout_of = {
        row_id: payout_id
        for payout_id, members in scene.stripe.members.items()
        for row_id in members
    }
    for truth in scene.rows:
        if truth.backend == scene.stripe_backend:
            truth.batch = payout_of.get(truth.key, "")
            is_past = truth.booked_on < scene.period.tail_start
            truth.due = bool(truth.batch) or is_past
