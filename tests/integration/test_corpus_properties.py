"""Properties that matching has on any data: see ``corpus.properties``."""

import json

import pytest
from integration.databases import CHECKOUT, TEMPLATE, Database

PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from corpus.properties import main
main(env, {output!r})
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return what is wrong with each property."""
    output = tmp_path_factory.mktemp("properties") / "found.json"
    database = Database("properties").create(TEMPLATE)
    try:
        program = PROGRAM.format(folder=str(CHECKOUT / "tests"), output=str(output))
        done = database.shell(program, check=False)
        assert output.exists(), done.stdout[-3000:] + done.stderr[-3000:]
        yield json.loads(output.read_text())
    finally:
        database.drop()


def test_the_order_and_the_pieces_of_what_arrives_do_not_matter(found):
    assert found["rows"] > 300
    assert len(found["orders"]) == 4
    assert {name: each for name, each in found["orders"].items() if each} == {}


def test_a_repeated_run_changes_nothing(found):
    assert found["repeated"] == {"different": {}, "made": 0}


def test_claims_are_what_matches_take_whatever_is_undone(found):
    assert found["undone"]["problems"] == []


def test_what_was_undone_is_found_again(found):
    assert found["undone"]["different"] == {}


def test_nothing_is_claimed_once_everything_is_undone(found):
    assert found["released"] == 0


def test_no_stage_sees_money_as_float(found):
    assert found["floats"] == {}
