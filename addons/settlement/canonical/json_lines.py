"""Canonical facts as JSON Lines: one object a line, for systems that can speak it.

Each line is an object with ``"type"`` (``transaction``, ``batch``, ``balance``,
``expected``, ``dispute`` or ``reserve``) and the fields of the fact of that name.
Amounts and rates are decimal texts in major units, dates ISO 8601, datetimes ISO 8601
in UTC. ``fees`` is a list of ``{"kind", "amount", "tax_amount"}``, ``references`` a
list of ``[type, text]``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any, BinaryIO

from .errors import MalformedInput
from .facts import (
    BalanceFact,
    BatchFact,
    DisputeFact,
    ExpectedPaymentFact,
    Fact,
    FeeFact,
    RejectedRow,
    ReserveFact,
    TransactionFact,
)
from .kinds import (
    BATCH_KINDS,
    DISPUTE_REASONS,
    DISPUTE_STATUSES,
    FEE_KINDS,
    PROVIDER_STATES,
    TRANSACTION_KINDS,
)
from .money import parse_amount

FACT_TYPES: dict[str, type] = {
    "transaction": TransactionFact,
    "batch": BatchFact,
    "balance": BalanceFact,
    "expected": ExpectedPaymentFact,
    "dispute": DisputeFact,
    "reserve": ReserveFact,
}
_CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "transaction": {"kind": TRANSACTION_KINDS, "provider_state": PROVIDER_STATES},
    "batch": {"kind": BATCH_KINDS, "provider_state": PROVIDER_STATES},
    "dispute": {"status": DISPUTE_STATUSES, "reason": DISPUTE_REASONS},
}
_LONGEST_LINE = 1 << 20
_LONGEST_RAW = 500


def read_facts(file: BinaryIO) -> Iterator[Fact]:
    """Yield the fact of each line; a bad line becomes a RejectedRow.

    :param file: binary file of UTF-8 lines; read as a stream.
    """
    for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE), b""), 1):
        if not line.strip():
            continue
        try:
            yield read_fact(line)
        except MalformedInput as error:
            raw = line[:_LONGEST_RAW].decode(errors="replace").rstrip()
            identity = _transaction_id(line)
            yield RejectedRow(number, raw, str(error), external_id=identity)


def _transaction_id(line: bytes) -> str:
    """Return the transaction that a bad line is about, "" if that is unknown."""
    try:
        data = json.loads(line)
        is_transaction = data["type"] == "transaction"
        return _text(data["external_id"], "") if is_transaction else ""
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""


def read_fact(line: bytes) -> Fact:
    """Return the fact of one line.

    :raises MalformedInput: naming the field that is wrong.
    """
    try:
        data = json.loads(line, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise MalformedInput("The line is no JSON object.") from error
    if not isinstance(data, dict) or data.get("type") not in FACT_TYPES:
        raise MalformedInput(f"'type' must be one of {', '.join(FACT_TYPES)}.")
    kind = data.pop("type")
    _check_names(kind, data)
    currency = data.get("currency")
    if not isinstance(currency, str) or len(currency) != 3:
        raise MalformedInput("'currency' must be an ISO 4217 code.")
    values = {
        name: _read(name, value, currency)
        for name, value in data.items()
        if value is not None
    }
    for name, choices in _CHOICES.get(kind, {}).items():
        if name in values and values[name] not in choices:
            raise MalformedInput(f"'{name}' cannot be {values[name]!r}.")
    return FACT_TYPES[kind](**values)


def _check_names(kind: str, data: dict[str, Any]) -> None:
    if unknown := sorted(data.keys() - _NAMES[kind]):
        raise MalformedInput(f"A {kind} has no field {unknown[0]!r}.")
    for name in _REQUIRED[kind]:
        if data.get(name) in (None, ""):
            raise MalformedInput(f"'{name}' is missing.")


def _read(name: str, value: Any, currency: str) -> Any:
    try:
        return _READERS[name](value, currency)
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise MalformedInput(f"'{name}' cannot be {value!r}.") from error


def _amount(value: Any, currency: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(value)
    return parse_amount(str(value), currency)


def _rate(value: Any, _currency: str) -> Decimal:
    rate = Decimal(str(value))
    if not rate.is_finite() or rate <= 0:
        raise ValueError(value)
    return rate


def _text(value: Any, _currency: str) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value.replace("\x00", "")


def _integer(value: Any, _currency: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value


def _truth(value: Any, _currency: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _date(value: Any, _currency: str) -> date:
    return date.fromisoformat(value)


def _instant(value: Any, _currency: str) -> datetime:
    instant = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if instant.tzinfo:
        instant = instant.astimezone(timezone.utc).replace(tzinfo=None)
    return instant.replace(microsecond=0)


def _fees(value: Iterable[dict[str, Any]], currency: str) -> tuple[FeeFact, ...]:
    fees = tuple(
        FeeFact(
            fee["kind"],
            _amount(fee["amount"], currency),
            _amount(fee.get("tax_amount", "0"), currency),
        )
        for fee in value
    )
    if any(fee.kind not in FEE_KINDS for fee in fees):
        raise ValueError("fee kind")
    return fees


def _pairs(value: Any, _currency: str) -> tuple[tuple[str, str], ...]:
    return tuple((_text(kind, ""), _text(text, "")) for kind, text in value)


def _presentment(value: Any, _currency: str) -> Decimal:
    # Its own currency is another field; the exponent is checked where both are known.
    amount = Decimal(value)
    if not amount.is_finite():
        raise ValueError(value)
    return amount


_BY_NAME: dict[str, Callable[[Any, str], Any]] = {
    "fees": _fees,
    "references": _pairs,
    "extra_references": _pairs,
    "exchange_rate": _rate,
    "presentment_amount": _presentment,
}
_BY_TYPE: dict[str, Callable[[Any, str], Any]] = {
    "str": _text,
    "int": _integer,
    "int | None": _integer,
    "bool": _truth,
    "Decimal": _amount,
    "Decimal | None": _amount,
    "date": _date,
    "date | None": _date,
    "datetime": _instant,
    "datetime | None": _instant,
}
# A field means the same in every fact that has it.
_READERS: dict[str, Callable[[Any, str], Any]] = {
    field.name: _BY_NAME.get(field.name) or _BY_TYPE[str(field.type)]
    for kind in FACT_TYPES.values()
    for field in fields(kind)
}
_NAMES = {
    name: frozenset(field.name for field in fields(kind))
    for name, kind in FACT_TYPES.items()
}
_REQUIRED = {
    name: tuple(field.name for field in fields(kind) if field.default is MISSING)
    for name, kind in FACT_TYPES.items()
}
