"""A new connector as it was written: it installs, and keeps the contract."""

import os
import re
import socket
import subprocess
import sys

import pytest
from integration.databases import CHECKOUT, ODOO, TEMPLATE, Database, environment

ADDON = "settlement_acme_pay"
NAMES = (
    *("--name", "Acme Pay", "--api-key", "api_token"),
    *("--webhook-secret", "signing_key", "--stream", "payments", "--stream", "fees"),
)
# The contract has so many tests at least, beside those of its own.
FEWEST_TESTS = 50
# What the made-up provider does not tell.
NOT_SHOWN = {"test_a_balance_is_kept_once_for_each_moment"}
# Pure tests of an addon that is not among ours.
CONFTEST = f"""
from pathlib import Path
import odoo_free
FOLDER = Path(__file__).parent / "{ADDON}"
for name in ("odoo.addons.{ADDON}", "{ADDON}"):
    odoo_free.register_package(name, FOLDER)
    odoo_free.register_package(f"{{name}}.tests", FOLDER / "tests")
"""


@pytest.fixture(scope="module")
def database():
    """Return a copy of the suite's database."""
    database = Database("scaffold").create(TEMPLATE)
    try:
        yield database
    finally:
        database.drop()


@pytest.fixture(scope="module")
def folder(database, tmp_path_factory):
    """Return a folder with a new connector in it."""
    folder = tmp_path_factory.mktemp("addons")
    done = database.settlement("scaffold", "acme_pay", *NAMES, "--into", str(folder))
    assert done.returncode == 0, done.stderr
    assert f"{ADDON}/mapper.py" in done.stdout
    return folder


def run(*command, **settings):
    """Run a program; return its CompletedProcess, both outputs as one text."""
    return subprocess.run(
        list(map(str, command)),
        cwd="/",
        env={**environment(), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_it_installs_and_keeps_the_contract(database, folder):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    ours = environment()["SETTLEMENT_ADDONS_PATH"]
    done = run(
        *(ODOO, "-d", database.name, "-i", ADDON, f"--test-tags=/{ADDON}"),
        *("--stop-after-init", f"--http-port={port}"),
        SETTLEMENT_ADDONS_PATH=f"{ours},{folder}",
    )
    counted = re.search(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", done.stdout)
    assert counted, done.stdout[-3000:]
    failed, errors, tests = map(int, counted.groups())
    assert (failed, errors) == (0, 0), done.stdout[-6000:]
    assert tests >= FEWEST_TESTS
    assert not re.findall(r"^.* (?:WARNING|ERROR) .*$", done.stdout, re.MULTILINE)
    skipped = re.findall(r" skipped \w+\.(\w+) :", done.stdout)
    assert set(skipped) == NOT_SHOWN


def test_its_pure_tests_pass_without_odoo(folder):
    (folder / "conftest.py").write_text(CONFTEST)
    done = run(
        *(sys.executable, "-m", "pytest", "-q", "-p", "odoo_free"),
        *("--import-mode=importlib", "-c", os.devnull, f"--rootdir={folder}"),
        folder / ADDON / "tests" / "pure",
        PYTHONPATH=str(CHECKOUT / "tests"),
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed", done.stdout)
