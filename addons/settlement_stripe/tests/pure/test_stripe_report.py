import csv
import io
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement_stripe.mapper import const
from odoo.addons.settlement_stripe.mapper.transactions import read_transactions
from odoo.addons.settlement_stripe.reports.columns import header_of, is_report
from odoo.addons.settlement_stripe.reports.file import read_report

BERLIN = ZoneInfo("Europe/Berlin")
CHARGE = {
    "automatic_payout_id": "po_1",
    "automatic_payout_effective_at_utc": "2026-03-05 00:00:00",
    "balance_transaction_id": "txn_1",
    "created_utc": "2026-03-01 23:30:00",
    "available_on_utc": "2026-03-04 00:00:00",
    "currency": "eur",
    "gross": "100.00",
    "fee": "3.20",
    "net": "96.80",
    "reporting_category": "charge",
    "source_id": "ch_1",
    "charge_id": "ch_1",
    "payment_intent_id": "pi_1",
    "description": "INV/2026/00001",
    "customer_facing_amount": "100.00",
    "customer_facing_currency": "eur",
    "customer_name": "Änne Müller",
    "customer_email": "a@example.com",
    "card_country": "DE",
    "payment_method_type": "card",
    "trace_id": "TRACE1",
    "trace_id_status": "supported",
    "payment_metadata[invoice]": "",
    "refund_metadata[credit_note]": "",
}
REFUND = {
    **CHARGE,
    "balance_transaction_id": "txn_2",
    "gross": "-20.00",
    "fee": "0.00",
    "net": "-20.00",
    "reporting_category": "refund",
    "source_id": "re_1",
    "refund_metadata[credit_note]": "RINV/2026/00001",
}
PAYOUT = {
    "payout_id": "po_1",
    "effective_at_utc": "2026-03-05 00:00:00",
    "currency": "eur",
    "gross": "-76.80",
    "fee": "0.00",
    "net": "-76.80",
    "reporting_category": "payout",
    "balance_transaction_id": "txn_3",
    "description": "STRIPE PAYOUT",
    "payout_expected_arrival_date": "2026-03-05",
    "payout_status": "paid",
}


