import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import backtest, backtest_words
from odoo.addons.settlement_match.engine.backtest import Case, Decision, Target

RULE = 7
INVOICE = ("move_line_id", 1)
OTHER = ("move_line_id", 2)


def target(item=INVOICE, minor=10000, open_then=10000, since=0, now=10000):
    return Target(item, minor, open_then, since, now)


def fee(*targets, **values):
    """A payment of 98.00 for an invoice of 100.00, the rest taken for a fee."""
    return Decision(
        targets=targets or (target(),),
        **{"difference_minor": 200, "difference_kind": "fee", **values},
    )


def known(*targets, match_id=5, **values):
    return Decision(match_id=match_id, targets=targets or (target(),), **values)


def case(replayed=None, **values):
    return Case(1, 3, 9800, replayed=replayed, **values)


def outcome(*args, **values):
    verdict = backtest.judge(case(*args, **values), RULE)
    return verdict and (verdict.outcome, verdict.reason)


def test_a_payment_that_the_change_does_not_concern():
    assert outcome() is None
    assert outcome(known=(known(),)) is None
    assert outcome(otherwise=known(), known=(known(rule_id=8),)) is None


def test_an_open_payment_that_would_be_matched_is_gained():
    assert outcome(fee()) == ("gained", "gained")


def test_what_only_the_rule_matched_is_lost():
    owned = known(rule_id=RULE)
    assert outcome(known=(owned,)) == ("lost", "lost")
    verdict = backtest.judge(case(known=(owned,)), RULE)
    assert verdict.match_id == 5


def test_nothing_is_lost_by_a_change_that_concerns_no_rule():
    assert backtest.judge(case(known=(known(rule_id=0),)), 0) is None


def test_what_other_evidence_matches_as_well_is_not_lost():
    owned = known(rule_id=RULE)
    assert outcome(otherwise=known(), known=(owned,)) == ("same", "same")


def test_other_evidence_that_leads_elsewhere_is_a_change():
    owned = known(rule_id=RULE)
    elsewhere = known(target(OTHER))
    assert outcome(otherwise=elsewhere, known=(owned,)) == ("changed", "otherwise")


def test_the_same_match_as_today():
    today = known(difference_minor=200, difference_kind="fee", rule_id=RULE)
    assert outcome(fee(), known=(today,)) == ("same", "same")


def test_another_kind_of_difference_is_a_change():
    today = known(difference_minor=200, difference_kind="discount", rule_id=RULE)
    assert outcome(fee(), known=(today,)) == ("changed", "difference")


def test_a_rest_that_is_still_open_is_settled_by_the_change():
    part = known(target(minor=9800))
    assert outcome(fee(), known=(part,)) == ("changed", "difference")


def test_a_rest_that_was_paid_later_was_no_fee():
    part = known(target(minor=9800))
    replayed = fee(target(since=200))
    assert outcome(replayed, known=(part,)) == ("wrong", "rest_paid")


def test_another_document_than_the_confirmed_one_is_wrong():
    assert outcome(fee(target(OTHER)), known=(known(),)) == ("wrong", "other_document")


def test_fewer_documents_than_the_confirmed_ones_are_wrong():
    both = known(target(), target(OTHER))
    assert outcome(fee(), known=(both,)) == ("wrong", "other_document")


def test_the_documents_of_several_matches_count_together():
    halves = (known(target(minor=4900)), known(target(OTHER), match_id=6))
    both = Decision(targets=(target(), target(OTHER)))
    assert outcome(both, known=halves) == ("same", "same")


def test_a_document_that_another_payment_settled_since():
    assert outcome(fee(target(since=10000, now=0))) == ("wrong", "taken")


def test_a_document_that_has_room_for_both_is_no_contradiction():
    replayed = fee(target(minor=4000, open_then=10000, since=6000, now=4000))
    assert outcome(replayed) == ("gained", "gained")


def test_a_document_that_something_else_settled_since():
    assert outcome(fee(target(now=0))) == ("changed", "settled_otherwise")


def test_amounts_of_bills_have_the_other_sign():
    bill = target(minor=-10000, open_then=-10000)
    assert outcome(fee(bill, difference_minor=-200)) == ("gained", "gained")
    taken = target(minor=-10000, open_then=-10000, since=1, now=9999)
    assert outcome(fee(taken)) == ("wrong", "taken")


def test_what_a_person_refused_is_wrong_when_repeated():
    refused = Decision(9, (target(),), 200, "discount")
    verdict = backtest.judge(case(fee(), refused=(refused,)), RULE)
    assert (verdict.outcome, verdict.reason) == ("wrong", "refused")
    assert verdict.match_id == 9


def test_a_refused_document_counts_for_that_document_only():
    refused = known(target(OTHER), difference_minor=200)
    assert outcome(fee(), refused=(refused,)) == ("gained", "gained")


def test_a_refused_amount_counts_for_that_difference_only():
    whole = known(difference_minor=0)
    assert outcome(fee(), refused=(whole,)) == ("gained", "gained")


