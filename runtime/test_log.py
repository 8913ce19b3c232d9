"""What the logs and reports of test runs say: counts, problems, slow classes."""

import dataclasses
import re
import shutil
import xml.etree.ElementTree as ElementTree
from datetime import datetime
from pathlib import Path

RECORD = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) (.*)$")
ANY_RECORD = re.compile(r"^\d{4}-\d\d-\d\d \S+ \d+ [A-Z]+ ")
STATISTICS = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading")
SKIPPED = re.compile(r"^\S+ \S+ \d+ INFO \S+ \S+: skipped (.*)$")
# Why Odoo skips the tests that drive a browser, in its own words.
NO_BROWSER = re.compile(r"[Cc]hrome|websocket-client")
STARTING = re.compile(r"^(\S+ \S+) \d+ INFO \S+ odoo\.addons\.\S*: Starting (\w+)\.\w+")
MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d \S+) \d+ ")
SLOW_CLASSES = 3


@dataclasses.dataclass
class Outcome:
    """What one run of tests gave; ``problems`` are sentences for the reader."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    slowest: list[tuple[float, str]] = dataclasses.field(default_factory=list)
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
            f" ({self.seconds:.0f} s, {self.cpu:.0f} s of CPU)"
        )


# -- pytest ---------------------------------------------------------------------------


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


def has_browser() -> bool:
    """Tell whether Odoo will find a browser for the tours."""
    names = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
    return any(map(shutil.which, names))


def class_seconds(text: str) -> list[tuple[float, str]]:
    """Return (seconds, class) of the tests in an Odoo log, the slowest first.

    A test ends where the next one starts; the last one at the end of the log.
    """
    spent: dict[str, float] = {}
    current, since = "", None
    for line in text.splitlines():
        started = STARTING.match(line)
        if not started and not (current and "odoo.service.server: " in line):
            continue
        moment = datetime.strptime(MOMENT.match(line)[1], "%Y-%m-%d %H:%M:%S,%f")
        if current:
            spent[current] = spent.get(current, 0) + (moment - since).total_seconds()
        current, since = (started[2], moment) if started else ("", None)
    return sorted(((seconds, name) for name, seconds in spent.items()), reverse=True)


def tail(path: Path, lines: int) -> list[str]:
    """Return the last lines of a file."""
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
