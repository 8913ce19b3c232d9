"""What a person types as an amount, in the way of the person's own language."""

from __future__ import annotations

_SPACES = (" ", "\xa0", "\u202f")
_GROUP = 3


def plain_amount(text: str, decimal_point: str, thousands_separator: str) -> str:
    """Return a typed amount with a decimal point and nothing between thousands.

    :param decimal_point: of the language; empty: a point.
    :param thousands_separator: of the language; empty: none.
    :return: "" if the text is no amount of that language. A separator that stands
        elsewhere than before three digits may have been meant as a decimal point:
        nobody guesses which.
    """
    for space in _SPACES:
        text = text.replace(space, "")
    whole, point, cents = text.partition(decimal_point or ".")
    separator = thousands_separator.strip()
    groups = whole.split(separator) if separator else [whole]
    digits = [*groups, cents] if point else groups
    if not all(each.isascii() and each.isdigit() for each in digits):
        return ""
    if len(groups) > 1 and any(len(group) != _GROUP for group in groups[1:]):
        return ""
    return "".join(groups) + (f".{cents}" if point else "")
