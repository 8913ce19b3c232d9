"""How suggestions stand to one another, in plain English."""

from __future__ import annotations

from collections.abc import Sequence

from . import sentences
from .suggestion import Contribution, Suggestion


def standing(place: int, suggestions: Sequence[Suggestion]) -> str:
    """Return how a suggestion stands to the others, in one sentence.

    :param place: its position among the ranked suggestions.
    """
    mine, best = suggestions[place], suggestions[0]
    if place:
        return _behind(mine, best)
    if len(suggestions) == 1:
        return "The only candidate."
    following = suggestions[1]
    if following.score == mine.score and following.strength == mine.strength:
        return f"{following.name} fits as well: look at both before you decide."
    points = mine.score - following.score
    return f"The best of {len(suggestions)}; {following.name} is {points} behind."


def _behind(mine: Suggestion, best: Suggestion) -> str:
    if mine.score == best.score and mine.strength == best.strength:
        return f"It fits as well as {best.name}."
    lacks = [_words(piece) for piece in _only(best, mine, sign=1)]
    against = [_words(piece) for piece in _only(mine, best, sign=-1)]
    text = f"{best.score - mine.score} behind {best.name}"
    if lacks:
        text += f", which has {sentences.listing(lacks)}"
    if against:
        text += f"; against it: {sentences.listing(against)}"
    return f"{text}."


def _only(one: Suggestion, other: Suggestion, sign: int) -> list[Contribution]:
    """Return the reasons of one that the other lacks, or has less of."""
    weights = {
        piece["what"]: int(str(piece["weight"])) for piece in other.contributions
    }
    return [
        piece
        for piece in one.contributions
        if sign * int(str(piece["weight"])) > 0
        and sign * weights.get(piece["what"], 0) < sign * int(str(piece["weight"]))
    ]


def _words(piece: Contribution) -> str:
    return sentences.contribution_words(piece)
