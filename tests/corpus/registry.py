"""All scenarios by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .scene import Scene
from .world import EXPONENTS


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of story.

    :ivar play: makes one occurrence of it.
    :ivar group: what part of the engine it is about.
    :ivar is_learnt: automatic only where history proves such matches right, so that
        seeds of history play it often.
    """

    name: str
    group: str
    play: Callable[[Scene], object]
    currencies: tuple[str, ...]
    is_learnt: bool


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    group: str,
    currencies: tuple[str, ...] = tuple(EXPONENTS),
    is_learnt: bool = False,
) -> Callable:
    """Return a decorator that registers a function as a scenario of its name."""

    def register(play: Callable[[Scene], object]) -> Callable[[Scene], object]:
        name = play.__name__
        if name in SCENARIOS:
            raise ValueError(f"There are two scenarios {name}.")
        SCENARIOS[name] = Scenario(name, group, play, currencies, is_learnt)
        return play

    return register
