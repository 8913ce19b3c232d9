"""Run all tests of the suite and count them.

    run_tests.py [addon …]        all tests, or only those of some addons

Pure tests and integration tests run by pytest. The Odoo tests of each addon run in a
process and a copy of the suite's database of their own, several at a time. A run fails
too when Odoo logged a warning or an error. The last line is "N passed, N failed".
"""

import concurrent.futures
import dataclasses
import os
import queue
import re
import shutil
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import addon_list

CHECKOUT = addon_list.CHECKOUT
RUNTIME = Path(os.environ.get("SETTLEMENT_RUNTIME") or CHECKOUT / ".runtime").absolute()
LOGS = RUNTIME / "logs"
TEMPLATE = "tpl_suite"

RECORD = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) (.*)$")
ANY_RECORD = re.compile(r"^\d{4}-\d\d-\d\d \S+ \d+ [A-Z]+ ")
STATISTICS = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading")
SKIPPED = re.compile(r"^\S+ \S+ \d+ INFO \S+ \S+: skipped (.*)$")
# Why Odoo skips the tests that drive a browser, in its own words.
NO_BROWSER = re.compile(r"[Cc]hrome|websocket-client")


@dataclasses.dataclass
class Outcome:
    """What one run of tests gave; ``problems`` are sentences for the reader."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    problems: list[str] = dataclasses.field(default_factory=list)

    def fail(self, problem: str) -> None:
        """Count one more failure that is not a test's own."""
        self.failed += 1
        self.problems.append(problem)

    def line(self) -> str:
        """Return the outcome in one line."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return (
            f"    {self.name}: {self.passed} passed, {self.failed} failed{skipped}"
            f" ({self.seconds:.0f} s)"
        )


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


# -- pytest ---------------------------------------------------------------------------


def run_pytest(name: str, *arguments: str) -> Outcome:
    """Run pytest and count its tests from the report it writes."""
    report, log = LOGS / f"{name}.xml", LOGS / f"{name}.log"
    report.unlink(missing_ok=True)
    start = time.monotonic()
    with log.open("wb") as output:
        code = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments],
            cwd=CHECKOUT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(),
            check=False,
        ).returncode
    outcome = read_junit(name, report) if report.exists() else Outcome(name)
    outcome.seconds = time.monotonic() - start
    # Code 5: nothing was collected.
    if code not in (0, 5) and not outcome.failed:
        outcome.fail(f"pytest ended with code {code}, see {log}")
    elif outcome.failed:
        outcome.problems += tail(log, 60)
    return outcome


def read_junit(name: str, report: Path) -> Outcome:
    """Return the counts of a JUnit report."""
    outcome = Outcome(name)
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
        elif case.find("skipped") is not None:
            outcome.skipped += 1
        else:
            outcome.passed += 1
    return outcome


# -- Odoo -----------------------------------------------------------------------------


def run_odoo(addon: str, port: int) -> Outcome:
    """Run the Odoo tests of one addon in a copy of the template database."""
    database = f"test_{addon}"
    log = LOGS / f"test-{addon}.log"
    start = time.monotonic()
    copy_database(database)
    command = [
        str(RUNTIME / "bin" / "odoo"),
        f"--database={database}",
        f"--update={addon}",
        f"--test-tags=/{addon}",
        "--stop-after-init",
        f"--http-port={port}",
    ]
    with log.open("wb") as output:
        code = subprocess.run(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(),
            check=False,
        ).returncode
    text = log.read_text(encoding="utf-8", errors="replace")
    outcome = read_odoo_log(addon, text, has_browser(), has_odoo_tests(addon))
    outcome.seconds = time.monotonic() - start
    if code and not outcome.failed:
        outcome.fail(f"Odoo ended with code {code}")
    if outcome.failed:
        outcome.problems.append(f"the whole log: {log}")
    else:
        drop_database(database)
    return outcome


def read_odoo_log(name: str, text: str, browser: bool, expected: bool) -> Outcome:
    """Count the tests of an Odoo log and find what else is wrong with it.

    ``browser`` tells whether a browser is there, ``expected`` whether the addon has
    tests at all: without any, Odoo warns that it found none.
    """
    outcome = Outcome(name)
    statistics = STATISTICS.findall(text)
    if statistics:
        failures, errors, run = map(int, statistics[-1])
        outcome.failed = failures + errors
        skips = [match[1] for match in map(SKIPPED.match, text.splitlines()) if match]
        outcome.skipped = len(skips)
        outcome.passed = max(run - outcome.failed - outcome.skipped, 0)
        for skip in filter(NO_BROWSER.search, skips if browser else []):
            outcome.fail(f"a browser is there, but a tour did not run: {skip}")
        if expected and not run:
            outcome.fail("no test was run, though the addon has some")
    elif expected:
        outcome.fail("Odoo ended before the tests did")
    check_records(outcome, text, browser, expected)
    return outcome


def check_records(outcome: Outcome, text: str, browser: bool, expected: bool) -> None:
    """Take up the log's records above INFO; they fail a run whose tests all passed."""
    records = [
        lines
        for message, lines in records_above_info(text)
        if not is_harmless(message, browser, expected)
    ]
    if records and not outcome.failed:
        outcome.fail(f"{len(records)} warnings or errors in the log")
    for lines in records[:20]:
        outcome.problems += lines


