import io
import json
import random
import tracemalloc
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    BalanceFact,
    BatchFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement_connector.contract.fact_laws import broken_laws
from odoo.addons.settlement_paypal.mapper.items import parse_item
from odoo.addons.settlement_paypal.reports.file import is_report, read_report
from odoo.addons.settlement_paypal.stand_in import paypal_report as paper
from odoo.addons.settlement_paypal.stand_in import paypal_server as pp

ZONE = ZoneInfo("America/Los_Angeles")
SALE = paper.row(1, fee=320, invoice_id="INV/1", custom_field="SO001")
SALE_ID = SALE["Transaction ID"]
TO_SALE = {"paypal_reference_id": SALE_ID, "paypal_reference_id_type": "TXN"}
REFUND = paper.row(2, "T1107", -2_000, fee=-64, **TO_SALE)
WITHDRAWAL = paper.row(3, "T0400", -5_000, bank_reference_id="BANKREF1")
HOLD = paper.row(4, "T2103", -1_000)
ROWS = [SALE, REFUND, WITHDRAWAL, HOLD]


def read(content, **options):
    return list(read_report(io.BytesIO(content), ZONE, **options))


def only(kind, facts):
    return [fact for fact in facts if isinstance(fact, kind)]


def transactions(content):
    return only(TransactionFact, read(content))


def by_kind(facts):
    return {fact.kind: fact for fact in only(TransactionFact, facts)}


# ----------------------------------------------------------------------
# Rows
# ----------------------------------------------------------------------


def test_a_sale():
    (fact,) = transactions(paper.file_of(SALE))
    assert (fact.kind, fact.source_code) == ("charge", "T0006")
    assert fact.gross_amount == Decimal("100.00")
    assert (fact.fee_amount, fact.net_amount) == (Decimal("3.20"), Decimal("96.80"))
    assert [(fee.kind, fee.amount) for fee in fact.fees] == [
        ("processing", Decimal("3.20"))
    ]
    assert fact.occurred_at == datetime(2026, 1, 6, 8, 1)
    assert fact.booked_on == date(2026, 1, 6)
    assert fact.external_id == fact.source_external_id == SALE_ID
    assert (fact.invoice_reference, fact.order_reference) == ("INV/1", "SO001")
    assert fact.account_identifier == paper.ACCOUNT
    assert (fact.batch_kind, fact.batch_external_id) == ("settlement", "2026-01-06")


def test_every_fact_keeps_the_laws():
    assert broken_laws(read(paper.file_of(*ROWS))) == []


def test_a_refund_that_gives_its_fee_back():
    fact = by_kind(read(paper.file_of(SALE, REFUND)))["refund"]
    assert (fact.gross_amount, fact.fee_amount) == (Decimal("-20.00"), Decimal("-0.64"))
    assert fact.net_amount == Decimal("-19.36")
    assert fact.parent_external_id == SALE_ID


def test_a_refund_that_keeps_its_fee():
    (fact,) = transactions(paper.file_of(paper.row(1, "T1107", -2_000, **TO_SALE)))
    assert (fact.fee_amount, fact.fees) == (0, ())


def test_a_fee_of_its_own_has_no_fee_beside_it():
    (fact,) = transactions(paper.file_of(paper.row(1, "T0106", -2_000, fee=100)))
    assert (fact.kind, fact.gross_amount) == ("dispute_fee", Decimal("-21.00"))
    assert (fact.fee_amount, fact.net_amount) == (0, Decimal("-21.00"))


@pytest.mark.parametrize(
    ("code", "gross", "kind"),
    [("T0400", -10_000, "payout"), ("T0200", 1, "conversion")],
)
def test_a_fee_has_the_nature_of_its_row(code, gross, kind):
    (fact, *_rest) = transactions(paper.file_of(paper.row(1, code, gross, fee=25)))
    assert fact.fees[0].kind == kind


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("ODR", "payment_reference"),
        ("SUB", "mandate_reference"),
        ("PAP", "mandate_reference"),
        ("RP", "mandate_reference"),
    ],
)
def test_what_a_payment_refers_to(kind, field):
    reference = {"paypal_reference_id": "X1", "paypal_reference_id_type": kind}
    (fact,) = transactions(paper.file_of(paper.row(1, **reference)))
    assert getattr(fact, field) == "X1"
    assert not fact.parent_external_id


