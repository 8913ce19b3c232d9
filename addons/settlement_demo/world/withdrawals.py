"""Withdrawals from PayPal: by hand, on fixed weekdays; and what leads up to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from . import clock
from .bank_book import CREDIT_TRANSFER
from .cards import rounded
from .paypal_book import PaypalRow
from .records import BankDetail
from .scene import Scene
from .stories_paypal import SPREAD
from .truth import PayoutTruth, payout_key

SENDER = "PayPal Europe S.a r.l. et Cie S.C.A."
WEDNESDAY, THURSDAY, FRIDAY = 2, 3, 4
# When on its day somebody withdraws, in seconds after midnight.
_HOUR = 50_400
# What is left in the account, and below which nothing is done.
_LEFT, _LEAST = 20_000, 5_000
ARRIVAL_DAYS = 2
# Nothing is arranged that the world would not live to see.
_QUIET_DAYS = 5
# Which withdrawal of a month the bank sends back.
_RETURNED = 2


def withdraw(scene: Scene) -> Iterator[PayoutTruth]:
    """Make all withdrawals of a company, with rows, bank entries and truth."""
    last = scene.period.end - timedelta(days=_QUIET_DAYS)
    made: dict[tuple[int, int], int] = {}
    for day in clock.days_between(scene.period.start, last):
        if day.weekday() == WEDNESDAY:
            _convert(scene, "USD", day)
        currency = {THURSDAY: "EUR", FRIDAY: "USD"}.get(day.weekday())
        amount = _withdrawable(scene, currency, day) if currency else 0
        if not currency or not amount:
            continue
        number = 0
        if currency == scene.plan.currency:
            number = made[day.year, day.month] = made.get((day.year, day.month), 0) + 1
        is_returned = number == _RETURNED and day < scene.period.tail_start
        yield _withdraw(scene, currency, day, amount, is_returned)


def _withdrawable(scene: Scene, currency: str, day: date) -> int:
    """Return a round sum of what the wallet has, 0 if that is too little."""
    at = _instant(scene, day)
    opening = scene.paypal.wallet(currency).opening
    moved = sum(
        row.net for row in scene.paypal.rows if row.currency == currency and row.at < at
    )
    free = (opening + moved - _LEFT) // 100 * 100
    return free if free >= _LEAST else 0


def _withdraw(
    scene: Scene, currency: str, day: date, amount: int, is_returned: bool
) -> PayoutTruth:
    book = scene.paypal
    scenario = "paypal_returned" if is_returned else "paypal_withdrawal"
    row = book.add(
        "T0400",
        currency,
        -amount,
        _instant(scene, day),
        bank_reference=f"PP{book.ids.paypal(12)}",
    )
    scene.paypal_row(row, scenario, "payout")
    truth = PayoutTruth(
        backend=book.backend,
        key=payout_key(row.transaction_id),
        scenario=scenario,
        currency=currency,
        amount=amount,
        created_on=day,
        failed=is_returned,
    )
    if is_returned:
        _return(scene, row, day)
    else:
        _arrive(scene, row, truth)
    return truth


def _return(scene: Scene, row: PaypalRow, day: date) -> None:
    """Bring the money back: the bank did not take it."""
    back = _instant(scene, clock.after_banking_days(day, ARRIVAL_DAYS + 1))
    again = scene.paypal.after(row, "T1101", -row.gross, back)
    truth = scene.paypal_row(again, "paypal_returned", "payout_failure")
    scene.expect(truth, "payment_rejected")


def _arrive(scene: Scene, row: PaypalRow, truth: PayoutTruth) -> None:
    bank = scene.banks[row.currency]
    text = f"PAYPAL {row.bank_reference} INSTANT TRANSFER"
    day = clock.after_banking_days(truth.created_on, ARRIVAL_DAYS)
    detail = BankDetail(amount=truth.amount, text=text, name=SENDER)
    entry = bank.book(day, truth.amount, CREDIT_TRANSFER, (detail,))
    scene.bank_rows(bank, entry, truth.scenario, [[(truth.key, truth.amount)]])
    truth.bank, truth.bank_day = entry.reference, entry.day


def _convert(scene: Scene, currency: str, day: date) -> None:
    """Turn half of a wallet into company currency; the two rows name each other."""
    amount = _withdrawable(scene, currency, day) // 2
    if not amount:
        return
    book, own = scene.paypal, scene.plan.currency
    at = _instant(scene, day)
    came = rounded(amount / scene.rates[day][currency] * SPREAD)
    names = book.ids.paypal(), book.ids.paypal()
    for number, (code, moved) in enumerate(((currency, -amount), (own, came))):
        leg = book.add(
            "T0201",
            code,
            moved,
            at,
            transaction_id=names[number],
            reference_id=names[1 - number],
            reference_type="TXN",
        )
        scene.paypal_row(leg, "paypal_sweep", "conversion")


def _instant(scene: Scene, day: date) -> int:
    return clock.local_instant(day, _HOUR, scene.plan.zone)
