"""Error classes that decide what the pipeline does next."""


class SettlementError(Exception):
    """Base of the errors a connector or parser raises on purpose.

    The text is shown to people: it says what was wrong, where, and what to do.
    It must never contain a secret or a payload.
    """


class TransientError(SettlementError):
    """The same request may work later: time-outs, 429, 5xx.

    :param retry_after: seconds the other side asked us to wait, if it did.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BusinessError(SettlementError):
    """Retrying does not help; a person has to decide something.

    :param reason: the reason code of the exception that is opened.
    """

    def __init__(self, message: str, reason: str = "connector_failed") -> None:
        super().__init__(message)
        self.reason = reason


class MalformedInput(SettlementError):
    """The bytes do not follow their format; they are put aside with a reason."""


class AuthenticationError(SettlementError):
    """The other side refuses our credentials; the backend stops until renewed."""
