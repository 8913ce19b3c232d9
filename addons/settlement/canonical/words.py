"""Small words: sentences that fit a number, identifiers that fit a sentence."""

from __future__ import annotations

import re

# What differs between one and several: "{row is|rows are}".
_FORMS = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
# A provider's own identifiers have up to 30 characters; people search for them whole.
LONGEST = 32
_HEAD, _TAIL = 12, 18


def counted(sentence: str, count: int) -> str:
    """Return a sentence with the words that fit a number.

    :param sentence: such as ``"1 {row is|rows are} open"``: first the words for one,
        then those for any other number, 0 included.
    :param count: the number.
    """
    form = 1 if count == 1 else 2
    return _FORMS.sub(lambda found: found[form], sentence)


def shortened(identifier: str) -> str:
    """Return an identifier as a sentence can bear it: very long ones lose the middle.

    The record that the sentence is about has it whole.
    """
    if len(identifier) <= LONGEST:
        return identifier
    return f"{identifier[:_HEAD]}…{identifier[-_TAIL:]}"
