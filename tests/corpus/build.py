"""From a seed to a world."""

from __future__ import annotations

from collections.abc import Iterable

from . import scenarios  # noqa: F401  registers them
from .registry import SCENARIOS
from .scene import Book, Scene
from .world import World


def build(
    seed: int,
    repetitions: int = 1,
    learnt_repetitions: int = 0,
    names: Iterable[str] = (),
    a_currency_each: bool = False,
) -> World:
    """Return the world of a seed.

    :param repetitions: how often each scenario happens in each of its currencies.
    :param learnt_repetitions: the same for scenarios that history has to prove, if
        another number.
    :param names: the only scenarios to play; all of them by default.
    :param a_currency_each: play each scenario in one currency only, in turns.
    """
    book = Book(seed)
    wanted = set(names) or SCENARIOS.keys()
    for number, (name, scenario) in enumerate(sorted(SCENARIOS.items())):
        if name not in wanted:
            continue
        times = learnt_repetitions if scenario.is_learnt else 0
        currencies = scenario.currencies
        if a_currency_each:
            currencies = (currencies[(number + seed) % len(currencies)],)
        for currency in currencies:
            for _time in range(times or repetitions):
                scenario.play(Scene(book, name, currency))
    return book.world