def report(*rows, head=None):
    """Return a report file as Stripe writes it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, head or list(rows[0]), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def facts(*rows, **options):
    return list(read_report(report(*rows, **options), BERLIN))


def only(kind, found):
    return [fact for fact in found if isinstance(fact, kind)]


def test_a_charge():
    (fact,) = only(TransactionFact, facts(CHARGE))
    assert (fact.kind, fact.gross_amount, fact.fee_amount, fact.net_amount) == (
        "charge",
        Decimal("100.00"),
        Decimal("3.20"),
        Decimal("96.80"),
    )
    assert (fact.external_id, fact.source_external_id) == ("txn_1", "ch_1")
    assert fact.payment_reference == "pi_1"
    assert fact.invoice_reference == "INV/2026/00001"
    assert fact.counterparty_name == "Änne Müller"
    assert fact.counterparty_email == "a@example.com"
    assert (fact.card_country, fact.payment_method) == ("DE", "card")
    assert fact.currency == "EUR"
    assert fact.available_on == date(2026, 3, 4)
    assert (fact.batch_kind, fact.batch_external_id) == ("payout", "po_1")


def test_its_day_is_that_of_the_backend():
    (fact,) = only(TransactionFact, facts(CHARGE))
    assert fact.occurred_at == datetime(2026, 3, 1, 23, 30)
    assert fact.booked_on == date(2026, 3, 2)


def test_columns_in_the_zone_of_the_report():
    row = {name: value for name, value in CHARGE.items() if name != "created_utc"}
    (fact,) = only(TransactionFact, facts({**row, "created": "2026-03-02 00:30:00"}))
    assert fact.occurred_at == datetime(2026, 3, 1, 23, 30)


def test_a_refund_names_its_credit_note_and_its_charge():
    (fact,) = only(TransactionFact, facts(REFUND))
    assert (fact.kind, fact.gross_amount) == ("refund", Decimal("-20.00"))
    assert fact.invoice_reference == "RINV/2026/00001"
    assert fact.parent_external_id == "ch_1"
    assert fact.payment_reference == ""


def test_a_payout_is_what_its_rows_add_up_to():
    (batch,) = only(BatchFact, facts(CHARGE, REFUND))
    assert (batch.external_id, batch.total, batch.currency) == (
        "po_1",
        Decimal("76.80"),
        "EUR",
    )
    assert (batch.expected_on, batch.reference) == (date(2026, 3, 5), "TRACE1")
    assert batch.complete and batch.lists_rows


def test_its_version_is_older_than_any_of_the_api():
    (batch,) = only(BatchFact, facts(CHARGE))
    assert batch.source_version_at == datetime(2026, 3, 1, 23, 30)
    (fact,) = only(TransactionFact, facts(CHARGE))
    assert fact.source_version_at < fact.occurred_at


def test_the_own_row_of_a_payout_is_none_of_its_lines():
    own = {
        **CHARGE,
        "balance_transaction_id": "txn_3",
        "gross": "-96.80",
        "fee": "0",
        "net": "-96.80",
        "reporting_category": "payout",
        "source_id": "po_1",
    }
    found = facts(CHARGE, own)
    (batch,) = only(BatchFact, found)
    assert batch.total == Decimal("96.80")
    assert [fact.kind for fact in only(TransactionFact, found)] == ["charge", "payout"]


def test_payouts_in_several_currencies_stay_apart():
    dollars = {**CHARGE, "balance_transaction_id": "txn_9", "currency": "usd"}
    batches = only(BatchFact, facts(CHARGE, dollars))
    assert [(batch.currency, batch.total) for batch in batches] == [
        ("EUR", Decimal("96.80")),
        ("USD", Decimal("96.80")),
    ]


def test_the_payouts_report_brings_the_rows_of_payouts():
    found = facts(PAYOUT)
    assert not only(BatchFact, found)
    (fact,) = found
    assert (fact.kind, fact.gross_amount) == ("payout", Decimal("-76.80"))
    assert (fact.external_id, fact.source_external_id) == ("txn_3", "po_1")
    assert fact.batch_external_id == "po_1"


def test_a_payout_that_came_back():
    (fact,) = facts(
        {
            **PAYOUT,
            "gross": "76.80",
            "net": "76.80",
            "reporting_category": "payout_reversal",
        }
    )
    assert fact.kind == "payout_failure"


@pytest.mark.parametrize(
    ("currency", "amount", "expected"),
    [
        ("jpy", "1200", "1200"),
        ("jpy", "1200.00", "1200"),
        ("kwd", "1.230", "1.230"),
        ("isk", "500", "500"),
        ("huf", "12.50", "12.50"),
    ],
)
def test_major_units_of_any_currency(currency, amount, expected):
    (fact,) = only(
        TransactionFact,
        facts(
            {
                **CHARGE,
                "currency": currency,
                "gross": amount,
                "fee": "0",
                "net": amount,
                "customer_facing_currency": currency,
                "customer_facing_amount": amount,
            }
        ),
    )
    assert fact.gross_amount == Decimal(expected)


def test_what_the_customer_paid_in_another_currency():
    (fact,) = only(
        TransactionFact,
        facts(
            {
                **CHARGE,
                "customer_facing_amount": "108.50",
                "customer_facing_currency": "usd",
            }
        ),
    )
    assert fact.presentment_amount == Decimal("108.50")
    assert fact.presentment_currency == "USD"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"net": "96.81"}, "net says"),
        ({"gross": "ten"}, "gross"),
        ({"gross": ""}, "gross"),
        ({"gross": "1.005"}, "gross"),
        ({"created_utc": "yesterday"}, "no date"),
        ({"created_utc": ""}, "None of the columns"),
        ({"currency": "euro"}, "euro"),
        ({"balance_transaction_id": ""}, "id"),
        ({"available_on_utc": "soon"}, "no date"),
        ({"gross": "NaN"}, "gross"),
        ({"gross": "1e30", "net": "1e30"}, "amount"),
    ],
)
def test_a_bad_row_is_put_aside_and_the_others_go_on(change, words):
    found = facts({**CHARGE, **change}, REFUND)
    (bad,) = only(RejectedRow, found)
    assert bad.number == 1
    assert words.lower() in bad.reason.lower()
    assert "INV/2026/00001" in bad.raw
    assert [fact.external_id for fact in only(TransactionFact, found)] == ["txn_2"]


def test_a_row_of_another_width():
    text = report(CHARGE).getvalue() + b"txn_7,too,short\r\n"
    found = list(read_report(io.BytesIO(text), BERLIN))
    (bad,) = only(RejectedRow, found)
    assert "fewer cells" in bad.reason
    assert len(only(TransactionFact, found)) == 1


def test_other_files_are_refused():
    with pytest.raises(MalformedInput, match="no itemized"):
        facts({"date": "2026-01-01", "amount": "5"})


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (report(CHARGE).getvalue(), True),
        (b"\xef\xbb\xbf" + report(CHARGE).getvalue(), True),
        (report(PAYOUT).getvalue(), True),
        (b"id,amount\n", False),
        (b"", False),
        (b"\x00\xff\xfe", False),
        (b'{"object": "payout"}', False),
        (b'"unclosed', False),
        (b"balance_transaction_id,reporting_category,currency,gross,fee,net\n", False),
    ],
)
def test_which_files_are_reports(head, expected):
    assert is_report(header_of(head)) is expected


def test_a_byte_order_mark_is_none_of_the_first_column():
    content = io.BytesIO(b"\xef\xbb\xbf" + report(CHARGE).getvalue())
    assert len(only(TransactionFact, list(read_report(content, BERLIN)))) == 1


def test_a_report_without_rows():
    assert facts(CHARGE, head=list(CHARGE))[0]
    empty = io.BytesIO((",".join(CHARGE) + "\n").encode())
    assert list(read_report(empty, BERLIN)) == []


def test_the_file_stays_open_for_who_opened_it():
    content = report(CHARGE)
    list(read_report(content, BERLIN))
    assert not content.closed


@pytest.mark.parametrize("category", sorted(const.CATEGORY_KINDS))
def test_a_category_means_what_it_means_in_the_api(category):
    row = {**CHARGE, "reporting_category": category, "source_id": ""}
    raw = {
        "object": "balance_transaction",
        "id": "txn_1",
        "amount": 10000,
        "fee": 320,
        "net": 9680,
        "currency": "eur",
        "created": 1_772_407_800,
        "reporting_category": category,
        "type": "",
        "fee_details": [{"type": "stripe_fee", "amount": 320, "currency": "eur"}],
    }
    ours, theirs = only(TransactionFact, facts(row)), read_transactions(raw, BERLIN)
    assert [(fact.kind, fact.source_code, fact.net_amount) for fact in ours] == [
        (fact.kind, fact.source_code, fact.net_amount) for fact in theirs
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.decimals(-(10**6), 10**6, places=2),
            st.decimals(0, 100, places=2),
            st.sampled_from(sorted(const.CATEGORY_KINDS)),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_a_payout_is_the_net_of_its_rows_whatever_they_are(rows):
    made = [
        {
            **CHARGE,
            "balance_transaction_id": f"txn_{number}",
            "gross": str(gross),
            "fee": str(fee),
            "net": str(gross - fee),
            "reporting_category": category,
        }
        for number, (gross, fee, category) in enumerate(rows)
    ]
    found = facts(*made)
    assert not only(RejectedRow, found)
    listed = [
        fact
        for fact in only(TransactionFact, found)
        if fact.kind not in ("payout", "payout_failure")
    ]
    totals = [batch.total for batch in only(BatchFact, found)]
    assert sum(totals) == sum(fact.net_amount for fact in listed)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_malformed_input(junk):
    for content in (junk, report(CHARGE).getvalue() + junk):
        try:
            list(read_report(io.BytesIO(content), BERLIN))
        except MalformedInput:
            pass


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(CHARGE)), st.text(max_size=30))
def test_no_cell_raises(name, value):
    found = facts({**CHARGE, name: value}, REFUND)
    assert any(
        isinstance(fact, TransactionFact) and fact.external_id == "txn_2"
        for fact in found
    )
