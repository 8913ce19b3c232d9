"""One row of Adyen that moves money, as a canonical transaction.

Adyen gives a row no number of its own. A row about a payment is known by the payment,
by what was done to it and by the batch that pays it, so a corrected amount is a
revision of it. Rows of the account are known by all that they say; those that say the
same are told apart by their number in the report. There is one payout for each batch
and currency.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from odoo.addons.settlement.canonical.facts import ZERO, FeeFact, TransactionFact

from . import const
from .codes import classify, plain_type


@dataclass(slots=True)
class Entry:
    """What a report says of a row; instants are naive UTC.

    :param net: what the batch gets by the row, positive when money comes to us.
    :param fees: (kind of fee, amount), positive where it costs us; what it is 0 of is
        left out.
    :param stated: gross amount in its own currency, signed.
    :param rate: what the gross amount is multiplied by to be in the net's currency.
    :param told_at: version of the row: when the report was received.
    :param state: how far the row is; only one that is settled is in its batch.
    :param twin: number among rows that cannot be told apart otherwise.
    """

    account: str
    type_name: str
    batch: str
    currency: str
    net: Decimal
    fees: tuple[tuple[str, Decimal], ...]
    stated: Decimal
    stated_currency: str
    rate: Decimal | None
    created_at: datetime
    booked_on: date
    told_at: datetime
    psp_reference: str = ""
    modification: str = ""
    modification_text: str = ""
    merchant_reference: str = ""
    order_reference: str = ""
    dispute_reference: str = ""
    acquirer_reference: str = ""
    method: str = ""
    country: str = ""
    state: str = "settled"
    twin: int = 0


_LONGEST_WORDS = 160
_BATCH = re.compile(r"\bbatch (\d{1,18})\b", re.ASCII | re.IGNORECASE)


class _Money(NamedTuple):
    gross: Decimal
    fees: tuple[FeeFact, ...] = ()
    fee: Decimal = ZERO


def external_id(entry: Entry) -> str:
    """Return by what a row is known, the same in every report that has it."""
    name = plain_type(entry.type_name)
    if name == const.PAYOUT:
        return payout_id(entry.account, entry.batch, entry.currency)
    if entry.psp_reference and entry.modification:
        return payment_row_id(
            entry.psp_reference, entry.modification, name, entry.batch, entry.currency
        )
    said = (entry.modification, entry.modification_text, entry.created_at.isoformat())
    words = _shortened(" ".join(word for word in said if word))
    return (
        f"{entry.account}/{entry.batch}/{name}/{entry.psp_reference}/{words}/"
        f"{entry.net} {entry.currency}"
    )


def _shortened(words: str) -> str:
    """Return a text that an index can hold; what is cut off still counts."""
    if len(words) <= _LONGEST_WORDS:
        return words
    return f"{words[:_LONGEST_WORDS]}…{zlib.crc32(words.encode()):08x}"


def payment_row_id(
    psp_reference: str, modification: str, name: str, batch: str, currency: str
) -> str:
    """Return by what a row about a payment is known.

    :param name: its type, as :func:`plain_type` spells it.
    """
    return f"{psp_reference}/{modification}/{name}/{batch}/{currency}"


def payout_id(account: str, batch: str, currency: str) -> str:
    """Return by what the payout of a batch in one currency is known."""
    return f"{account}/{batch}/payout/{currency}"


def is_external(entry: Entry) -> bool:
    """Return whether another acquirer pays out the gross amount of a row."""
    return plain_type(entry.type_name) in const.EXTERNAL


def transaction_of(entry: Entry, name: str) -> TransactionFact:
    """Return the canonical transaction of a row.

    :param name: what :func:`external_id` says of it.
    """
    kind, code, is_memo, money = _meaning(entry)
    state = "initiated" if is_memo else entry.state
    in_batch = state == "settled"
    return TransactionFact(
        currency=entry.currency,
        external_id=name,
        kind=kind,
        gross_amount=money.gross,
        fee_amount=money.fee,
        fees=money.fees,
        net_amount=money.gross - money.fee,
        occurred_at=entry.created_at,
        booked_on=entry.booked_on,
        account_identifier=entry.account,
        occurrence=entry.twin,
        source_version_at=entry.told_at,
        provider_state=state,
        source_code=code,
        batch_kind="payout" if in_batch else "",
        batch_external_id=entry.batch if in_batch else "",
        payment_method=entry.method,
        card_country=entry.country,
        **_presentment(entry),
        **_references(entry, kind, name),
    )


def _meaning(entry: Entry) -> tuple[str, str, bool, _Money]:
    """Return kind, source code, whether a row moves no money, and its amounts.

    The gross amount is what the net and the fees make of it, in the net's currency.
    """
    if is_external(entry):
        return _external(entry)
    fee = sum((amount for _nature, amount in entry.fees), ZERO)
    gross = entry.net + fee
    kind, code, _memo = classify(entry.type_name, (gross or entry.net) < 0)
    if kind in const.FEE_ROWS:
        kind, code, _memo = classify(entry.type_name, entry.net < 0)
        return kind, code, False, _Money(entry.net)
    return kind, code, False, _Money(gross, _fee_lines(entry.fees, kind), fee)


def _external(entry: Entry) -> tuple[str, str, bool, _Money]:
    """Return the same of a row whose gross amount is not Adyen's to pay out."""
    kind, code, _memo = classify(entry.type_name, entry.net < 0)
    if entry.net:
        return (
            ("fee" if entry.net < 0 else "fee_refund"),
            code,
            False,
            _Money(entry.net),
        )
    is_same = entry.stated_currency == entry.currency
    return kind, code, True, _Money(entry.stated if is_same else ZERO)


