"""Fill the days of one company: ordinary business, and what is planted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction

from . import clock
from . import stories_bank as bank
from .companies import (
    ORDINARY,
    PLANTED,
    REPORT_STORIES,
    Planted,
    Story,
)
from .provider_book import ReportBook
from .scene import Scene

# After the month a wallet goes on with so many charges a day.
TAIL_CHARGES = 1
# The last days of the world stay quiet at the bank: a weekend moves entries on.
QUIET_DAYS = 4

Happening = tuple[date, Story, str]


def fill(scene: Scene) -> None:
    """Tell all stories of a company, in the order of their days."""
    planted = _planted(scene, PLANTED[scene.plan.planted])
    _tell(
        scene,
        [*_ordinary_charges(scene), *_ordinary_transfers(scene), *planted],
    )


def fill_reports(scene: Scene, book: ReportBook) -> None:
    """Tell all stories of a company's accounts at a provider that tells by files."""
    ordinary, planted = REPORT_STORIES[book.code]
    _tell(
        scene, [*_ordinary_payments(scene, book, ordinary), *_planted(scene, planted)]
    )


def _tell(scene: Scene, happenings: Sequence[Happening]) -> None:
    # Python's sort keeps the order of what happens on the same day.
    for day, story, currency in sorted(happenings, key=lambda item: item[0]):
        story(scene, currency, day)


def _ordinary_charges(scene: Scene) -> Iterator[Happening]:
    stories, weights = zip(*ORDINARY, strict=True)
    for number, day in enumerate(scene.period.days()):
        is_tail = day >= scene.period.tail_start
        for wallet in scene.plan.wallets:
            per_day = wallet.charges_per_day * scene.volume
            # What a day has is a whole number, and all days together are right.
            count = TAIL_CHARGES if is_tail else _share_of_day(per_day, number)
            for story in scene.random.choices(stories, weights, k=count):
                yield day, story, wallet.currency


def _share_of_day(per_day: Fraction, number: int) -> int:
    return int(per_day * (number + 1)) - int(per_day * number)


def _ordinary_transfers(scene: Scene) -> Iterator[Happening]:
    last = scene.period.end - timedelta(days=QUIET_DAYS)
    for day in filter(
        clock.is_banking_day, clock.days_between(scene.period.start, last)
    ):
        for account in scene.plan.banks:
            for _number in range(account.transfers):
                yield day, bank.transfer_by_reference, account.currency


def _ordinary_payments(
    scene: Scene, book: ReportBook, table: Sequence[tuple[Story, int]]
) -> Iterator[Happening]:
    stories, weights = zip(*table, strict=True)
    for number, day in enumerate(clock.days_between(scene.period.start, book.last_day)):
        for wallet in book.wallets:
            count = _share_of_day(wallet.sales_per_day, number)
            for story in scene.random.choices(stories, weights, k=count):
                yield day, story, wallet.name


def _planted(scene: Scene, table: Sequence[Planted]) -> Iterator[Happening]:
    for start in scene.period.month_starts:
        for planted in table:
            if planted.story.__name__ in scene.plan.omits:
                continue
            for _number in range(planted.times):
                yield _day(scene, planted, start), planted.story, planted.currency


def _day(scene: Scene, planted: Planted, start: date) -> date:
    if not planted.first:
        return clock.next_month(start) - clock.DAY
    number = scene.random.randint(planted.first, planted.last)
    return start + timedelta(days=number - 1)
