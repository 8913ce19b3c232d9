"""Check digits: the right one holds, every other digit in any place does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical import structured

# Real or documented references, without separators.
VALID = [
    ("RF18539007547034", (), "RF"),
    ("RF712348231", ("DE",), "RF"),
    ("010806817183", ("BE",), "BE"),
    ("000000009797", ("BE",), "BE"),
    ("210000000003139471430009017", ("CH",), "QRR"),
    ("210000000003139471430009017", ("LI",), "QRR"),
    ("1234561", ("FI",), "FI"),
    ("1234561", ("EE", "DE"), "FI"),
    ("123456785", ("NO",), "KID"),
    ("1234566", ("SE",), "OCR"),
    ("1234566", ("DK",), "OCR"),
]


@pytest.mark.parametrize(("bare", "countries", "name"), VALID)
def test_right_check_digits(bare, countries, name):
    assert structured.scheme(bare, countries) == name
    assert not structured.is_broken(bare, countries)


@pytest.mark.parametrize(("bare", "countries", "name"), VALID)
def test_any_other_last_digit_is_wrong(bare, countries, name):
    for digit in "0123456789":
        other = bare[:-1] + digit
        if other != bare and name != "KID":
            assert structured.scheme(other, countries) == "", other


@pytest.mark.parametrize(
    ("bare", "countries"),
    [
        ("010806817183", ()),
        ("010806817183", ("DE", "FR")),
        ("210000000003139471430009017", ("BE",)),
        ("1234561", ("DE",)),
        ("1234561", ()),
        ("0000000", ("FI", "SE", "NO")),
        ("", ("BE",)),
        ("INV202600012", ("BE", "FI", "NO")),
        ("١٢٣٤٥٦١", ("FI",)),
        ("²²²²²²²", ("FI", "SE", "NO")),
        ("RF", ()),
        ("RF18", ()),
    ],
)
def test_what_is_no_structured_reference(bare, countries):
    assert structured.scheme(bare, countries) == ""


def test_broken_is_what_carries_a_mark_and_does_not_hold():
    assert structured.is_broken("RF17539007547034")
    assert not structured.is_broken("RF18539007547034")
    assert not structured.is_broken("INV202600012", ("BE",))
    assert not structured.is_broken("RFQ2026")
    assert not structured.is_broken("SI0012345")


@pytest.mark.parametrize("prefix", ["SI12", "SI01", "HR01"])
def test_adriatic_models(prefix):
    holding = [
        digit
        for digit in "0123456789"
        if structured.scheme(f"{prefix}20260001{digit}") == prefix[:2]
    ]
    assert len(holding) == 1
    assert structured.is_broken(f"{prefix}20260001{(int(holding[0]) + 1) % 10}")


def test_dutch_reference():
    holding = [
        digit
        for digit in "0123456789"
        if structured.scheme(f"{digit}000056789012345", ("NL",)) == "NL"
    ]
    assert holding == ["5"]


@given(
    st.text(max_size=40), st.sets(st.sampled_from("BE CH FI NO SE DK NL XX".split()))
)
def test_any_text_can_be_checked(text, countries):
    assert isinstance(structured.scheme(text, countries), str)
    assert isinstance(structured.is_broken(text, countries), bool)


@given(
    st.integers(min_value=1, max_value=10**10 - 1),
    st.integers(min_value=0, max_value=11),
    st.integers(min_value=1, max_value=9),
)
def test_one_wrong_digit_of_a_belgian_reference_never_holds(number, place, change):
    first = f"{number:010d}"
    bare = f"{first}{number % 97 or 97:02d}"
    assert structured.scheme(bare, ("BE",)) == "BE"
    wrong = str((int(bare[place]) + change) % 10)
    assert structured.scheme(bare[:place] + wrong + bare[place + 1 :], ("BE",)) == ""
