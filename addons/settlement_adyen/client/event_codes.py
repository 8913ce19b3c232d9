"""What is done with each event of a standard notification.

Reports are fetched and disputes are followed; what all others say comes with the rows
of a report, which alone move money here.
"""

from __future__ import annotations

REPORT_AVAILABLE = "REPORT_AVAILABLE"
# A report that is issued again is announced under the same name, at another moment.
ANNOUNCES_AGAIN = frozenset({REPORT_AVAILABLE})

# What an event is, in the words of the note that is kept with it, and its codes.
_WORDS: dict[str, tuple[str, ...]] = {
    "a payment on its way; it is settled by a row of a report": (
        *("AUTHORISATION", "AUTHORISATION_ADJUSTMENT", "PENDING", "CAPTURE"),
        *("CAPTURE_FAILED", "CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE"),
        *("CANCEL_OR_REFUND", "HANDLED_EXTERNALLY", "OFFER_CLOSED", "DONATION"),
        *("AUTORESCUE", "AUTORESCUE_NEXT_ATTEMPT", "CANCEL_AUTORESCUE"),
        *("ORDER_OPENED", "ORDER_CLOSED"),
    ),
    "a refund on its way; it is settled by a row of a report": (
        *("REFUND", "REFUND_FAILED", "REFUNDED_REVERSED", "REFUND_WITH_DATA"),
        *("POSTPONED_REFUND", "VOID_PENDING_REFUND"),
    ),
    "a payout to somebody else; it is settled by a row of a report": (
        *("PAYOUT_THIRDPARTY", "PAYOUT_DECLINE", "PAYOUT_EXPIRE"),
        "PAIDOUT_REVERSED",
    ),
    "a matter of risk, before any settlement": (
        *("MANUAL_REVIEW_ACCEPT", "MANUAL_REVIEW_REJECT", "NOTIFICATION_OF_FRAUD"),
    ),
    "an agreement or details of an account, no money": (
        *("RECURRING_CONTRACT", "ACH_NOTIFICATION_OF_CHANGE"),
        "DIRECT_DEBIT_NOTICE_OF_CHANGE",
    ),
}
_NOTES = {code: words for words, codes in _WORDS.items() for code in codes}


def note_of(code: object) -> str:
    """Return what an event is whose facts come otherwise, "" if nobody knows it."""
    return _NOTES.get(code, "") if isinstance(code, str) else ""
