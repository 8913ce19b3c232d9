"""Settlement details reports of the tests, written by the writer of the benchmark."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from ..bench.sample_report import Batch, Writer
from .adyen_stand_in import ACCOUNT

MARCH = datetime(2026, 3, 25, 8)


class Paper:
    """One report; its batches are of one account and currency each.

    :param account: merchant account of the batches.
    """

    def __init__(self, account=ACCOUNT):
        self.file = io.BytesIO()
        self.account = account
        self.writer = Writer(self.file)
        self.writer.begin()

    def batch(self, number, currency="EUR", at=MARCH, clock="CET"):
        """Begin a batch; its next row is one minute after ``at``."""
        return Batch(self.writer, self.account, number, currency, at, clock)

    def content(self):
        """Return the bytes so far."""
        return self.file.getvalue()


def references(number, modification=None, reference="", **cells):
    """Return the cells by which the payment of a number is known."""
    return {
        "Psp_Reference": psp_reference(number),
        "Modification_Reference": psp_reference(modification or number),
        "Merchant_Reference": reference or f"ORDER-{number}",
        "Payment_Method": "visa",
        **cells,
    }


def psp_reference(number):
    """Return the sixteen letters of a payment or of what was done to it."""
    return f"88{number:014}"


def report(number, *amounts, account=ACCOUNT, currency="EUR", at=MARCH, fee=0):
    """Return the report of a batch with a payment of each amount, in minor units.

    :param fee: commission of each payment.
    """
    paper = Paper(account)
    batch = paper.batch(number, currency, at)
    for place, amount in enumerate(amounts, 1):
        cells = references(number * 100 + place)
        batch.add("Settled", amount, {"processing": fee} if fee else {}, **cells)
    batch.close()
    return paper.content()


def minute_before(moment):
    """Return when a batch begins whose first row is of a moment."""
    return moment - timedelta(minutes=1)
