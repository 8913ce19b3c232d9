"""The merchant accounts of the world: their reports say what the truth says."""

import functools
import io
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from odoo.addons.settlement.canonical import money
from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement_adyen.reports.file import is_report, read_report
from odoo.addons.settlement_demo.simulation import deliveries
from odoo.addons.settlement_demo.world import build as make_world
from odoo.addons.settlement_demo.world import clock
from odoo.addons.settlement_demo.world.companies import PLANS

TOLD_AT = datetime(2029, 1, 1)
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
    return list(read_report(io.BytesIO(report.content), zone, TOLD_AT))


def all_facts(company, kind):
    return [
        fact
        for report in company.reports["adyen"]
        for fact in facts(company, report)
        if isinstance(fact, kind)
    ]


def batch_key(batch):
    return f"po_{batch.account_identifier}/{batch.external_id}/{batch.currency}"


def rows_of(truth):
    return [row for row in truth.rows if row.backend == "nord.adyen"]


@seeds
def test_reports_say_each_row_once_and_as_it_is(seed, start, months):
    company, truth = world_of(seed, start, months)
    told = Counter(
        (
            fact.external_id,
            fact.kind,
            fact.currency,
            money.to_minor(fact.gross_amount, fact.currency),
            money.to_minor(fact.fee_amount, fact.currency),
            money.to_minor(fact.net_amount, fact.currency),
            fact.booked_on,
            f"po_{fact.account_identifier}/{fact.batch_external_id}/{fact.currency}",
        )
        for fact in all_facts(company, TransactionFact)
    )
    expected = Counter(
        (r.key, r.kind, r.currency, r.gross, r.fee, r.net, r.booked_on, r.batch)
        for r in rows_of(truth)
    )
    assert told == expected
    assert set(expected.values()) == {1}
    assert not all_facts(company, RejectedRow)


@seeds
def test_batches_are_paid_out_or_carried_over(seed, start, months):
    company, truth = world_of(seed, start, months)
    told = {batch_key(batch): batch for batch in all_facts(company, BatchFact)}
    payouts = {p.key: p for p in truth.payouts if p.backend == "nord.adyen"}
    carried = {s.key for s in truth.statements if s.backend == "nord.adyen"}
    assert told.keys() == payouts.keys() | carried
    assert carried and not payouts.keys() & carried
    sums = Counter()
    for row in rows_of(truth):
        sums[row.batch] += row.net
    assert set(sums.values()) == {0}
    for key, payout in payouts.items():
        assert money.to_minor(told[key].total, payout.currency) == payout.amount > 0
        assert told[key].complete
    assert {money.to_minor(told[key].total, "EUR") for key in carried} == {0}


@seeds
def test_what_one_batch_carries_the_next_one_opens_with(seed, start, months):
    _company, truth = world_of(seed, start, months)
    moved = defaultdict(list)
    for row in rows_of(truth):
        if row.kind == "transfer":
            account, number, currency = row.batch.removeprefix("po_").split("/")
            moved[account, currency].append((int(number), row.net))
    assert moved.keys() == {("NordlichtPOS", "GBP")}
    for each in moved.values():
        given = {number + 1: -net for number, net in each if net > 0}
        taken = {number: net for number, net in each if net < 0}
        assert given
        assert given.items() >= taken.items()
        # Only what the last batch carries is never told again.
        assert len(given) - len(taken) <= 1


@seeds
def test_costs_are_commission_or_told_apart(seed, start, months):
    company, _truth = world_of(seed, start, months)
    kinds = defaultdict(set)
    for fact in all_facts(company, TransactionFact):
        if fact.kind == "charge":
            kinds[fact.account_identifier] |= {fee.kind for fee in fact.fees}
    assert kinds == {
        "NordlichtECOM": {"processing"},
        "NordlichtPOS": {"scheme", "interchange", "markup"},
    }


