"""Credentials of one call, and the values that no text may repeat."""

from __future__ import annotations

from collections.abc import Mapping

import requests
from requests.auth import AuthBase

from .redaction import is_sensitive_name

Auth = AuthBase | tuple[str, str]


class BearerAuth(AuthBase):
    """``Authorization: Bearer …``, without showing the token anywhere else."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header to a request that is about to be sent."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def __repr__(self) -> str:
        """Say what it is, not what it holds."""
        return "BearerAuth(***)"


def secrets_of(request: requests.Request, auth: Auth | None) -> frozenset[str]:
    """Return every value of this call that no text may repeat."""
    found = [
        str(value)
        for name, value in request.headers.items()
        if is_sensitive_name(name) and name.lower() != "idempotency-key"
    ]
    params = request.params or ()
    pairs = params.items() if isinstance(params, Mapping) else params
    found += [str(value) for name, value in pairs if is_sensitive_name(str(name))]
    if isinstance(auth, tuple):
        found += auth
    elif auth is not None:
        probe = requests.Request("GET", "https://probe.invalid").prepare()
        header = auth(probe).headers.get("Authorization", "")
        found += [header, header.partition(" ")[2]]
    return frozenset(filter(None, found))
