"""The worlds of the corpus are what they claim to be."""

from collections import Counter

import pytest
from corpus.build import build
from corpus.registry import SCENARIOS
from corpus.world import MUST, NEVER, major

from odoo.addons.settlement.canonical import kinds


@pytest.fixture(scope="module", params=[1, 102])
def world(request):
    return build(request.param, repetitions=2)


def test_a_seed_makes_the_same_world_again(world):
    assert build(world.seed, repetitions=2) == world


def test_other_seeds_make_other_worlds():
    first, second = build(1), build(2)
    assert not {row.key for row in first.rows} & {row.key for row in second.rows}
    documents = {each.key for each in first.documents}
    assert not documents & {each.key for each in second.documents}


def test_there_are_many_scenarios_in_all_currencies(world):
    assert len(SCENARIOS) >= 60
    assert set(world.scenarios()) == SCENARIOS.keys()
    assert {row.fact.currency for row in world.rows} == {"EUR", "USD", "JPY", "KWD"}


def test_every_scenario_says_what_it_is():
    assert all(each.play.__doc__ for each in SCENARIOS.values())


def test_keys_are_given_once(world):
    payouts = [each.external_id for each in world.payouts]
    for keys in (
        [row.key for row in world.rows],
        [each.key for each in world.documents],
        [each.key for each in world.online_payments],
        [each.key for each in world.partners],
        payouts,
    ):
        assert max(Counter(keys).values()) == 1


def test_the_truth_names_what_exists(world):
    known = {each.key for each in (*world.documents, *world.online_payments)}
    known |= {each.external_id for each in (*world.payouts, *world.expected)}
    known |= {row.key for row in world.rows}
    for row in world.rows:
        assert row.truth.targets.keys() <= known, row.scenario


def test_what_must_be_matched_has_a_target(world):
    for row in world.rows:
        if row.truth.automatic == MUST:
            assert row.truth.targets or row.truth.difference, row.scenario


def test_reasons_exist(world):
    for row in world.rows:
        assert row.truth.reasons <= {*kinds.EXCEPTION_REASONS, ""}, row.scenario
        if row.truth.automatic == NEVER:
            assert row.truth.reasons, row.scenario


def test_facts_carry_the_money_of_their_rows(world):
    for row in world.rows:
        assert row.fact.gross_amount == major(row.amount, row.fact.currency)
        sign = kinds.KIND_SIGNS.get(row.fact.kind)
        assert not sign or (row.amount > 0) == (sign > 0), row.scenario


def test_whole_payments_are_the_sum_of_what_they_pay(world):
    """Where nothing is short or over, in one currency."""
    documents = {each.key: each for each in world.documents}
    for row in world.rows:
        paid = [documents.get(key) for key in row.truth.targets]
        if row.truth.automatic != MUST or row.truth.reasons or not all(paid):
            continue
        if row.truth.difference or {each.currency for each in paid} != {
            row.fact.currency
        }:
            continue
        wanted = [row.truth.targets[each.key] for each in paid]
        assert sum(wanted) == row.amount, row.scenario


def test_learnt_scenarios_are_repeated_on_their_own():
    world = build(3, repetitions=1, learnt_repetitions=5)
    rows = world.scenarios()
    assert rows["account_only"] == 5 * rows["number_in_text"]
