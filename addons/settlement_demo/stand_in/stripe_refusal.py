"""Errors of the Stripe API in its envelope and its words."""

from __future__ import annotations

from .stripe_world import Raw

_INVALID = "invalid_request_error"


class Refusal(Exception):
    """An answer that is no result.

    :param status: HTTP status.
    :param message: text for people.
    :param values: further keys of the error object (code, param …).
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = _INVALID,
        headers: dict[str, str] | None = None,
        **values: str,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.error: Raw = {"message": message, "type": kind, **values}

    def body(self) -> Raw:
        """Return the error envelope."""
        return {"error": self.error}

    @classmethod
    def no_key(cls) -> Refusal:
        """No credentials in the request."""
        return cls(
            401,
            "You did not provide an API key. You need to provide your API key in "
            "the Authorization header, using Bearer auth.",
        )

    @classmethod
    def wrong_key(cls, key: str) -> Refusal:
        """Credentials that nobody has; like Stripe it shows the last letters."""
        return cls(401, f"Invalid API Key provided: {key[:8]}{'*' * 20}{key[-4:]}")

    @classmethod
    def no_permission(cls, key_permission: str, account: str) -> Refusal:
        """A restricted key without the permission that the request needs."""
        return cls(
            403,
            "The provided key 'rk_test_*********************' does not have the "
            f"required permissions for this endpoint on account '{account}'. Having "
            f"the '{key_permission}' permission would allow this request to continue.",
        )

    @classmethod
    def rate_limited(cls) -> Refusal:
        """Too many requests."""
        return cls(
            429,
            "Request rate limit exceeded. Learn more about rate limits here "
            "https://stripe.com/docs/rate-limits.",
            code="rate_limit",
            headers={"Retry-After": "1", "Stripe-Rate-Limited-Reason": "global-rate"},
        )

    @classmethod
    def missing(cls, status: int, noun: str, object_id: str, param: str) -> Refusal:
        """An id that this account does not have."""
        return cls(
            status,
            f"No such {noun}: '{object_id}'",
            code="resource_missing",
            param=param,
        )

    @classmethod
    def of_status(
        cls, status: int, words: str = "An unknown error occurred"
    ) -> Refusal:
        """The error a planned fault asks for."""
        if status == 429:
            return cls.rate_limited()
        if status == 409:
            text = "This object cannot be accessed right now because another API "
            return cls(409, f"{text}request is accessing it.", code="lock_timeout")
        return cls(status, words, kind="api_error" if status >= 500 else _INVALID)
