"""Documents that are paid twice: what becomes of both payments.

Nothing in the data says which of them is the right one. Who comes first pays the
document, and the other one is left; who comes together stays open together. So it
depends on the visits at which they are seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from . import clock
from .scene import Scene
from .truth import MATCHED, OPEN, RowTruth


def conclude(
    scene: Scene, bank_visits: Sequence[date], stripe_visits: Sequence[date]
) -> None:
    """Note what becomes of each pair of payments, once all that is late is known.

    :param bank_visits: days of the visits that see the bank's files, in order.
    :param stripe_visits: days of the visits at which Stripe answers, in order.
    """
    created = {row["id"]: row["created"] for row in scene.stripe.rows}

    def seen(row: RowTruth) -> date:
        if row.backend == scene.stripe_backend:
            shown = scene.stripe.late.get(row.key, created[row.key])
            return next(day for day in stripe_visits if shown <= clock.day_end(day))
        bank = scene.banks[row.currency]
        delivered = bank.delivered_on(row.booked_on, scene.period)
        return next(day for day in bank_visits if delivered <= day)

    for first, second in scene.twice:
        _decide(scene, first, second, seen(first), seen(second))


def _decide(
    scene: Scene, first: RowTruth, second: RowTruth, first_day: date, second_day: date
) -> None:
    """Note which of two payments pays their document, if one does.

    :param first: is told as the one that pays it.
    """
    if first_day == second_day:
        first.outcome = OPEN
        for row in (first, second):
            scene.expect(row, "ambiguous")
        return
    if second_day < first_day:
        first.settles, second.settles = second.settles, first.settles
        first.outcome, second.outcome = OPEN, MATCHED
        first, second = second, first
    scene.expect(second, "duplicate")
