"""One stored object of the API as a stream of facts."""

from __future__ import annotations

from collections.abc import Mapping

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import Fact, ParseResult, RejectedRow
from odoo.addons.settlement.canonical.json_reading import Raw, child, load_object, text
from odoo.addons.settlement.canonical.time_zones import zone_of

from .balances import read_balances
from .disputes import read_dispute
from .entry import Place, facts_of
from .transactions import read_entry


def parse_item(
    content: bytes, context: Mapping[str, str], zone_name: str, account: str = ""
) -> ParseResult:
    """Return the facts of one object as it was received.

    An object that is recognised but wrong becomes one rejected row with its id.

    :param context: what the request knew: ``account``, ``twin``, ``observed_at``.
    :param zone_name: IANA name of the zone in which the backend counts days.
    :param account: id of the account where the answer does not say it.
    :raises MalformedInput: if it is no object that we know.
    :raises BusinessError: if the time zone does not exist on this machine.
    """
    raw = load_object(content)
    account = str(context.get("account") or account)
    zone = zone_of(zone_name)
    kind, name = _kind_of(raw)
    try:
        return ParseResult(_facts(kind, raw, context, Place(zone, account)))
    except MalformedInput as error:
        reason = str(error) if name and name in str(error) else f"{name}: {error}"
        raw_text = content.decode("utf-8", errors="replace")
        is_row = kind == "transaction"
        return ParseResult(
            [RejectedRow(1, raw_text, reason, external_id=name if is_row else "")]
        )


def _kind_of(raw: Raw) -> tuple[str, str]:
    """Return what an object is and what it is called.

    :raises MalformedInput: if no rule here is made for it.
    """
    if isinstance(raw.get("transaction_info"), dict):
        info = child(raw, "transaction_info")
        return "transaction", text(info, "transaction_id")
    if text(raw, "dispute_id"):
        return "dispute", text(raw, "dispute_id")
    if isinstance(raw.get("balances"), list):
        return "balances", "balances"
    raise MalformedInput("This is no transaction, dispute or balance of PayPal.")


def _facts(kind: str, raw: Raw, context: Mapping[str, str], place: Place) -> list[Fact]:
    if kind == "transaction":
        return facts_of(read_entry(raw, context), place)
    if kind == "dispute":
        return [read_dispute(raw, place.account)]
    return [*read_balances(raw, context, place.account)]
