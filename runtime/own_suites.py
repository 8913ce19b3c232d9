"""Odoo's own tests of accounting, with all addons of the suite installed.

    own_suites.py        all of account and account_payment

What fails with the addons is run once more without them: only what then passes is a
failure of ours. The last line is "N passed, N failed".
"""

import re
import sys

import test_tasks
from test_log import Outcome

SUITES = ("account", "account_payment")
# The database with these and no addon of ours.
PLAIN = "tpl_account"
# A folder without addons: Odoo then knows its own only.
WITHOUT_OURS = {"SETTLEMENT_ADDONS_PATH": "/nonexistent"}
FAILED = re.compile(
    r"^\S+ \S+ \d+ ERROR \S+ odoo\.addons\.(\w+)\.tests\S*: "
    r"(?:FAIL|ERROR): (?:Subtest )?(\w+)\.(\w+)",
    re.MULTILINE,
)
FAILED_CLASS = re.compile(
    r"(?:FAIL|ERROR): setUpClass \(odoo\.addons\.(\w+)\.\S*\.(\w+)\)"
)
# What our addons extend: entries, reconciliation, payments, statements, locks, hashes.
CHOSEN = {
    "account": (
        "TestAccountMoveReconcile",
        "TestAccountBankStatementLine",
        "TestAccountMove",
        "TestAccountMoveDateAlgorithm",
        "TestAccountMoveInalterableHash",
        "TestAccountLockException",
        "TestAccountPayment",
        "TestAccountPaymentItems",
        "TestAccountPaymentDuplicateMoves",
        "TestAccountJournalDashboard",
        "TestAccountJournal",
        "TestCheckAccountMoves",
        "TestAccountMovePaymentsWidget",
        "TestAccountMergeWizard",
        "TestTransferWizard",
        "TestAuditTrail",
        "TestSequenceGaps",
        "TestTracking",
    ),
    "account_payment": ("TestAccountPayment",),
}


def tags_of(classes: dict[str, tuple[str, ...]]) -> str:
    """Return test tags that choose some classes of some addons."""
    return ",".join(
        f"/{addon}:{name}" for addon, names in classes.items() for name in names
    )


def run_chosen(port: int) -> Outcome:
    """Run the classes that concern what our addons extend."""
    return without_known("odoo-chosen", tags_of(CHOSEN), port)


def run_whole(port: int) -> Outcome:
    """Run all tests of the suites."""
    tags = ",".join(f"/{addon}" for addon in SUITES)
    return without_known("odoo-whole", tags, port)


def without_known(name: str, tags: str, port: int) -> Outcome:
    """Run tests with our addons; count as failed only what passes without them."""
    outcome = test_tasks.run_tagged(name, tags, ",".join(SUITES), port)
    failed = failed_tests(name)
    if not failed:
        return outcome
    known = failing_without_us(name, failed, port)
    new = failed - known
    fresh = Outcome(name, outcome.passed, len(new), outcome.skipped)
    fresh.seconds, fresh.cpu, fresh.slowest = (
        outcome.seconds,
        outcome.cpu,
        outcome.slowest,
    )
    if known:
        test_tasks.say(
            f"    {name}: {len(known)} tests fail without our addons just so: "
            + ", ".join(sorted(f"{each[1]}.{each[2]}".rstrip(".") for each in known))
        )
    if new:
        fresh.problems = outcome.problems
    return fresh


def failed_tests(name: str) -> set[tuple[str, str, str]]:
    """Return (addon, class, method) of what failed in a run; no method: a class."""
    log = test_tasks.LOGS / f"test-{name}.log"
    text = log.read_text(encoding="utf-8", errors="replace")
    classes = {(addon, name, "") for addon, name in FAILED_CLASS.findall(text)}
    return classes | set(FAILED.findall(text))


def failing_without_us(
    name: str, failed: set[tuple[str, str, str]], port: int
) -> set[tuple[str, str, str]]:
    """Return those of ``failed`` that fail in a database without our addons, too."""
    tags = ",".join(
        f"/{addon}:{cls}.{method}".rstrip(".") for addon, cls, method in sorted(failed)
    )
    plain = f"{name}-plain"
    test_tasks.run_tagged(
        plain, tags, ",".join(SUITES), port, template=PLAIN, settings=WITHOUT_OURS
    )
    test_tasks.drop_database(f"{test_tasks.PREFIX}_{plain}")
    return failed & failed_tests(plain)


if __name__ == "__main__":
    test_tasks.LOGS.mkdir(parents=True, exist_ok=True)
    installed = test_tasks.install_suite()
    result = run_whole(8099) if not installed.failed else installed
    test_tasks.say(result.line())
    for problem in result.problems:
        test_tasks.say(f"    {problem}")
    test_tasks.say(f"\n{result.passed} passed, {result.failed} failed")
    sys.exit(1 if result.failed or not result.passed else 0)