@pytest.mark.parametrize("text", ['{"id": 5}', "a=1&b=2", "<x>", "x" * 65])
def test_a_custom_field_of_a_program_is_no_order(text):
    (fact,) = transactions(paper.file_of(paper.row(1, custom_field=text)))
    assert not fact.order_reference


def test_rows_of_a_dispute_have_no_id_of_their_own_to_be_known_by():
    (fact,) = transactions(paper.file_of(paper.row(1, "T1201", -1, **TO_SALE)))
    assert (fact.source_external_id, fact.parent_external_id) == ("", SALE_ID)


def test_both_legs_of_a_conversion_name_their_payment():
    out = paper.row(1, "T0200", -48_500, currency="BRL", **TO_SALE)
    into = paper.row(2, "T0200", 9_000, **TO_SALE)
    found = transactions(paper.file_of(out, into))
    assert {fact.kind for fact in found} == {"conversion"}
    assert {fact.parent_external_id for fact in found} == {SALE_ID}


def test_currencies_without_and_with_three_decimals():
    yen = paper.row(1, currency="JPY", gross=1_500_000, fee=4_300)
    dinar = paper.row(2, currency="KWD", gross=1_250)
    first, second = transactions(paper.file_of(yen, dinar))
    assert (first.gross_amount, first.fee_amount) == (Decimal(15_000), Decimal(43))
    assert second.gross_amount == Decimal("12.500")


def test_another_scale_for_a_currency():
    yen = paper.row(1, currency="JPY", gross=15_000)
    (fact,) = only(TransactionFact, read(paper.file_of(yen), decimals={"JPY": 0}))
    assert fact.gross_amount == Decimal(15_000)


def test_twins_are_all_kept_and_known_again():
    rows = [SALE, SALE, {**SALE, "Transaction Event Code": "T1106"}]
    found = transactions(paper.file_of(*rows))
    assert len({(fact.external_id, fact.occurrence) for fact in found}) == 3
    again = transactions(paper.file_of(*rows))
    assert [fact.occurrence for fact in found] == [fact.occurrence for fact in again]


@pytest.mark.parametrize("between", [30, 1_900])
def test_twins_may_stand_far_apart(between):
    others = [paper.row(1000 + number) for number in range(between)]
    found = transactions(paper.file_of(SALE, *others, SALE))
    assert len({(fact.external_id, fact.occurrence) for fact in found}) == between + 2


@pytest.mark.parametrize(
    ("fee", "value", "kind"), [(30, "-0.30", "fee"), (-30, "0.30", "fee_refund")]
)
@pytest.mark.parametrize("direction", ["CR", "DR", ""])
def test_a_row_that_is_only_a_fee_is_the_same_row_in_each_source(
    fee, value, kind, direction
):
    row = paper.row(1, "T0107", gross=0, fee=fee)
    row = {**row, "Transaction Debit or Credit": direction}
    (told,) = transactions(paper.file_of(row))
    at = "2026-01-06T08:01:00Z"
    raw = pp.transaction(1, "T0107", value="0.00", fee=value, at=at)
    (heard,) = parse_item(json.dumps(raw).encode(), {}, "UTC").facts
    assert (told.kind, told.net_amount) == (heard.kind, heard.net_amount)
    assert told.kind == kind
    assert (told.external_id, told.occurrence) == (heard.external_id, heard.occurrence)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Gross Transaction Currency", "EUR"),
        ("Transaction Debit or Credit", "DR"),
        ("Transaction Event Code", "T0007"),
        ("Transaction Initiation Date", "2026/01/06 00:01:01 -0800"),
    ],
)
def test_what_tells_rows_of_one_id_apart(column, value):
    row = {**SALE, "Fee Currency": ""}
    first, second = transactions(paper.file_of(row, {**row, column: value}, footers=()))
    (alone,) = transactions(paper.file_of({**row, column: value}, footers=()))
    assert first.external_id == second.external_id
    assert first.occurrence != second.occurrence == alone.occurrence


def test_what_may_be_corrected_makes_no_other_row():
    changed = {**SALE, "Gross Transaction Amount": "9", "Invoice ID": "INV/2"}
    changed["Transaction Completion Date"] = "2026/01/09 00:00:00 -0800"
    (first,) = transactions(paper.file_of(SALE))
    (second,) = transactions(paper.file_of(changed))
    assert first.occurrence == second.occurrence


