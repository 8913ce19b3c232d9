"""Codes of new accounts stand beside their like, whatever the chart counts in."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.account_codes import start_code

codes = st.lists(st.from_regex(r"\A[1-9][0-9]{2,7}\Z"), max_size=30)


def test_a_chart_of_the_same_kind_gets_the_proposal():
    assert start_code(["600000", "620000"], "620100") == "620100"


def test_an_empty_chart_gets_the_proposal():
    assert start_code([], "620100") == "620100"
    assert start_code(["A-1", "X"], "620100") == "620100"


def test_shorter_codes_go_on_after_the_last_one():
    assert start_code(["4970", "4980", "4900"], "620100") == "4980"


def test_the_same_length_under_another_digit_goes_on_after_the_last_one():
    # In France accounts of class 1 are equity.
    assert start_code(["445660", "467000", "580000"], "101710") == "467000"


def test_the_usual_digit_counts_not_the_highest():
    # In Germany operating expenses are class 4; 9990 is statistics.
    assert start_code(["4970", "4980", "9990"], "620100") == "4980"
    assert start_code(["101300", "445660", "467000"], "101710") == "467000"


def test_one_odd_code_does_not_decide():
    assert start_code(["4970", "4980", "99999999"], "620100") == "4980"


@given(codes, st.from_regex(r"\A[1-9][0-9]{5}\Z"))
def test_it_is_the_proposal_or_the_greatest_of_a_length(known, proposed):
    found = start_code(known, proposed)
    assert found == proposed or found == max(
        code for code in known if (len(code), code[0]) == (len(found), found[0])
    )


@given(codes, st.from_regex(r"\A[1-9][0-9]{5}\Z"))
def test_order_does_not_matter(known, proposed):
    assert start_code(known, proposed) == start_code(known[::-1], proposed)
