"""One spelling for every identifier, so that equal things compare equal.

The same rules exist as an SQL expression in ``models/reference_sql.py`` for
set-based loads; a test keeps the two identical.
"""

from __future__ import annotations

import re
import string

# Identifiers given by a machine are compared as they are, case included.
_VERBATIM = frozenset({"provider"})
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]+")
# Only ASCII letters change case: what other letters become depends on the locale.
_TO_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def normalise(reference_type: str, text: str) -> str:
    """Return the comparable spelling of ``text``, or "" if nothing is left."""
    if reference_type in _VERBATIM:
        return text.strip(" ")
    if reference_type == "email":
        return text.strip(" ").translate(_TO_LOWER)
    return _NOT_ALPHANUMERIC.sub("", text).upper()