@seeds
def test_payouts_arrive_some_of_them_together(seed, start, months):
    company, truth = world_of(seed, start, months)
    rows = {row.key: row for row in truth.rows}
    together = defaultdict(list)
    for payout in truth.payouts:
        if payout.backend == "nord.adyen":
            together[payout.bank].append(payout)
    for bank, payouts in together.items():
        assert rows[bank].gross == sum(payout.amount for payout in payouts)
        assert {p.currency for p in payouts} == {rows[bank].currency}
    assert {len(payouts) for payouts in together.values()} == {1, 2}
    merged = [p for p in truth.payouts if p.scenario == "adyen_merged_payouts"]
    assert len(merged) == 2 * sum(len(each) == 2 for each in together.values())
    assert {wallet.currency for wallet in company.plan.adyen[0].wallets} == {
        "EUR",
        "USD",
    }


@seeds
def test_a_batch_has_several_currencies(seed, start, months):
    _company, truth = world_of(seed, start, months)
    currencies = defaultdict(set)
    for row in rows_of(truth):
        account, number, currency = row.batch.removeprefix("po_").split("/")
        currencies[account, number].add(currency)
    assert {"EUR", "USD"} in currencies.values()
    assert {"EUR", "GBP"} in currencies.values()


@seeds
def test_balances_end_where_nothing_waits(seed, start, months):
    _company, truth = world_of(seed, start, months)
    last = {}
    for balance in truth.balances:
        if balance.backend == "nord.adyen":
            last[balance.account, balance.currency] = balance.balance
    assert len(last) == 4
    assert set(last.values()) == {0}


@seeds
def test_invoices_are_what_was_withheld_in_their_month(seed, start, months):
    company, truth = world_of(seed, start, months)
    by_key = {document.key: document for document in company.documents}
    bills = [d for d in truth.documents if d.number.startswith("ADYEN")]
    assert {bill.currency for bill in bills} == {"EUR", "USD", "GBP"}
    for bill in bills:
        issued = by_key[bill.key].day
        withheld = sum(
            row.fee - (row.gross if row.kind == "fee" else 0)
            for row in rows_of(truth)
            if row.currency == bill.currency
            and clock.next_month(row.booked_on) == issued.replace(day=1)
        )
        assert bill.amount == withheld > 0
        assert bill.residual == 0


@seeds
def test_the_rest_of_the_world_does_not_know_of_it(seed, start, months):
    _world, truth = build(seed, start, months)
    plans = [replace(plan, adyen=()) for plan in PLANS]
    _world, without = make_world(seed, start, months, plans=plans)
    others = {row.key for row in truth.rows if not row.scenario.startswith("adyen")}
    assert {row.key for row in without.rows} == others


def test_same_seed_same_bytes():
    first, second = (make_world(5)[0].companies[0] for _time in range(2))
    assert first.reports == second.reports
    assert first.reports["adyen"] != make_world(6)[0].companies[0].reports["adyen"]


def test_reports_come_the_day_after_and_one_is_late():
    company, truth = world_of(2, date(2027, 2, 1), 2)
    reports = company.reports["adyen"]
    late = [r for r in reports if (r.delivered_on - r.day).days > 1]
    assert len(late) == 1
    assert all(is_report(report.content) for report in reports)
    assert len({(report.name, report.content) for report in reports}) == len(reports)
    assert [fault for fault in truth.faults if fault.name == "report_late"]


def visit(troubles=(), number=3):
    world, _truth = build(1, date(2026, 3, 1), 1)
    steps = list(deliveries.steps(world))
    company = world.companies[0]
    step, before = steps[number], steps[number - 1].day
    found = deliveries.reports(company, "adyen", step, before, troubles)
    return company, company.spoilt_report("adyen", step.day), found


def test_a_report_that_broke_off_lacks_a_row_and_its_payout():
    company, spoilt, (cut, *rest) = visit(["report_cut"])
    assert rest == visit()[2]
    assert spoilt.content.startswith(cut.content)
    told = facts(company, cut)
    assert [f.code for f in told if isinstance(f, RejectedRow)]
    assert not [f for f in told if isinstance(f, TransactionFact)]


def test_a_report_made_again_says_the_same():
    company, spoilt, found = visit(["report_recreated"])
    again = found[-1]
    assert again.name == spoilt.name and again.content != spoilt.content
    assert facts(company, again) == facts(company, spoilt)


def test_no_report_is_corrected_for_none_says_when_it_was_made():
    world, _truth = build(1, date(2026, 3, 1), 1)
    names = {each.name for each in world.troubles if each.provider == "adyen"}
    assert names == {
        "report_twice",
        "reports_reversed",
        "report_cut",
        "report_recreated",
    }
