"""How often matches of a kind were right, in plain English."""

from __future__ import annotations

import math

from . import calibration


def percent(share: float) -> str:
    """Return a share as percent with two decimals, never rounded up."""
    return f"{floored(share):.2f} %"


def floored(share: float) -> float:
    """Return a share in percent, cut after two decimals."""
    return math.floor(share * 10_000) / 100


def record_text(right: int, wrong: int) -> str:
    """Return the sentence about a kind of match.

    :param right: how many of them were right here, wrong: how many were wrong.
    """
    checked = right + wrong
    if not checked:
        return (
            "No match of this kind was ever checked here: nothing is known about how "
            "often they are right."
        )
    bound = percent(calibration.lower_bound(right, wrong))
    noun = "match" if checked == 1 else "matches"
    was = "was" if right == 1 else "were"
    return (
        f"Of {checked:,} {noun} of this kind that were checked here, {right:,} {was} "
        f"right: at least {bound} are, with 95 % confidence."
    )


def proof_text(right: int, wrong: int, limit_percent: float) -> str:
    """Return whether matches of a kind may be confirmed without a person, and why.

    :param limit_percent: what the company asks for.
    """
    missing = calibration.missing(right, wrong, limit_percent)
    limit = f"{limit_percent:g} %"
    if missing == 0:
        return f"Proved: at least {limit} are right."
    if missing is None:
        return f"Not proved, and more of them will hardly prove {limit}."
    noun = "match" if missing == 1 else "matches"
    return f"Not proved: {missing:,} more right {noun} would prove {limit}."
