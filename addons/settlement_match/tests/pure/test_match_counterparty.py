from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import counterparty as cp
from odoo.addons.settlement_match.engine import evidence

DAY = date(2026, 1, 10)


def candidate(source, unit, clue=cp.IBAN, items=None, **values):
    return cp.Candidate(
        source=source,
        unit=unit,
        document=f"INV{unit}",
        items=items or (unit,),
        clues=(cp.Found(clue, "x"),),
        booked_on=DAY,
        written_on=DAY,
        **values,
    )


def chosen(outcome):
    return [(c.candidate.source, c.candidate.unit) for c in outcome.choices]


def test_the_only_pair_is_chosen():
    outcome = cp.decide([candidate(1, 7)])
    assert chosen(outcome) == [(1, 7)]
    assert outcome.choices[0].is_certain
    assert not outcome.ties


def test_two_documents_of_one_payment_are_a_tie():
    outcome = cp.decide([candidate(1, 7), candidate(1, 8)])
    assert not outcome.choices
    assert outcome.ties[0].sources == (1,)


def test_two_payments_of_one_document_are_a_tie():
    outcome = cp.decide([candidate(1, 7), candidate(2, 7)])
    assert not outcome.choices
    assert outcome.ties[0].sources == (1, 2)


def test_a_tie_spreads_over_what_hangs_together():
    # 1 could be 7 only if 2 is 8: nothing proves that.
    outcome = cp.decide([candidate(1, 7), candidate(2, 7), candidate(2, 8)])
    assert not outcome.choices
    assert outcome.ties[0].sources == (1, 2)


def test_units_that_share_an_item_are_rivals():
    whole, part = candidate(1, 7, items=(70, 71)), candidate(2, 8, items=(70,))
    assert not cp.decide([whole, part]).choices
    other = candidate(2, 8, items=(72,))
    assert len(cp.decide([whole, other]).choices) == 2


def test_a_known_account_goes_before_a_name():
    outcome = cp.decide([candidate(1, 7), candidate(1, 8, cp.NAME)])
    assert chosen(outcome) == [(1, 7)]
    (choice,) = outcome.choices
    assert not choice.is_certain
    assert [each.unit for each in choice.lost] == [8]
    assert not outcome.ties


def test_a_name_does_not_win_where_known_accounts_tie():
    outcome = cp.decide(
        [candidate(1, 7), candidate(1, 8), candidate(2, 8, cp.LIKE_NAME)]
    )
    assert not outcome.choices
    assert outcome.ties[0].sources == (1,)


def test_names_alone_are_chosen_if_they_are_the_only_ones():
    outcome = cp.decide([candidate(1, 7, cp.LIKE_NAME), candidate(2, 8)])
    assert chosen(outcome) == [(2, 8), (1, 7)]


@pytest.mark.parametrize("doubt", [{"other_payer": "Ben"}, {"names_other": True}])
def test_what_speaks_against_it_makes_it_uncertain(doubt):
    doubtful = candidate(1, 7, **doubt)
    (choice,) = cp.decide([doubtful]).choices
    assert not choice.is_certain
    sure = evidence.score(cp.contributions(candidate(1, 7)))
    assert evidence.score(cp.contributions(doubtful)) < sure


def test_contributions_add_up_with_their_signs():
    both = replace(
        candidate(1, 7), clues=(cp.Found(cp.IBAN, "DE1"), cp.Found(cp.NAME, "Ada"))
    )
    pieces = cp.contributions(both)
    weights = {piece["what"]: piece["weight"] for piece in pieces}
    assert weights == {
        "payer_iban": 40,
        "payer_name": 8,
        "currency": 10,
        "amount": 30,
        "punctual": 5,
    }
    assert evidence.score(pieces) == 93
    early = replace(both, written_on=DAY + timedelta(days=3))
    assert evidence.score(cp.contributions(early)) == 83


def test_stronger_clues_weigh_more_and_have_their_kind():
    scores = [
        evidence.score(cp.contributions(candidate(1, 7, clue))) for clue in cp.CLUES
    ]
    assert scores == sorted(scores, reverse=True)
    assert [clue.rank for clue in cp.CLUES] == list(range(len(cp.CLUES)))
    assert cp.kind(candidate(1, 7, cp.EMAIL)) == "amount_date/email"


def test_names_become_clues():
    assert cp.name_clue("KELLER, JONAS", ["Jonas Keller"]).clue is cp.NAME
    like = cp.name_clue("Spediton Weser", ["Aue AG", "Spedition Weser KG"])
    assert like.clue is cp.LIKE_NAME
    assert "Spedition Weser KG" in like.text and "%" in like.text
    assert cp.name_clue("Ada", ["Ben", ""]) is None
    assert cp.name_clue("", ["Ben"]) is None
    assert cp.name_clue("Ada", []) is None


@pytest.mark.parametrize(
    ("days", "fits"), [(-11, False), (-10, True), (0, True), (180, True), (181, False)]
)
def test_window_counts_from_the_document(days, fits):
    assert cp.in_window(DAY + timedelta(days=days), DAY, None) is fits


def test_window_counts_from_the_day_it_is_due():
    due = DAY + timedelta(days=60)
    assert cp.in_window(DAY + timedelta(days=240), DAY, due)
    assert not cp.in_window(DAY + timedelta(days=241), DAY, due)


PAIRS = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.sampled_from(cp.CLUES)),
    max_size=12,
    unique_by=lambda pair: pair[:2],
)


@given(PAIRS, st.randoms())
@settings(deadline=None, max_examples=400)
def test_order_changes_nothing_and_nothing_is_used_twice(pairs, random):
    candidates = [candidate(*pair) for pair in pairs]
    outcome = cp.decide(candidates)
    random.shuffle(candidates)
    again = cp.decide(candidates)
    assert chosen(outcome) == chosen(again)
    assert [tie.sources for tie in outcome.ties] == [tie.sources for tie in again.ties]
    sources = [source for source, _unit in chosen(outcome)]
    units = [unit for _source, unit in chosen(outcome)]
    assert len(set(sources)) == len(sources)
    assert len(set(units)) == len(units)


@given(PAIRS)
@settings(deadline=None, max_examples=400)
def test_a_certain_choice_has_no_second_candidate(pairs):
    for choice in cp.decide([candidate(*pair) for pair in pairs]).choices:
        one = choice.candidate
        touching = [p for p in pairs if p[0] == one.source or p[1] == one.unit]
        if choice.is_certain:
            assert len(touching) == 1
        else:
            assert all(
                not clue.is_identity
                for source, unit, clue in touching
                if (source, unit) != (one.source, one.unit)
            )


@given(PAIRS)
@settings(deadline=None, max_examples=200)
def test_a_further_candidate_never_makes_anything_more_certain(pairs):
    before = {
        (c.candidate.source, c.candidate.unit)
        for c in cp.decide([candidate(*pair) for pair in pairs[:-1]]).choices
        if c.is_certain
    }
    after = {
        (c.candidate.source, c.candidate.unit)
        for c in cp.decide([candidate(*pair) for pair in pairs]).choices
        if c.is_certain
    }
    new = {pair[:2] for pair in pairs[-1:]}
    assert after - before <= new
