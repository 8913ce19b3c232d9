from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import calibration, calibration_text


def test_nothing_checked():
    assert "nothing is known" in calibration_text.record_text(0, 0)


def test_one_and_many():
    assert calibration_text.record_text(1, 0) == (
        "Of 1 match of this kind that were checked here, 1 was right: at least 5.00 % "
        "are, with 95 % confidence."
    )
    text = calibration_text.record_text(12_345, 1)
    assert text.startswith("Of 12,346 matches")
    assert "12,345 were right: at least 99.96 %" in text


def test_a_share_is_never_rounded_up():
    assert calibration_text.percent(0.99999) == "99.99 %"
    assert calibration_text.percent(0.0) == "0.00 %"


@given(st.floats(0, 1))
def test_the_words_promise_no_more_than_the_share(share):
    assert float(calibration_text.percent(share)[:-2]) <= share * 100


def test_proof_words():
    assert calibration_text.proof_text(2995, 0, 99.9) == (
        "Proved: at least 99.9 % are right."
    )
    assert calibration_text.proof_text(2994, 0, 99.9) == (
        "Not proved: 1 more right match would prove 99.9 %."
    )
    assert "2,995 more right matches" in calibration_text.proof_text(0, 0, 99.9)
    assert "hardly" in calibration_text.proof_text(5, 0, 100)


@given(st.lists(st.tuples(*[st.integers(0, 10**6)] * 4), max_size=5))
def test_totals(rows):
    tallies = [calibration.Tally(*row) for row in rows]
    whole = calibration.total(tallies)
    assert whole.right == sum(row[0] for row in rows)
    assert whole.void == sum(row[3] for row in rows)
    assert whole.checked == sum(row[0] + row[1] for row in rows)