def test_what_moved_no_money_is_in_no_batch():
    memo = paper.row(7, "T1300", 500)
    footer = [paper.totals("SF", "USD", [SALE])]
    facts = read(paper.file_of(SALE, memo, footers=footer))
    row = transactions(paper.file_of(SALE, memo, footers=footer))[1]
    assert (row.batch_kind, row.provider_state) == ("", "initiated")
    assert only(BatchFact, facts)[0].total == Decimal("96.80")


def test_the_occurrence_is_that_of_no_neighbour():
    alone = transactions(paper.file_of(SALE))[0]
    among = transactions(paper.file_of(REFUND, HOLD, SALE))[-1]
    assert alone.occurrence == among.occurrence


# ----------------------------------------------------------------------
# Columns and bytes
# ----------------------------------------------------------------------


def test_columns_are_found_by_name_wherever_they_are():
    columns = list(paper.COLUMNS)
    random.Random(1).shuffle(columns)
    content = paper.written(paper.report(paper.section([SALE], columns=columns)))
    assert transactions(content) == transactions(paper.file_of(SALE))


@pytest.mark.parametrize("count", [13, 15, 18])
def test_short_reports_of_older_versions(count):
    section = paper.section([SALE], columns=paper.COLUMNS[:count])
    (fact,) = transactions(paper.written(paper.report(section)))
    assert fact.net_amount == Decimal("96.80")


def test_new_columns_do_not_matter():
    columns = ["A New Column", *paper.COLUMNS, "Transaction Description"]
    section = paper.section([{**SALE, "A New Column": "x"}], columns=columns)
    assert len(transactions(paper.written(paper.report(section)))) == 1


def test_names_as_older_versions_spell_them():
    content = paper.file_of(SALE).replace(
        b"Transaction Debit or Credit", b"Transaction  Debit or Credit"
    )
    plain = paper.file_of(SALE)
    for name in (b"Transaction ID", b"Gross Transaction Amount"):
        plain = plain.replace(b'"%b"' % name, b'"%b"' % name.replace(b" ", b""))
    assert transactions(content) == transactions(plain)


def test_a_missing_column_is_named():
    columns = [name for name in paper.COLUMNS if name != "Transaction ID"]
    content = paper.written(paper.report(paper.section([SALE], columns=columns)))
    assert not is_report(content)
    rejected = only(RejectedRow, read(content))
    assert "transactionid" in rejected[0].reason


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_encodings(encoding):
    row = paper.row(1, custom_field="Bestellung Ä1")
    content = paper.written(paper.report(paper.section([row])), encoding)
    assert is_report(content)
    (fact,) = transactions(content)
    assert fact.order_reference == "Bestellung Ä1"


def test_fields_without_quotes():
    content = paper.file_of(*ROWS)
    assert transactions(content.replace(b'"', b"")) == transactions(content)


def test_a_line_break_inside_a_cell():
    row = paper.row(1, custom_field="two\nlines", invoice_id='with "quotes"')
    fact, other = transactions(paper.file_of(row, REFUND))
    assert fact.invoice_reference == 'with "quotes"'
    assert other.kind == "refund"


def test_a_quote_that_is_never_closed_spoils_one_row():
    content = paper.file_of(*ROWS, columns=[*paper.COLUMNS, "Transaction Description"])
    lines = content.split(b"\r\n")
    lines[5] = lines[5] + b'"open'
    facts = read(b"\r\n".join(lines))
    assert len(only(TransactionFact, facts)) == len(ROWS) - 1
    assert len(only(RejectedRow, facts)) == 1


# ----------------------------------------------------------------------
# Sections and footers
# ----------------------------------------------------------------------


def test_the_batch_is_what_the_footer_says_less_what_was_withdrawn():
    (batch,) = [
        fact
        for fact in only(BatchFact, read(paper.file_of(*ROWS, opening=100_000)))
        if fact.kind == "settlement"
    ]
    lines = [
        fact for fact in transactions(paper.file_of(*ROWS)) if fact.kind != "payout"
    ]
    assert batch.total == sum(fact.net_amount for fact in lines) == Decimal("67.44")
    assert batch.opening_balance == Decimal("1000.00")
    assert batch.closing_balance == Decimal("1067.44")
    assert batch.complete
    assert batch.date == date(2026, 1, 6)


def test_the_balance_at_the_end():
    (balance,) = only(BalanceFact, read(paper.file_of(*ROWS, opening=100_000)))
    assert balance.observed_at == datetime(2026, 1, 7, 7, 59, 59)
    assert (balance.available, balance.reserve) == (Decimal("1017.44"), 0)


