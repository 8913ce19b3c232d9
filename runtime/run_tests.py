"""Run all tests of the suite and count them.

    run_tests.py [addon …]        all tests, or only those of some addons

Pure tests and integration tests run by pytest. The Odoo tests of each addon run in a
process and a copy of the suite's database of their own. As many processes run at a
time as there are cores, the longest first. A run fails too when Odoo logged a warning
or an error. The last line is "N passed, N failed".
"""

import concurrent.futures
import functools
import json
import os
import queue
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import addon_list
import own_suites
import test_log
import test_tasks
from test_log import Outcome
from test_tasks import say

# How long each part took the last time; only for the order.
DURATIONS = test_tasks.LOGS / "durations.json"
LONGEST_FIRST = 10**6


@dataclass(frozen=True)
class Part:
    """A part of the run: its name, and what runs it on a port of its own."""

    name: str
    run: Callable[[int], Outcome]


# -- parts ----------------------------------------------------------------------------


def pure_folders(names: list[str]) -> list[str]:
    """Return the folders of the pure tests of some addons."""
    folders = [
        folder / name / "tests" / "pure"
        for folder in addon_list.addons_folders()
        for name in names
    ]
    return [str(folder) for folder in folders if folder.is_dir()]


def pure_part(only: list[str]) -> list[Part]:
    """Return the pure tests as a part, unless none were asked for."""
    folders = pure_folders(only)
    if only and not folders:
        return []
    return [Part("pure", lambda port: test_tasks.run_pytest("pure", *folders))]


def odoo_parts(names: Iterable[str]) -> list[Part]:
    """Return the Odoo tests of addons as parts."""
    return [Part(name, functools.partial(test_tasks.run_odoo, name)) for name in names]


def glue_parts(only: list[str]) -> list[Part]:
    """Return the Odoo tests of addons that join ours to others as parts."""
    return [
        Part(name, functools.partial(test_tasks.run_glue, name))
        for name in test_tasks.GLUE
        if name in (only or test_tasks.GLUE)
    ]


def integration_parts() -> list[Part]:
    """Return the integration tests as parts."""
    return [
        Part(
            f"integration-{files[0].removeprefix('test_').removesuffix('.py')}",
            lambda port, files=files: test_tasks.run_integration(files),
        )
        for files in test_tasks.integration_groups()
    ]


# -- all ------------------------------------------------------------------------------


def free_ports(number: int) -> list[int]:
    """Return ports that are free now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def durations() -> dict[str, float]:
    """Return the seconds that parts took the last time, by name."""
    try:
        return json.loads(DURATIONS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def run_parts(parts: list[Part]) -> list[Outcome]:
    """Run parts, as many at a time as cores; the longest first, unknown ones before."""
    workers = int(os.environ.get("SETTLEMENT_TEST_PROCESSES") or min(os.cpu_count(), 4))
    known = durations()
    ports = queue.SimpleQueue()
    for port in free_ports(workers):
        ports.put(port)

    def run(part: Part) -> Outcome:
        port = ports.get()
        try:
            outcome = part.run(port)
        except (OSError, subprocess.SubprocessError) as error:
            outcome = Outcome(part.name)
            outcome.fail(str(error))
        ports.put(port)
        known[part.name] = round(outcome.seconds)
        say(outcome.line())
        return outcome

    order = sorted(parts, key=lambda part: -known.get(part.name, LONGEST_FIRST))
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        outcomes = list(pool.map(run, order))
    DURATIONS.write_text(json.dumps(known, indent=1), encoding="utf-8")
    return outcomes


def run_all(only: list[str]) -> list[Outcome]:
    """Run everything, or only the tests of some addons."""
    say("==> pure tests, installation of all addons")
    first = Part("installation", lambda port: test_tasks.install_suite())
    outcomes = run_parts([first, *pure_part(only)])
    if not (test_tasks.RUNTIME / "stamps" / "suite").exists():
        return outcomes
    installable, _missing = addon_list.installable(addon_list.manifests())
    for name in set(only) - {*installable, *test_tasks.GLUE}:
        problem = "there is no such addon that installs here"
        outcomes.append(Outcome(name, 0, 1, problems=[problem]))
    names = [name for name in installable if name in (only or installable)]
    names = [name for name in names if name not in test_tasks.GLUE]
    parts = odoo_parts(names) + glue_parts(only)
    if not only:
        parts += integration_parts()
        parts.append(Part("odoo-chosen", own_suites.run_chosen))
    say(f"==> Odoo tests of {len(names)} addons, integration tests")
    return outcomes + run_parts(parts)


def report(outcomes: list[Outcome]) -> int:
    """Print what went wrong and the closing line; returns the exit code."""
    for outcome in outcomes:
        if outcome.failed:
            say(f"\n--- {outcome.name}")
            for problem in outcome.problems:
                say(f"    {problem}")
    report_slowest(outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    if skipped:
        say(f"\n{skipped} tests were skipped; the logs in {test_tasks.LOGS} say why.")
    if not test_log.has_browser():
        say("No browser is installed, so that the tours in it did not run.")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    say(f"\n{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


# Seconds; no class of tests takes an hour.
LONGEST_CLASS = 3600


def report_slowest(outcomes: list[Outcome]) -> None:
    """Print which classes of Odoo tests took longest."""
    slowest = [
        (seconds, f"{outcome.name}:{name}")
        for outcome in outcomes
        for seconds, name in outcome.slowest
        # A class that freezes the time logs with another clock.
        if seconds < LONGEST_CLASS
    ]
    if slowest:
        texts = [f"{name} {seconds:.0f} s" for seconds, name in sorted(slowest)[-8:]]
        say("\nslowest classes: " + ", ".join(reversed(texts)))


if __name__ == "__main__":
    test_tasks.LOGS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    results = run_all(sys.argv[1:])
    say(f"\nall in {time.monotonic() - started:.0f} s")
    sys.exit(report(results))
