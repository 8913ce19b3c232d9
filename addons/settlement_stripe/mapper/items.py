"""One stored object of the API as a stream of facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import Fact, ParseResult, RejectedRow
from odoo.addons.settlement.canonical.time_zones import zone_of

from .balances import read_balances
from .disputes import read_dispute
from .payouts import read_payout
from .reading import Raw, load_object, text
from .transactions import read_transactions


def parse_item(
    content: bytes, context: Mapping[str, str], zone_name: str, account: str = ""
) -> ParseResult:
    """Return the facts of one object as it was received.

    An object that is recognised but wrong becomes one rejected row with its id.

    :param context: what the request knew: ``payout`` for a row out of a payout's
        list, ``observed_at`` (ISO 8601) for a balance.
    :param zone_name: IANA name of the zone in which the backend counts days.
    :param account: id of the account (``acct_…``), "" where the backend has only one.
    :raises MalformedInput: if it is no object that we know.
    :raises BusinessError: if the time zone does not exist on this machine.
    """
    zone = zone_of(zone_name)
    raw = load_object(content)
    try:
        return ParseResult(_facts(raw, context, zone, account))
    except _UnknownObject:
        raise
    except MalformedInput as error:
        name = text(raw, "id") or text(raw, "object")
        reason = str(error) if name in str(error) else f"{name}: {error}"
        raw_text = content.decode("utf-8", errors="replace")
        rejected = RejectedRow(1, raw_text, reason, external_id=_transaction_id(raw))
        return ParseResult([rejected])


def _transaction_id(raw: Raw) -> str:
    """Return the transaction that an object would become, "" if it is none itself."""
    return text(raw, "id") if text(raw, "object") == "balance_transaction" else ""


class _UnknownObject(MalformedInput):
    """An object that no rule here is made for."""


def _facts(
    raw: Raw, context: Mapping[str, str], zone: ZoneInfo, account: str
) -> list[Fact]:
    kind = text(raw, "object")
    if kind == "balance_transaction":
        return [*read_transactions(raw, zone, context.get("payout", ""), account)]
    if kind == "payout":
        return [read_payout(raw, zone, account)]
    if kind == "dispute":
        return [read_dispute(raw, account)]
    if kind == "balance":
        return [*read_balances(raw, _observed_at(context), account)]
    raise _UnknownObject(
        f"An object of type {kind!r} is no balance transaction, payout, dispute or "
        "balance."
    )


def _observed_at(context: Mapping[str, str]) -> datetime:
    try:
        moment = datetime.fromisoformat(context["observed_at"])
    except (KeyError, ValueError) as error:
        raise MalformedInput("A balance needs the instant of its answer.") from error
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(timezone.utc).replace(tzinfo=None)
