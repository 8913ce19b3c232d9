"""Structured creditor references: accepted only with verified check digits.

Many digit strings pass some country's check by chance. So a rule is applied only where
the reference carries its own mark (RF, +++), where its type names the rule, or where it
is typed as a creditor reference and the account is in the country of the rule.
"""

from __future__ import annotations

import re

from stdnum import iso11649, luhn

from odoo.addons.settlement.canonical.structured import (
    is_belgian,
    is_finnish,
    is_norwegian,
    is_swiss,
)

SEPARATORS = re.compile(r"[\s+*/.,:-]+")
_BELGIAN_IN_TEXT = re.compile(
    r"(\+\+\+|\*\*\*)\s?(\d{3})[/\s]?(\d{4})[/\s]?(\d{5})\s?\1", re.ASCII
)


def verified(text: str, reference_type: str, issuer: str, country: str) -> str:
    """Return the bare reference if its check digits are right, else "".

    :param reference_type: ISO code (SCOR) or proprietary type (QRR, ISR), or "".
    :param issuer: who defined the reference (ISO, BBA), or "".
    :param country: ISO code of the country of the account, or "".
    """
    bare = SEPARATORS.sub("", text).upper()
    if bare.startswith("RF"):
        return bare if iso11649.is_valid(bare) else ""
    if not (bare.isascii() and bare.isdigit()) or not bare.strip("0"):
        return ""
    if reference_type in ("QRR", "ISR"):
        return bare if _is_swiss(bare, reference_type) else ""
    if issuer == "BBA" or (reference_type == "SCOR" and country == "BE"):
        return bare if is_belgian(bare) else ""
    return _nordic(bare, country) if reference_type == "SCOR" else ""


def belgian_in_text(text: str) -> str:
    """Return the first verified ``+++ddd/dddd/ddddd+++`` of a free text, or ""."""
    for found in _BELGIAN_IN_TEXT.finditer(text):
        bare = "".join(found.group(2, 3, 4))
        if is_belgian(bare):
            return bare
    return ""


def _is_swiss(bare: str, reference_type: str) -> bool:
    lengths = (27,) if reference_type == "QRR" else (16, 27)
    return len(bare) in lengths and is_swiss(bare)


def _nordic(bare: str, country: str) -> str:
    """Return a Finnish, Estonian, Latvian, Swedish, Danish or Norwegian reference."""
    if country in ("FI", "EE", "LV"):
        # Leading zeros only fill the field.
        bare = bare.lstrip("0")
        return bare if 2 <= len(bare) <= 20 and is_finnish(bare) else ""
    if country in ("SE", "DK") and 2 <= len(bare) <= 25:
        return bare if luhn.is_valid(bare) else ""
    if country == "NO" and 2 <= len(bare) <= 25:
        return bare if is_norwegian(bare) else ""
    return ""
