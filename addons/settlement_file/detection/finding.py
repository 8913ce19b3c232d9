"""What was found out about a file, and how that shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found out, or could not be.

    :ivar topic: encoding, separator, header, numbers, dates, sheet, records, kinds,
        sign, identity or rows.
    :ivar value: what the layout gets, such as ``;``.
    :ivar reason: why, in a sentence for people.
    :ivar is_sure: False if a person should look.
    :ivar alternatives: what else would fit.
    """

    topic: str
    value: str
    reason: str
    is_sure: bool = True
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """One column, what stands in it and what it may mean.

    :ivar column: its name, as layouts name it.
    :ivar samples: up to five different values that are not empty.
    :ivar type: money, day, moment, text or empty.
    :ivar field: the canonical field, "" if nothing fits.
    :ivar role: ``field``, or ``kind``, ``fee``, ``tax``, ``debit``, ``credit``,
        ``direction``, ``identity``, ``batch``, ``balance`` for columns that other
        parts of a layout use; "" if nothing fits.
    :ivar reason: why, in a sentence for people.
    :ivar distinct: how many different values the sample has.
    :ivar filled: how many rows of the sample have a value.
    :ivar values: all values of a column that has few of them, most frequent first.
    """

    column: str
    samples: tuple[str, ...] = ()
    type: str = "text"
    field: str = ""
    role: str = ""
    reason: str = ""
    distinct: int = 0
    filled: int = 0
    values: tuple[str, ...] = ()
