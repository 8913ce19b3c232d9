import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.references import normalise
from odoo.addons.settlement.canonical.spelling import squeeze
from odoo.addons.settlement_match.engine import evidence, readings
from odoo.addons.settlement_match.engine.readings import (
    CORRECTED,
    EXACT,
    PART,
    PROPOSED,
    SUFFIXED,
    Hit,
    core_of,
    cores,
    is_bad_spelling,
    is_slip,
    understand,
)
from odoo.addons.settlement_match.engine.tokens import scan

COUNTRIES = ("BE", "CH", "FI")


def read(text, *documents):
    """Return (place of the document, kind, strength) of what a text names.

    :param documents: numbers, or (number, type, reference).
    """
    hits = []
    for place, document in enumerate(documents):
        if isinstance(document, str):
            document = (document, "invoice", document)
        number, kind, reference = document
        spelled = normalise("invoice", reference)
        hits += [
            Hit(token, place, kind, spelled, number)
            for token in scan([text]).tokens
            if squeeze(token.text) == squeeze(spelled)
        ]
    return sorted(
        (found.move_line_id, found.kind.name, found.strength)
        for found in understand(hits, COUNTRIES)
    )


def test_exact_number():
    assert read("for INV/2026/00012", "INV/2026/00012") == [(0, "number", EXACT)]
    assert read("for 4711000", ("INV/1", "invoice", "4711000")) == [(0, "token", EXACT)]


def named_bill(text, reference, is_bill_number=True):
    """Return (kind, strength) of what a text names of a bill."""
    spelled = normalise("invoice", reference)
    hits = [
        Hit(token, 1, "invoice", spelled, "BILL/2026/0001", is_bill_number)
        for token in scan([text]).tokens
        if squeeze(token.text) == squeeze(spelled)
    ]
    return [(found.kind.name, found.strength) for found in understand(hits)]


def test_number_of_the_supplier():
    assert named_bill("Advance A123-4567", "A1234567") == [("bill", EXACT)]
    assert named_bill("Advance A1234567", "A1234567", False) == [("token", EXACT)]


def test_number_of_the_supplier_that_is_badly_written_or_part_of_another():
    assert named_bill("Advance A12345G7O", "A12345670") == []
    assert named_bill("Advance AI234567", "A1234567") == [("spelling", CORRECTED)]
    assert named_bill("ref XA1234567Y", "A1234567") == []


def test_number_of_the_supplier_with_wrong_check_digits():
    assert named_bill("RF00539007547034", "RF00539007547034") == [("token", PROPOSED)]


@pytest.mark.parametrize(
    "text",
    [
        "INV/2O26/00l2",
        "INV-2026-12",
        "INV/2026/012",
        "inv 2026 0012",
        "lNV/2026/00012",
        "INV/Z026/00012",
        "INV/2026/OO012",
        "INV202612",
        "1NV/2026/0012",
    ],
)
def test_corrected_number(text):
    assert read(text, "INV/2026/00012") == [(0, "spelling", CORRECTED)]
    (reading,) = understand(
        [
            Hit(token, 1, "invoice", "INV202600012", "INV/2026/00012")
            for token in scan([text]).tokens
            if squeeze(token.text) == "1NV22612"
        ]
    )
    assert reading.text == f"'{text}' as INV/2026/00012"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("INV/2026/00120", "INV/2026/00012"),
        ("INV/2026/00102", "INV/2026/00012"),
        ("INV/2260/00012", "INV/2026/00012"),
        ("INV/2026/10002", "INV/2026/00012"),
        ("500042", "S00042"),
        ("5042000", "S00042"),
        ("811112345", "BILL/12345"),
        ("1N V/ZOZ6/OOOlZ", "INV/2026/00012"),
        ("ISSI1SS1", "15511551"),
    ],
)
def test_what_is_only_alike(text, number):
    assert read(text, number) == []


def test_part_of_something_longer():
    for text in ("RENRINV202600012", "Re.Nr.INV/2026/00012", "INV/2026/00012VOM"):
        assert read(text, "INV/2026/00012") == [(0, "spelling", PART)]


def test_retry_suffix():
    assert read("INV/2026/00012-1", "INV/2026/00012") == [(0, "number", SUFFIXED)]


def test_the_whole_covers_its_parts():
    both = [("INV/1", "invoice", "4711000-1"), ("INV/2", "invoice", "4711000")]
    assert read("4711000-1", *both) == [(0, "token", EXACT)]
    assert read("4711000-2", *both) == [(1, "token", SUFFIXED)]


def test_a_right_number_covers_one_that_could_be_meant():
    found = read("INV/2026/0012", "INV/2026/0012", "INV/2026/00012")
    assert found == [(0, "number", EXACT)]


def test_two_that_could_be_meant_are_both_named():
    found = read("INV/2026/12", "INV/2026/0012", "INV/2026/00012")
    assert found == [(0, "spelling", CORRECTED), (1, "spelling", CORRECTED)]


def test_good_and_bad_spelling_in_one_text():
    found = read(
        "INV/2026/00012 and INV/2O26/00013", "INV/2026/00012", "INV/2026/00013"
    )
    assert found == [(0, "number", EXACT), (1, "spelling", CORRECTED)]


def test_list_and_range():
    numbers = [f"INV/2026/{number:04d}" for number in (12, 13, 14, 15)]
    assert read("INV/2026/0012, 13 und 15", *numbers) == [
        (0, "number", EXACT),
        (1, "spelling", PART),
        (3, "spelling", PART),
    ]
    assert read("INV/2026/0012 bis 14", *numbers) == [
        (0, "number", EXACT),
        (1, "spelling", PROPOSED),
        (2, "spelling", PROPOSED),
    ]


