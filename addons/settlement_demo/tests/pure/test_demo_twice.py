"""Of two payments of one document the first to be seen pays it."""

from collections import defaultdict
from datetime import date

import pytest

from odoo.addons.settlement_demo.world import build, twice
from odoo.addons.settlement_demo.world.truth import MATCHED, OPEN, RowTruth, Settles

TWICE = ("charge_twice", "transfer_twice")
DAYS = (date(2026, 3, 2), date(2026, 3, 9))


class FakeScene:
    """Notes what it is told to expect."""

    def __init__(self):
        self.expected = []

    def expect(self, row, reason):
        self.expected.append((row.key, reason))


def row(key, settles=()):
    return RowTruth(
        "nord.bank",
        key,
        "transfer_twice",
        "bank_credit",
        "EUR",
        100,
        0,
        0,
        100,
        DAYS[0],
        MATCHED if settles else OPEN,
        list(settles),
    )


def decide(first_day, second_day):
    scene = FakeScene()
    first, second = row("first", [Settles("INV1", 100)]), row("second")
    twice._decide(scene, first, second, first_day, second_day)
    return scene.expected, first, second


def test_in_turn_the_first_one_pays():
    expected, first, second = decide(*DAYS)
    assert expected == [("second", "duplicate")]
    assert (first.outcome, second.outcome) == (MATCHED, OPEN)


def test_the_later_one_may_be_seen_first():
    expected, first, second = decide(*reversed(DAYS))
    assert expected == [("first", "duplicate")]
    assert (first.outcome, second.outcome) == (OPEN, MATCHED)
    assert second.settles == [Settles("INV1", 100)]
    assert first.settles == []


def test_together_nothing_tells_them_apart():
    expected, first, second = decide(DAYS[0], DAYS[0])
    assert sorted(expected) == [("first", "ambiguous"), ("second", "ambiguous")]
    assert first.outcome == second.outcome == OPEN


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_pair_of_a_world_ends_in_one_of_these_ways(seed):
    _world, truth = build(seed, months=3)
    reasons, outcomes = defaultdict(list), defaultdict(list)
    for each in truth.exceptions:
        if each.scenario in TWICE:
            reasons[each.scenario].append(each.reason)
    for each in truth.rows:
        if each.scenario in TWICE:
            outcomes[each.scenario].append(each.outcome)
    assert set(outcomes) == set(TWICE)
    for scenario, found in outcomes.items():
        together = reasons[scenario].count("ambiguous") // 2
        alone = reasons[scenario].count("duplicate")
        assert len(found) == 2 * (together + alone)
        assert found.count(MATCHED) == alone
    if seed == 3:
        # Its provider is down between two payments, so they come in one visit.
        assert "ambiguous" in reasons["charge_twice"]
