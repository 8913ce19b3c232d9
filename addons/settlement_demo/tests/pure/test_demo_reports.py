"""What all providers that tell by files have in common, piece by piece."""

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_demo.world import build as make_world
from odoo.addons.settlement_demo.world import clock, fee_invoices, troubles
from odoo.addons.settlement_demo.world.adyen_book import AdyenBatch, AdyenRow
from odoo.addons.settlement_demo.world.companies import PLANS
from odoo.addons.settlement_demo.world.paypal_book import (
    Balances,
    PaypalBook,
    PaypalRow,
)
from odoo.addons.settlement_demo.world.records import AdyenAccount, ReportWallet
from odoo.addons.settlement_demo.world.truth import (
    StatementTruth,
    is_payout,
    payout_key,
)

PLUGIN_FOLDER = Path(__file__).parents[4] / "tests"
VISITS = [date(2026, 3, 1 + 7 * number) for number in range(4)]
VISITS += [date(2026, 4, day) for day in (5, 11, 12)]
ACCOUNTS = [("nord", "paypal"), ("nord", "adyen")]
NORD = PLANS[0]


# ----------------------------------------------------------------------
# Troubles
# ----------------------------------------------------------------------


@given(seed=st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_each_provider_has_each_kind_of_trouble_whatever_the_seed(seed):
    planned = troubles.plan_reports(seed, ACCOUNTS, VISITS)
    assert planned == troubles.plan_reports(seed, ACCOUNTS, VISITS)
    names = {provider: set() for _code, provider in ACCOUNTS}
    for each in planned:
        names[each.provider].add(each.name)
    every = {kind.name for kinds in troubles.REPORT_KINDS for kind in kinds}
    assert names == {"paypal": every, "adyen": every - {"report_corrected"}}
    assert {each.day for each in planned} <= set(VISITS[1:-3])
    assert {each.company for each in planned} == {"nord"}


@given(seed=st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_no_trouble_happens_twice_at_one_visit(seed):
    planned = troubles.plan_reports(seed, ACCOUNTS, VISITS)
    assert max(Counter(planned).values()) == 1


def test_one_provider_more_changes_nothing_for_the_others():
    both = troubles.plan_reports(1, ACCOUNTS, VISITS)
    one = troubles.plan_reports(1, ACCOUNTS[:1], VISITS)
    assert [each for each in both if each.provider == "paypal"] == one


def test_no_account_no_trouble():
    assert troubles.plan_reports(1, [], VISITS) == []


@pytest.mark.parametrize(
    ("provider", "reasons"),
    [("paypal", {"malformed_input", "missing_data"}), ("adyen", {"malformed_input"})],
)
def test_what_people_see_of_a_report_that_broke_off(provider, reasons):
    trouble = troubles.Trouble("nord", VISITS[1], "report_cut", provider)
    found = troubles.exceptions([trouble] * 2, lambda each: "a.csv")
    assert {each.reason for each in found} == reasons
    assert len(found) == len(reasons)
    for each in found:
        assert (each.backend, each.subject, each.key) == (
            f"nord.{provider}",
            "message",
            "a.csv",
        )


@pytest.mark.parametrize(
    "name", ["report_twice", "reports_reversed", "report_corrected", "report_recreated"]
)
def test_other_troubles_heal(name):
    trouble = troubles.Trouble("nord", VISITS[1], name, "paypal")
    assert troubles.exceptions([trouble], lambda each: "a.csv") == []


# ----------------------------------------------------------------------
# Prices
# ----------------------------------------------------------------------

WALLET = ReportWallet("EUR", 0, 1, (100, 200), 95, 8, "POS")
POINTS = st.integers(0, 500)


def test_the_price_of_a_sale_is_rounded_half_up():
    assert WALLET.fee(10_000) == 95 + 8
    assert WALLET.fee(53) == 1 + 8
    assert WALLET.fee(52) == 8
    assert WALLET.name == "POS EUR"
    assert ReportWallet("EUR", 0, 1, (1, 2), 1, 1).name == "EUR"


@given(amount=st.integers(1, 10**7), points=POINTS, fixed=st.integers(0, 50))
@settings(max_examples=200, deadline=None)
def test_costs_that_are_told_apart_are_the_whole_price(amount, points, fixed):
    wallet = ReportWallet("EUR", 0, 1, (1, 2), points, fixed, "POS")
    shares = (("scheme", 15), ("interchange", 55), ("markup", 30))
    account = AdyenAccount("POS", (wallet,), (0,), 1, shares)
    fees = account.fees(wallet, amount)
    assert sum(fees.values()) == wallet.fee(amount)
    assert all(fee > 0 for fee in fees.values())
    blended = AdyenAccount("ECOM", (wallet,), (0,), 1)
    assert set(blended.fees(wallet, amount)) <= {"processing"}
    assert sum(blended.fees(wallet, amount).values()) == wallet.fee(amount)


# ----------------------------------------------------------------------
# Balances of a day
# ----------------------------------------------------------------------

CODES = ("T0006", "T0400", "T2103", "T2104", "T0200")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(CODES), st.integers(-(10**6), 10**6), st.integers(-99, 99)
    ),
    max_size=6,
)


def rows_of(parts):
    return [
        PaypalRow(f"T{number}", code, "EUR", gross, 0, fee)
        for number, (code, gross, fee) in enumerate(parts)
    ]


