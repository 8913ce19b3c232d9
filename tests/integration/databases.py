"""Databases of their own for tests that kill and corrupt, and programs on them."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import psycopg2

CHECKOUT = Path(__file__).resolve().parents[2]
RUNTIME = Path(os.environ.get("SETTLEMENT_RUNTIME") or CHECKOUT / ".runtime").absolute()
ODOO = RUNTIME / "bin" / "odoo"
# The suite with all addons installed; made by the set-up of the runtime.
TEMPLATE = os.environ.get("SETTLEMENT_TEMPLATE", "tpl_suite")
PREFIX = os.environ.get("SETTLEMENT_TEST_PREFIX", f"integration_{os.getpid()}")


def environment():
    """Return the environment of programs: Odoo's addons and the private PostgreSQL."""
    settings = (RUNTIME / "env.sh").read_text()
    found = dict(re.findall(r"(PGHOST|PGUSER)='([^']*)'", settings))
    values = {**os.environ, **found, "SETTLEMENT_RUNTIME": str(RUNTIME)}
    values.setdefault("SETTLEMENT_ADDONS_PATH", str(CHECKOUT / "addons"))
    # A program that makes databases itself takes the names of who started it.
    values["SETTLEMENT_TEST_PREFIX"] = PREFIX
    binaries = re.search(r"export PATH='([^']*)'", settings)
    if binaries:
        values["PATH"] = f"{binaries[1]}:{values['PATH']}"
    return values


def run(*command, stdin=None, check=True):
    """Run a program to its end; return the CompletedProcess with its texts."""
    return subprocess.run(
        [str(part) for part in command],
        cwd="/",
        env=environment(),
        input=stdin,
        capture_output=True,
        check=check,
        text=True,
    )


class Database:
    """One database on its own, dropped by the fixture that made it."""

    def __init__(self, name):
        self.name = f"{PREFIX}_{name}"

    # This is no model.
    # pylint: disable-next=method-required-super
    def create(self, template):
        """Make the database a copy of another one, with its files."""
        self.drop()
        run("createdb", "-T", template, self.name)
        files = self._files(template)
        if files.is_dir():
            shutil.copytree(files, self._files(self.name), copy_function=os.link)
        return self

    def drop(self):
        """Remove the database and its files."""
        run("dropdb", "--if-exists", "--force", self.name)
        shutil.rmtree(self._files(self.name), ignore_errors=True)
        # What it exported is no proof about the next database of this name.
        for exported in (
            RUNTIME / "data" / "settlement_seals" / f"{self.name}.jsonl",
            RUNTIME / "data" / "settlement_demo" / f"{self.name}.truth.json",
        ):
            exported.unlink(missing_ok=True)

    @staticmethod
    def _files(name):
        return RUNTIME / "data" / "filestore" / name

    def settlement(self, command, *arguments):
        """Run ``odoo settlement …``; return the CompletedProcess."""
        return run(
            ODOO, "settlement", command, "-d", self.name, *arguments, check=False
        )

    def settlement_json(self, command):
        """Return what a subcommand prints with ``--json``, as data."""
        return json.loads(self.settlement(command, "--json").stdout)

    def shell(self, program, check=True):
        """Run a program in Odoo's shell; return the CompletedProcess."""
        options = ("-d", self.name, "--no-http", "--log-level=warn")
        return run(ODOO, "shell", *options, stdin=program, check=check)

    def start_shell(self, program):
        """Start a program in Odoo's shell and return the running Popen."""
        process = subprocess.Popen(
            [str(ODOO), "shell", "-d", self.name, "--no-http", "--log-level=warn"],
            cwd="/",
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        process.stdin.write(program)
        process.stdin.close()
        process.stdin = None
        return process

    def connect(self):
        """Return a connection of psycopg2."""
        values = environment()
        return psycopg2.connect(
            dbname=self.name, host=values["PGHOST"], user=values["PGUSER"]
        )

    def query(self, query, parameters=()):
        """Return all rows of one query."""
        connection = self.connect()
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()
