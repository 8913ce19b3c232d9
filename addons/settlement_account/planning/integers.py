"""Arithmetic of minor units."""

from __future__ import annotations


def share(whole: int, part: int, of: int) -> int:
    """Return ``whole * part / of`` rounded half away from zero, 0 of nothing."""
    if not of:
        return 0
    product, divisor = whole * part, of
    if divisor < 0:
        product, divisor = -product, -divisor
    quotient = (2 * abs(product) + divisor) // (2 * divisor)
    return quotient if product >= 0 else -quotient
