"""What keeps a slice from being posted, in words for the person who can help."""


class PostingError(Exception):
    """A slice cannot be posted now; nothing of it is.

    :param reason: reason code of the exception that is opened.
    :param cause: plain sentence: what is wrong, where, what to do.
    :param fixes: resolution verbs that help, most likely first.
    """

    def __init__(self, reason, cause, fixes=("retry",)):
        super().__init__(cause)
        self.reason = reason
        self.cause = cause
        self.fixes = fixes


def busy_sentence(env):
    """Return what to say to a person while another worker posts."""
    return env._(
        "Somebody else is posting in this journal right now. Try again in a moment."
    )
