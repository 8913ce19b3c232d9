"""Which hosts and which addresses an outgoing connection may reach.

Names are resolved once, all their addresses are judged, and the connection goes to
an address that was judged (:mod:`.pinned`). So a name that points to another
address a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from odoo.addons.settlement.canonical.errors import BusinessError, TransientError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]

_LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost", "ip6-loopback"})
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_DEFAULT_PORTS = {"https": 443, "http": 80}


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of ``host`` in the order of the resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _effective(text: str) -> IPAddress:
    """Return the address that a packet ends at, also behind IPv6 wrappings."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def is_public(text: str) -> bool:
    """Tell whether an address is one of the public internet, and no multicast."""
    address = _effective(text)
    return address.is_global and not address.is_multicast


def is_loopback(text: str) -> bool:
    """Tell whether an address is this machine itself."""
    return _effective(text).is_loopback


def _is_loopback_name(host: str) -> bool:
    if host in _LOOPBACK_NAMES:
        return True
    try:
        return is_loopback(host)
    except ValueError:
        return False


@dataclass(frozen=True)
class Guard:
    """The rules for one client: hosts by name, addresses by kind.

    :param allowed_hosts: ``host`` (https port only) or ``host:port``.
    :param allow_loopback: also this machine, there also without TLS.
    """

    allowed_hosts: frozenset[str]
    allow_loopback: bool = False
    resolver: Resolver = resolve

    @classmethod
    def of(
        cls, hosts: Iterable[str], allow_loopback: bool, resolver: Resolver | None
    ) -> Guard:
        """Build a guard from names in any case."""
        names = frozenset(host.lower() for host in hosts)
        return cls(names, allow_loopback, resolver or resolve)

    def check_url(self, url: str) -> None:
        """Refuse a URL that does not lead to an allowed host by an allowed way.

        :raises BusinessError: with a sentence that names the host, never the URL.
        """
        parts = urlsplit(url)
        if parts.username is not None or parts.password is not None:
            raise BusinessError("The address must not contain a user or password.")
        self.check_host(parts.scheme, parts.hostname or "", _port(parts))

    def check_host(self, scheme: str, host: str, port: int) -> None:
        """Refuse a scheme, host and port outside the rules.

        :raises BusinessError: see :meth:`check_url`.
        """
        host = host.lower().strip("[]")
        if self.allow_loopback and _is_loopback_name(host):
            return
        if scheme != "https":
            raise BusinessError(
                f"{host} would be reached without encryption; only https is allowed."
            )
        if f"{host}:{port}" in self.allowed_hosts:
            return
        if port == 443 and host in self.allowed_hosts:
            return
        allowed = ", ".join(sorted(self.allowed_hosts)) or "none"
        raise BusinessError(
            f"{host}:{port} is not a host of this connector (allowed: {allowed})."
        )

    def addresses(self, scheme: str, host: str, port: int) -> list[str]:
        """Return the addresses to connect to, all of them judged.

        :raises BusinessError: if one of them is refused.
        :raises TransientError: if the name cannot be resolved now.
        """
        self.check_host(scheme, host, port)
        try:
            found = self.resolver(host.strip("[]"), port)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise TransientError(f"The name {host} cannot be resolved.")
        for address in found:
            self._check_address(scheme, host, address)
        return found

    def _check_address(self, scheme: str, host: str, address: str) -> None:
        if self.allow_loopback and is_loopback(address):
            return
        if scheme == "https" and is_public(address):
            return
        raise BusinessError(
            f"{host} leads to {address}, which is no address of the public internet; "
            "the connection is refused."
        )


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise BusinessError("The port in the address is no number.") from None
    return port or _DEFAULT_PORTS.get(parts.scheme, 0)