def records_above_info(text: str) -> list[tuple[str, list[str]]]:
    """Return message and lines of each record above INFO, tracebacks cut to the end."""
    found: list[tuple[str, list[str]]] = []
    inside = False
    for line in text.splitlines():
        if match := RECORD.match(line):
            found.append((match[2], [line]))
        elif inside and not ANY_RECORD.match(line):
            found[-1][1].append(line)
            continue
        inside = bool(match)
    return [(message, [lines[0], *lines[1:][-15:]]) for message, lines in found]


def is_harmless(message: str, browser: bool, expected: bool) -> bool:
    """Tell whether a record only says what is known and reported otherwise."""
    if not browser and NO_BROWSER.search(message):
        return True
    return not expected and "0 failed, 0 error(s) of 0 tests" in message


def has_odoo_tests(addon: str) -> bool:
    """Tell whether the addon has tests that need Odoo."""
    return any(
        any((folder / addon / "tests").glob("test_*.py"))
        for folder in addon_list.addons_folders()
    )


def has_browser() -> bool:
    """Tell whether Odoo will find a browser for the tours."""
    names = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
    return any(map(shutil.which, names))


def install_suite() -> Outcome:
    """Install all addons in the template database and check the log of it."""
    outcome = Outcome("installation")
    log = LOGS / "suite.log"
    start = time.monotonic()
    code = subprocess.run(
        [str(CHECKOUT / "runtime" / "setup.sh"), "suite"],
        env=environment(),
        check=False,
    ).returncode
    outcome.seconds = time.monotonic() - start
    if code:
        outcome.fail(f"the addons could not be installed together, see {log}")
        return outcome
    check_records(outcome, log.read_text(encoding="utf-8"), has_browser(), True)
    outcome.passed = 0 if outcome.failed else 1
    return outcome


# -- databases ------------------------------------------------------------------------


def environment() -> dict[str, str]:
    """Return the environment that finds the runtime and its PostgreSQL."""
    return {
        **os.environ,
        "SETTLEMENT_RUNTIME": str(RUNTIME),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def shell_function(*call: str) -> None:
    """Call a function of the set-up's scripts."""
    script = '. "$0/lib.sh"; . "$0/steps/template.sh"; . "$RUNTIME/env.sh"; "$@"'
    subprocess.run(
        ["bash", "-c", script, str(CHECKOUT / "runtime"), *call],
        env=environment(),
        check=True,
    )


def copy_database(name: str) -> None:
    """Make a fresh copy of the suite's template."""
    shell_function("database_copy", TEMPLATE, name)


def drop_database(name: str) -> None:
    """Remove a database and its files."""
    shell_function("database_drop", name)


# -- all ------------------------------------------------------------------------------


def free_ports(number: int) -> list[int]:
    """Return ports that are free now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def weight(addon: str) -> int:
    """Return a rough measure of how long the tests of an addon take."""
    files = [
        path
        for folder in addon_list.addons_folders()
        for path in (folder / addon / "tests").glob("*.py")
    ]
    return sum(path.stat().st_size for path in files)


def run_odoo_tests(names: list[str]) -> list[Outcome]:
    """Run the tests of the addons, the longest first, as many at a time as cores."""
    workers = int(os.environ.get("SETTLEMENT_TEST_PROCESSES") or min(os.cpu_count(), 4))
    ports = queue.SimpleQueue()
    for port in free_ports(workers):
        ports.put(port)

    def run(addon):
        port = ports.get()
        try:
            outcome = run_odoo(addon, port)
        except (OSError, subprocess.SubprocessError) as error:
            outcome = Outcome(addon)
            outcome.fail(str(error))
        ports.put(port)
        say(outcome.line())
        return outcome

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, sorted(names, key=weight, reverse=True)))


def pure_folders(names: list[str]) -> list[str]:
    """Return the folders of the pure tests of some addons."""
    folders = [
        folder / name / "tests" / "pure"
        for folder in addon_list.addons_folders()
        for name in names
    ]
    return [str(folder) for folder in folders if folder.is_dir()]


def run_all(only: list[str]) -> list[Outcome]:
    """Run everything, or only the tests of some addons."""
    outcomes = []

    def add(outcome):
        say(outcome.line())
        outcomes.append(outcome)

    say("==> pure tests")
    folders = pure_folders(only)
    if folders or not only:
        add(run_pytest("pure", *folders))
    say("==> installation of all addons")
    add(install_suite())
    if not (RUNTIME / "stamps" / "suite").exists():
        return outcomes
    installable, _missing = addon_list.installable(addon_list.manifests())
    names = [name for name in installable if name in (only or installable)]
    for name in set(only) - set(installable):
        add(Outcome(name, 0, 1, problems=["there is no such addon that installs here"]))
    say(f"==> Odoo tests of {len(names)} addons")
    outcomes += run_odoo_tests(names)
    integration = CHECKOUT / "tests" / "integration"
    if not only and integration.is_dir():
        say("==> integration tests")
        add(run_pytest("integration", str(integration)))
    return outcomes


def report(outcomes: list[Outcome]) -> int:
    """Print what went wrong and the closing line; returns the exit code."""
    for outcome in outcomes:
        if outcome.failed:
            say(f"\n--- {outcome.name}")
            for problem in outcome.problems:
                say(f"    {problem}")
    skipped = sum(outcome.skipped for outcome in outcomes)
    if skipped:
        say(f"\n{skipped} tests were skipped; the logs in {LOGS} say why.")
    if not has_browser():
        say("No browser is installed, so that the tours in it did not run.")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    say(f"\n{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def tail(path: Path, lines: int) -> list[str]:
    """Return the last lines of a file."""
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]


if __name__ == "__main__":
    LOGS.mkdir(parents=True, exist_ok=True)
    sys.exit(report(run_all(sys.argv[1:])))
