"""The frame of a camt statement: account, identity, pages, balances, control totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput

from . import identity
from .camt_details import account_identifier, read_sign
from .values import is_currency, parse_amount, parse_moment
from .xml_tree import Node, child, first_text, nodes, text, texts

MAX_SEQUENCE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Frame:
    """What the header of a statement says before its first entry.

    ``title`` names the statement at the beginning of sentences; ``is_last_page`` is
    false when the bank announces more pages of it.
    """

    account: str
    currency: str
    external_id: str
    reference: str
    title: str
    day: date
    sequence: int | None
    version_at: datetime | None
    is_last_page: bool
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class Balances:
    """Opening and closing balance, each None where the bank gives none.

    ``is_interim`` tells that one of them lies inside the statement, on a page of it.
    """

    opening: Decimal | None
    closing: Decimal | None
    is_interim: bool

    def prove(self, total: Decimal) -> bool:
        """Say whether the movements lead from the opening to the closing balance."""
        if self.is_interim or self.opening is None or self.closing is None:
            return False
        return self.opening + total == self.closing


def read_frame(header: Node, message: Node, entry_currency: str = "") -> Frame:
    """Read the header of a statement.

    :param message: group header of the message, which may have the pages.
    :param entry_currency: currency of the first entry, taken if nothing else says it.
    :raises MalformedInput: without account, currency or any date.
    """
    account = account_identifier(child(header, "Acct"))
    if not account:
        raise MalformedInput("it names no account (Acct/Id).")
    currency = _currency(header, entry_currency)
    day = _day(header, message)
    reference = text(header, "Id")[:140]
    sequence = _sequence(header)
    page, is_last_page = _page(header, message)
    return Frame(
        account=account,
        currency=currency,
        external_id=identity.statement_key(
            identity.account_key(account, currency),
            reference,
            sequence,
            day,
            page,
            is_last_page,
        ),
        reference=reference,
        title=f"Statement {reference or sequence or ''} of {day}, account {account}",
        day=day,
        sequence=sequence,
        version_at=_version(header, message),
        is_last_page=is_last_page,
        is_duplicate=text(header, "CpyDplctInd") == "DUPL",
    )


def _currency(header: Node, entry_currency: str) -> str:
    found = (
        text(header, "Acct", "Ccy")
        or first_text(header, ("Bal", "Amt", "@Ccy"))
        or entry_currency
    )
    if not is_currency(found):
        raise MalformedInput("it does not say the currency of its account (Acct/Ccy).")
    return found


def _day(header: Node, message: Node) -> date:
    """Return the day of the statement: that of its closing balance, if it has one."""
    days = [
        moment[0]
        for balance in nodes(header, "Bal")
        if _code(balance) in ("CLBD", "ITBD")
        and (moment := _moment(first_text(balance, ("Dt", "Dt"), ("Dt", "DtTm"))))
    ]
    if days:
        return max(days)
    for given in (
        text(header, "FrToDt", "ToDtTm"),
        text(header, "CreDtTm"),
        text(message, "CreDtTm"),
        first_text(header, ("Bal", "Dt", "Dt"), ("Bal", "Dt", "DtTm")),
    ):
        if moment := _moment(given):
            return moment[0]
    raise MalformedInput("it has no date, neither of its balances nor of itself.")


def _moment(given: str) -> tuple[date, datetime] | None:
    try:
        return parse_moment(given)
    except MalformedInput:
        return None


def _version(header: Node, message: Node) -> datetime | None:
    moment = _moment(text(header, "CreDtTm")) or _moment(text(message, "CreDtTm"))
    return moment[1] if moment else None


def _sequence(header: Node) -> int | None:
    given = first_text(header, ("ElctrncSeqNb",), ("LglSeqNb",))
    if not (given.isascii() and given.isdigit()):
        return None
    # Some banks put a date and time there: no number that counts statements.
    return int(given) if len(given) <= 10 and int(given) <= MAX_SEQUENCE else None


def _page(header: Node, message: Node) -> tuple[int, bool]:
    pages = child(header, "StmtPgntn") or child(message, "MsgPgntn")
    number = text(pages, "PgNb")
    is_number = number.isascii() and number.isdigit() and len(number) < 6
    page = int(number) if is_number else 1
    return page, text(pages, "LastPgInd").lower() not in ("false", "0")


def read_balances(header: Node, currency: str) -> Balances:
    """Read the opening and closing booked balance of a statement.

    A page in the middle of a statement has interim balances instead.

    :raises MalformedInput: if a booked balance cannot be read.
    """
    booked = [
        balance
        for balance in nodes(header, "Bal")
        if text(balance, "Amt", "@Ccy") in ("", currency)
    ]
    opening = _of_code(booked, "OPBD") or _of_code(booked, "PRCD")
    closing = _of_code(booked, "CLBD")
    interim = _of_code(booked, "ITBD")
    return Balances(
        _signed(_oldest(opening or (interim if closing else interim[:-1])), currency),
        _signed(_newest(closing or interim[-1:]), currency),
        is_interim=not (opening and closing),
    )


def _code(balance: Node) -> str:
    return text(balance, "Tp", "CdOrPrtry", "Cd")


def _of_code(balances: list[Node], code: str) -> list[Node]:
    """Return the balances of a code; those with a credit line only if all have one."""
    found = [balance for balance in balances if _code(balance) == code]
    bare = [
        balance for balance in found if "true" not in texts(balance, "CdtLine", "Incl")
    ]
    return bare or found


def _oldest(balances: list[Node]) -> Node | None:
    return min(balances, key=_day_of_balance, default=None)


def _newest(balances: list[Node]) -> Node | None:
    return max(reversed(balances), key=_day_of_balance, default=None)


def _day_of_balance(balance: Node) -> date:
    moment = _moment(first_text(balance, ("Dt", "Dt"), ("Dt", "DtTm")))
    return moment[0] if moment else date.min


def _signed(balance: Node | None, currency: str) -> Decimal | None:
    if balance is None:
        return None
    try:
        # Some banks leave the sign of a balance out when it is a credit.
        sign = read_sign(text(balance, "CdtDbtInd")) or 1
        return sign * parse_amount(text(balance, "Amt"), currency)
    except MalformedInput as error:
        raise MalformedInput(
            f"its balance {_code(balance)} cannot be read: {error}"
        ) from error