@given(days=st.lists(ROWS, max_size=6), opening=st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_a_day_begins_as_the_one_before_ended(days, opening):
    balances = Balances(opening)
    held = 0
    for parts in days:
        rows = rows_of(parts)
        after = balances.after(rows)
        (whole, whole_end), (free, free_end) = after.pairs
        assert (whole, free) == (balances.whole, balances.available)
        assert free_end - free == sum(row.net for row in rows)
        holds = sum(row.net for row in rows if row.code in ("T2103", "T2104"))
        assert whole_end - whole == free_end - free - holds
        held -= holds
        assert after.whole - after.available == held
        balances = after


def test_a_currency_that_is_converted_at_once_has_no_footer():
    empty = Balances(0)
    assert empty.after([]).is_told
    came_and_went = rows_of([("T0006", 500, 20), ("T0200", -480, 0)])
    assert not empty.after(came_and_went).is_told
    assert empty.after(came_and_went[:1]).is_told
    assert Balances(100).after(came_and_went).is_told


def test_rows_outside_of_the_period_are_refused():
    world, _truth = make_world(1)
    book = world.companies[0].book("paypal")
    early = PaypalBook(
        book.plan, book.period, book.ids, book.wallets, account=book.account
    )
    early.add("T0006", "EUR", 100, clock.midnight(book.period.start) - 90_000)
    with pytest.raises(ValueError, match="outside of the period"):
        list(early.sections())


# ----------------------------------------------------------------------
# Names
# ----------------------------------------------------------------------


def test_names_of_rows_tell_events_apart():
    first, second = rows_of([("T1110", -5, 0), ("T1111", 5, 0)])
    assert first.key != second.key
    assert PaypalRow("A", "T1110", "EUR", -5, 0).key == "A/T1110"


def test_names_of_rows_without_a_payment_are_what_they_say():
    at = clock.midnight(date(2026, 3, 6))
    row = AdyenRow("ECOM", "Fee", "EUR", -2_400, at, modification="Fees March")
    assert row.key(7) == "ECOM/7/fee//Fees March 2026-03-06T00:00:00/-24.00 EUR"
    yen = AdyenRow("ECOM", "Fee", "JPY", -2_400, at, text="Text")
    assert yen.key(7) == "ECOM/7/fee//Text 2026-03-06T00:00:00/-2400 JPY"
    payout = AdyenRow("ECOM", "MerchantPayout", "EUR", -1, at)
    assert payout.key(7) == "ECOM/7/payout/EUR"
    sale = AdyenRow("E", "Settled", "EUR", 1, at, psp_reference="P", modification="M")
    assert sale.key(7) == "P/M/settled/7/EUR"


def test_names_of_batches_and_payouts():
    batch = AdyenBatch("ECOM", 7, date(2026, 3, 6), ())
    assert is_payout(batch.key("EUR"))
    assert batch.name == "settlement_detail_report_batch_7.csv"
    assert payout_key("ABC") == payout_key(payout_key("ABC")) == "po_ABC"
    assert not is_payout("ABC")
    values = ("b", "ACC", "EUR", date(2026, 3, 6), 1, 0, 0)
    assert StatementTruth(*values).key == "ACC/2026-03-06"
    assert StatementTruth(*values, batch="x").key == "x"


# ----------------------------------------------------------------------
# The whole
# ----------------------------------------------------------------------


def test_accounts_have_the_wallets_that_the_plan_says():
    world, truth = make_world(1)
    company = world.companies[0]
    assert [book.code for book in company.report_books] == ["paypal", "adyen"]
    paypal, adyen = company.report_books
    assert {paypal.account_of(wallet) for wallet in paypal.wallets} == {paypal.account}
    assert {adyen.account_of(wallet) for wallet in adyen.wallets} == {
        account.name for account in NORD.adyen
    }
    assert paypal.backend == "nord.paypal" and adyen.backend == "nord.adyen"
    assert all(not each.report_books for each in world.companies[1:])
    told = {balance.account for balance in truth.balances}
    assert told >= {paypal.account, "NordlichtECOM", "NordlichtPOS"}


def test_who_bills_is_no_vendor_of_anything_else():
    world, truth = make_world(3, months=2)
    company = world.companies[0]
    billers = {fee_invoices.biller_key(book) for book in company.report_books}
    scenarios = {document.key: document.scenario for document in truth.documents}
    for document in company.documents:
        is_invoice = scenarios[document.key] == "fee_invoice"
        assert (document.party in billers) == is_invoice
    assert billers <= {party.key for party in company.parties if party.is_supplier}


def test_last_days_leave_time_for_the_last_file():
    world, _truth = make_world(1)
    for book in world.companies[0].report_books:
        newest = max(report.day for report in world.companies[0].reports[book.code])
        assert newest >= book.last_day
        assert book.last_day + timedelta(days=1) <= world.period.end


def test_same_bytes_in_another_process():
    """Nothing depends on the order of sets or on hashes of texts."""
    program = (
        "import odoo_free, hashlib;"
        "from odoo.addons.settlement_demo.world import build;"
        "reports = build(7)[0].companies[0].reports;"
        "files = [r.content for code in sorted(reports) for r in reports[code]];"
        "print(len(files), hashlib.sha256(b''.join(files)).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": str(PLUGIN_FOLDER), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
    assert int(told.pop().split()[0]) > 50
