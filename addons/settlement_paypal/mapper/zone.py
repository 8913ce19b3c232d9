"""The time zone in which days are counted."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo.addons.settlement.canonical.errors import BusinessError


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name.

    :raises BusinessError: if the time zone does not exist on this machine.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BusinessError(f"The time zone {name!r} is unknown here.") from error
