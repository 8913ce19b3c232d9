"""The keys with which PayPal signs its events, as this server comes by them.

A certificate is fetched when the first event is signed with it and kept in memory for a
day: it is the only call that answering an event may take, and a rare one.
"""

from datetime import datetime, timezone
from functools import lru_cache

import requests.certs

from odoo.addons.settlement_connector.client.retry import RetryPolicy

from ..client import certificates
from ..client.webhook_event import utc_now
from ..client.webhook_signature import Signature
from ..client.webhook_signature import verify as verify_signature

# A certificate is small, like any answer here, and PayPal is waiting for ours.
LARGEST = 64 * 1024
MOST_ROOTS = 1000
TIMEOUT, DEADLINE = (3.0, 5.0), 8.0
# How a call is made while PayPal waits for our answer.
IMPATIENT = {
    "timeout": TIMEOUT,
    "deadline": DEADLINE,
    "max_bytes": LARGEST,
    "retry": RetryPolicy(attempts=1),
}
_cache = certificates.CertificateCache()


@lru_cache(maxsize=1)
def trusted_roots():
    """Return the authorities that this server trusts, those of all its calls."""
    with open(requests.certs.where(), "rb") as file:
        return certificates.read_chain(file.read(), MOST_ROOTS)


def verify(handler, backend, headers, body, webhook_ids):
    """Return if an event is signed by PayPal for one of our webhooks.

    :raises AuthenticationError: if it is not.
    :raises TransientError: if its certificate cannot be had now.
    """
    signature = Signature.of(headers)
    verify_signature(
        signature,
        body,
        webhook_ids,
        utc_now(),
        lambda url: _key_of(handler, backend, url),
    )


def _key_of(handler, backend, url):
    """Return the verified key of a certificate that is kept by PayPal."""
    loopback = backend.api_url if handler._loopback_allowed(backend) else ""
    certificates.check_address(url, handler._allowed_hosts(backend), loopback or "")
    key = f"{backend.environment} {url}"
    return _cache.key_of(key, lambda: _fetched_key(handler, backend, url))


def _fetched_key(handler, backend, url):
    with handler._client_for(backend, **IMPATIENT) as http:
        content = http.get(url, content_type="").content
    now = datetime.now(timezone.utc)
    chain = certificates.read_chain(content)
    return certificates.verified_key(chain, trusted_roots(), now)
