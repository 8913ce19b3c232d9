"""What a wallet held at the beginning of a day, from what came after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal


def opening_balance(
    balance: Decimal, movements: Mapping[date, Decimal], day: date, known_since: date
) -> Decimal | None:
    """Return the balance at the beginning of ``day``; ``None`` if it is not known.

    :param balance: the provider's balance after all ``movements``.
    :param movements: sum of the net amounts booked on each day.
    :param known_since: first day of which all movements are known.
    """
    if day < known_since:
        return None
    return balance - sum(
        (net for booked_on, net in movements.items() if booked_on >= day), Decimal(0)
    )


def proposed_day(known_since: date, last: date) -> date:
    """Return the cut-over to propose: a first of the month whose rows are known.

    :param last: the newest day of which something is known.
    """
    first = last.replace(day=1)
    return first if first >= known_since else known_since
