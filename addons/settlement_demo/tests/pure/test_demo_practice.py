"""The practice desk: the same for the same seed, and it adds up."""

import json
from collections import Counter

import pytest

from odoo.addons.settlement_demo.practice import EXCEPTIONS, REASONS, build_desk
from odoo.addons.settlement_demo.practice.lines import batch, content_of, row, text_of

SEEDS = (1, 2, 3, 77, 2026)


def minor(text):
    return round(float(text) * 100)


def lines_of(desk, kind):
    found = {}
    for provider, bank in desk.files:
        for line in [*provider, *bank]:
            if line["type"] == kind:
                found[line["external_id"], line["currency"]] = line
    return found


def test_sixty_exceptions_of_many_reasons():
    assert EXCEPTIONS == 60
    assert len(REASONS) >= 15


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_gives_one_desk(seed):
    one, two = build_desk(seed), build_desk(seed)
    assert one.tasks == two.tasks
    assert one.files == two.files
    assert (one.totals, one.residuals) == (two.totals, two.residuals)


def test_seeds_differ():
    assert build_desk(1).files != build_desk(2).files


@pytest.mark.parametrize("seed", SEEDS)
def test_each_has_the_same_number_of_each_reason(seed):
    first = Counter(task.reason for task in build_desk(1).tasks)
    assert Counter(task.reason for task in build_desk(seed).tasks) == first


@pytest.mark.parametrize("seed", SEEDS)
def test_payouts_are_the_sums_of_their_rows(seed):
    desk = build_desk(seed)
    sums = Counter()
    for line in lines_of(desk, "transaction").values():
        if line.get("batch_external_id") and line["kind"] != "payout":
            sums[line["batch_external_id"]] += minor(line["net_amount"])
    for (name, _currency), line in lines_of(desk, "batch").items():
        assert sums[name] == minor(line["total"]), name


@pytest.mark.parametrize("seed", SEEDS)
def test_statements_follow_one_another(seed):
    statements = [
        line
        for line in lines_of(build_desk(seed), "batch").values()
        if line["kind"] == "statement"
    ]
    first, second = sorted(statements, key=lambda line: line["external_id"])
    for each in (first, second):
        opening, closing = each["opening_balance"], each["closing_balance"]
        assert minor(opening) + minor(each["total"]) == minor(closing)
    assert first["closing_balance"] == second["opening_balance"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_of_the_bank_is_its_balance(seed):
    desk = build_desk(seed)
    last = lines_of(desk, "batch")["st_2", "EUR"]
    assert desk.totals["bank", "EUR"] == minor(last["closing_balance"])


@pytest.mark.parametrize("seed", SEEDS)
def test_amounts_are_not_alike_by_chance(seed):
    """Only those that have to be of one amount are."""
    desk = build_desk(seed)
    amounts = Counter(each.amount for each in desk.scene.documents)
    twice = sum(task.reason == "ambiguous" for task in desk.tasks)
    assert sum(count > 1 for count in amounts.values()) == twice


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_settled_beyond_its_amount(seed):
    desk = build_desk(seed)
    amounts = {each.number: each.amount for each in desk.scene.documents}
    assert all(0 <= left <= amounts[name] for name, left in desk.residuals.items())


def test_every_answer_names_what_it_needs():
    for task in build_desk(1).tasks:
        assert bool(task.chosen) == (task.verb == "match"), task


def test_lines_are_json():
    day = build_desk(1).scene.day(3, 4)
    lines = [
        row("a", "charge", "EUR", 1000, day, fee=25),
        batch("b", "payout", "EUR", 975, day),
    ]
    first, second = map(json.loads, content_of(lines).splitlines())
    assert (first["gross_amount"], first["net_amount"]) == ("10.00", "9.75")
    assert first["fees"] == [{"kind": "processing", "amount": "0.25"}]
    assert second["total"] == "9.75"
    assert text_of(5, "JPY") == "5"
