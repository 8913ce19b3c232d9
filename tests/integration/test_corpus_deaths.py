"""Matching that is killed anywhere, and two workers at once: see ``corpus.deaths``."""

import json

import pytest
from integration.databases import CHECKOUT, TEMPLATE, Database

PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from corpus.deaths import main
main(env, {output!r})
"""


@pytest.fixture(scope="module")
def cycles(tmp_path_factory):
    """Return the results of all cycles, the undisturbed run first."""
    output = tmp_path_factory.mktemp("deaths") / "cycles.jsonl"
    database = Database("deaths").create(TEMPLATE)
    try:
        program = PROGRAM.format(folder=str(CHECKOUT / "tests"), output=str(output))
        done = database.shell(program, check=False)
        assert "all cycles are done" in done.stdout, done.stdout[-3000:] + done.stderr
        yield [json.loads(line) for line in output.read_text().splitlines()]
    finally:
        database.drop()


def of(cycles, act):
    return [cycle for cycle in cycles if cycle["fault"].get("act") == act]


def test_each_kill_found_its_victim(cycles):
    """A run that lived on would prove nothing."""
    kills = of(cycles, "kill")
    assert len(kills) >= 12
    assert [each["fault"] for each in kills if each["code"] != -9] == []


def test_each_lost_connection_ended_the_run(cycles):
    assert {each["code"] for each in of(cycles, "disconnect")} == {3}


def test_two_workers_do_not_break_each_other(cycles):
    assert len(of(cycles, "two")) >= 2
    assert [each["error"] for each in of(cycles, "two") if each["code"]] == []


def test_all_laws_hold_after_each(cycles):
    assert [each["findings"] for each in cycles if each["findings"]] == []


def test_the_end_is_that_of_an_undisturbed_run(cycles):
    different = [
        (each["fault"], each["different"]) for each in cycles if each["different"]
    ]
    assert different == []
