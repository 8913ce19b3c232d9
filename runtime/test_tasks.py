"""The parts of a test run: each is a process of its own with databases of its own."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import addon_list
import psutil
import test_log
from test_log import Outcome

CHECKOUT = addon_list.CHECKOUT
RUNTIME = Path(os.environ.get("SETTLEMENT_RUNTIME") or CHECKOUT / ".runtime").absolute()
LOGS = RUNTIME / "logs"
TEMPLATE = os.environ.get("SETTLEMENT_TEMPLATE", "tpl_suite")
PREFIX = os.environ.get("SETTLEMENT_TEST_PREFIX", "test")
INTEGRATION = CHECKOUT / "tests" / "integration"
# Seconds; whatever takes longer hangs, and is stopped so that the rest still counts.
LONGEST_PART = 1500
# Integration tests that share a database run in one process.
TOGETHER = (("test_demo.py", "test_verify_corruption.py"),)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def environment() -> dict[str, str]:
    """Return the environment that finds the runtime and its PostgreSQL."""
    return {
        **os.environ,
        "SETTLEMENT_RUNTIME": str(RUNTIME),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run_process(
    command: list[str], log: Path, settings: dict[str, str] | None = None
) -> tuple[int, float, float]:
    """Run a program into a log; return exit code, seconds, seconds of CPU.

    ``settings`` are added to the environment. What takes longer than ``LONGEST_PART``
    is stopped, with all that it started.
    """
    start = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**environment(), **(settings or {})},
        )
        guard = threading.Timer(LONGEST_PART, stop_process, [process.pid, log])
        guard.start()
        try:
            _pid, status, usage = os.wait4(process.pid, 0)
        finally:
            guard.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return process.returncode, time.monotonic() - start, cpu


def stop_process(pid: int, log: Path) -> None:
    """Kill a process and all that it started, and say so in its log."""
    with log.open("ab") as output:
        output.write(f"\nstopped: took longer than {LONGEST_PART} s\n".encode())
    process = psutil.Process(pid)
    for each in [*process.children(recursive=True), process]:
        each.kill()


# -- pytest ---------------------------------------------------------------------------


def run_pytest(name: str, *arguments: str) -> Outcome:
    """Run pytest and count its tests from the report it writes."""
    report, log = LOGS / f"{name}.xml", LOGS / f"{name}.log"
    report.unlink(missing_ok=True)
    code, seconds, cpu = run_process(
        [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments], log
    )
    outcome = test_log.read_junit(name, report) if report.exists() else Outcome(name)
    outcome.seconds, outcome.cpu = seconds, cpu
    # Code 5: nothing was collected.
    if code not in (0, 5) and not outcome.failed:
        outcome.fail(f"pytest ended with code {code}, see {log}")
    elif outcome.failed:
        outcome.problems += test_log.tail(log, 60)
    return outcome


def integration_groups() -> list[list[str]]:
    """Return the files of integration tests, those together that share a database."""
    files = sorted(path.name for path in INTEGRATION.glob("test_*.py"))
    groups = [[name for name in group if name in files] for group in TOGETHER]
    alone = [[name] for name in files if not any(name in group for group in TOGETHER)]
    return [group for group in groups + alone if group]


def run_integration(files: list[str]) -> Outcome:
    """Run some files of integration tests."""
    name = f"integration-{files[0].removeprefix('test_').removesuffix('.py')}"
    return run_pytest(name, *(str(INTEGRATION / each) for each in files))


# -- Odoo -----------------------------------------------------------------------------


# Addons of Odoo that tests of ours work with, though the addon depends on none of them.
NEIGHBOURS = {"settlement": "base_automation"}


# Addons that join ours to one of OCA. The suite installs without them; their tests run
# in a database that has both.
GLUE = ("settlement_reconcile_oca",)


def run_odoo(addon: str, port: int) -> Outcome:
    """Run the Odoo tests of one addon in a copy of the template database."""
    expected = has_odoo_tests(addon)
    return run_tagged(addon, f"/{addon}", addon, port, expected)


def run_glue(addon: str, port: int) -> Outcome:
    """Run the Odoo tests of an addon that joins ours to one of the package registry."""
    shell_function("peer_addons")
    own = os.environ.get("SETTLEMENT_ADDONS_PATH") or str(CHECKOUT / "addons")
    peer = RUNTIME / "peer" / "odoo" / "addons"
    settings = {"SETTLEMENT_ADDONS_PATH": f"{own},{peer}"}
    return run_tagged(addon, f"/{addon}", addon, port, True, settings=settings)


def neighbours_of(name: str) -> list[str]:
    """Return the options that install what the tests of an addon meet beside it."""
    if name in GLUE:
        return [f"--init={name}"]
    return [f"--init={NEIGHBOURS[name]}"] if name in NEIGHBOURS else []


def run_tagged(
    name: str,
    tags: str,
    update: str,
    port: int,
    expected: bool = True,
    template: str = TEMPLATE,
    settings: dict[str, str] | None = None,
) -> Outcome:
    """Run the Odoo tests with some tags in a copy of a template database.

    ``update`` names the addons to update: Odoo tests no others. ``expected`` tells
    whether there must be tests at all, ``settings`` are added to the environment.
    """
    database = f"{PREFIX}_{name}"
    log = LOGS / f"test-{name}.log"
    copy_database(database, template)
    code, seconds, cpu = run_process(
        [
            str(RUNTIME / "bin" / "odoo"),
            f"--database={database}",
            f"--update={update}",
            *neighbours_of(name),
            f"--test-tags={tags}",
            "--stop-after-init",
            f"--http-port={port}",
        ],
        log,
        settings,
    )
    text = log.read_text(encoding="utf-8", errors="replace")
    outcome = test_log.read_odoo_log(name, text, test_log.has_browser(), expected)
    outcome.seconds, outcome.cpu = seconds, cpu
    outcome.slowest = test_log.class_seconds(text)[: test_log.SLOW_CLASSES]
    if code and not outcome.failed:
        outcome.fail(f"Odoo ended with code {code}")
        outcome.problems += test_log.tail(log, 3)
    if outcome.failed:
        outcome.problems.append(f"the whole log: {log}")
    else:
        drop_database(database)
    return outcome


def has_odoo_tests(addon: str) -> bool:
    """Tell whether the addon has tests that need Odoo."""
    return any(
        any((folder / addon / "tests").glob("test_*.py"))
        for folder in addon_list.addons_folders()
    )


def install_suite() -> Outcome:
    """Install all addons in the template database and check the log of it."""
    outcome = Outcome("installation")
    log = LOGS / "suite.log"
    code, outcome.seconds, outcome.cpu = run_process(
        [str(CHECKOUT / "runtime" / "setup.sh"), "suite"], LOGS / "installation.log"
    )
    if code:
        outcome.fail(f"the addons could not be installed together, see {log}")
        outcome.problems += test_log.tail(LOGS / "installation.log", 20)
        return outcome
    text = log.read_text(encoding="utf-8")
    test_log.check_records(outcome, text, test_log.has_browser(), True)
    outcome.passed = 0 if outcome.failed else 1
    return outcome


# -- databases ------------------------------------------------------------------------


def shell_function(*call: str) -> None:
    """Call a function of the set-up's scripts."""
    steps = "lib.sh", "steps/template.sh", "steps/peer.sh"
    script = "".join(f'. "$0/{step}"; ' for step in steps) + '. "$RUNTIME/env.sh"; "$@"'
    subprocess.run(
        ["bash", "-c", script, str(CHECKOUT / "runtime"), *call],
        env=environment(),
        check=True,
    )


def copy_database(name: str, template: str = TEMPLATE) -> None:
    """Make a fresh copy of a template, by default the suite's."""
    shell_function("database_copy", template, name)


def drop_database(name: str) -> None:
    """Remove a database and its files."""
    shell_function("database_drop", name)
