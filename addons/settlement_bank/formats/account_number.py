"""One spelling of bank account numbers."""

from __future__ import annotations

import re

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def normalise(text: str) -> str:
    """Return what looks like an IBAN bare and in capitals, anything else as it is.

    Blanks of other account numbers may mean something.
    """
    bare = "".join(text.split()).upper()
    return bare if _IBAN.fullmatch(bare) else text.strip()
