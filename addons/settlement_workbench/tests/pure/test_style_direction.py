"""Styles and templates fit pages from right to left, and dark ones."""

import re
from pathlib import Path

import pytest

ADDONS = Path(__file__).parents[3]
STYLES = sorted(ADDONS.glob("settlement*/static/src/**/*.scss"))
TEMPLATES = sorted(ADDONS.glob("settlement*/static/src/**/*.xml"))
# A side of the screen instead of the start or the end of a line.
SIDED = re.compile(
    r"^\s*((margin|padding|border)-(left|right)\b.*|(left|right|float)\s*:.*"
    r"|text-align\s*:\s*(left|right).*)$",
    re.MULTILINE,
)
# Four values in which the two sides differ: start and end are then swapped by nobody.
FOUR = re.compile(
    r"^\s*(?:margin|padding)\s*:\s*(\S+) (\S+) (\S+) (\S+);", re.MULTILINE
)
# A colour of its own stays what it is in the dark.
FIXED_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(\s*\d|\b(lighten|darken)\(")
COMMENT = re.compile(r"//.*")
INLINE = re.compile(r"style=\"[^\"]*(color|background|left|right|float)\b")


def code_of(path):
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def name_of(path):
    return str(path.relative_to(ADDONS))


def test_there_are_styles():
    assert len(STYLES) > 3
    assert len(TEMPLATES) > 5


@pytest.mark.parametrize("path", STYLES, ids=name_of)
def test_styles_know_start_and_end_only(path):
    code = code_of(path)
    assert [found[0] for found in SIDED.findall(code)] == []
    assert [found for found in FOUR.findall(code) if found[1] != found[3]] == []


@pytest.mark.parametrize("path", STYLES, ids=name_of)
def test_styles_take_their_colours_from_odoo(path):
    assert [found[0] for found in FIXED_COLOUR.finditer(code_of(path))] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_have_no_colours_or_sides(path):
    assert INLINE.search(path.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize(
    "text",
    [
        "    margin-left: 1px;",
        "  left: 0;",
        "text-align: right;",
        "  float: left;",
    ],
)
def test_what_is_found(text):
    assert SIDED.search(text)
    assert not SIDED.search("    margin-inline-start: 1px;\n    min-height: 2px;")


def test_what_colours_are_found():
    assert FIXED_COLOUR.search("color: #8a5300;")
    assert FIXED_COLOUR.search("background: lighten($warning, 42%);")
    assert FIXED_COLOUR.search("color: rgba(0, 0, 0, 0.5);")
    assert not FIXED_COLOUR.search('color: rgba($success, 0.5); grid: #{"x"};')
