"""The test run counts honestly: what did not run, or was logged, is not a success."""

import own_suites
import psutil
import pytest
import run_tests
import test_log
import test_tasks

HEAD = "2026-01-02 03:04:05,678 42"
TESTS = f"{HEAD} INFO db odoo.tests.result: %s when loading database 'db'\n"


def read(text, browser=True, expected=True):
    return test_log.read_odoo_log("addon", text, browser, expected)


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
    assert counts(test_log.read_junit("pure", report)) == (1, 2, 1)


def test_the_seconds_of_classes():
    def record(seconds, text):
        return f"2026-01-02 03:04:{seconds:02},000 42 INFO db {text}\n"

    text = (
        record(1, "odoo.addons.a.tests.test_x: Starting TestX.test_a ...")
        + record(3, "odoo.addons.a.tests.test_x: Starting TestY.test_b ...")
        + record(4, "odoo.addons.a.tests.test_x: Starting TestX.test_c ...")
        + record(9, "odoo.service.server: 3 post-tests in 8.00s, 12 queries")
        + record(30, "odoo.service.server: Initiating shutdown")
    )
    assert test_log.class_seconds(text) == [(7.0, "TestX"), (1.0, "TestY")]


def test_the_slowest_classes_are_named(capsys):
    outcome = run_tests.Outcome("a", 3, 0, slowest=[(7.0, "TestX"), (9.0, "TestY")])
    run_tests.report([outcome])
    assert "slowest classes: a:TestY 9 s, a:TestX 7 s" in capsys.readouterr().out


def test_the_longest_part_starts_first(tmp_path, monkeypatch):
    monkeypatch.setattr(run_tests, "DURATIONS", tmp_path / "durations.json")
    monkeypatch.setenv("SETTLEMENT_TEST_PROCESSES", "1")
    ran = []

    def part(name, seconds):
        def run(port):
            ran.append(name)
            return run_tests.Outcome(name, 1, 0, seconds=seconds)

        return run_tests.Part(name, run)

    parts = [part("short", 1), part("long", 60)]
    run_tests.run_parts(parts)
    run_tests.run_parts([*parts, part("new", 1)])
    assert ran == ["short", "long", "new", "long", "short"]


def test_a_part_that_cannot_run_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(run_tests, "DURATIONS", tmp_path / "durations.json")

    def run(port):
        raise OSError("no disk")

    (outcome,) = run_tests.run_parts([run_tests.Part("broken", run)])
    assert counts(outcome) == (0, 1, 0)
    assert outcome.problems == ["no disk"]


def log_of(tmp_path, name, *failures):
    text = "".join(
        f"{HEAD} ERROR db odoo.addons.account.tests.test_x: {failure}\n"
        for failure in failures
    )
    (tmp_path / f"test-{name}.log").write_text(text)


def test_what_fails_without_us_is_no_failure_of_ours(tmp_path, monkeypatch, capsys):
    log_of(tmp_path, "odoo", "FAIL: TestA.test_x", "ERROR: TestB.test_y")
    log_of(tmp_path, "odoo-plain", "FAIL: TestA.test_x")
    tasks = own_suites.test_tasks
    monkeypatch.setattr(tasks, "LOGS", tmp_path)
    monkeypatch.setattr(tasks, "drop_database", lambda name: None)
    asked = []

    def run(name, tags, *_arguments, **_options):
        asked.append(tags)
        return run_tests.Outcome(name, 10, 2, problems=["a traceback"])

    monkeypatch.setattr(tasks, "run_tagged", run)
    outcome = own_suites.without_known("odoo", "/account", 1)
    assert asked == ["/account", "/account:TestA.test_x,/account:TestB.test_y"]
    assert counts(outcome) == (10, 1, 0)
    assert outcome.problems == ["a traceback"]
    assert "TestA.test_x" in capsys.readouterr().out
    log_of(tmp_path, "odoo-plain", "FAIL: TestA.test_x", "ERROR: TestB.test_y")
    assert counts(own_suites.without_known("odoo", "/account", 1)) == (10, 0, 0)


def test_a_class_that_cannot_be_set_up_is_found(tmp_path, monkeypatch):
    place = "(odoo.addons.account.tests.test_x.TestC)"
    log_of(tmp_path, "odoo", f"ERROR: setUpClass {place}", "FAIL: Subtest TestA.test_x")
    monkeypatch.setattr(own_suites.test_tasks, "LOGS", tmp_path)
    assert own_suites.failed_tests("odoo") == {
        ("account", "TestC", ""),
        ("account", "TestA", "test_x"),
    }


def test_what_a_test_meets_beside_its_addon_is_installed():
    assert test_tasks.neighbours_of("settlement") == ["--init=base_automation"]
    assert test_tasks.neighbours_of("settlement_bank") == []


def test_glue_is_tested_beside_the_addon_it_joins(tmp_path, monkeypatch):
    calls, ran = [], []
    monkeypatch.setenv("SETTLEMENT_ADDONS_PATH", "/ours")
    monkeypatch.setattr(test_tasks, "RUNTIME", tmp_path)
    monkeypatch.setattr(test_tasks, "LOGS", tmp_path)
    monkeypatch.setattr(test_tasks, "shell_function", lambda *call: calls.append(call))

    def process(command, log, settings=None):
        ran.append((command, settings))
        log.write_text(TESTS % "0 failed, 0 error(s) of 3 tests")
        return 0, 1.0, 1.0

    monkeypatch.setattr(test_tasks, "run_process", process)
    (part,) = run_tests.glue_parts([])
    assert counts(part.run(8000)) == (3, 0, 0)
    assert calls[0] == ("peer_addons",)
    ((command, settings),) = ran
    assert "--init=settlement_reconcile_oca" in command
    path = f"/ours,{tmp_path}/peer/odoo/addons"
    assert settings == {"SETTLEMENT_ADDONS_PATH": path}
    assert run_tests.glue_parts(["settlement"]) == []
    assert len(run_tests.glue_parts(["settlement_reconcile_oca"])) == 1


def test_what_hangs_is_stopped_with_all_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr(test_tasks, "LONGEST_PART", 1)
    log, child = tmp_path / "log", tmp_path / "child"
    script = f"sleep 60 & echo $! > {child}; echo begun; wait"
    code, seconds, _cpu = test_tasks.run_process(["bash", "-c", script], log)
    assert code < 0
    assert seconds < 30
    assert log.read_text().startswith("begun\n")
    assert "stopped: took longer than 1 s" in log.read_text()
    assert is_gone(int(child.read_text()))


def test_what_ends_in_time_is_left_alone(tmp_path):
    log = tmp_path / "log"
    code, _seconds, _cpu = test_tasks.run_process(["echo", "done"], log)
    assert (code, log.read_text()) == (0, "done\n")


def is_gone(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
