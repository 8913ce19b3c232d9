import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.words import LONGEST, counted, shortened

ADDONS = Path(__file__).parents[3]
# Texts of the lines of entries: what is planned with them counts them.
COUNTED_LATER = ("entry.py", "slice_builder.py")


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 rows are open"), (1, "1 row is open"), (2, "2 rows are open")],
)
def test_words_fit_the_number(count, expected):
    assert counted(f"{count} {{row is|rows are}} open", count) == expected


def test_several_words_and_none():
    sentence = "2 {match|matches} of it {was|were} taken back"
    assert counted(sentence, 1) == "2 match of it was taken back"
    assert counted("nothing to choose", 1) == "nothing to choose"
    assert counted("{|all }", 1) == ""


def test_other_braces_stay():
    assert counted("{name} {a|b|c} {}", 1) == "{name} {a|b|c} {}"


def test_long_identifiers_lose_their_middle():
    bank = "DE79957841989115082632/EUR:2026-03-09:EUR2IRFZJJ6U4:-1845.40"
    assert shortened(bank) == "DE7995784198…IRFZJJ6U4:-1845.40"
    assert shortened("txn_1gLs4S3Q5esh3nD7T25ZWeT66") == "txn_1gLs4S3Q5esh3nD7T25ZWeT66"


@given(st.text(max_size=90))
def test_what_is_short_is_whole(text):
    short = shortened(text)
    assert len(short) <= LONGEST
    assert (short == text) == (len(text) <= LONGEST)
    assert text.startswith(short.split("…")[0]) or "…" in text


def marked_literals():
    """Return (file, line, text, whether a call of counted surrounds it)."""
    found = []
    for path in sorted(ADDONS.glob("settlement*/**/*.py")):
        if "tests" in path.parts or path.name in COUNTED_LATER:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {
            id(node)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "counted"
            for node in ast.walk(call)
        }
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and re.search(r"%\(\w+\)s[^%]*\{[\w ]*\|[\w ]*\}", node.value):
                place = f"{path.relative_to(ADDONS)}:{node.lineno}"
                found.append((place, id(node) in inside))
    return found


def test_every_sentence_with_forms_is_counted():
    found = marked_literals()
    assert len(found) > 30
    assert [place for place, is_counted in found if not is_counted] == []
