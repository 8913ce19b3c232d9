"""Structured references of creditors: which check digits they carry, and if they hold.

Many digit strings pass some country's check by chance. So a rule is applied only where
the reference carries its own mark (RF, SI, HR) or where the account is in the country
of the rule. What is checked here has no separators any more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from stdnum import iso11649, luhn
from stdnum.ch import esr

# How references begin that say themselves which check digits they carry.
MARK = "^(RF[0-9]{2}|SI01|SI12|HR01)"
_MARK = re.compile(MARK)
# Models of Slovenia and Croatia whose last digit checks all the others.
_ADRIATIC = re.compile(r"(?:SI(?:01|12)|HR01)([0-9]{2,22})")
_DUTCH_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """One country's rule for references made of digits."""

    name: str
    countries: frozenset[str]
    lengths: range
    holds: Callable[[str], bool]


def is_belgian(bare: str) -> bool:
    """Say whether 12 digits end with the first ten modulo 97 (97 instead of 0).

    python-stdnum has this rule only from version 2.2 on.
    """
    return len(bare) == 12 and (int(bare[:10]) % 97 or 97) == int(bare[10:])


def is_swiss(bare: str) -> bool:
    """Say whether 16 or 27 digits end with the Swiss recursive check digit."""
    return len(bare) in (16, 27) and bool(esr.is_valid(bare))


def is_finnish(bare: str) -> bool:
    """Say whether digits end with the check digit of the weights 7, 3, 1."""
    weighted = sum(
        int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(bare[-2::-1])
    )
    return (10 - weighted % 10) % 10 == int(bare[-1])


def is_norwegian(bare: str) -> bool:
    """Say whether digits end with a check digit modulo 10 or modulo 11."""
    return bool(luhn.is_valid(bare)) or is_modulo_11(bare)


def is_modulo_11(bare: str) -> bool:
    """Say whether digits end with the check digit of the weights 2 to 7, modulo 11."""
    weighted = sum(
        int(digit) * (2 + place % 6) for place, digit in enumerate(bare[-2::-1])
    )
    return (11 - weighted % 11) % 11 == int(bare[-1])


def is_dutch(bare: str) -> bool:
    """Say whether 16 digits begin with the check digit of a Dutch payment reference."""
    weighted = sum(
        int(digit) * _DUTCH_WEIGHTS[place % 10]
        for place, digit in enumerate(bare[:0:-1])
    )
    check = 11 - weighted % 11
    return {10: 1, 11: 0}.get(check, check) == int(bare[0])


RULES = (
    Rule("BE", frozenset(("BE",)), range(12, 13), is_belgian),
    Rule("QRR", frozenset(("CH", "LI")), range(16, 28), is_swiss),
    Rule("FI", frozenset(("FI", "EE", "LV")), range(4, 21), is_finnish),
    Rule("KID", frozenset(("NO",)), range(4, 26), is_norwegian),
    Rule("OCR", frozenset(("SE", "DK")), range(4, 26), luhn.is_valid),
    Rule("NL", frozenset(("NL",)), range(16, 17), is_dutch),
)


def is_marked(bare: str) -> bool:
    """Say whether a reference says itself which check digits it carries."""
    return _MARK.match(bare) is not None


def scheme(bare: str, countries: Collection[str] = ()) -> str:
    """Return the name of the rule whose check digits hold, or "" if none does.

    :param bare: reference in comparable spelling: ASCII letters and digits only.
    :param countries: ISO codes of the countries whose rules may apply.
    """
    if bare.startswith("RF"):
        return "RF" if iso11649.is_valid(bare) else ""
    if match := _ADRIATIC.fullmatch(bare):
        return bare[:2] if _adriatic_holds(match[1]) else ""
    if not (bare.isascii() and bare.isdigit()) or not bare.strip("0"):
        return ""
    for rule in RULES:
        if rule.countries.isdisjoint(countries) or len(bare) not in rule.lengths:
            continue
        if rule.holds(bare):
            return rule.name
    return ""


def is_broken(bare: str, countries: Collection[str] = ()) -> bool:
    """Say whether a reference has to have check digits and they do not hold."""
    return is_marked(bare) and not scheme(bare, countries)


def _adriatic_holds(digits: str) -> bool:
    weighted = sum(
        int(digit) * weight for weight, digit in enumerate(digits[-2::-1], start=2)
    )
    return (11 - weighted % 11) % 11 % 10 == int(digits[-1])
