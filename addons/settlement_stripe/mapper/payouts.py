"""A payout as a canonical batch."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import BatchFact
from odoo.addons.settlement.canonical.time_zones import local_day

from . import const
from .reading import (
    Raw,
    amount,
    child,
    currency_code,
    identifier,
    instant,
    required_text,
    text,
    utc_day,
)


def read_payout(raw: Raw, zone: ZoneInfo, account: str = "") -> BatchFact:
    """Return the batch of one payout; ``total`` is positive when money leaves.

    Of a manual payout Stripe never says which rows are inside.

    :param account: id of the account, "" where the backend has only one.
    :raises MalformedInput: if a field is wrong or the status is unknown.
    """
    currency = currency_code(raw)
    return BatchFact(
        currency=currency,
        account_identifier=account,
        kind="payout",
        external_id=required_text(raw, "id"),
        date=local_day(instant(raw, "created"), zone),
        total=amount(raw, "amount", currency),
        complete=is_final(raw),
        lists_rows=raw.get("automatic") is True,
        reference=_trace(raw),
        descriptor=text(raw, "statement_descriptor"),
        expected_on=utc_day(raw, "arrival_date"),
        provider_state=_state(raw),
        payout_external_id=identifier(raw, "balance_transaction"),
        source_version_at=_version(raw),
    )


def is_final(raw: Raw) -> bool:
    """Return whether Stripe will add no more rows to the payout."""
    listed = raw.get("automatic") is True and is_reconciled(raw)
    return listed or text(raw, "status") in const.FINAL_FAILURES


def is_reconciled(raw: Raw) -> bool:
    """Return whether Stripe has finished the list of the payout's rows."""
    return text(raw, "reconciliation_status") == "completed"


def _state(raw: Raw) -> str:
    status = required_text(raw, "status")
    if status not in const.PAYOUT_STATES:
        raise MalformedInput(f"The payout status {status!r} is unknown.")
    return const.PAYOUT_STATES[status]


def _version(raw: Raw) -> datetime:
    """Return an instant that grows with the life of the payout.

    Stripe stamps no change, but a payout only goes forward. So an old answer that is
    read again, or late, never undoes what a newer one said.
    """
    steps = 4 * list(const.PAYOUT_STATES).index(text(raw, "status"))
    steps += 2 * is_reconciled(raw) + bool(_trace(raw))
    return instant(raw, "created") + timedelta(seconds=steps)


def _trace(raw: Raw) -> str:
    """Return the trace id that the bank line will carry, once the bank gave it."""
    trace = child(raw, "trace_id")
    return text(trace, "value") if text(trace, "status") == "supported" else ""
