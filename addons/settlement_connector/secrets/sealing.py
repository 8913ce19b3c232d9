"""Seal values to the place they belong to, with AES-256-GCM.

A sealed text is ``v1:<key id>:<base64 of nonce and ciphertext>``. The place (row,
backend, environment, address …) is authenticated with it: the same text anywhere
else cannot be opened.
"""

from __future__ import annotations

import base64
import json
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import CredentialVoid
from .keyring import Keyring

_VERSION = "v1"
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Place:
    """Where a sealed credential belongs; a change of any part voids it."""

    model: str
    row: int
    backend: int
    name: str
    environment: str
    api_url: str


def seal(keyring: Keyring, values: list[str], place: Place) -> str:
    """Return the values of one credential as a sealed text.

    :raises KeyUnavailable: if the server has no key.
    """
    key = keyring.current
    nonce = secrets.token_bytes(_NONCE_BYTES)
    plain = json.dumps(values).encode()
    sealed = AESGCM(key.secret).encrypt(nonce, plain, _bound(key.id, place))
    return f"{_VERSION}:{key.id}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(keyring: Keyring, text: str, place: Place) -> list[str]:
    """Return the values of a sealed credential.

    :raises KeyUnavailable: if the server lacks the key it was sealed with.
    :raises CredentialVoid: if it was sealed for another place, or altered.
    """
    key = keyring.find(key_id_of(text))
    plain = None
    # The error is raised below, so that no other one hangs on it.
    with suppress(InvalidTag, ValueError):
        data = _decoded(text.split(":", 2)[2])
        nonce, sealed = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
        plain = AESGCM(key.secret).decrypt(nonce, sealed, _bound(key.id, place))
    if plain is None:
        raise CredentialVoid(
            f"The credential {place.name!r} was stored for another address, "
            "environment or backend, or was altered. Enter it again."
        )
    return list(json.loads(plain))


def key_id_of(text: str) -> str:
    """Return the id of the key that a sealed text needs.

    :raises CredentialVoid: if the text is no sealed credential of a known version.
    """
    version, _, rest = text.partition(":")
    key_id, separator, _ = rest.partition(":")
    if version != _VERSION or not separator:
        raise CredentialVoid("A stored credential has an unknown form. Enter it again.")
    return key_id


def masked(values: list[str]) -> str:
    """Return what people may see: the end of values that are long enough."""
    return ", ".join(f"…{value[-4:]}" if len(value) >= 16 else "…" for value in values)


def _decoded(encoded: str) -> bytes:
    """Return the bytes of a base64 text in its one canonical spelling."""
    data = base64.b64decode(encoded, validate=True)
    if base64.b64encode(data).decode() != encoded:
        raise ValueError("not canonical")
    return data


def _bound(key_id: str, place: Place) -> bytes:
    """Return the associated data: unambiguous, the same on every server."""
    parts = {"version": _VERSION, "key": key_id, **asdict(place)}
    return json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()
