"""What a person is told about how a candidate stands to the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ONLY, UNIQUE, SEVERAL, NONE = "only", "unique", "several", ""
# What a sum weighs of which no second one is possible, see the engine's words.
UNIQUE_SUM = 28
# From this score on a candidate is worth being marked before anybody has looked.
WORTH_MARKING = 60

Candidate = Mapping[str, Any]


def badge(candidate: Candidate, candidates: Sequence[Candidate]) -> str:
    """Return ``only``, ``unique``, ``several`` or nothing for one candidate.

    ``several``: another one is as good, so nothing that is shown tells which is right.
    ``unique``: it makes up the amount together with others, provably in one way only.
    """
    if _rivals(candidate, candidates):
        return SEVERAL
    sums = [
        int(piece["weight"])
        for piece in candidate["contributions"]
        if piece["what"] == "together"
    ]
    if sums:
        return UNIQUE if sums[0] >= UNIQUE_SUM else SEVERAL
    if len(candidates) == 1 and not candidate.get("blocked_by"):
        return ONLY
    return NONE


def preselected(candidates: Sequence[Candidate]) -> list[tuple[str, int]]:
    """Return the keys of what may be marked before anybody has looked.

    That is the best candidate, with those that make the sum with it; nothing where a
    second one is as good, or where little speaks for it.
    """
    free = _free(candidates)
    if not free or int(free[0]["score"]) < WORTH_MARKING:
        return []
    best = free[0]
    if badge(best, candidates) == SEVERAL:
        return []
    known = {_key(each) for each in free}
    others = [(str(model), int(row)) for model, row in best.get("together") or ()]
    if not known.issuperset(others):
        return []
    return [_key(best), *others]


def _free(candidates: Sequence[Candidate]) -> list[Candidate]:
    return [each for each in candidates if not each.get("blocked_by")]


def _rivals(candidate: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return others that are as good as this best one and no part of its sum."""
    free = _free(candidates)
    if not free or candidate["score"] < free[0]["score"]:
        return []
    mine = _key(candidate)
    own_sum = {(model, row) for model, row in candidate.get("together") or ()}
    return [
        other
        for other in free
        if _key(other) != mine
        and other["score"] == candidate["score"]
        and _key(other) not in own_sum
    ]


def _key(candidate: Candidate) -> tuple[str, int]:
    return str(candidate["model"]), int(candidate["id"])
