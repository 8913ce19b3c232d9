import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import generalise, pattern

texts = st.text(max_size=80)
# Texts as banks write them, and what may stand in them to do harm.
words = st.sampled_from(
    ["RENT", "Rent", "AWS", "EMEA", "2026", "01", "4711", "*", "#", "?", "|", "-", "/"]
    + ["PAYPAL *STEAM", "Größe", "ﬁx", "ß", "\u00ad", "\u200b", "Ｗide", "١٢", "İ", "ŉ"]
)
phrases = st.lists(words, min_size=1, max_size=8).map(" ".join)
sources = st.one_of(texts, phrases)


def occurs(written, text):
    return pattern.compiled(written).matches(text)


# ----------------------------------------------------------------------
# What always holds
# ----------------------------------------------------------------------


@given(st.lists(sources, min_size=1, max_size=6), st.lists(sources, max_size=6))
@settings(deadline=None, max_examples=400)
@example(["PAYPAL *STEAM 1", "PAYPAL *STEAM 22"], ["PAYPAL STEAM"])
def test_a_pattern_fits_all_examples_and_no_other(examples, others):
    written = generalise.pattern_of(examples, others)
    if not written:
        return
    assert all(occurs(written, text) for text in examples)
    assert not any(occurs(written, text) for text in others)


@given(st.lists(sources, min_size=1, max_size=5))
@settings(deadline=None, max_examples=100)
def test_the_order_of_examples_does_not_decide_whether_it_fits(examples):
    for order in (examples, examples[::-1]):
        written = generalise.pattern_of(order)
        assert not written or all(occurs(written, text) for text in examples)


@given(st.lists(sources, min_size=1, max_size=5), sources)
@settings(deadline=None, max_examples=100)
def test_one_more_counterexample_never_finds_more(examples, other):
    if not generalise.pattern_of(examples):
        assert not generalise.pattern_of(examples, [other])


@given(
    st.sampled_from(["STRIPE PAYMENTS", "Rent Harbour Street", "AWS EMEA SARL"]),
    st.lists(st.integers(10**5, 10**6 - 1), min_size=3, max_size=6, unique=True),
    st.data(),
)
@settings(deadline=None, max_examples=60)
def test_a_number_of_equal_length_becomes_digits(head, numbers, data):
    tails = [data.draw(st.sampled_from(["", " x", " thanks"])) for _number in numbers]
    examples = [
        f"{head} {number}{tail}" for number, tail in zip(numbers, tails, strict=True)
    ]
    written = generalise.pattern_of(examples)
    assert written.startswith(f"{head.upper()} ######")


# ----------------------------------------------------------------------
# How it reads
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("examples", "written"),
    [
        # Digits that differ, of the same number.
        (["RENT 2026-01", "RENT 2026-02", "RENT 2026-03"], "RENT ####-##"),
        # A year that only happens to be the same.
        (["RENT 2026", "RENT 2026"], "RENT ####"),
        # A contract's number that is always the same stays.
        (["VODAFONE 4711234 MAY", "VODAFONE 4711234 JUNE"], "VODAFONE 4711234"),
        # Numbers of different length are any text; at the end nothing need be said.
        (["AWS EMEA 12", "AWS EMEA 12345"], "AWS EMEA"),
        (["CARD 12 FEE", "CARD 12345 FEE"], "CARD * FEE"),
        # What stands before does not matter.
        (["x SPOTIFY AB", "yy SPOTIFY AB"], "SPOTIFY AB"),
        # Signs that mean something in a pattern are any one sign.
        (["PAYPAL *STEAM", "PAYPAL *STEAM"], "PAYPAL ?STEAM"),
        # Case and blanks do not matter, for patterns do not look at them.
        (["Zoom Video", "ZOOM VIDEO"], "ZOOM VIDEO"),
        (["Größe Müller", "GRÖSSE MÜLLER"], "grösse müller"),
    ],
)
def test_patterns(examples, written):
    assert generalise.pattern_of(examples) == written


@pytest.mark.parametrize(
    "examples",
    [
        [],
        [""],
        ["12", "34"],
        ["abc", "xyz"],
        ["AB 1", "AB 2"],
        ["FEE", "FEE"],
        ["***", "***"],
    ],
)
def test_what_anybody_could_say_is_no_pattern(examples):
    assert generalise.pattern_of(examples) == ""


def test_a_counterexample_refuses_it():
    examples = ["SEPA TRANSFER A", "SEPA TRANSFER B", "SEPA TRANSFER C"]
    assert generalise.pattern_of(examples) == "SEPA TRANSFER"
    assert generalise.pattern_of(examples, ["Sepa transfer of a customer"]) == ""


# ----------------------------------------------------------------------
# Clusters
# ----------------------------------------------------------------------


def test_texts_that_begin_alike_belong_together():
    texts = [
        "MONTHLY FEE 01",
        "CARD FEE 7",
        "MONTHLY FEE 02",
        "CARD FEE 8",
        "MONTHLY FEE 03",
        "CARD FEE 9",
        "12345",
        "",
    ]
    assert generalise.clusters(texts, 3) == [[0, 2, 4], [1, 3, 5]]
    assert generalise.clusters(texts, 4) == []


def test_the_second_word_may_vary():
    texts = ["AMAZON Abcd", "AMAZON Efgh", "AMAZON Ijkl", "AMAZON Mktp", "AMAZON Mktp"]
    assert generalise.clusters(texts, 3) == [[0, 1, 2, 3, 4]]
    assert generalise.clusters(texts, 2) == [[3, 4], [0, 1, 2]]


@given(st.lists(sources, max_size=12), st.integers(1, 4))
@settings(deadline=None, max_examples=60)
def test_each_text_is_in_one_cluster_at_most(samples, least):
    found = generalise.clusters(samples, least)
    places = [place for group in found for place in group]
    assert len(places) == len(set(places))
    assert all(len(group) >= least for group in found)


def test_long_and_hostile_texts_take_no_time():
    examples = ["*a#1?|" * 700, "a1" * 2_000, "A" * 4_000]
    started = time.monotonic()
    generalise.pattern_of(examples * 20)
    assert time.monotonic() - started < 20


def test_many_examples_are_all_fitted():
    examples = [f"HARBOUR RENT {number:04}" for number in range(500)]
    assert generalise.pattern_of(examples) == "HARBOUR RENT ####"
    # One beyond those that make the pattern is fitted as well.
    assert generalise.pattern_of([*examples, "RENT HARBOUR RENT"]) == "HARBOUR RENT"
    assert generalise.pattern_of([*examples, "Something else"]) == ""


@given(st.lists(sources, max_size=10), sources)
@settings(deadline=None, max_examples=150)
def test_the_index_finds_what_the_pattern_finds(texts, written):
    try:
        ready = pattern.compiled(written)
    except pattern.PatternError:
        return
    found = list(generalise.Index(texts).places(written))
    assert found == [at for at, text in enumerate(texts) if ready.matches(text)]
