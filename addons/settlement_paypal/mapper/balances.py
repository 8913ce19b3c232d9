"""The answer of the balances call as one canonical balance per currency."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import BalanceFact
from odoo.addons.settlement.canonical.json_reading import (
    Raw,
    child,
    children,
    instant,
    text,
)

from .reading import money


def read_balances(
    raw: Raw, context: Mapping[str, str], account: str = ""
) -> list[BalanceFact]:
    """Return what PayPal holds for us, per currency in order of its code.

    What is held back is still ours: it is the reserve.

    :param account: id of the account where the answer does not say it.
    :raises MalformedInput: if an amount, a currency or the instant is wrong.
    """
    observed_at = _observed_at(raw, context)
    account = text(raw, "account_id") or account
    facts = [_balance(one, observed_at, account) for one in children(raw, "balances")]
    return sorted(facts, key=lambda fact: fact.currency)


def _balance(raw: Raw, observed_at: datetime, account: str) -> BalanceFact:
    total, currency = money(raw, "total_balance")
    available = total
    if child(raw, "available_balance"):
        available = money(raw, "available_balance")[0]
    return BalanceFact(
        currency=currency,
        observed_at=observed_at,
        available=available,
        reserve=total - available,
        account_identifier=account,
    )


def _observed_at(raw: Raw, context: Mapping[str, str]) -> datetime:
    """Return the instant for which the balance holds.

    Rows come late, and so does the balance: it is that of PayPal's last refresh.
    """
    for name in ("last_refresh_time", "as_of_time"):
        if text(raw, name):
            return instant(raw, name)
    try:
        return datetime.fromisoformat(context["observed_at"]).replace(microsecond=0)
    except (KeyError, ValueError) as error:
        raise MalformedInput("A balance needs the instant of its answer.") from error
