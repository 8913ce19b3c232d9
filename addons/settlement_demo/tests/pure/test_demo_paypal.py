"""The PayPal account of the world: its files say what the truth says."""

import functools
import io
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from odoo.addons.settlement.canonical import money
from odoo.addons.settlement.canonical.facts import (
    BalanceFact,
    BatchFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement_demo.simulation import deliveries
from odoo.addons.settlement_demo.world import build as make_world
from odoo.addons.settlement_demo.world import clock
from odoo.addons.settlement_demo.world.companies import PLANS
from odoo.addons.settlement_demo.world.truth import payout_key
from odoo.addons.settlement_paypal.reports.file import is_report, read_report

build = functools.lru_cache(make_world)
seeds = pytest.mark.parametrize(
    ("seed", "start", "months"),
    [
        (1, date(2026, 3, 1), 1),
        (2, date(2027, 2, 1), 2),
        (3, date(2026, 12, 1), 1),
        (999_999, date(2028, 10, 1), 1),
    ],
)


def world_of(seed, start=date(2026, 3, 1), months=1):
    world, truth = build(seed, start, months)
    return world.companies[0], truth


def facts(company, report):
    zone = ZoneInfo(company.plan.zone)
    return list(read_report(io.BytesIO(report.content), zone))


def all_facts(company):
    return [fact for each in company.reports["paypal"] for fact in facts(company, each)]


def minor(amount, currency):
    return money.to_minor(amount, currency)


@seeds
def test_files_say_each_row_once_and_as_it_is(seed, start, months):
    company, truth = world_of(seed, start, months)
    told = Counter(
        (
            f"{fact.external_id}/{fact.source_code}",
            fact.kind,
            fact.currency,
            minor(fact.gross_amount, fact.currency),
            minor(fact.fee_amount, fact.currency),
            minor(fact.net_amount, fact.currency),
            fact.booked_on,
        )
        for fact in all_facts(company)
        if isinstance(fact, TransactionFact)
    )
    expected = Counter(
        (r.key, r.kind, r.currency, r.gross, r.fee, r.net, r.booked_on)
        for r in truth.rows
        if r.backend == "nord.paypal"
    )
    assert told == expected
    assert set(expected.values()) == {1}
    assert not [one for one in all_facts(company) if isinstance(one, RejectedRow)]


@seeds
def test_files_add_up(seed, start, months):
    company, truth = world_of(seed, start, months)
    batches = [f for f in all_facts(company) if isinstance(f, BatchFact)]
    settled = {
        f"{each.account_identifier}/{each.currency}/{each.external_id}": each
        for each in batches
        if each.kind == "settlement"
    }
    statements = [s for s in truth.statements if s.backend == "nord.paypal"]
    assert settled.keys() == {each.key for each in statements}
    for statement in statements:
        batch = settled[statement.key]
        moved = statement.closing - statement.opening
        assert minor(batch.total, batch.currency) == moved
        if batch.opening_balance is not None:
            assert batch.opening_balance + batch.total == batch.closing_balance
    payouts = {payout_key(b.external_id): b for b in batches if b.kind == "payout"}
    for payout in truth.payouts:
        if payout.backend == "nord.paypal":
            told = payouts[payout.key]
            assert minor(told.total, told.currency) == payout.amount


@seeds
def test_files_tell_the_balance_of_each_day(seed, start, months):
    company, truth = world_of(seed, start, months)
    zone = company.plan.zone
    told = {
        (fact.currency, clock.local_day(int(fact.observed_at.timestamp()), zone)): (
            minor(fact.available, fact.currency),
            minor(fact.reserve, fact.currency),
        )
        for fact in all_facts(company)
        if isinstance(fact, BalanceFact)
        for fact in [replace(fact, observed_at=_aware(fact.observed_at))]
    }
    held = set()
    for balance in truth.balances:
        key = balance.currency, balance.day
        if balance.backend == "nord.paypal" and key in told:
            assert told[key] == (balance.balance, balance.reserve)
            held.add(bool(balance.reserve))
    assert held == {True, False}
    # A currency that is converted on the day it came has no footer.
    assert len(told) < 3 * len(company.reports["paypal"])


def _aware(moment):
    return moment.replace(tzinfo=ZoneInfo("UTC"))


@seeds
def test_what_the_account_has_is_never_negative(seed, start, months):
    _company, truth = world_of(seed, start, months)
    held = [b.balance for b in truth.balances if b.backend == "nord.paypal"]
    assert min(held) >= 0


@seeds
def test_withdrawals_arrive_or_come_back(seed, start, months):
    _company, truth = world_of(seed, start, months)
    rows = {row.key: row for row in truth.rows}
    payouts = [p for p in truth.payouts if p.backend == "nord.paypal"]
    assert {payout.currency for payout in payouts} == {"EUR", "USD"}
    for payout in payouts:
        assert payout.failed == (not payout.bank)
        if payout.bank:
            row = rows[payout.bank]
            assert (row.gross, row.currency) == (payout.amount, payout.currency)
    back = [r for r in truth.rows if r.kind == "payout_failure"]
    back = [row.gross for row in back if row.backend == "nord.paypal"]
    assert back == [payout.amount for payout in payouts if payout.failed]
    assert len(back) == months


@seeds
def test_a_conversion_is_worth_about_the_days_rate(seed, start, months):
    company, truth = world_of(seed, start, months)
    legs = [row for row in truth.rows if row.kind == "conversion"]
    by_scenario = {row.scenario for row in legs}
    assert by_scenario == {"paypal_conversion", "paypal_sweep"}
    for gone, came in zip(legs[::2], legs[1::2], strict=True):
        assert (gone.booked_on, came.currency) == (came.booked_on, "EUR")
        rate = company.rates[gone.booked_on][gone.currency]
        worth = Decimal(-gone.gross) / rate
        assert worth * Decimal("0.96") < came.gross < worth


@seeds
def test_invoices_are_what_was_withheld_in_their_month(seed, start, months):
    company, truth = world_of(seed, start, months)
    bills = [d for d in truth.documents if d.scenario == "fee_invoice"]
    bills = [d for d in bills if d.number.startswith("PAYPAL")]
    assert len(bills) == 3 * months
    by_key = {document.key: document for document in company.documents}
    for bill in bills:
        assert (bill.kind, bill.residual) == ("bill", 0)
        issued = by_key[bill.key].day
        withheld = sum(
            row.fee - (row.gross if "fee" in row.kind else 0)
            for row in truth.rows
            if (row.backend, row.currency) == ("nord.paypal", bill.currency)
            and clock.next_month(row.booked_on) == issued.replace(day=1)
        )
        assert bill.amount == withheld > 0


@seeds
def test_the_rest_of_the_world_does_not_know_of_it(seed, start, months):
    _world, truth = build(seed, start, months)
    plans = [replace(plan, paypal=(), adyen=()) for plan in PLANS]
    _world, without = make_world(seed, start, months, plans=plans)
    names = ("paypal", "adyen")
    others = [row for row in truth.rows if not row.scenario.startswith(names)]
    assert others == without.rows


# ----------------------------------------------------------------------
# Files on their way
# ----------------------------------------------------------------------


def test_same_seed_same_bytes():
    first, second = (make_world(5)[0].companies[0] for _time in range(2))
    assert first.reports == second.reports
    assert first.reports != make_world(6)[0].companies[0].reports


def test_reports_come_the_day_after_and_one_a_month_is_late():
    company, truth = world_of(2, date(2027, 2, 1), 2)
    late = [
        report
        for report in company.reports["paypal"]
        if (report.delivered_on - report.day).days > 1
    ]
    assert [report.day for report in late] == [date(2027, 2, 14), date(2027, 3, 14)]
    told = {fault.day for fault in truth.faults if fault.name == "report_late"}
    assert told >= {date(2027, 2, 21), date(2027, 3, 21)}
    assert all(is_report(report.content) for report in company.reports["paypal"])


def visit(troubles=(), number=1):
    world, _truth = build(1, date(2026, 3, 1), 1)
    steps = list(deliveries.steps(world))
    company = world.companies[0]
    step, before = steps[number], steps[number - 1].day
    found = deliveries.reports(company, "paypal", step, before, troubles)
    return company, company.spoilt_report("paypal", step.day), found


def test_a_visit_brings_what_came_since_the_last_one():
    _company, _spoilt, found = visit()
    assert len(found) == 7
    assert found == sorted(found, key=lambda report: report.delivered_on)


def test_reports_come_twice_or_the_other_way_round():
    _company, _spoilt, found = visit()
    assert visit(["report_twice"])[2] == [*found, found[-1]]
    assert visit(["reports_reversed"])[2] == found[::-1]


def test_a_report_that_broke_off_lacks_its_last_row():
    company, spoilt, (cut, *rest) = visit(["report_cut"])
    assert rest == visit()[2]
    assert spoilt.content.startswith(cut.content)
    told = facts(company, cut)
    assert [f.code for f in told if isinstance(f, RejectedRow)] == [
        "malformed_input",
        "missing_data",
    ]


def test_a_report_made_again_says_the_same():
    company, spoilt, found = visit(["report_recreated"])
    again = found[-1]
    assert again.name == spoilt.name and again.content != spoilt.content
    assert told_rows(company, again) == told_rows(company, spoilt)


def test_a_report_that_was_corrected_said_something_else_and_said_it_earlier():
    company, spoilt, (wrong, *rest) = visit(["report_corrected"])
    assert spoilt in rest
    differing = told_rows(company, wrong) ^ told_rows(company, spoilt)
    assert len(differing) == 2
    versions = {
        each.name: [f.source_version_at for f in facts(company, each)][-1]
        for each in (wrong, replace(spoilt, name="right"))
    }
    assert versions[wrong.name] < versions["right"]
    for report in (wrong, spoilt):
        for fact in facts(company, report):
            if isinstance(fact, BatchFact) and fact.opening_balance is not None:
                assert fact.opening_balance + fact.total == fact.closing_balance


def told_rows(company, report):
    return {
        (fact.external_id, fact.source_code, fact.fee_amount)
        for fact in facts(company, report)
        if isinstance(fact, TransactionFact)
    }
