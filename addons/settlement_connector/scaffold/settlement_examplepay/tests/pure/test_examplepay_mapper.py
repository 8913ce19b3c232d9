"""Rows of Example Pay become facts that keep the laws."""

from io import BytesIO
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical.facts import RejectedRow
from odoo.addons.settlement_connector.contract.fact_laws import (
    broken_codes,
    broken_laws,
)
from odoo.addons.settlement_examplepay import mapper

ROW = {
    "id": "row_1",
    "type": "payment",
    "created_at": "2026-03-31T22:30:00Z",
    "reference": "INV/2026/00001",
    "payout": "payout_1",
    "currency": "EUR",
    "amount": "100.00",
    "fee": "1.50",
    "net": "98.50",
}


def read(**values):
    """Return the facts of one row."""
    return list(mapper.read_rows([{**ROW, **values}], "Europe/Berlin", "account_1"))


def test_a_payment():
    (fact,) = read()
    assert broken_laws([fact]) == []
    assert (fact.kind, str(fact.net_amount)) == ("charge", "98.50")
    assert str(fact.booked_on) == "2026-04-01"
    assert str(fact.occurred_at) == "2026-03-31 22:30:00"


@pytest.mark.parametrize("code", sorted(mapper.KINDS))
def test_kinds_by_the_sign(code):
    incoming, outgoing = mapper.KINDS[code]
    assert read(type=code, fee="0", net="100.00")[0].kind == incoming
    assert read(type=code, amount="-5", fee="0", net="-5")[0].kind == outgoing


def test_known_codes_can_be_right():
    assert broken_codes(mapper.known_codes()) == []


def test_a_payout_is_a_batch_too():
    row, batch = read(type="payout", amount="-98.50", fee="0", net="-98.50")
    assert broken_laws([row, batch]) == []
    assert (batch.external_id, str(batch.total)) == ("payout_1", "98.50")


@pytest.mark.parametrize(
    "values",
    [
        {"net": "99.00"},
        {"amount": "a lot"},
        {"amount": "100.001"},
        {"created_at": "yesterday"},
        {"currency": None},
    ],
)
def test_what_cannot_be_read_says_why(values):
    (fact,) = read(**values)
    assert isinstance(fact, RejectedRow)
    assert (fact.external_id, fact.reason[:7]) == ("row_1", "row_1: ")


def test_an_unknown_type_waits_for_a_person():
    assert read(type="quantum_fee")[0].source_code == "unknown:quantum_fee"


def test_report_files_are_recognised_by_their_head():
    head = ",".join(mapper.COLUMNS).encode()
    assert mapper.recognises(head + b"\r\n")
    assert not mapper.recognises(b"date,amount\n")
    assert list(mapper.read_file(BytesIO(head), "UTC", "")) == []


def test_the_manual_lists_every_type():
    manual = Path(__file__).parents[2] / "readme" / "KINDS.md"
    for code in mapper.KINDS:
        assert f"| `{code}` |" in manual.read_text()
