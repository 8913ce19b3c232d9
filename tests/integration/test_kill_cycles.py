"""Many lives that end early, each in its own way: the end is always the same."""

import json
import os

import pytest
from integration.databases import CHECKOUT, TEMPLATE, Database

# More cycles, or others: set these.
COUNT = int(os.environ.get("SETTLEMENT_KILL_CYCLES", "50"))
SEED = int(os.environ.get("SETTLEMENT_KILL_SEED", "1"))

PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from integration.kill_cycles import main
main(env, {output!r}, {seed}, {count})
"""


@pytest.fixture(scope="module")
def cycles(tmp_path_factory):
    """Return the results of all cycles, the undisturbed life first."""
    output = tmp_path_factory.mktemp("kill") / "cycles.jsonl"
    database = Database("kill_cycles").create(TEMPLATE)
    try:
        done = database.shell(
            PROGRAM.format(
                folder=str(CHECKOUT / "tests"),
                output=str(output),
                seed=SEED,
                count=COUNT,
            ),
            check=False,
        )
        assert "all cycles are done" in done.stdout, done.stdout[-3000:] + done.stderr
        yield [json.loads(line) for line in output.read_text().splitlines()]
    finally:
        database.drop()


def of(cycles, act):
    return [cycle for cycle in cycles if cycle["fault"].get("act") == act]


def test_there_are_enough_of_every_kind(cycles):
    assert len(of(cycles, "kill")) >= min(COUNT, 30)
    assert len(cycles) > COUNT
    for act in ("disconnect", "deadlock", "rival", "two"):
        assert of(cycles, act), act


def test_each_kill_found_its_victim(cycles):
    """A child that lived on would prove nothing."""
    survivors = [each["fault"] for each in of(cycles, "kill") if each["code"] != -9]
    assert survivors == []


def test_each_lost_connection_ended_the_life(cycles):
    assert {each["code"] for each in of(cycles, "disconnect")} == {3}


def test_conflicts_are_begun_again_or_told(cycles):
    """A step of the pipeline begins again by itself; a person's act is refused."""
    for act in ("rival", "deadlock"):
        assert {each["code"] for each in of(cycles, act)} <= {0, 3}
    assert 0 in {each["code"] for each in of(cycles, "rival")}


def test_two_workers_do_not_break_each_other(cycles):
    assert [each["error"] for each in of(cycles, "two") if each["code"]] == []


def test_verify_finds_nothing(cycles):
    found = [(each["fault"], each["findings"]) for each in cycles if each["findings"]]
    assert found == []


def test_the_end_is_that_of_an_undisturbed_life(cycles):
    different = [
        (each["fault"], each["different"]) for each in cycles if each["different"]
    ]
    assert different == []