def test_what_was_not_available_is_a_reserve():
    footer = [paper.totals("SF", "USD", [SALE], 100_000, held=2_500)]
    (balance,) = only(BalanceFact, read(paper.file_of(SALE, footers=footer)))
    assert (balance.available, balance.reserve) == (
        Decimal("1071.80"),
        Decimal("25.00"),
    )


def test_rows_that_explain_what_is_available():
    """Holds leave the balance as it is: then the available part proves the rows."""
    footer = paper.totals("SF", "USD", [HOLD], 100_000)
    footer[8:10] = ["CR", "100000"]
    batch = only(BatchFact, read(paper.file_of(HOLD, footers=[footer])))[0]
    assert batch.opening_balance + batch.total == batch.closing_balance


def test_a_currency_without_footer_is_its_rows():
    only_usd = [paper.totals("SF", "USD", [SALE])]
    euro = paper.row(9, currency="EUR", gross=500)
    batches = only(BatchFact, read(paper.file_of(SALE, euro, footers=only_usd)))
    assert {fact.currency: fact.total for fact in batches} == {
        "USD": Decimal("96.80"),
        "EUR": Decimal("5.00"),
    }
    assert all(fact.complete for fact in batches)


def test_negative_balances():
    (batch,) = only(BatchFact, read(paper.file_of(SALE, opening=-50_000)))
    assert batch.opening_balance == Decimal("-500.00")
    assert batch.closing_balance == Decimal("-403.20")


def test_sections_of_two_accounts():
    content = paper.written(
        paper.report(paper.section([SALE]), paper.section([REFUND], account="OTHER1"))
    )
    found = only(BatchFact, read(content))
    assert [(fact.account_identifier, fact.total) for fact in found] == [
        (paper.ACCOUNT, Decimal("96.80")),
        ("OTHER1", Decimal("-19.36")),
    ]


def test_two_sections_of_one_account_and_day_have_names_of_their_own():
    content = paper.written(
        paper.report(paper.section([SALE]), paper.section([REFUND]), number=2)
    )
    names = [fact.external_id for fact in only(BatchFact, read(content))]
    assert names == ["2026-01-06/2", "2026-01-06/2/section 2"]
    listed = {fact.batch_external_id for fact in transactions(content)}
    assert listed == set(names)


def test_a_period_that_ends_at_midnight_ends_with_the_day_before():
    day = ("2026/01/06 00:00:00 -0800", "2026/01/07 00:00:00 -0800")
    facts = read(paper.file_of(SALE, day=day))
    assert only(BatchFact, facts)[0].date == date(2026, 1, 6)
    assert only(BalanceFact, facts)[0].observed_at == datetime(2026, 1, 7, 7, 59, 59)


def test_a_day_without_rows():
    assert read(paper.written(paper.report())) == []
    footer = [paper.totals("SF", "USD", [], 700)]
    (batch,) = only(BatchFact, read(paper.file_of(footers=footer)))
    assert (batch.total, batch.closing_balance) == (0, Decimal("7.00"))


def test_fewer_rows_than_the_section_says():
    (rejected,) = only(RejectedRow, read(paper.file_of(*ROWS, count=5)))
    assert rejected.code == "missing_data"
    assert "5 rows, 4" in rejected.reason


def test_a_report_that_contradicts_its_sections():
    wrong = paper.totals("RF", "USD", [SALE, SALE])
    content = paper.written(paper.report(paper.section([SALE]), footers=[wrong]))
    (rejected,) = only(RejectedRow, read(content))
    assert rejected.code == "batch_unbalanced"
    right = paper.totals("RF", "USD", [SALE])
    content = paper.written(paper.report(paper.section([SALE]), footers=[right]))
    assert not only(RejectedRow, read(content))


def test_a_file_that_stops_says_so_and_its_batch_waits():
    content = paper.file_of(*ROWS)
    cut = content[: content.index(b'"SF"')]
    facts = read(cut)
    assert [each.code for each in only(RejectedRow, facts)] == ["missing_data"]
    batches = [fact for fact in only(BatchFact, facts) if fact.kind == "settlement"]
    assert not any(fact.complete for fact in batches)
    assert len(only(TransactionFact, facts)) == len(ROWS)


def test_a_later_issue_is_the_later_version():
    early = transactions(paper.file_of(SALE))[0]
    made = paper.report(paper.section([SALE]), made_at="2026/01/07 04:14:00 -0800")
    late = transactions(paper.written(made))[0]
    assert early.source_version_at < late.source_version_at
    assert early.source_version_at < early.occurred_at


