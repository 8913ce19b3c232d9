"""Identifiers that look like those of the real systems, from a seeded generator."""

from __future__ import annotations

import string
from collections.abc import Callable
from random import Random

_BASE62 = string.digits + string.ascii_letters
_BASE36 = string.digits + string.ascii_uppercase
_STRIPE_LENGTH = 24
# Letters of the bank and digits of an account, where IBANs are used.
_BBAN = {
    "DE": ("", 18),
    "FR": ("", 23),
    "AT": ("", 16),
    "GB": ("DEMO", 14),
    "KW": ("DEMO", 22),
    "AE": ("", 19),
}


class Identifiers:
    """Draws identifiers and never gives the same one twice."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._given: set[str] = set()

    def stripe(self, prefix: str) -> str:
        """Return an id such as ``txn_1Pq…``."""
        return self._unique(lambda: f"{prefix}_1{self._draw(_BASE62, _STRIPE_LENGTH)}")

    def paypal(self, length: int = 17) -> str:
        """Return an id of PayPal: of a transaction, or of an account (13)."""
        return self._unique(lambda: self._draw(_BASE36, length))

    def adyen(self) -> str:
        """Return a PSP reference."""
        return self._unique(lambda: self._draw(_BASE36, 16))

    def bank_reference(self, prefix: str) -> str:
        """Return an account servicer's reference of one entry."""
        return self._unique(lambda: prefix + self._draw(_BASE36, 10))

    def end_to_end(self) -> str:
        """Return an end-to-end id of a payer."""
        return self._unique(lambda: "E2E" + self._draw(_BASE36, 12))

    def trace(self) -> str:
        """Return the trace id of a payout."""
        return self._unique(lambda: "ST" + self._draw(_BASE36, 10))

    def account(self, country: str) -> str:
        """Return a bank account number: an IBAN where the country has them."""
        if country not in _BBAN:
            return self._unique(self._zengin_account)
        bank, digits = _BBAN[country]
        return self._unique(lambda: iban(country, bank + self._draw_number(digits)))

    def _zengin_account(self) -> str:
        """Return bank, branch and account number as Japanese banks write them."""
        return f"0005-{self._draw_number(3)}-{self._draw_number(7)}"

    def _draw_number(self, length: int) -> str:
        return self._draw(string.digits, length)

    def _draw(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))

    def _unique(self, draw: Callable[[], str]) -> str:
        while (drawn := draw()) in self._given:
            pass
        self._given.add(drawn)
        return drawn


def iban(country: str, bban: str) -> str:
    """Return the IBAN of a country's account number, with check digits."""
    return f"{country}{_check_digits(bban, country)}{bban}"


def creditor_reference(number: str) -> str:
    """Return the ISO 11649 creditor reference (RF…) of a document's number."""
    bare = "".join(filter(str.isalnum, number)).upper()
    return f"RF{_check_digits(bare, 'RF')}{bare}"


def _check_digits(body: str, prefix: str) -> str:
    """Return the two digits that ISO 7064 mod 97-10 asks for."""
    digits = "".join(str(int(character, 36)) for character in f"{body}{prefix}00")
    return f"{98 - int(digits) % 97:02d}"
