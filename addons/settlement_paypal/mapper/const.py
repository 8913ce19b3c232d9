"""What each code of PayPal means to us.

Sources: the pages "Transaction event codes", "Settlement Report Specification" and
"Transaction Search API" of PayPal's developer site.
"""

from __future__ import annotations

from odoo.addons.settlement.canonical.kind_rules import (
    KindRule,
    by_direction,
    for_review,
    memos,
)

# A payment that we send is a negative charge: like one that we receive, it settles a
# document. So is one that comes back to us or is taken back from us.
_PAYMENTS = {
    "T0000": "payment between accounts",
    "T0001": "mass payment",
    "T0002": "subscription payment",
    "T0003": "pre-approved payment",
    "T0004": "eBay payment",
    "T0005": "direct card payment",
    "T0006": "checkout payment",
    "T0007": "website payment",
    "T0009": "gift certificate bought",
    "T0010": "auction payment of a third party",
    "T0011": "mobile payment",
    "T0012": "virtual terminal payment",
    "T0013": "donation",
    "T0015": "payout to a third party",
    "T0016": "recoupment from a third party",
    "T0017": "transfer from store to store",
    "T0018": "card reader payment",
    "T0019": "payment with another instrument",
    "T1114": "mass payment reversed",
    "T5000": "deferred disbursement collected",
    "T5001": "deferred disbursement paid out",
}
_FEES = {
    "T0100": "fee",
    "T0101": "monthly account fee",
    "T0102": "fee of a foreign bank withdrawal",
    "T0103": "fee of a withdrawal by another service",
    "T0104": "fee of a mass payment",
    "T0105": "fee of a withdrawal by check",
    "T0107": "payment fee",
    "T0108": "cash machine fee",
    "T0109": "fee of an automatic sweep",
    "T0110": "fee of a withdrawal to a foreign card",
    "T0111": "warranty fee",
    "T0113": "partner fee",
    "T1108": "fee reversed",
    "T1109": "fee refunded",
}
_CONVERSIONS = {
    "T0200": "currency conversion",
    "T0201": "currency conversion by the user",
    "T0202": "currency conversion to cover a negative balance",
}
_TOPUPS = {
    "T0300": "deposit from a bank account",
    "T0301": "deposit started by PayPal",
    "T0302": "recovery of a bank debit",
    "T0303": "electronic transfer into the account",
    "T1104": "deposit from a bank account reversed",
}
_WITHDRAWALS = {
    "T0400": "withdrawal to a bank account",
    "T0401": "automatic sweep to a bank account",
    "T0402": "withdrawal by another service",
    "T0403": "withdrawal by hand",
}
_HOLDS = {
    "T1105": "account hold reversed",
    "T1116": "payment review reversed",
    "T2101": "general hold",
    "T2102": "general hold released",
    "T2103": "reserve held",
    "T2104": "reserve released",
    "T2105": "payment review hold",
    "T2106": "payment review hold released",
    "T2107": "payment hold",
    "T2108": "payment hold released",
    "T2111": "funds not yet available",
    "T2112": "funds available",
    "T2113": "blocked funds",
}
_DISPUTES = {
    "T1106": "payment reversed by PayPal",
    "T1110": "hold for a dispute",
    "T1111": "hold for a dispute released",
    "T1201": "chargeback",
    "T1202": "chargeback reversed",
    "T1205": "chargeback reimbursed",
    "T1207": "re-presentment rejected",
    "T1208": "chargeback cancelled",
}
_REFUNDS = {
    "T1107": "refund",
    "T1113": "credit without a payment",
    "T1115": "mass payment refunded",
}
_TRANSFERS = {
    "T2000": "transfer inside the account",
    "T2001": "settlement consolidated",
    "T2002": "funds from a payable balance",
    "T2003": "transfer to an external ledger",
}
_REVIEWED = {
    "T0008": "postage",
    "T0014": "rebate",
    "T0112": "gift certificate expired",
    "T1000": "bill paid",
    "T1100": "reversal",
    "T1102": "debit card payment reversed",
    "T1112": "debit card maintenance reversed",
    "T1117": "rebate reversed",
    "T1118": "payment with another instrument reversed",
    "T1119": "payment with another instrument reversed",
    "T1200": "adjustment",
    "T1203": "charge-off",
    "T1204": "incentive adjusted",
    "T1400": "dividend",
    "T1900": "correction",
    "T2201": "restricted balance",
    "T9900": "other",
}
_MEMOS = {
    "T1300": "authorisation",
    "T1301": "repeated authorisation",
    "T1302": "authorisation voided",
    "T9800": "shown only",
}

CODE_KINDS: dict[str, KindRule] = {
    **by_direction("charge", "charge", _PAYMENTS),
    **by_direction("fee_refund", "fee", _FEES),
    **by_direction("fee_refund", "dispute_fee", {"T0106": "chargeback fee"}),
    **by_direction("conversion", "conversion", _CONVERSIONS),
    **by_direction("topup", "topup", _TOPUPS),
    **by_direction("payout_failure", "payout", _WITHDRAWALS),
    **by_direction(
        "payout_failure", "payout", {"T1101": "withdrawal to a bank returned"}
    ),
    # Who refunds a payment of ours gives us back what we had paid.
    **by_direction("charge", "refund", _REFUNDS),
    **by_direction("dispute_reversal", "dispute", _DISPUTES),
    **by_direction("reserve_release", "reserve_hold", _HOLDS),
    **by_direction(
        "withholding", "withholding", {"T2114": "tax held", "T2301": "tax withheld"}
    ),
    **by_direction("transfer", "transfer", _TRANSFERS),
    **by_direction(
        "financing", "financing_repayment", {"T2004": "receivables financed"}
    ),
    **for_review(_REVIEWED),
    **memos(_MEMOS),
}
# Where PayPal's list names a group and not each of its codes.
GROUP_KINDS: dict[str, KindRule] = {
    **for_review(
        {
            "T05": "debit card",
            "T06": "withdrawal to a card",
            "T08": "bonus",
            "T09": "incentive",
            "T16": "buyer credit",
            "T18": "buyer credit",
            "T97": "payables and receivables",
        }
    ),
    **by_direction("topup", "topup", {"T07": "deposit from a card"}),
    **by_direction("reserve_release", "reserve_hold", {"T15": "temporary hold"}),
    **by_direction("payout_failure", "payout", {"T17": "withdrawal to no bank"}),
    **by_direction("charge", "charge", {"T30": "payment with another instrument"}),
}
GROUP_LENGTH = 3

# Rows that are a fee themselves show no fee beside it.
FEE_ROWS = frozenset({"fee", "fee_refund", "dispute_fee"})
# Nature of the fee in a row, by the row's kind.
FEE_KINDS = {
    "conversion": "conversion",
    "dispute": "dispute",
    "dispute_reversal": "dispute",
    "payout": "payout",
    "payout_failure": "payout",
}
# Kinds that may name the document they are for.
DOCUMENT_KINDS = frozenset({"charge", "refund", "refund_failure"})
# Rows whose dispute is known by the payment that they name, not by an id of their own.
DISPUTE_ROWS = frozenset({"dispute", "dispute_reversal", "dispute_fee"})

# Types of the reference: what the id beside it is.
ORDER, TRANSACTION = "ODR", "TXN"
AGREEMENTS = frozenset({"SUB", "PAP", "RP"})

SETTLED_STATUSES = frozenset({"", "S", "V", "F"})
PENDING, DENIED = "P", "D"
STATUSES = SETTLED_STATUSES | {PENDING, DENIED}

# Reports write every amount in hundredths, also of currencies without decimals.
REPORT_DECIMALS = 2
