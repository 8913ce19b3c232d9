"""Move money from Stripe to the bank and note the truth about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from . import clock
from .bank_book import CREDIT_TRANSFER, DIRECT_DEBIT, RETURN
from .payouts import BACK_IN_WALLET, PROPER, Payday, PayoutRun, Transfer
from .records import BankDetail
from .scene import Scene
from .stripe_objects import Raw
from .truth import ExceptionTruth, PayoutTruth

SENDER = "Stripe Payments Europe Ltd"
# So long after its day a payout is only late.
PATIENCE = timedelta(days=5)


def pay_out(scene: Scene) -> Iterator[PayoutTruth]:
    """Make all payouts of a company, with rows, bank entries and truth."""
    for wallet in scene.plan.wallets:
        payday = PayoutRun(scene.stripe, wallet, scene.period).run()
        truths = {payout["id"]: _truth(scene, payout) for payout in payday.payouts}
        _name_scenarios(scene, truths, payday)
        for transfer in payday.transfers:
            if transfer.day <= scene.period.end:
                _arrive(scene, transfer, truths)
        for transfer, back in payday.bounced:
            _bounce(scene, transfer, back)
        _note_rows(scene, payday, truths)
        _note_missing(scene, payday, truths)
        yield from truths.values()
    _note_members(scene)


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
        fate = payday.fates[payout_id]
        truth.failed = fate in BACK_IN_WALLET
        if truth.amount < 0:
            truth.scenario = "negative_payout"
        elif fate != PROPER:
            truth.scenario = f"{fate}_payout"
        elif payout_id not in scene.stripe.members:
            truth.scenario = "manual_payout"
        elif _spans_months(scene, payout_id):
            truth.scenario = "payout_over_month_end"
    for transfer in payday.transfers:
        if len(transfer.payouts) > 1:
            for payout in transfer.payouts:
                truths[payout["id"]].scenario = "merged_payouts"


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
    code = CREDIT_TRANSFER if transfer.amount > 0 else DIRECT_DEBIT
    entry = bank.book(transfer.day, transfer.amount, code, (_detail(transfer),))
    settles = [(payout["id"], payout["amount"]) for payout in transfer.payouts]
    scenario = truths[settles[0][0]].scenario
    scene.bank_rows(bank, entry, scenario, [settles])
    for payout_id, _amount in settles:
        truths[payout_id].bank = entry.reference
        truths[payout_id].bank_day = entry.day


def _bounce(scene: Scene, transfer: Transfer, back: date) -> None:
    """Book a transfer that comes and goes again: the two rows settle each other."""
    bank, amount = scene.banks[transfer.currency], transfer.amount
    came = bank.book(transfer.day, amount, CREDIT_TRANSFER, (_detail(transfer),))
    went = bank.book(back, -amount, RETURN, (_detail(transfer, -1),))
    for entry, other in ((came, went), (went, came)):
        settles = [[(other.reference, entry.amount)]]
        scene.bank_rows(bank, entry, "returned_payout", settles)


def _detail(transfer: Transfer, sign: int = 1) -> BankDetail:
    text = f"STRIPE PAYOUT {transfer.trace}" if transfer.trace else "STRIPE"
    return BankDetail(
        amount=sign * transfer.amount,
        text=text if sign > 0 else f"RETURN {text}",
        end_to_end=transfer.trace,
        name=SENDER,
    )


def _note_rows(scene: Scene, payday: Payday, truths: dict[str, PayoutTruth]) -> None:
    """Note the rows by which payouts leave the wallet and failed ones come back."""
    rows = {row["id"]: row for row in scene.stripe.rows}
    for payout in payday.payouts:
        scenario = truths[payout["id"]].scenario
        scene.stripe_row(rows[payout["balance_transaction"]], scenario, "payout")
    for payout_id, row in payday.failures.items():
        truth = scene.stripe_row(row, truths[payout_id].scenario, "payout_failure")
        scene.expect(truth, "payment_rejected")


def _note_missing(scene: Scene, payday: Payday, truths: dict[str, PayoutTruth]) -> None:
    """Note what has not arrived, or arrived only after it had been missed.

    The world is past, so by the clock of a person everything is late. What the bank's
    data should already show is missing.
    """
    announced = {
        payout["id"]: clock.utc_day(payout["arrival_date"]) for payout in payday.payouts
    }
    newest = clock.last_banking_day(scene.period.end)
    for truth in truths.values():
        is_missing = announced[truth.key] + PATIENCE < newest
        reason = "payout_missing_at_bank" if is_missing else "late_payout"
        if not (truth.bank or truth.failed):
            _miss(scene, truth, reason)
        elif truth.scenario == "late_payout":
            _miss(scene, truth, "late_payout", resolved=True)


def _miss(
    scene: Scene, truth: PayoutTruth, reason: str, *, resolved: bool = False
) -> None:
    scene.exceptions.append(
        ExceptionTruth(
            truth.backend, "payout", truth.key, reason, truth.scenario, resolved
        )
    )


def _note_members(scene: Scene) -> None:
    """Note in which payout each row is, and what has none at the end."""
    payout_of = {
        row_id: payout_id
        for payout_id, members in scene.stripe.members.items()
        for row_id in members
    }
    for payout in scene.stripe.payouts:
        # Of a manual one nothing but its own row is known to be inside.
        payout_of[payout["balance_transaction"]] = payout["id"]
    for truth in scene.rows:
        if truth.backend == scene.stripe_backend:
            truth.batch = payout_of.get(truth.key, "")
            is_past = truth.booked_on < scene.period.tail_start
            truth.due = bool(truth.batch) or is_past