def account(account_id, **values):
    return Decision(
        difference_minor=-9800,
        difference_kind="account",
        account_id=account_id,
        **values,
    )


def test_money_without_document_goes_to_an_account():
    assert outcome(account(40)) == ("gained", "gained")
    assert outcome(account(40), known=(account(40),)) == ("same", "same")


def test_another_account_than_the_confirmed_one_is_wrong():
    found = outcome(account(40), known=(account(41),))
    assert found == ("wrong", "other_account")


def test_an_account_for_what_a_document_explains_is_wrong():
    assert outcome(account(40), known=(known(),)) == ("wrong", "other_document")


def test_a_document_for_what_an_account_explains_is_wrong():
    found = outcome(fee(), known=(account(40),))
    assert found == ("wrong", "other_document")


def test_a_refused_account_is_wrong_when_repeated():
    assert outcome(account(40), refused=(account(40),)) == ("wrong", "refused")
    assert outcome(account(40), refused=(account(41),)) == ("gained", "gained")


# ----------------------------------------------------------------------
# Counting
# ----------------------------------------------------------------------


def cases(*amounts, currency=3):
    return [
        Case(number, currency, amount, replayed=fee())
        for number, amount in enumerate(amounts, start=1)
    ]


def test_counts_and_sums_have_no_sign():
    tally = backtest.tally(cases(100, -250), RULE, 10)
    assert tally.counts["gained"] == 2
    assert tally.totals() == [("gained", 3, 350)]


def test_currencies_are_not_mixed():
    both = cases(100) + [Case(9, 4, 70, replayed=fee())]
    tally = backtest.tally(both, RULE, 10)
    assert tally.totals() == [("gained", 3, 100), ("gained", 4, 70)]


def test_the_largest_amounts_are_kept():
    tally = backtest.tally(cases(5, 900, 20, 300), RULE, 2)
    assert [verdict.amount_minor for verdict in tally.kept()] == [900, 300]
    assert tally.counts["gained"] == 4
    assert tally.is_cut


def test_nothing_is_cut_when_all_are_kept():
    assert not backtest.tally(cases(5, 900), RULE, 2).is_cut


def test_what_stays_the_same_is_only_counted():
    same = [Case(1, 3, 9800, known=(known(rule_id=RULE),), otherwise=known())]
    tally = backtest.tally(same, RULE, 10)
    assert tally.counts["same"] == 1
    assert not list(tally.kept())
    assert not backtest.tally(same * 3, RULE, 1).is_cut


def test_the_worst_comes_first():
    mixed = [
        *cases(500),
        Case(8, 3, 1, replayed=fee(), known=(known(target(OTHER)),)),
        Case(9, 3, 2, known=(known(rule_id=RULE),)),
    ]
    kept = list(backtest.tally(mixed, RULE, 10).kept())
    assert [verdict.outcome for verdict in kept] == ["wrong", "lost", "gained"]


decisions = st.builds(
    Decision,
    match_id=st.integers(1, 9),
    targets=st.lists(
        st.builds(
            Target,
            item=st.tuples(st.just("move_line_id"), st.integers(1, 3)),
            minor=st.integers(-500, 500),
            open_then=st.integers(-500, 500),
            taken_since=st.integers(0, 500),
            free_now=st.integers(0, 500),
        ),
        max_size=3,
    ).map(tuple),
    difference_minor=st.integers(-3, 3),
    difference_kind=st.sampled_from(["", "fee", "account"]),
    account_id=st.integers(0, 2),
    rule_id=st.sampled_from([0, RULE, 8]),
)
any_case = st.builds(
    Case,
    transaction_id=st.integers(1, 1000),
    currency_id=st.integers(1, 2),
    amount_minor=st.integers(-(10**12), 10**12),
    replayed=st.none() | decisions,
    otherwise=st.none() | decisions,
    known=st.lists(decisions, max_size=2).map(tuple),
    refused=st.lists(decisions, max_size=2).map(tuple),
)


@given(any_case)
def test_every_case_has_at_most_one_outcome_with_a_sentence(each):
    verdict = backtest.judge(each, RULE)
    if verdict is None:
        assert each.replayed is None
        return
    assert verdict.outcome in backtest.OUTCOMES
    words = backtest_words.Words("txn_1", ["A"], ["B"], ["C"])
    assert "txn_1" in backtest_words.reason_sentence(verdict.reason, words)


@given(st.lists(any_case, max_size=20), st.integers(1, 5))
def test_the_tally_counts_every_verdict_once(many, most):
    many = [
        Case(number, *list(each_values(each))[1:]) for number, each in enumerate(many)
    ]
    verdicts = [backtest.judge(each, RULE) for each in many]
    tally = backtest.tally(many, RULE, most)
    assert sum(tally.counts.values()) == sum(each is not None for each in verdicts)
    assert sum(minor for *_key, minor in tally.totals()) == sum(
        each.amount_minor for each in verdicts if each
    )
    for name in backtest.LISTED:
        kept = [each for each in tally.kept() if each.outcome == name]
        assert len(kept) == min(most, tally.counts[name])


