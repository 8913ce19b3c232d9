"""The test run counts honestly: what did not run, or was logged, is not a success."""

import pytest
import run_tests

HEAD = "2026-01-02 03:04:05,678 42"
TESTS = f"{HEAD} INFO db odoo.tests.result: %s when loading database 'db'\n"


def read(text, browser=True, expected=True):
    return run_tests.read_odoo_log("addon", text, browser, expected)


def counts(outcome):
    return outcome.passed, outcome.failed, outcome.skipped


def test_a_clean_log_counts_its_tests():
    outcome = read(TESTS % "0 failed, 0 error(s) of 12 tests")
    assert counts(outcome) == (12, 0, 0)
    assert outcome.problems == []


def test_failures_and_errors_are_failed_tests():
    text = (
        f"{HEAD} ERROR db odoo.addons.addon: FAIL: TestX.test_y\n"
        "Traceback (most recent call last):\n"
        "AssertionError: 1 != 2\n"
        f"{HEAD} INFO db odoo.addons.addon: Starting TestX.test_z ...\n"
    ) + TESTS % "1 failed, 2 error(s) of 12 tests"
    outcome = read(text)
    assert counts(outcome) == (9, 3, 0)
    assert "AssertionError: 1 != 2" in outcome.problems
    assert not [line for line in outcome.problems if "Starting" in line]


@pytest.mark.parametrize("level", ["WARNING", "ERROR", "CRITICAL"])
def test_a_record_above_info_fails_a_green_run(level):
    text = (
        f"{HEAD} {level} db odoo.x: oh no\n" + TESTS % "0 failed, 0 error(s) of 3 tests"
    )
    outcome = read(text)
    assert counts(outcome) == (3, 1, 0)
    assert any("oh no" in problem for problem in outcome.problems)


def test_the_words_alone_are_no_record():
    text = (
        f"{HEAD} INFO db odoo.x: WARNING is a word\n"
        "ERROR at the start of a line is none either\n"
    ) + TESTS % "0 failed, 0 error(s) of 3 tests"
    assert counts(read(text)) == (3, 0, 0)


def test_skipped_tests_are_not_passed():
    text = (
        f"{HEAD} INFO db odoo.x: skipped TestX.test_y : not today\n"
        + TESTS % "0 failed, 0 error(s) of 3 tests"
    )
    assert counts(read(text)) == (2, 0, 1)


CHROME = (
    f"{HEAD} INFO db odoo.x: skipped TestX.test_tour : Chrome executable not found\n"
)


def test_a_tour_skipped_in_spite_of_a_browser_is_a_failure():
    text = CHROME + TESTS % "0 failed, 0 error(s) of 3 tests"
    assert counts(read(text)) == (2, 1, 1)


def test_a_tour_skipped_for_want_of_a_browser_is_only_skipped():
    text = (
        f"{HEAD} WARNING db odoo.x: Chrome executable not found\n" + CHROME
    ) + TESTS % "0 failed, 0 error(s) of 3 tests"
    assert counts(read(text, browser=False)) == (2, 0, 1)


def test_an_addon_whose_tests_are_not_found_fails():
    text = (
        f"{HEAD} WARNING db odoo.tests.result: "
        "0 failed, 0 error(s) of 0 tests when loading database 'db'\n"
    )
    assert counts(read(text)) == (0, 1, 0)
    assert counts(read(text, expected=False)) == (0, 0, 0)


def test_a_run_that_broke_off_fails():
    outcome = read(f"{HEAD} CRITICAL db odoo.service.server: Failed to initialize\n")
    assert counts(outcome) == (0, 1, 0)
    assert any("Failed to initialize" in problem for problem in outcome.problems)


def test_the_closing_line_adds_up(capsys):
    outcomes = [run_tests.Outcome("a", 3, 0), run_tests.Outcome("b", 4, 1, 2)]
    assert run_tests.report(outcomes) == 1
    assert capsys.readouterr().out.endswith("\n7 passed, 1 failed\n")


def test_nothing_run_is_no_success(capsys):
    assert run_tests.report([run_tests.Outcome("a")]) == 1


def test_junit_report(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite><testcase/><testcase><failure/></testcase>"
        "<testcase><error/></testcase><testcase><skipped/></testcase>"
        "</testsuite></testsuites>"
    )
    assert counts(run_tests.read_junit("pure", report)) == (1, 2, 1)
