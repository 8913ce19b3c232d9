from typing import NamedTuple

import pytest

from odoo.addons.settlement.canonical.columns import Columns, missing_columns, plain
from odoo.addons.settlement.canonical.errors import MalformedInput

SPELLINGS = {"name": ("name", "fullname"), "amount": ("amountnc",), "note": ("note",)}


class Cells(NamedTuple):
    name: str
    amount: str
    note: str


def columns(*head):
    return Columns(head, Cells, SPELLINGS, ("name", "amount"), "Ask for it.")


@pytest.mark.parametrize("name", ["Amount (NC)", " amount_nc", "AMOUNT  NC"])
def test_a_name_without_what_differs_between_versions(name):
    assert plain(name) == "amountnc"


def test_cells_by_what_they_are_wherever_they_stand():
    found = columns("x", "Amount (NC)", "Name").cells(["1", "2", "3"])
    assert found == Cells(name="3", amount="2", note="")


def test_the_usual_spelling_counts_before_others():
    both = columns("Full Name", "Name", "Amount NC")
    assert both.cells(["a", "b", "c"]).name == "b"
    assert columns("Full Name", "Amount NC").cells(["a", "c"]).name == "a"


def test_a_column_that_is_missing_is_named_with_what_to_do():
    with pytest.raises(MalformedInput, match="'amountnc' is missing.*Ask for it"):
        columns("Name")


@pytest.mark.parametrize("row", [[], ["1"], ["1", "2", "3"]])
def test_a_row_is_as_wide_as_its_head(row):
    with pytest.raises(MalformedInput, match="the head has 2"):
        columns("Name", "Amount NC").cells(row)


def test_a_wanted_column_is_there_once():
    with pytest.raises(MalformedInput, match="'amount nc' is there twice"):
        columns("Name", "Amount (NC)", "amount nc")


def test_other_columns_may_be_there_twice_or_without_a_name():
    found = columns("Name", "", "Amount NC", "Reserved", "reserved", "")
    assert found.cells(list("abcdef")) == Cells("a", "c", "")


def test_columns_that_are_missing():
    assert missing_columns({"fullname"}, SPELLINGS, SPELLINGS) == ["amountnc", "note"]
    assert missing_columns({"amountnc"}, SPELLINGS, ["amount"]) == []


def test_the_names_that_are_there():
    assert columns("Name", "Amount NC", "Else").names == {"name", "amountnc", "else"}
