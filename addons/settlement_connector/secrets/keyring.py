"""Keys that come from outside the database, several at once.

One line per key, ``id:base64 of 32 bytes``; the first encrypts, all decrypt. To
rotate, put a new line first, encrypt everything again, then remove the old line.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import KeyUnavailable

KEYS_VARIABLE = "SETTLEMENT_CREDENTIAL_KEYS"
FILE_VARIABLE = "SETTLEMENT_CREDENTIAL_KEYS_FILE"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_KEY_BYTES = 32
_HOW = (
    f"Set {KEYS_VARIABLE} in the environment of the server, or {FILE_VARIABLE} to the "
    "path of a file outside the database, with one line 'id:base64 of 32 bytes' per "
    "key, the current key first."
)


@dataclass(frozen=True)
class Key:
    """One key and the name that stored ciphertexts know it by."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Keyring:
    """All keys of the server, the current one first."""

    keys: tuple[Key, ...]

    @property
    def current(self) -> Key:
        """Return the key that new ciphertexts are made with.

        :raises KeyUnavailable: if the server has no key at all.
        """
        if not self.keys:
            raise KeyUnavailable(f"The server has no key for credentials. {_HOW}")
        return self.keys[0]

    def find(self, key_id: str) -> Key:
        """Return the key of this name.

        :raises KeyUnavailable: if the server does not have it.
        """
        for key in self.keys:
            if key.id == key_id:
                return key
        raise KeyUnavailable(
            f"The server has no key {key_id!r}, which this credential was stored "
            f"with. {_HOW}"
        )

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read key lines; spaces and commas separate like line ends.

        :raises KeyUnavailable: if a line is wrong; it is named by its number,
            never by its content.
        """
        lines = re.split(r"[\s,]+", text.strip()) if text.strip() else []
        keys = tuple(_key(number, line) for number, line in enumerate(lines, 1))
        if len({key.id for key in keys}) != len(keys):
            raise KeyUnavailable("Two keys for credentials have the same id.")
        return cls(keys)

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Keyring:
        """Read the keys that the environment holds or points to.

        :raises KeyUnavailable: if they cannot be read, or if both places are set,
            so that nobody rotates a key in the place that is not read.
        """
        text = environ.get(KEYS_VARIABLE, "")
        path = environ.get(FILE_VARIABLE, "")
        if text and path:
            raise KeyUnavailable(
                f"{KEYS_VARIABLE} and {FILE_VARIABLE} are both set; keep one."
            )
        return cls.parse(_read(path) if path else text)


def new_key_line(key_id: str) -> str:
    """Return a fresh random key as a line for the environment or the file."""
    secret = base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
    return f"{key_id}:{secret}"


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = type(error).__name__
    raise KeyUnavailable(
        f"The file {path} named by {FILE_VARIABLE} cannot be read ({reason})."
    )


def _key(number: int, line: str) -> Key:
    key_id, _, encoded = line.partition(":")
    if not _KEY_ID.fullmatch(key_id):
        raise KeyUnavailable(f"Key {number} for credentials has no valid id. {_HOW}")
    try:
        secret = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise KeyUnavailable(
            f"Key {number} ({key_id}) for credentials is not the base64 of "
            f"{_KEY_BYTES} bytes. {_HOW}"
        )
    return Key(key_id, secret)
