"""The engine against a corpus of known truth, a small one; ``make corpus`` is large."""

import json

import pytest
from corpus import scenarios  # noqa: F401  registers them
from corpus.registry import SCENARIOS
from integration.databases import CHECKOUT, TEMPLATE, Database

PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from corpus.run import main
main(env, {output!r}, **{options!r})
"""
# Few examples are proof enough here, so that history may be short.
OPTIONS = {
    "seeds": (5, 6),
    "history": (0,),
    "repetitions": 1,
    "learnt_repetitions": 3,
    "precision_limit": 50.0,
}
# Share of what can be matched that has to be, by number and by amount.
LEAST_RECALL = 0.97


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return what the corpus says about the engine."""
    output = tmp_path_factory.mktemp("corpus") / "report.json"
    database = Database("corpus").create(TEMPLATE)
    try:
        program = PROGRAM.format(
            folder=str(CHECKOUT / "tests"), output=str(output), options=OPTIONS
        )
        done = database.shell(program, check=False)
        assert output.exists(), done.stdout[-3000:] + done.stderr[-3000:]
        yield json.loads(output.read_text())
    finally:
        database.drop()


def examples(report, word):
    """Return the rows with a verdict, for the message of a test that fails."""
    return [row for rows in report["examples"].values() for row in rows if word in row]


def test_every_scenario_was_played(report):
    assert set(report["scenarios"]) == SCENARIOS.keys()
    assert report["total"]["rows"] > 600


def test_no_automatic_match_is_false(report):
    assert report["total"]["false"] == 0, examples(report, "false:")


def test_no_scenario_is_lost(report):
    """Of each that can be matched at all, something is."""
    lost = {
        name
        for name, each in report["scenarios"].items()
        if each["must"] and not each["right"]
    }
    assert not lost


def test_what_can_be_matched_is_matched(report):
    total = report["total"]
    assert total["recall"] >= LEAST_RECALL, examples(report, "missed:")
    assert total["recall_by_amount"] >= LEAST_RECALL, examples(report, "missed:")


def test_what_is_open_says_why(report):
    assert report["total"]["mistyped"] == 0, examples(report, "mistyped:")


def test_all_laws_hold(report):
    assert report["findings"] == []
