"""What the stand-in of Stripe shows of a world is what is true."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.settlement.canonical import money
from odoo.addons.settlement_demo.stand_in.stripe_server import API_VERSION, StripeServer
from odoo.addons.settlement_demo.world import build, clock
from odoo.addons.settlement_demo.world.serving import stripe_world
from odoo.addons.settlement_stripe.mapper import parse_item

KEY = "sk_test_demo"
seeds = given(seed=st.integers(0, 10**6))
few = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def views(seed):
    """Yield (company, what the API shows at the end, truth) of each company."""
    world, truth = build(seed)
    for company in world.companies:
        now = clock.day_end(world.period.end)
        yield company, stripe_world(company.stripe, KEY, now), truth


def facts_of(company, shown):
    """Return the product's facts of all rows as the API shows them at the end."""
    zone = company.plan.zone
    payouts = {
        row["id"]: payout["id"]
        for payout in shown.payouts
        for row in shown.payout_members(payout["id"])
    }
    for row in shown.listing("balance_transactions").rows:
        raw = shown.as_of_now(row)
        raw["source"] = shown.find(raw["source"]) if raw["source"] else None
        context = {"payout": payouts[row["id"]]} if row["id"] in payouts else {}
        content = json.dumps(raw, default=float).encode()
        (fact,) = parse_item(content, context, zone).transactions
        yield fact


def major(minor, currency):
    return money.from_minor(minor, money.exponent(currency))


@few
@seeds
def test_mapper_reads_the_truth_out_of_every_row(seed):
    for company, shown, truth in views(seed):
        backend = f"{company.plan.code}.stripe"
        known = {row.key: row for row in truth.rows if row.backend == backend}
        facts = list(facts_of(company, shown))
        assert len(facts) == len(known)
        for fact in facts:
            row = known[fact.external_id]
            assert (fact.kind, fact.currency) == (row.kind, row.currency)
            assert fact.booked_on == row.booked_on
            assert fact.batch_external_id == row.batch
            amounts = ("gross", "fee", "tax", "net")
            for name in amounts:
                told = getattr(fact, f"{name}_amount")
                assert told == major(getattr(row, name), row.currency), (fact, row)


@few
@seeds
def test_only_the_planted_adjustment_is_unknown(seed):
    for company, shown, _truth in views(seed):
        unknown = [
            fact
            for fact in facts_of(company, shown)
            if fact.source_code.startswith("unknown:")
        ]
        planted = 1 if company.plan.code == "nord" else 0
        assert len(unknown) == planted


@few
@seeds
def test_balance_is_the_last_of_the_daily_ones(seed):
    for company, shown, truth in views(seed):
        content = json.dumps(shown.balance()).encode()
        context = {"observed_at": "2026-04-12T23:59:59"}
        facts = parse_item(content, context, company.plan.zone).balances
        last = {
            balance.currency: balance
            for balance in truth.balances
            if balance.backend == f"{company.plan.code}.stripe"
        }
        for fact in facts:
            told = last[fact.currency]
            assert fact.available + fact.pending == major(told.balance, fact.currency)
            assert fact.reserve == major(told.reserve, fact.currency)


@few
@seeds
def test_payouts_as_batches(seed):
    for company, shown, truth in views(seed):
        backend = f"{company.plan.code}.stripe"
        known = {p.key: p for p in truth.payouts if p.backend == backend}
        for payout in shown.payouts:
            content = json.dumps(shown.find(payout["id"])).encode()
            (batch,) = parse_item(content, {}, company.plan.zone).batches
            told = known[batch.external_id]
            assert batch.total == major(told.amount, told.currency)
            assert batch.date == told.created_on
            assert (batch.provider_state == "rejected") == told.failed
            if told.bank and told.scenario == "payout" and told.currency != "USD":
                assert batch.reference


def test_conversion_keeps_what_the_customer_paid():
    for company, shown, truth in views(5):
        scenarios = {row.key: row.scenario for row in truth.rows}
        for fact in facts_of(company, shown):
            paid_in = {"conversion_settled": "GBP", "conversion_three_decimals": "KWD"}
            if currency := paid_in.get(scenarios[fact.external_id]):
                assert fact.presentment_currency == currency
                converted = fact.presentment_amount * fact.exchange_rate
                assert abs(converted - fact.gross_amount) <= Decimal("0.005")
                assert "conversion" in {fee.kind for fee in fact.fees}
            elif scenarios[fact.external_id] == "conversion_presented":
                assert fact.presentment_currency == "GBP"
                assert fact.presentment_amount != fact.gross_amount
            else:
                assert fact.presentment_amount is None


@pytest.mark.parametrize("day", [date(2026, 3, 10), date(2026, 3, 31)])
def test_time_hides_what_is_not_there_yet(day):
    world, truth = build(11)
    company = world.companies[0]
    shown = stripe_world(company.stripe, KEY, clock.day_end(day))
    rows = shown.listing("balance_transactions").rows
    expected = [r for r in company.stripe.rows if r["created"] <= clock.day_end(day)]
    assert Counter(r["id"] for r in rows) == Counter(r["id"] for r in expected)
    assert len(rows) < len(company.stripe.rows)


def test_real_server_lists_all_rows():
    """The same rows come page by page over HTTP."""
    company, shown, truth = next(views(2))
    headers = {"Authorization": f"Bearer {KEY}", "Stripe-Version": API_VERSION}
    seen, after = [], ""
    with StripeServer(shown) as server:
        while True:
            params = {"limit": "100", **({"starting_after": after} if after else {})}
            answer = requests.get(
                f"{server.url}/v1/balance_transactions",
                params=params,
                headers=headers,
                timeout=10,
            ).json()
            seen += [row["id"] for row in answer["data"]]
            after = seen[-1]
            if not answer["has_more"]:
                break
    assert Counter(seen) == Counter(row["id"] for row in company.stripe.rows)
