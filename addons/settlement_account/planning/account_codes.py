"""Which code a new account should get, judged by the codes that a chart has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any


def start_code(known: Iterable[str], proposed: str) -> str:
    """Return the code from which to look for a free one.

    A chart that counts as the proposal does (same length, and most accounts of this
    type under the same first digit) gets the proposal. Any other chart goes on after
    the last account under its usual digit, so that the new one stands beside its like.

    :param known: codes of the company's accounts of the type of the new account.
    :param proposed: the code to prefer.
    """
    digits = [code for code in known if code.isdigit()]
    if not digits:
        return proposed
    length = _most_usual(map(len, digits))
    alike = [code for code in digits if len(code) == length]
    family = _most_usual(code[0] for code in alike)
    if (length, family) == (len(proposed), proposed[0]):
        return proposed
    return max(code for code in alike if code[0] == family)


def _most_usual(values: Iterable[Any]) -> Any:
    """Return the value that is there most often; the greater one of two as usual."""
    counts = Counter(values)
    return max(counts, key=lambda value: (counts[value], value))