# ----------------------------------------------------------------------
# Payouts
# ----------------------------------------------------------------------


def test_a_note_over_several_lines_may_begin_like_a_row():
    """Ship, Check and School begin with the letters of codes."""
    for word in ("Ship fast", "check it", "school", "FFwd"):
        row = detail(transaction_note=f"Please\n{word}")
        facts = read(paper.detail_of(row))
        assert not only(RejectedRow, facts), word
        assert len(only(TransactionFact, facts)) == 1, word


def test_a_withdrawal():
    facts = read(paper.file_of(WITHDRAWAL))
    payout = next(fact for fact in only(BatchFact, facts) if fact.kind == "payout")
    row = by_kind(facts)["payout"]
    assert (payout.external_id, payout.total) == (row.external_id, Decimal("50.00"))
    assert (payout.reference, payout.lists_rows) == ("BANKREF1", False)
    assert (row.batch_kind, row.batch_external_id) == ("payout", payout.external_id)


def test_a_withdrawal_that_came_back():
    name = WITHDRAWAL["Transaction ID"]
    back = paper.row(
        5, "T1101", 5_000, paypal_reference_id=name, paypal_reference_id_type="TXN"
    )
    facts = read(paper.file_of(back))
    payout = next(fact for fact in only(BatchFact, facts) if fact.kind == "payout")
    assert (payout.external_id, payout.provider_state) == (name, "rejected")
    row = by_kind(facts)["payout_failure"]
    assert (row.parent_external_id, row.batch_kind) == (name, "settlement")
    gone = only(BatchFact, read(paper.file_of(WITHDRAWAL)))
    assert payout.source_version_at > gone[0].source_version_at


# ----------------------------------------------------------------------
# Transaction detail reports
# ----------------------------------------------------------------------


def detail(**values):
    return paper.row(1, transactional_status=values.pop("status", "S"), **values)


def test_a_detail_report_tells_more_and_books_nothing():
    row = detail(
        fee=320,
        first_name="Anna",
        last_name="Müller",
        payers_account_id="anna@example.com",
        shipping_address_country="DE",
        transaction_subject="Two chairs",
        payment_source="Express Checkout",
    )
    facts = read(paper.detail_of(row))
    (fact,) = facts
    assert (fact.counterparty_name, fact.counterparty_email) == (
        "Anna Müller",
        "anna@example.com",
    )
    assert (fact.card_country, fact.description) == ("DE", "Two chairs")
    assert (fact.batch_kind, fact.provider_state) == ("", "settled")


def test_a_row_of_both_reports_is_one_and_the_detail_wins():
    (short,) = transactions(paper.file_of(paper.row(1)))
    (long,) = transactions(paper.detail_of(detail()))
    assert (short.external_id, short.occurrence) == (long.external_id, long.occurrence)
    assert short.source_version_at < long.source_version_at


@pytest.mark.parametrize(
    ("status", "state"),
    [("S", "settled"), ("P", "initiated"), ("D", "rejected"), ("V", "settled")],
)
def test_states_of_a_detail_report(status, state):
    (fact,) = transactions(paper.detail_of(detail(status=status)))
    assert fact.provider_state == state


def test_what_is_not_settled_is_the_oldest_word():
    (waits,) = transactions(paper.detail_of(detail(status="P")))
    (booked,) = transactions(paper.file_of(paper.row(1)))
    assert waits.source_version_at < booked.source_version_at


def test_an_authorisation_moves_no_money():
    row = paper.row(1, "T1300", transactional_status="S")
    (fact,) = transactions(paper.detail_of(row))
    assert (fact.provider_state, fact.batch_kind) == ("initiated", "")


def test_an_unknown_status_is_put_aside():
    (rejected,) = only(RejectedRow, read(paper.detail_of(detail(status="Q"))))
    assert "'Q'" in rejected.reason


