"""What a key may read of all that is pulled, asked before anything is missed.

Restricted keys have a permission for each kind of object; which ones are missing is
known only when they are used (page "Restricted API keys").
"""

from __future__ import annotations

from collections.abc import Callable

from odoo.addons.settlement.canonical.errors import AuthenticationError

from .stripe_client import StripeClient

# Names as they stand in Stripe's list of permissions.
_PROBES: dict[str, Callable[[StripeClient], object]] = {
    "Balance transactions": lambda client: client.balance_transactions([], limit=1),
    "Payouts": lambda client: client.payouts([], limit=1),
    "Disputes": lambda client: client.disputes([], limit=1),
}


def refusals(client: StripeClient) -> dict[str, str]:
    """Return what the key may not read, with Stripe's own words on it."""
    found = {}
    for name, probe in _PROBES.items():
        try:
            probe(client)
        except AuthenticationError as error:
            found[name] = str(error)
    return found
