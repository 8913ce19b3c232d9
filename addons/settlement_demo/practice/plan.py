"""Which cases are on a desk, and how many of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from . import cases_bank as bank
from . import cases_provider as provider
from .lines import Line
from .scene import OPENING, Scene, Task

# How many exceptions of each case: sixty in all.
CASES: tuple[tuple[Callable[[Scene], None], int], ...] = (
    (bank.ambiguous, 4),
    (bank.missing_reference, 4),
    (bank.unmatched, 4),
    (bank.amount_short, 4),
    (bank.bank_kept_a_fee, 2),
    (bank.large_short, 2),
    (bank.amount_over, 3),
    (bank.duplicate, 3),
    (bank.partner_conflict, 4),
    (bank.currency_mismatch, 3),
    (bank.missing_data, 3),
    (provider.unknown_mapping, 3),
    (provider.closed_period, 3),
    (partial(provider.rate_missing, currency="GBP"), 1),
    (partial(provider.rate_missing, currency="CHF"), 1),
    (provider.fee_variance, 1),
    (provider.dispute_opened, 3),
    (provider.payment_rejected, 2),
    (provider.changed_after_posting, 3),
    (provider.paid_not_in_ledger, 3),
    (provider.payout_missing_at_bank, 2),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What everybody knows, and what only the truth knows.

    :ivar files: per round the lines of the provider and those of the bank.
    :ivar totals: (role, currency) → balance of the accounts of that role once all is
        done; :ivar residuals: number of a document → what is open of it then.
    """

    scene: Scene
    tasks: tuple[Task, ...]
    files: tuple[tuple[list[Line], list[Line]], ...]

    @property
    def totals(self) -> dict[tuple[str, str], int]:
        """Return what the accounts show once everything is done as it is right."""
        return {key: amount for key, amount in self.scene.totals.items() if amount}

    @property
    def residuals(self) -> dict[str, int]:
        """Return what is open of each document then."""
        return dict(self.scene.residuals)


def build_desk(seed: int, prefix: str = "INV") -> Desk:
    """Return the desk of a seed, always the same.

    :param prefix: of the numbers of invoices.
    """
    scene = Scene(seed, prefix)
    scene.book("bank", OPENING)
    scene.book("wallet", OPENING)
    for case, count in CASES:
        for _number in range(count):
            case(scene)
    first, balance = scene.statement(0, OPENING)
    second, _balance = scene.statement(1, balance)
    return Desk(
        scene,
        tuple(scene.tasks),
        ((scene.provider[0], first), (scene.provider[1], second)),
    )


_PLANNED = build_desk(1)
EXCEPTIONS = len(_PLANNED.tasks)
REASONS = tuple(sorted({task.reason for task in _PLANNED.tasks}))