def _fee_lines(fees: tuple[tuple[str, Decimal], ...], kind: str) -> tuple[FeeFact, ...]:
    if kind in const.DISPUTE_KINDS:
        return tuple(
            FeeFact(const.FEES_OF_A_DISPUTE.get(nature, nature), amount)
            for nature, amount in fees
        )
    return tuple([FeeFact(nature, amount) for nature, amount in fees])


def _presentment(entry: Entry) -> dict[str, Any]:
    """Return what the customer paid, where that is in another currency."""
    if entry.stated_currency == entry.currency or not entry.stated:
        return {}
    return {
        "presentment_amount": entry.stated,
        "presentment_currency": entry.stated_currency,
        "exchange_rate": entry.rate,
    }


def _references(entry: Entry, kind: str, name: str) -> dict[str, Any]:
    """Return the ids of a row by the names of TransactionFact."""
    if kind == "payout" or not entry.psp_reference:
        return _account_references(entry, kind, name)
    found: dict[str, Any] = {
        "description": entry.modification_text,
        "bank_reference": entry.acquirer_reference,
    }
    if kind == "charge" and plain_type(entry.type_name) in const.CAPTURES:
        found["source_external_id"] = entry.psp_reference
        # Odoo knows a capture of a part by the id of the capture.
        if entry.modification != entry.psp_reference:
            found["payment_reference"] = entry.modification
    else:
        found["source_external_id"] = entry.modification
        found["parent_external_id"] = entry.psp_reference
    if kind in const.DISPUTE_KINDS and entry.dispute_reference:
        found["source_external_id"] = entry.dispute_reference
    if kind in const.DOCUMENT_KINDS:
        found["invoice_reference"] = entry.merchant_reference
        found["order_reference"] = entry.order_reference or entry.merchant_reference
    return found


def _account_references(entry: Entry, kind: str, name: str) -> dict[str, Any]:
    """Return the ids of a row of the account: what is written about it."""
    texts = (entry.modification, entry.modification_text, entry.merchant_reference)
    found = {"description": " · ".join(text for text in texts if text)}
    if kind == "payout":
        found["source_external_id"] = name
    elif kind == "payout_failure" and (batch := _BATCH.search(found["description"])):
        # It comes back in a later batch, under the text with which it went.
        found["parent_external_id"] = payout_id(entry.account, batch[1], entry.currency)
    return found
