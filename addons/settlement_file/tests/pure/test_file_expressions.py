"""The language of computed columns and conditions."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_file.expressions.language import (
    ExpressionError,
    compile_expression,
    functions,
)

CELLS = {
    "Gross": "1,250.50",
    "Fee": "-2.5",
    "Type": "Sale",
    "Empty": "  ",
    "Note": "Order 4711 / Berlin",
    "Day": "05.01.2026",
    "Number": Decimal("10"),
    "When": date(2026, 1, 31),
    "a]b": "bracket",
}
TABLES = {"Kinds": {"Sale": "charge", " refund ": "refund"}}


def value(text, **options):
    options.setdefault("thousands", ",")
    return compile_expression(text, TABLES, **options).value(CELLS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 2 - 3", "5"),
        ("12 / 4 / 3", "1"),
        ("-[Fee] + 1", "3.5"),
        ("--2", "2"),
        ("2 × 3 ÷ 4", "1.5"),
        ("5 − 3", "2"),
        ("[Gross] * 2", "2501.00"),
        ("[Gross] + [Fee]", "1248.00"),
        ("0.1 + 0.2", "0.3"),
        ("round(2 / 3, 2)", "0.67"),
        ("round(0.125, 2)", "0.13"),
        ('round(0.125, 2, "half_even")', "0.12"),
        ('round(0.129, 2, "down")', "0.12"),
        ('round(-0.121, 2, "up")', "-0.13"),
        ("1 / 3", "0.33333333333333333333"),
        ("abs([Fee])", "2.5"),
        ("min(3, [Fee], 2)", "-2.5"),
        ("max(3, [Fee], 2)", "3"),
        ('number("1.234,5", ",", ".")', "1234.5"),
        ('number("(7)")', "-7"),
        ("length([Type])", "4"),
        ("coalesce([Empty], 0)", "0"),
        ("if([Number] > 9, 1, 2)", "1"),
    ],
)
def test_numbers(text, expected):
    found = value(text)
    assert isinstance(found, Decimal)
    assert found == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a" & "b" & 1', "ab1"),
        ('"say ""hi"""', 'say "hi"'),
        ("'it''s'", "it's"),
        ("[Type]", "Sale"),
        ("[a]]b]", "bracket"),
        ("left([Note], 5)", "Order"),
        ("right([Note], 6)", "Berlin"),
        ("right([Note], 0)", ""),
        ("mid([Note], 7, 4)", "4711"),
        ('trim("  a   b ")', "a b"),
        ("upper([Type])", "SALE"),
        ("lower([Type])", "sale"),
        ('replace([Type], "S", "T")', "Tale"),
        ('split([Note], "/", 1)', "Order 4711"),
        ('split([Note], "/", -1)', "Berlin"),
        ('split([Note], "/", 9)', ""),
        ('concat([Type], "-", [Number])', "Sale-10"),
        ("text([When])", "2026-01-31"),
        ('lookup("Kinds", "SALE")', "charge"),
        ('lookup("Kinds", "Refund")', "refund"),
        ('lookup("Kinds", "odd", "other")', "other"),
        ('coalesce([Empty], "", [Type])', "Sale"),
        ('if(is_empty([Empty]), "none", "some")', "none"),
    ],
)
def test_texts(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[Type] = "Sale"', True),
        ('[Type] == "sale"', False),
        ('[Type] <> "Sale"', False),
        ('[Type] != "x"', True),
        ("[Number] = 10.00", True),
        ('[Number] = "10"', True),
        ("[Type] = 1", False),
        ("[Gross] > 1250", True),
        ("[Gross] ≥ 1250.50", True),
        ("[Fee] < 0 and [Gross] > 0", True),
        ("[Fee] > 0 or [Gross] > 0", True),
        ("not [Fee] > 0", True),
        ("not not true", True),
        ("true and false or true", True),
        ("[Empty] = nothing", True),
        ('[Empty] = ""', True),
        ('date([Day], "%d.%m.%Y") < [When]', True),
        ('contains([Note], "BERLIN")', True),
        ('contains([Note], "x", "order")', True),
        ('starts_with([Note], "order")', True),
        ('ends_with([Note], "lin")', True),
        ('one_of([Type], "Fee", "Sale")', True),
        ('one_of([Type], "Fee")', False),
        # Neither side that is not needed is looked at.
        ("false and 1 / 0 = 1", False),
        ("true or 1 / 0 = 1", True),
    ],
)
def test_conditions(text, expected):
    assert value(text) is expected


def test_dates():
    assert value('date([Day], "%d.%m.%Y")') == date(2026, 1, 5)
    assert value('date("2026-02-03")') == date(2026, 2, 3)
    assert value("[When]") == date(2026, 1, 31)
    assert value("if(false, 1)") is None


