"""What the workbench promises names a test for each number, and that test exists."""

import re
from pathlib import Path

import pytest

ADDONS = Path(__file__).parents[3]
PAGE = ADDONS / "settlement_workbench" / "readme" / "REQUIREMENTS.md"
NUMBERS = [f"W{number}" for number in range(1, 38)]


def passages(text):
    """Return number → the paragraphs and sections that are about it."""
    found = {}
    for section in re.split(r"^(?=## )", text, flags=re.M):
        head = section.split("\n", 1)[0]
        for number in re.findall(r"\bW\d+\b", head):
            found.setdefault(number, []).append(section)
        for paragraph in section.split("\n\n"):
            if match := re.match(r"\*\*(W\d+) ", paragraph.strip()):
                found.setdefault(match.group(1), []).append(paragraph)
    return found


def named(passage):
    """Return the tests, test classes and tours that a passage names."""
    return set(re.findall(r"`(Test\w+|test_\w+|settlement_\w+)`", passage))


def known():
    """Return the names of all test classes, tests, test files and tours there are."""
    names = set()
    for path in ADDONS.glob("*/tests/**/test_*.py"):
        text = path.read_text()
        names.add(path.stem)
        names.update(re.findall(r"^class (\w+)", text, re.M))
        names.update(re.findall(r"^ *def (test_\w+)", text, re.M))
    for path in ADDONS.glob("*/static/tests/tours/*.js"):
        names.update(re.findall(r"\.add\(\s*\"(\w+)\"", path.read_text()))
    return names


KNOWN = known()
PASSAGES = passages(PAGE.read_text())


@pytest.mark.parametrize("number", NUMBERS)
def test_each_number_names_a_test(number):
    assert number in PASSAGES, f"{number} is not on the page"
    assert any(named(each) & KNOWN for each in PASSAGES[number]), number


@pytest.mark.parametrize("number", sorted(PASSAGES))
def test_what_is_named_is_there(number):
    missing = {
        name
        for each in PASSAGES[number]
        for name in named(each) - KNOWN
        # Addons and tables are named as well.
        if not (ADDONS / name).is_dir()
    }
    assert not missing, number


def test_no_number_is_unknown():
    assert set(PASSAGES) <= set(NUMBERS)
