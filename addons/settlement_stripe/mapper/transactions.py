"""A balance transaction, source expanded, as canonical transactions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import ZERO, TransactionFact
from odoo.addons.settlement.canonical.time_zones import local_day

from . import const
from .fees import Fees, read_fees
from .reading import (
    Raw,
    amount,
    child,
    currency_code,
    identifier,
    instant,
    integer,
    required_text,
    text,
    utc_day,
)
from .sources import read_source

PAYMENTS_BALANCE = "payments"
_FEE_ROWS = frozenset({"fee", "fee_refund", "dispute_fee"})


def read_transactions(
    raw: Raw, zone: ZoneInfo, payout: str = "", account: str = ""
) -> list[TransactionFact]:
    """Return the facts of one balance transaction: one, or two with withholding.

    :param raw: the object as the API gave it.
    :param zone: time zone in which the backend counts days.
    :param payout: id of the payout whose list contained the row, if any.
    :param account: id of the account, "" where the backend has only one.
    :raises MalformedInput: if a field is wrong or ``net = amount - fee`` fails.
    """
    _check_net(raw)
    currency = currency_code(raw)
    kind, source_code = classify(raw)
    fees = read_fees(raw, kind, currency)
    created = instant(raw, "created")
    batch = _batch(raw, kind, payout)
    fact = TransactionFact(
        currency=currency,
        external_id=required_text(raw, "id"),
        kind=kind,
        occurred_at=created,
        booked_on=local_day(created, zone),
        available_on=utc_day(raw, "available_on"),
        account_identifier=_account(raw, account),
        # A balance transaction never changes: that it becomes available does not
        # make a new version of it, and its list says nothing else about it.
        source_version_at=created,
        source_code=source_code,
        batch_kind="payout" if batch else "",
        batch_external_id=batch,
        **_amounts(amount(raw, "amount", currency), kind, fees),
        **read_source(raw, currency).values(),
    )
    return [fact, _withholding(fact, fees)] if fees.withheld else [fact]


def _check_net(raw: Raw) -> None:
    gross, fee, net = (integer(raw, name) for name in ("amount", "fee", "net"))
    if gross - fee != net:
        raise MalformedInput(
            f"{text(raw, 'id')}: amount {gross} less fee {fee} is {gross - fee}, "
            f"but net says {net}. Ask Stripe which one is right."
        )


def classify(raw: Raw) -> tuple[str, str]:
    """Return (canonical kind, source code) of a balance transaction.

    The source code is ``category/type`` in Stripe's words; the prefix ``unknown:``
    sends the row to the review queue.
    """
    rule = _rule(raw)
    code = f"{text(raw, 'reporting_category')}/{text(raw, 'type')}"
    if rule is None:
        return "adjustment", f"unknown:{code}"
    kind = _refined(raw, rule)
    if rule.review and kind == "adjustment":
        return kind, f"unknown:{code}"
    return kind, code


def _rule(raw: Raw) -> const.KindRule | None:
    category, kind = text(raw, "reporting_category"), text(raw, "type")
    if category not in const.VAGUE_CATEGORIES and category in const.CATEGORY_KINDS:
        return const.CATEGORY_KINDS[category]
    if kind not in const.VAGUE_TYPES and kind in const.TYPE_KINDS:
        return const.TYPE_KINDS[kind]
    by_source = const.SOURCE_KINDS.get(text(child(raw, "source"), "object"))
    known = const.CATEGORY_KINDS.get(category) or const.TYPE_KINDS.get(kind)
    return by_source if known and by_source else known


def _refined(raw: Raw, rule: const.KindRule) -> str:
    """Return the kind by the sign of the row, and by its text where no code says."""
    kind = rule.debit if raw["net"] < 0 else rule.credit
    description = text(raw, "description")
    if kind == "fee" and const.DISPUTE_TEXT.search(description):
        return "dispute_fee"
    if rule is const.REVIEW and _is_conversion(raw, description):
        return "conversion"
    return kind


def _is_conversion(raw: Raw, description: str) -> bool:
    in_vague_row = text(raw, "type") in const.VAGUE_TYPES
    return in_vague_row and bool(const.CONVERSION_TEXT.search(description))


def _account(raw: Raw, account: str) -> str:
    """Return the wallet's account: each balance beside the payments is its own.

    What Stripe moves into its reserve, prefunding or issuing balance has a second
    row there, which must not count in the payments balance.
    """
    balance = text(raw, "balance_type") or PAYMENTS_BALANCE
    if balance == PAYMENTS_BALANCE:
        return account
    return f"{account}/{balance}" if account else balance


def _amounts(gross: Decimal, kind: str, fees: Fees) -> dict[str, Any]:
    """Return gross, fees and net; what was withheld is a row of its own.

    A row that is a fee itself shows no fee beside it, but its tax.
    """
    if kind in _FEE_ROWS:
        gross, fees = gross - fees.fee, fees.tax_only()
    return {
        "gross_amount": gross,
        "fee_amount": fees.fee,
        "tax_amount": fees.tax,
        "fees": fees.lines,
        "net_amount": gross - fees.fee - fees.tax,
    }


def _batch(raw: Raw, kind: str, payout: str) -> str:
    """Return the payout that lists the row; a payout's own row names its own."""
    return (identifier(raw, "source") if kind == "payout" else "") or payout


def _withholding(fact: TransactionFact, fees: Fees) -> TransactionFact:
    """Return the tax that Stripe withheld as a row beside ``fact``.

    It is a claim against the tax office, no fee: its place is an account of its own,
    so it may not hide among the fees. Both rows together are Stripe's net.
    """
    return replace(
        fact,
        kind="withholding",
        occurrence=1,
        gross_amount=-fees.withheld,
        net_amount=-fees.withheld,
        fee_amount=ZERO,
        tax_amount=ZERO,
        fees=(),
        parent_external_id=fact.source_external_id,
        presentment_amount=None,
        presentment_currency="",
        exchange_rate=None,
        payment_reference="",
        order_reference="",
        invoice_reference="",
        source_code=const.WITHHELD_TAX_FEE_TYPE,
    )
