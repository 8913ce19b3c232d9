"""Certificates with which PayPal signs: from PayPal, in their time, by a known root."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from odoo.addons.settlement.canonical.errors import AuthenticationError, TransientError

PATH = "/v1/notifications/certs/"
DOMAIN = ".paypal.com"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_LONGEST_CHAIN = 6
# A certificate lives for years; a day of memory is enough to stay out of the way.
_KEPT_SECONDS = 86_400.0
_MOST_KEPT = 16
# What strangers may make us fetch in a minute.
_FETCHES, _MINUTE = 10, 60.0
_BAD = "The certificate of the webhook is not one of PayPal's"


def check_address(url: str, hosts: Iterable[str], loopback: str = "") -> None:
    """Refuse an address that is not where PayPal keeps its certificates.

    :param hosts: hosts of PayPal's API.
    :param loopback: address of a stand-in that counts as PayPal, "" for none.
    :raises AuthenticationError: it contains nothing of the address.
    """
    bases = [f"https://{host}{PATH}" for host in hosts]
    if loopback:
        bases.append(f"{loopback.rstrip('/')}{PATH}")
    # One certificate has one address: else strangers would push out the good ones.
    if not any(
        url.startswith(base) and _NAME.fullmatch(url.removeprefix(base))
        for base in bases
    ):
        raise AuthenticationError("The webhook names a certificate of somebody else.")


def read_chain(content: bytes, most: int = _LONGEST_CHAIN) -> list[x509.Certificate]:
    """Return the certificates of a PEM file in their order, so many at most.

    :raises AuthenticationError: if one of them cannot be read.
    """
    pieces = content.split(_BEGIN)[1 : most + 1]
    try:
        return [
            x509.load_pem_x509_certificate(_BEGIN + piece.split(_END)[0] + _END)
            for piece in pieces
        ]
    except ValueError:
        raise AuthenticationError(f"{_BAD}: it cannot be read.") from None


def verified_key(
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    now: datetime,
    domain: str = DOMAIN,
) -> rsa.RSAPublicKey:
    """Return the public key of a chain that ends at a known root.

    :param now: aware instant at which all of it has to be valid.
    :raises AuthenticationError: with what is wrong.
    """
    if not chain:
        raise AuthenticationError(f"{_BAD}: there is none.")
    if not any(name.endswith(domain) for name in _names(chain[0])):
        raise AuthenticationError(f"{_BAD}: it is made out to another name.")
    if not all(_is_in_time(each, now) for each in chain):
        raise AuthenticationError(f"{_BAD}: it is too old or too new.")
    if not all(
        _is_issued_by(one, by) for one, by in zip(chain, chain[1:], strict=False)
    ):
        raise AuthenticationError(f"{_BAD}: its chain is broken.")
    if not any(_is_rooted(chain[-1], root, now) for root in roots):
        raise AuthenticationError(f"{_BAD}: nobody whom we trust has issued it.")
    key = chain[0].public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise AuthenticationError(f"{_BAD}: its key is of another kind.")
    return key


def _names(certificate: x509.Certificate) -> list[str]:
    """Return the host names that a certificate is made out to."""
    try:
        extension = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        return [str(name) for name in extension.value.get_values_for_type(x509.DNSName)]
    except (x509.ExtensionNotFound, ValueError):
        attributes = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return [str(attribute.value) for attribute in attributes]


def _is_in_time(certificate: x509.Certificate, now: datetime) -> bool:
    return _moment(certificate, "before") <= now <= _moment(certificate, "after")


def _moment(certificate: x509.Certificate, end: str) -> datetime:
    """Return the first or the last valid moment, whatever version is installed."""
    moment = getattr(certificate, f"not_valid_{end}_utc", None)
    if moment is None:
        moment = getattr(certificate, f"not_valid_{end}").replace(tzinfo=timezone.utc)
    found: datetime = moment
    return found


def _is_rooted(last: x509.Certificate, root: x509.Certificate, now: datetime) -> bool:
    """Return whether the end of a chain is a root, or is issued by one."""
    return last == root or (_is_in_time(root, now) and _is_issued_by(last, root))


def _is_issued_by(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    if one.issuer != issuer.subject or not _may_issue(issuer):
        return False
    algorithm = one.signature_hash_algorithm
    if algorithm is None:
        return False
    signed = one.signature, one.tbs_certificate_bytes
    key = issuer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(*signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(*signed, ec.ECDSA(algorithm))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return found.value.ca


# ----------------------------------------------------------------------
# Memory
# ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Kept:
    key: rsa.RSAPublicKey
    until: float


class CertificateCache:
    """Verified keys by the address of their certificate; thread-safe.

    :param clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._fetched: list[float] = []
        self._lock = threading.Lock()

    def key_of(
        self, url: str, fetch: Callable[[], rsa.RSAPublicKey]
    ) -> rsa.RSAPublicKey:
        """Return the key of an address, fetched if it is not known.

        :param fetch: fetches and verifies; it is called rarely.
        :raises TransientError: if too many unknown addresses came in a minute.
        """
        with self._lock:
            kept = self._kept.get(url)
        if kept and self._clock() < kept.until:
            return kept.key
        self._count()
        key = fetch()
        with self._lock:
            while len(self._kept) >= _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[url] = _Kept(key, self._clock() + _KEPT_SECONDS)
        return key

    def _count(self) -> None:
        with self._lock:
            now = self._clock()
            self._fetched = [one for one in self._fetched if now - one < _MINUTE]
            if len(self._fetched) >= _FETCHES:
                raise TransientError("Too many new certificates of webhooks.")
            self._fetched.append(now)