def each_values(each):
    return (getattr(each, name) for name in Case.__dataclass_fields__)


@given(any_case)
def test_gained_is_never_what_history_speaks_against(each):
    verdict = backtest.judge(each, RULE)
    if verdict and verdict.outcome == "gained":
        assert not each.known
        assert all(not found.is_contested for found in each.replayed.targets)


# ----------------------------------------------------------------------
# Words
# ----------------------------------------------------------------------


def test_sentences_name_payment_and_documents():
    words = backtest_words.Words(
        "txn_1 (98.00 €)", ["INV/1 (100.00 €)", "2.00 € as fee"], ["INV/2"]
    )
    sentence = backtest_words.reason_sentence("other_document", words)
    assert sentence == (
        "txn_1 (98.00 €) would be matched with INV/1 (100.00 €) and 2.00 € as fee. "
        "What is confirmed is INV/2."
    )


def test_an_empty_side_is_said_in_words():
    words = backtest_words.Words("txn_1")
    assert "nothing" in backtest_words.reason_sentence("lost", words)


def test_unknown_reasons_are_no_sentence():
    with pytest.raises(KeyError):
        backtest_words.reason_sentence("weather", backtest_words.Words("txn_1"))


def test_the_bound_says_how_far_it_reached():
    sentence = backtest_words.bound_sentence(200000, "2026-03-01")
    assert "200000" in sentence and "2026-03-01" in sentence


# ----------------------------------------------------------------------
# Precision
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("identifier/exact", False),
        ("reference/exact", False),
        ("reference/part", False),
        ("structured/sum", False),
        ("batch/trace", False),
        ("batch/provider_name", True),
        ("batch/amount", True),
        ("reference/short:fee", True),
        ("structured/over:rounding", True),
        ("amount_date/iban", True),
        ("subset/name", True),
        ("memory/account", True),
        ("manual", False),
    ],
)
def test_which_kinds_have_to_be_proved(kind, expected):
    assert backtest.has_to_be_proved(kind) is expected


def limit_outcome(state, *, refused=False, automatic=False, proved=True):
    row = backtest.LimitRow(1, 3, 9800, 5, state, refused, automatic, proved)
    found = list(backtest.judge_limit([row]))
    return found[0].outcome if found else None


def test_what_waits_is_confirmed_by_a_lower_limit():
    assert limit_outcome("proposed") == "gained"


def test_what_a_person_refused_would_have_been_confirmed():
    assert limit_outcome("undone", refused=True) == "wrong"


def test_what_a_person_confirmed_stays():
    assert limit_outcome("posted") == "same"


def test_what_was_withdrawn_does_not_count():
    assert limit_outcome("undone") is None


def test_what_was_confirmed_without_a_person_waits_under_a_higher_limit():
    found = limit_outcome("confirmed", automatic=True, proved=False)
    assert found == "lost"


def test_what_a_person_decided_does_not_depend_on_a_higher_limit():
    assert limit_outcome("confirmed", proved=False) is None
    assert limit_outcome("proposed", proved=False) is None


def test_what_was_not_read_is_said():
    assert "300" in backtest_words.bound_sentence(5, "", 300)


def test_without_a_bound_there_is_nothing_to_say():
    assert backtest_words.bound_sentence(5, "") == ""


def guess(after=(), before=(), known=(), refused=()):
    found = Case.of_guess((1, 3, 9800), after, before, known, refused)
    verdict = backtest.judge(found, RULE)
    return verdict and (verdict.outcome, verdict.reason, verdict.match_id)


def test_payments_that_the_rule_is_not_about():
    paid, other = [(1, 10000)], [(2, 10000)]
    assert guess(paid) == ("gained", "guess_gained", 0)
    assert guess((), paid) == ("lost", "guess_lost", 0)
    assert guess(other, paid) == ("changed", "guess_changed", 0)


def test_guesses_against_what_is_known():
    paid, other = [(1, 10000)], [(2, 10000)]
    assert guess((), paid, (known(),)) == ("lost", "guess_lost", 5)
    assert guess((), other, (known(),)) is None
    assert guess(other, paid, (known(),)) == ("wrong", "other_document", 5)
    assert guess(paid, other, (known(),)) == ("same", "same", 5)


def test_guesses_that_a_person_undid():
    undone = known(match_id=9)
    assert guess([(1, 10000)], (), (), (undone,)) == ("wrong", "refused", 9)


@pytest.mark.parametrize("reason", ["guess_gained", "guess_lost", "guess_changed"])
def test_sentences_of_guesses(reason):
    words = backtest_words.Words("t1", ["INV/1"], [], ["INV/2"])
    sentence = backtest_words.reason_sentence(reason, words)
    assert "t1" in sentence
    assert ("INV/2" in sentence) == (reason != "guess_gained")
    assert ("INV/1" in sentence) == (reason != "guess_lost")
