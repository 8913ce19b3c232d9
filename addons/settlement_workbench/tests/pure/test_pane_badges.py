from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_workbench.pane import badges
from odoo.addons.settlement_workbench.pane.badges import badge, preselected
from odoo.addons.settlement_workbench.pane.difference import difference
from odoo.addons.settlement_workbench.pane.digest import digest
from odoo.addons.settlement_workbench.pane.keys import VERB_KEYS


def candidate(row, score=80, *, together=(), weight=0, blocked=""):
    """Return a suggestion as the server gives it."""
    pieces = [{"what": "amount", "weight": score - weight}]
    if weight:
        pieces.append({"what": "together", "weight": weight})
    return {
        "model": "account.move.line",
        "id": row,
        "score": score,
        "contributions": pieces,
        "together": [["account.move.line", other] for other in together],
        "blocked_by": blocked,
    }


def test_alone():
    (only,) = [candidate(1)]
    assert badge(only, [only]) == badges.ONLY
    assert preselected([only]) == [("account.move.line", 1)]


def test_the_best_of_several_has_no_badge():
    found = [candidate(1, 80), candidate(2, 60)]
    assert [badge(each, found) for each in found] == ["", ""]
    assert preselected(found) == [("account.move.line", 1)]


def test_two_as_good():
    found = [candidate(1, 80), candidate(2, 80), candidate(3, 40), candidate(4, 40)]
    assert [badge(each, found) for each in found] == ["several", "several", "", ""]
    assert preselected(found) == []


def test_a_sum_that_is_the_only_one():
    found = [
        candidate(1, together=[2], weight=28),
        candidate(2, together=[1], weight=28),
    ]
    assert {badge(each, found) for each in found} == {badges.UNIQUE}
    assert preselected(found) == [("account.move.line", 1), ("account.move.line", 2)]


def test_a_sum_among_others():
    found = [
        candidate(1, together=[2], weight=12),
        candidate(2, together=[1], weight=12),
    ]
    assert {badge(each, found) for each in found} == {badges.SEVERAL}
    assert preselected(found) == []


def test_a_sum_of_which_a_part_is_not_shown():
    found = [candidate(1, together=[9], weight=28)]
    assert preselected(found) == []


def test_what_another_match_holds_is_no_rival_and_not_marked():
    found = [candidate(1, blocked="Match #4 holds all of it."), candidate(2)]
    assert preselected(found) == [("account.move.line", 2)]
    assert preselected(found[:1]) == []
    assert badge(found[0], found[:1]) == badges.NONE


def test_little_evidence_marks_nothing():
    assert preselected([candidate(1, 59)]) == []
    assert preselected([]) == []


@given(st.lists(st.integers(0, 100), max_size=8))
def test_what_is_marked_has_no_rival(scores):
    scores.sort(reverse=True)
    found = [candidate(row, score) for row, score in enumerate(scores)]
    marked = preselected(found)
    if marked:
        assert scores.count(scores[0]) == 1
        assert marked == [("account.move.line", 0)]


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(-(10**9), 10**9), max_size=5))
def test_asked_is_chosen_and_rest(asked, chosen):
    found = difference(asked, chosen)
    assert found.chosen + found.rest == asked
    assert (found.outcome == "nothing") == (not chosen)
    if chosen and found.rest == 0:
        assert found.outcome == "exact"
    if found.outcome == "against":
        assert asked * sum(chosen) < 0


def test_outcomes():
    assert difference(100, [60]).outcome == "over"
    assert difference(100, [60, 60]).outcome == "short"
    assert difference(-100, [-130]).outcome == "short"
    assert difference(-100, [-30]).outcome == "over"
    assert difference(100, [-30]).outcome == "against"


@given(st.dictionaries(st.text(max_size=5), st.integers()))
def test_the_hash_does_not_depend_on_the_order(content):
    turned = dict(reversed(list(content.items())))
    assert digest(content) == digest(turned)
    assert digest(content) != digest({**content, "more than five": 1})


def test_each_key_is_one_verb_s():
    assert len(set(VERB_KEYS.values())) == len(VERB_KEYS)
    assert all(len(key) == 1 for key in VERB_KEYS.values())
