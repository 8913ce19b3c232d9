import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.exceptions.verb import Verb, offered, suggested

VERBS = {
    "ask": Verb("Ask"),
    "map": Verb("Map", ("unknown_mapping",)),
    "ignore": Verb("Ignore", never_for=("chain_broken",)),
    "match": Verb("Match", ("unmatched", "ambiguous")),
    "group": Verb("Group", ("unmatched",)),
    "split": Verb("Split", ("unmatched",)),
}


@pytest.mark.parametrize(
    ("verb", "reason", "fits"),
    [
        ("ask", "unmatched", True),
        ("map", "unmatched", False),
        ("map", "unknown_mapping", True),
        ("ignore", "unmatched", True),
        ("ignore", "chain_broken", False),
    ],
)
def test_fits(verb, reason, fits):
    assert VERBS[verb].fits(reason) is fits


@pytest.mark.parametrize(
    ("approval", "amount", "limit", "asks"),
    [
        ("never", 10**9, 0, False),
        ("always", None, None, True),
        ("limit", 100, 100, False),
        ("limit", 101, 100, True),
        ("limit", -101, 100, True),
        ("limit", 101, None, False),
        ("limit", None, 0, False),
        ("limit", 1, 0, True),
    ],
)
def test_who_has_to_agree(approval, amount, limit, asks):
    assert Verb("X", approval=approval).asks(amount, limit) is asks


@given(st.integers(), st.integers(min_value=0))
def test_a_sign_never_avoids_the_approver(amount, limit):
    verb = Verb("X", approval="limit")
    assert verb.asks(amount, limit) == verb.asks(-amount, limit)


def test_empty_values_are_missing():
    verb = Verb("X", needs=("reason", "ids", "user"))
    assert verb.missing({"reason": " ", "ids": [], "user": 0}) == [
        "reason",
        "ids",
        "user",
    ]
    assert verb.missing({"reason": "because", "ids": [1], "user": 2}) == []


@pytest.mark.parametrize("wrong", [{"approval": "sometimes"}, {"groups": ()}])
def test_a_verb_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError):
        Verb("X", **wrong)


def test_verbs_made_for_a_reason_come_first():
    assert offered(VERBS, "unmatched") == ["match", "group", "split", "ask", "ignore"]
    assert offered(VERBS, "chain_broken") == ["ask"]


def test_at_most_two_are_suggested_and_wishes_come_first():
    assert suggested(VERBS, "unmatched", []) == ["match", "group"]
    assert suggested(VERBS, "unmatched", ["split"]) == ["split", "match"]
    assert suggested(VERBS, "unmatched", ["map", "nonsense"]) == ["match", "group"]
    assert suggested(VERBS, "stale_feed", []) == []
    assert suggested(VERBS, "stale_feed", ["ask", "ask"]) == ["ask"]
