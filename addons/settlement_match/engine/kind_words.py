"""How a kind of match reads: the stored code is for counting, these words for people.

A code is a method, what decided it, and what was doubtful about that:
``reference/exact:misread``.
"""

from __future__ import annotations

METHODS = {
    "identifier": "Identifier",
    "reference": "Reference",
    "structured": "Structured reference",
    "batch": "Payout",
    "amount_date": "Amount and payer",
    "subset": "Sum of several",
    "memory": "Learnt rule",
    "manual": "By hand",
}
DETAILS = {
    "exact": "same amount",
    "sum": "amounts that add up",
    "part": "part payment",
    "over": "overpayment",
    "short": "smaller amount",
    "trace": "trace",
    "descriptor": "descriptor",
    "provider_name": "name of the provider",
    "amount": "amount alone",
    "returned": "came and went back",
    "partner": "known partner",
    "mandate": "mandate",
    "iban": "bank account",
    "email": "e-mail address",
    "name": "name",
    "like_name": "similar name",
    "payer": "known payer",
    "account": "known account",
    "own_accounts": "own accounts",
    "own_number": "number on both rows",
    "fee": "fee",
    "discount": "discount",
    "exchange": "exchange difference",
    "rounding": "rounding",
    "write_off": "write-off",
    "spelling": "other spelling",
    "core": "without prefix",
    "doubt": "in doubt",
    "expected": "announced",
    "misread": "a digit differs",
    "rate": "two currencies",
}


def kind_words(kind: str) -> str:
    """Return a kind of match as people say it.

    What has no word yet is shown as it is, so that nothing is hidden.

    >>> kind_words("reference/short:fee")
    'Reference: smaller amount, fee'
    """
    method, _slash, rest = kind.partition("/")
    details = ", ".join(
        DETAILS.get(detail, detail.replace("_", " "))
        for detail in rest.split(":")
        if detail
    )
    name = METHODS.get(method, method.replace("_", " ").capitalize())
    return f"{name}: {details}" if details else name
