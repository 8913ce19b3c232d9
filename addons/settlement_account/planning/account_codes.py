"""Which code a new account should get, judged by the codes that a chart has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def start_code(known: Iterable[str], proposed: str) -> str:
    """Return the code from which to look for a free one.

    A chart that counts as the proposal does (same length, and accounts of this type
    under the same first digit) gets the proposal. Any other chart goes on after its
    last account of this type, so that the new account stands beside its like.

    :param known: codes of the company's accounts of the type of the new account.
    :param proposed: the code to prefer.
    """
    digits = [code for code in known if code.isdigit()]
    if not digits:
        return proposed
    length = _usual_length(digits)
    alike = [code for code in digits if len(code) == length]
    fits = length == len(proposed)
    if fits and any(code[0] == proposed[0] for code in alike):
        return proposed
    return max(alike)


def _usual_length(codes: list[str]) -> int:
    """Return the length that most codes have; the longer one if two are as usual."""
    counts = Counter(map(len, codes))
    return max(counts, key=lambda length: (counts[length], length))