def test_what_is_not_needed_is_not_computed():
    assert value("if(true, 1, 1 / 0)") == 1
    assert value("coalesce(1, 1 / 0)") == 1


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "stops before"),
        ("1 +", 3, "stops before"),
        ("(1", 2, "')' is missing"),
        ("1)", 1, "not expected"),
        ("1 2", 2, "not expected"),
        ('"a', 0, "never closed"),
        ("[a", 0, "never closed"),
        ("[]", 0, "name of a column is missing"),
        ("#", 0, "means nothing"),
        ("1 + Gross", 4, "no function 'gross'"),
        ("eval(1)", 0, "no function 'eval'"),
        ("left(1)", 0, "left(text, length)"),
        ("if(true)", 0, "if(condition"),
        ("1 < 2 < 3", 6, "two values"),
        ("1 = = 2", 4, "not expected"),
        ("round(1, 2, 3, 4)", 0, "round(number"),
        (f"{'(' * 40}1{')' * 40}", 31, "levels deep"),
        ("1" * 31, 0, "at most 30 digits"),
        ("1" * 5000, 4000, "at most 4000 characters"),
        (" ".join(["1 +"] * 600), None, "at most 1000 parts"),
        (f"max({', '.join(['1'] * 51)})", None, "more than 50"),
    ],
)
def test_what_cannot_be_read_says_where(text, position, words):
    with pytest.raises(ExpressionError, match=re.escape(words)) as caught:
        compile_expression(text)
    if position is not None:
        assert caught.value.position == position
    assert caught.value.sentence
    assert f"character {caught.value.position + 1}" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("1 / 0", 2, "division by zero"),
        ("[Gross] + [Type]", 8, "'Sale' is no number"),
        ("[Gross] + [Empty]", 8, "this is empty"),
        ("2 * [missing]", 4, "no column 'missing'"),
        ("[Type] > 1", 7, "'Sale' is no number"),
        ('[Empty] > "a"', 8, "empty cell"),
        ("true > false", 5, "no order"),
        ("[Type] and true", 0, "a condition is needed"),
        ("not [Number]", 0, "this is a number"),
        ('lookup("Kinds", "odd")', 0, "'odd' is not in the table"),
        ('lookup("Other", "odd")', 0, "no table 'Other'"),
        ('replace([Type], "", "x")', 0, "replaced is empty"),
        ('split([Type], "", 1)', 0, "split at is empty"),
        ('split([Type], "a", 0)', 0, "count from 1"),
        ("left([Type], -1)", 0, "whole number from 0"),
        ("left([Type], 1.5)", 0, "whole number from 0"),
        ('round(1, 2, "odd")', 0, "half_up, half_even"),
        ("round(1, 13)", 0, "from 0 to 12"),
        ('date("31.02.2026", "%d.%m.%Y")', 0, "is no date"),
        ('date([Day], "%Q")', 0, "no part of a date"),
        ('date("")', 0, "this is empty"),
        ('number("1", ",", ",")', 0, "no thousands sign"),
        (" * ".join(["99999999999999999999"] * 9), None, "use round"),
        (" * ".join(["0.00000000000000000001"] * 9), None, "use round"),
        ('replace(replace("aaaaaaaaaa", "a", "bbbbbbbbbb"), "b", [Long])', 0, "longer"),
    ],
)
def test_what_has_no_value_says_where(text, position, words):
    expression = compile_expression(text, TABLES, thousands=",")
    cells = {**CELLS, "Long": "x" * 500}
    with pytest.raises(ExpressionError, match=f"(?i){words}") as caught:
        expression.value(cells)
    if position is not None:
        assert caught.value.position == position


def test_the_columns_of_an_expression_are_known():
    expression = compile_expression('if([A] > 1, [B C], "[D]")')
    assert expression.columns == {"A", "B C"}
    assert expression.text.startswith("if(")


def test_a_condition_is_true_or_false_only():
    assert compile_expression("1 = 1").truth({}) is True
    with pytest.raises(ExpressionError, match="this is a number"):
        compile_expression("1").truth({})


def test_values_as_texts_of_cells():
    assert compile_expression("1.50 + 0").text_value({}) == "1.50"
    assert compile_expression("nothing").text_value({}) == ""
    assert compile_expression("true").text_value({}) == "true"


def test_numbers_of_texts_are_those_of_the_layout():
    comma = compile_expression("[A] * 2", decimal=",", thousands=".")
    assert comma.value({"A": "1.250,50"}) == Decimal("2501.00")
    # Numbers of the expression itself always have a point.
    assert compile_expression("1.5 + 1", decimal=",").value({}) == Decimal("2.5")


def test_a_long_sum_does_not_exhaust_the_stack():
    text = " + ".join(["1"] * 490)
    assert compile_expression(text).value({}) == 490
    text = " & ".join(["'a'"] * 490)
    assert compile_expression(text).value({}) == "a" * 490
    text = " or ".join(["false"] * 400)
    assert compile_expression(text).value({}) is False
    assert compile_expression("-" * 900 + "1").value({}) == 1
    assert compile_expression("not " * 900 + "true").value({}) is True


def test_the_help_names_every_function():
    known = functions()
    assert {"if", "lookup", "round", "split"} <= set(known)
    for name, (signature, meaning) in known.items():
        assert signature.startswith(f"{name}(")
        assert meaning


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@given(first=amounts, second=amounts, third=amounts)
def test_arithmetic_is_exact(first, second, third):
    cells = {"a": f"{first:f}", "b": f"{second:f}", "c": third}
    found = compile_expression("[a] + [b] - [c]").value(cells)
    assert found == first + second - third
    found = compile_expression("[a] * [b]").value(cells)
    assert found == first * second


@given(first=amounts, places=st.integers(0, 6))
def test_rounding_is_commercial(first, places):
    found = compile_expression(f"round([a], {places})").value({"a": first})
    step = Decimal(1).scaleb(-places)
    assert abs(found - first) * 2 <= step
    assert found == found.quantize(step)
    again = compile_expression(f"round([a], {places})").value({"a": -first})
    assert again == -found


@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        expression = compile_expression(text)
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert isinstance(expression.columns, frozenset)


@given(text=st.text(max_size=50))
def test_quoted_texts_are_themselves(text):
    doubled = text.replace('"', '""')
    assert compile_expression(f'"{doubled}"').value({}) == text