def test_digits_joined_over_blanks_are_weak():
    assert read("471 1000", ("INV/1", "invoice", "4711000")) == [(0, "spelling", PART)]
    assert read("INV 2026 00012", "INV/2026/00012") == [(0, "number", EXACT)]


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        ("RF18 5390 0754 7034", "RF18539007547034", ("structured", EXACT)),
        ("RF17 5390 0754 7034", "RF17539007547034", ("token", PROPOSED)),
        ("+++010/8068/17183+++", "010806817183", ("structured", EXACT)),
        ("+++010/8068/17184+++", "010806817184", ("token", EXACT)),
        (
            "21 00000 00003 13947 14300 09017",
            "210000000003139471430009017",
            ("structured", EXACT),
        ),
        ("viite 1234561", "1234561", ("token", EXACT)),
    ],
)
def test_structured_reference_in_free_text(text, reference, expected):
    found = read(text, ("INV/1", "structured", reference))
    assert found == [(0, *expected)]


# ----------------------------------------------------------------------
# Spellings and slips
# ----------------------------------------------------------------------

NUMBERS = st.tuples(
    st.sampled_from(["INV", "RINV", "BILL", "FA", "A", "KUNDE"]),
    st.integers(2000, 2039),
    st.integers(1, 99999),
).map(lambda parts: f"{parts[0]}/{parts[1]}/{parts[2]:05d}")


@given(NUMBERS, st.data())
def test_one_wrong_digit_is_never_taken_for_the_number(number, data):
    spelled = normalise("invoice", number)
    places = [place for place, char in enumerate(spelled) if char.isdigit()]
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from("0123456789"))
    wrong = spelled[:place] + digit + spelled[place + 1 :]
    if wrong != spelled:
        assert not is_bad_spelling(wrong, number)
        assert is_slip(wrong, spelled)
        assert read(wrong, number) == []


@given(NUMBERS, st.data())
def test_two_digits_that_changed_places_are_never_taken_for_the_number(number, data):
    spelled = normalise("invoice", number)
    first = len(spelled) - data.draw(st.integers(2, 9))
    wrong = spelled[:first] + spelled[first + 1] + spelled[first] + spelled[first + 2 :]
    if wrong != spelled:
        assert not is_bad_spelling(wrong, number)
        assert is_slip(wrong, spelled)


@given(NUMBERS, NUMBERS)
def test_a_number_names_itself_and_no_other(first, second):
    if first != second:
        assert read(f"for {first}!", first, second) == [(0, "number", EXACT)]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("INV202600012", "INV202600013", True),
        ("INV202600021", "INV202600012", True),
        ("INV202600012", "INV202600012", False),
        ("INV202600012", "INW202600012", False),
        ("INV20260012", "INV202600012", False),
        ("INV202600034", "INV202600012", False),
        ("INV202610002", "INV202620001", False),
        ("", "", False),
    ],
)
def test_slips(one, other, expected):
    assert is_slip(one, other) is expected


# ----------------------------------------------------------------------
# Numbers without prefix
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["2026/00012", "26/12", "12/2026", "26-0012", "Nr 2026 / 12", "(12.2026)"]
)
def test_number_without_prefix(text):
    assert core_of("INV/2026/00012") in cores([text])


@pytest.mark.parametrize(
    "text", ["2026/00013", "12/26", "2026", "12", "25/12", "2026/1/2", "120/26", "x"]
)
def test_what_is_no_number_without_prefix(text):
    assert core_of("INV/2026/00012") not in cores([text])


def test_number_by_month():
    assert core_of("BILL/2026/01/0007") in cores(["2026/01/7", None])
    assert core_of("BILL/2026/01/0007") not in cores(["2026/7"])


@pytest.mark.parametrize("number", ["S00042", "4711000", "", "INV/0007", "A/7/2026"])
def test_number_without_core(number):
    assert core_of(number) is None


@given(st.lists(st.text(max_size=200), max_size=3))
def test_any_text_may_be_looked_through_for_groups(texts):
    for core in cores(texts):
        assert len(core) >= 2


def test_bounds_of_groups():
    assert len(cores([" ".join(f"26/{n}" for n in range(10_000))])) == 50


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts_can_be_compared(one, other):
    is_slip(one, other)
    is_bad_spelling(normalise("invoice", one), other)


def test_pattern_takes_no_time_on_zeros():
    started = time.process_time()
    assert not is_bad_spelling("0" * 5_000 + "1", "A/" + "0" * 500 + "/00/000/2")
    assert time.process_time() - started < 10


def test_doubts_weigh_against_a_reading():
    strong = evidence.of_reference(evidence.NUMBER, "exact")
    weak = evidence.of_reference(evidence.SPELLING, "exact")
    assert evidence.score(weak) < evidence.score(strong)
    assert [piece["weight"] for piece in weak] == [45, -10, 10, 30]


def test_most_hits_are_read_in_time():
    (token,) = scan(["INV/2026/00012"]).tokens[1:2]
    hits = [
        Hit(token, place, "invoice", token.text, "INV/2026/00012")
        for place in range(readings.MOST_HITS)
    ]
    started = time.process_time()
    assert len(understand(hits)) == readings.MOST_HITS
    assert time.process_time() - started < 0.5
