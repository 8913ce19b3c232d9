"""The secret part of a webhook's address: made, looked up, kept out of logs."""

from __future__ import annotations

import hashlib
import re
import secrets

PATH = "/settlement/webhook/"
TOKEN_BYTES = 32
# Whatever follows the path may be a token, even one that was cut or mistyped.
_ADDRESS = re.compile(re.escape(PATH) + r"[^\s?\"'/]+")


def new_token() -> str:
    """Return 43 random characters that may stand in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> bytes:
    """Return what a token is looked up by.

    Comparing digests takes a time that tells nothing about how much of a guessed
    token is right.
    """
    return hashlib.sha256(token.encode("utf-8", errors="replace")).digest()


def mask_addresses(text: str) -> str:
    """Return the text with the tokens of all webhook addresses replaced."""
    return _ADDRESS.sub(f"{PATH}***", text)
