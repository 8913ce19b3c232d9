"""Bank transaction codes that say what a bank books for itself."""

from __future__ import annotations

import re

from .known_codes import KnownCode

# ISO 20022 sub-families of charges, commissions, fees and interest. Broker's fees
# and taxes are left out: they belong to a deal or to a tax return.
CHARGES: dict[str, str] = {
    "CHRG": "charge of the bank",
    "COMM": "commission of the bank",
    "FEES": "fee of the bank",
    "COME": "commission of the bank without taxes",
    "COMI": "commission of the bank with taxes",
    "COMT": "commission of the bank that cannot be taxed",
}
INTEREST: dict[str, str] = {"INTR": "interest"}
# SWIFT MT940, field 61: transaction type and three-letter code.
MT940: dict[str, str] = {
    "CHG": "charge of the bank",
    "COM": "commission of the bank",
    "INT": "interest",
}
_MT940_CODE = re.compile(r"^[NFS]([A-Z]{3})$")
# A fourth part is the reason of a return: then the bank gives something back that a
# customer paid, or takes it.
_ISO_PARTS = 3


def _meaning_key(code: str) -> str:
    """Return the part of a code that says what a bank books for itself, or ""."""
    parts = code.strip().upper().split("/")
    if len(parts) == _ISO_PARTS:
        last = parts[-1]
        return last if last in CHARGES or last in INTEREST else ""
    swift = _MT940_CODE.match(parts[0]) if len(parts) == 1 else None
    return swift[1] if swift and swift[1] in MT940 else ""


def is_own_charge(code: str) -> bool:
    """Return whether the code of a bank row is clearly the bank's fee or interest."""
    return bool(_meaning_key(code))


def is_interest(code: str) -> bool:
    """Return whether the code of a bank row is clearly interest."""
    key = _meaning_key(code)
    return key in INTEREST or key == "INT"


def known_codes() -> list[KnownCode]:
    """Return every code that means something by itself; all others are matched."""
    iso = {**CHARGES, **INTEREST}
    return [
        *(_known(f"*/*/{code}", "ISO 20022", iso[code]) for code in iso),
        *(_known(f"N{code}", "MT940", MT940[code]) for code in MT940),
    ]


def known_code(code: str) -> KnownCode | None:
    """Return what a code of a row means by itself, None if a match has to say it."""
    key = _meaning_key(code)
    if not key:
        return None
    meaning = {**CHARGES, **INTEREST, **MT940}[key]
    return _known(code, "ISO 20022" if "/" in code else "MT940", meaning)


def _known(code: str, group: str, meaning: str) -> KnownCode:
    return KnownCode(code, "bank_credit", "bank_debit", group=group, meaning=meaning)
