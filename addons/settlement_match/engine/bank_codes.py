"""Which bank transaction codes say that a row is the bank's own fee or interest."""

from __future__ import annotations

import re

# ISO 20022 sub-families of charges, commissions, fees and interest. Broker's fees
# and taxes are left out: they belong to a deal or to a tax return.
_ISO_SUB_FAMILIES = frozenset("CHRG COMM FEES COME COMI COMT INTR".split())
# SWIFT MT940, field 61: transaction type and three-letter code.
_MT940 = re.compile(r"^[NFS](CHG|COM|INT)$")
# A fourth part is the reason of a return: then the bank gives something back that a
# customer paid, or takes it.
_ISO_PARTS = 3


def is_own_charge(code: str) -> bool:
    """Return whether the code of a bank row is clearly the bank's fee or interest."""
    parts = code.strip().upper().split("/")
    if len(parts) == _ISO_PARTS:
        return parts[-1] in _ISO_SUB_FAMILIES
    return len(parts) == 1 and bool(_MT940.match(parts[0]))
