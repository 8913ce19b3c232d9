import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import pattern
from odoo.addons.settlement_match.engine.pattern import PatternError, compiled

# What patterns of the reference consist of: few signs, so that they meet often.
SIGNS = "ab1 *?#|"


def occurs(text_pattern, text):
    return compiled(text_pattern).matches(text)


def reference(text_pattern, text):
    """Return whether a pattern occurs, tried in every way: slow and simple."""
    spelt = pattern.comparable(text)
    return any(
        _from(alternative, 0, spelt, start)
        for alternative in pattern.comparable(text_pattern).split("|")
        for start in range(len(spelt) + 1)
    )


def _from(signs, at, text, position):
    if at == len(signs):
        return True
    sign = signs[at]
    if sign == "*":
        rest = range(position, len(text) + 1)
        return any(_from(signs, at + 1, text, each) for each in rest)
    if position == len(text):
        return False
    given_sign = text[position]
    fits = sign in ("?", given_sign) or (sign == "#" and given_sign.isdecimal())
    return fits and _from(signs, at + 1, text, position + 1)


def test_a_word_occurs_anywhere():
    assert occurs("paypal", "Transfer of PAYPAL Europe")
    assert not occurs("paypal", "Transfer of Pay Pol")


def test_case_and_spaces_do_not_matter():
    assert occurs("Pay Pal", "pay\npal")
    assert occurs("paypal", "P A Y P A L")
    assert occurs("straße", "STRASSE")


def test_invisible_signs_do_not_hide_a_word():
    assert occurs("paypal", "pay\u200bpal")
    assert occurs("paypal", "pay\x00pal")
    assert occurs("paypal", "ｐａｙｐａｌ")


def test_any_text_between():
    assert occurs("fee*card", "Fee for your card")
    assert not occurs("card*fee", "Fee for your card")


def test_one_sign_and_one_digit():
    assert occurs("inv?###", "INV-123")
    assert not occurs("inv?###", "INV-12x")
    assert not occurs("inv####", "INV-123")


def test_alternatives():
    for text in ("bank fee", "bank charge"):
        assert occurs("fee|charge", text)
    assert not occurs("fee|charge", "interest")


def test_signs_of_other_languages_are_literal():
    """What means something elsewhere means itself here."""
    for sign in ".+^$()[]{}\\%_":
        assert occurs(f"ab{sign}c", f"x ab{sign}c y")
        assert not occurs(f"ab{sign}c", "abxc")
        assert not occurs(f"ab{sign}c", "abc")


@pytest.mark.parametrize(
    "text", ["0", "%", "*", "***", "??", "a*", "abc|", "abc|*", "ab"]
)
def test_what_would_match_nearly_anything_is_refused(text):
    with pytest.raises(PatternError) as refused:
        compiled(text)
    assert refused.value.cause == "vague"


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_an_empty_pattern_is_refused(text):
    with pytest.raises(PatternError) as refused:
        compiled(text)
    assert refused.value.cause == "empty"


def test_a_long_pattern_is_refused():
    with pytest.raises(PatternError) as refused:
        compiled("x" * 201)
    assert refused.value.cause == "long"
    # One sign that is spelt out as eighteen.
    with pytest.raises(PatternError):
        compiled("\ufdfa" * 20)


def test_several_texts():
    ready = compiled("charge")
    assert ready.matches_any([None, "", "other", "a charge"])
    assert not ready.matches_any([None, "", "other"])
    # Words of two texts do not make one.
    assert not ready.matches_any(["char", "ge"])


@settings(max_examples=2000, deadline=None)
@given(st.text(SIGNS, min_size=3, max_size=9), st.text("ab1 ", max_size=12))
def test_it_says_what_the_reference_says(text_pattern, text):
    try:
        ready = compiled(text_pattern)
    except PatternError:
        return
    assert ready.matches(text) == reference(text_pattern, text)


@settings(max_examples=1000, deadline=None)
@given(st.text(max_size=250), st.text(max_size=300))
def test_nothing_raises_but_a_pattern_error(text_pattern, text):
    try:
        ready = compiled(text_pattern)
    except PatternError as refused:
        assert refused.cause in ("empty", "long", "vague")
        return
    assert ready.matches(text) in (True, False)


@settings(max_examples=300, deadline=None)
@given(
    st.text("abc1", min_size=3, max_size=40), st.text(max_size=20), st.text(max_size=20)
)
def test_a_word_is_found_in_whatever_stands_around_it(word, before, after):
    assert occurs(word, f"{before} {word} {after}")


@pytest.mark.parametrize(
    "hostile",
    [
        "a*" * 99 + "ab",
        "?" * 197 + "abc",
        "*a*a*a*a*a*a*a*b" * 12,
        "a?" * 99,
        "|".join(["a?b*c"] * 33),
        "#?" * 99,
    ],
)
def test_hostile_patterns_take_no_time(hostile):
    ready = compiled(hostile)
    started = time.process_time()
    for text in ("a" * 100_000, "ab" * 50_000, "1a" * 50_000, "\ufdfa" * 50_000):
        ready.matches(text)
    # Four texts at their limit: a backtracking search would not end in a lifetime.
    assert time.process_time() - started < 5


class CountedText(str):
    """A text that counts how often one of its signs is looked at."""

    looks = 0

    def __getitem__(self, position):
        self.looks += 1
        return super().__getitem__(position)


@pytest.mark.parametrize("length", [100, 1_000, 4_000])
def test_each_sign_is_looked_at_once_for_each_alternative(length):
    ready = compiled("*a*a*a*a*a*a*b" * 7 + "|a?a?b|#a#")
    for sign in "ab1":
        for segments in ready.alternatives:
            text = CountedText(sign * length)
            pattern._occurs(segments, text)
            assert text.looks <= length
