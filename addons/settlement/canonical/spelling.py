"""What stays of a reference when it was read, typed or printed badly.

Scanners take O for 0, I and l for 1, S for 5, B for 8 and Z for 2; people leave out
leading zeros. Two spellings of one number have the same squeezed text, but two numbers
may have it too: it finds candidates, which are compared in full afterwards.

The same rule exists as SQL in ``models/reference_sql.py``; a test keeps them identical.
"""

from __future__ import annotations

# Letters and the digits they are mistaken for; what only fills a number is left out.
CONFUSED = {"I": "1", "L": "1", "S": "5", "B": "8", "Z": "2", "O": "0"}
LEFT_OUT = "O0"
_SQUEEZED = str.maketrans(
    {letter: digit for letter, digit in CONFUSED.items() if letter not in LEFT_OUT}
    | dict.fromkeys(LEFT_OUT, "")
)


def squeeze(text: str) -> str:
    """Return the squeezed text of a reference in comparable spelling."""
    return text.translate(_SQUEEZED)
