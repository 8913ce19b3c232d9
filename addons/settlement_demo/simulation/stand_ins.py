"""The outside world of a simulation: one stand-in of Stripe for each company."""

from __future__ import annotations

import errno
from urllib.parse import urlsplit

from ..stand_in.stripe_server import StripeServer
from ..world import World, clock
from ..world.serving import stripe_world


class StandIns:
    """Serves the Stripe accounts of a world on the loopback.

    :param api_key: the key that the servers accept.
    :param addresses: company code → address that should be used again.
    """

    def __init__(
        self, world: World, api_key: str, addresses: dict[str, str] | None = None
    ) -> None:
        self._servers = {
            company.plan.code: _server(
                stripe_world(
                    company.stripe, api_key, clock.midnight(world.period.start)
                ),
                (addresses or {}).get(company.plan.code, ""),
            )
            for company in world.companies
        }

    def url(self, code: str) -> str:
        """Return the address of the stand-in for a company."""
        return self._servers[code].url

    def server(self, code: str) -> StripeServer:
        """Return the server of a company."""
        return self._servers[code]

    def set_clock(self, now: int) -> None:
        """Let all accounts show what they know at an instant (Unix seconds)."""
        for server in self._servers.values():
            server.world.now = now

    def __enter__(self) -> StandIns:
        for server in self._servers.values():
            server.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        for server in self._servers.values():
            server.stop()


def _server(shown, address: str) -> StripeServer:
    """Return a server on the port of ``address``, or on a free one if it is taken."""
    port = urlsplit(address).port or 0 if address else 0
    try:
        return StripeServer(shown, port=port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return StripeServer(shown)