# ----------------------------------------------------------------------
# Bad rows
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("Gross Transaction Amount", "12,00", "gross"),
        ("Gross Transaction Amount", "-1200", "gross"),
        ("Gross Transaction Amount", "1" * 16, "gross"),
        ("Gross Transaction Amount", "١٢", "gross"),
        ("Gross Transaction Currency", "US", "currency"),
        ("Transaction Debit or Credit", "", "CR nor DR"),
        ("Transaction Debit or Credit", "XX", "CR nor DR"),
        ("Fee Debit or Credit", "", "fee"),
        ("Fee Currency", "EUR", "A fee in EUR"),
        ("Transaction ID", "", "transaction id"),
        ("Transaction Event Code", "", "event code"),
        ("Transaction Initiation Date", "2026-13-01 00:00:00 +0000", "no date"),
        ("Transaction Initiation Date", "2026/01/06 00:00:00", "time zone"),
        ("Transaction Completion Date", "yesterday", "completion"),
        ("Transaction Completion Date", "0001/01/01 00:00:00 +0000", "this world"),
        ("Transaction Completion Date", "9999/12/31 23:59:59 -0800", "no date"),
        ("Transaction Initiation Date", "2026/02/30 00:00:00 +0000", "no date"),
    ],
)
def test_bad_cells_are_named(column, value, words):
    facts = read(paper.file_of({**SALE, column: value}, REFUND, footers=()))
    (rejected,) = only(RejectedRow, facts)
    assert words in rejected.reason
    assert rejected.code == "malformed_input"
    assert len(only(TransactionFact, facts)) == 1


def test_half_a_yen_is_put_aside():
    (rejected,) = only(
        RejectedRow,
        read(paper.file_of(paper.row(1, currency="JPY", gross=150), footers=())),
    )
    assert SALE_ID in rejected.reason
    assert rejected.external_id == SALE_ID


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"date,amount\n1,2\n", b'"RH"\n', b'"RH","today"\n', b"\xff\xfe"],
)
def test_what_is_no_report(content):
    assert not is_report(content) or content.startswith(b'"RH"')
    with pytest.raises(MalformedInput):
        read(content)


# ----------------------------------------------------------------------
# Anything at all
# ----------------------------------------------------------------------

CORPUS = paper.file_of(*[paper.row(number, fee=30) for number in range(8)], *ROWS[1:])


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_spoiled_bytes_are_typed_errors_or_facts(data):
    content = bytearray(CORPUS)
    for _spoil in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        what = data.draw(st.sampled_from(["change", "cut", "add", "swap"]))
        if what == "change":
            content[place] = data.draw(st.integers(0, 255))
        elif what == "cut":
            del content[place : place + data.draw(st.integers(1, 400))]
        elif what == "add":
            content[place:place] = data.draw(st.binary(max_size=30))
        else:
            content[place:] = content[place:][::-1]
        if not content:
            break
    is_report(bytes(content))
    try:
        facts = read(bytes(content))
    except MalformedInput:
        return
    assert broken_laws(facts) == []


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(content):
    is_report(content)
    try:
        read(b'"RH","2026/01/07 04:12:13 -0800"\n' + content)
    except MalformedInput:
        pass


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-(10**6), 10**6).filter(bool), min_size=1, max_size=12),
    st.data(),
)
def test_bad_rows_change_no_sum_of_the_good_ones(amounts, data):
    good = [paper.row(number, gross=each) for number, each in enumerate(amounts)]
    bad = data.draw(
        st.lists(
            st.sampled_from(
                [
                    {**SALE, "Gross Transaction Amount": "lots"},
                    {**SALE, "Gross Transaction Currency": "?"},
                    {**SALE, "Transaction Completion Date": ""}
                    | {"Transaction Initiation Date": ""},
                    {**SALE, "Fee Currency": "EUR"},
                ]
            ),
            max_size=4,
        )
    )
    rows = good + bad
    data.draw(st.randoms(use_true_random=False)).shuffle(rows)
    footer = [paper.totals("SF", "USD", good)]
    facts = read(paper.file_of(*rows, footers=footer))
    found = only(TransactionFact, facts)
    assert sum(fact.net_amount for fact in found) == Decimal(sum(amounts)) / 100
    assert len(only(RejectedRow, facts)) == len(bad)
    (batch,) = only(BatchFact, facts)
    assert batch.total == Decimal(sum(amounts)) / 100


# ----------------------------------------------------------------------
# Memory
# ----------------------------------------------------------------------


def peak(count):
    content = paper.file_of(*(paper.row(number, fee=30) for number in range(count)))
    file = io.BytesIO(content)
    tracemalloc.start()
    rows = sum(1 for _fact in read_report(file, ZONE))
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows > count
    return found


def test_memory_is_flat_in_the_size_of_the_file():
    peak(1_000)
    small, large = peak(4_000), peak(20_000)
    assert large < small * 1.3 + 200_000
