"""Cycles of dying and starting again, in children of a process that has Odoo loaded.

Runs in Odoo's shell. Each cycle has a fresh copy of one database: a child lives in it
and meets its fault, another one lives to the end; then the database is compared with
that of an undisturbed life. The results are written as lines of JSON.
"""

import json
import os
import random
import signal
import sys
import time
import traceback

from integration import compact_world
from integration.databases import Database
from integration.ledger import differences, dump

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry

from odoo.addons.settlement_account.services.clearer import Clearer
from odoo.addons.settlement_account.services.entry_writer import EntryWriter
from odoo.addons.settlement_account.services.statement_writer import StatementWriter
from odoo.addons.settlement_stripe.tests import stripe_shop

ALIVE, BROKEN = 0, 3
# Point in the life → owner of the method, its name, at which call.
POINTS = {
    "claim": ("settlement.backend", "_claim_messages", 2),
    "parse one message": ("settlement.backend", "_collect", 4),
    "store facts": ("settlement.fact.store", "_store", 2),
    "switch revisions": ("settlement.fact.store", "_settle_revisions", 1),
    "job": ("settlement.backend", "_job_advance", 1),
    "announced object": ("settlement.backend", "_pull_target", 1),
    "page of a pull": ("settlement.window", "_store_page", 2),
    "end of a window": ("settlement.window", "_succeed", 1),
    "references of documents": ("settlement.document.reference", "_refresh", 1),
    "stage of references": ("settlement.matcher", "_stage_reference", 2),
    "stage of payouts": ("settlement.matcher", "_stage_batch", 3),
    "claim amounts": ("settlement.claim", "_claim", 1),
    "validate": ("settlement.batch", "_validate", 2),
    "entry": (EntryWriter, "post", 1),
    "entries of the second payout": (EntryWriter, "post", 2),
    "posting": ("settlement.posting", "_create_for", 1),
    "lines of a posting": ("settlement.posting", "_insert_lines", 1),
    "matches posted": ("settlement.posting", "_note_matches_posted", 1),
    "payouts in transit": ("settlement.posting", "_note_transit", 2),
    "statement": (StatementWriter, "write", 1),
    "clearing": (Clearer, "_clear_rows", 1),
    "proof": ("settlement.wallet", "_prove", 1),
    "confirm by hand": ("settlement.match", "_confirm", 1),
    "undo": ("settlement.match", "_undo", 1),
    "reverse": ("settlement.posting", "_reverse_one", 1),
    "seal": ("settlement.event", "_cron_seal", 1),
}
# Rows that a concurrent transaction rewrites, so that ours fails when it comes there.
RIVAL_TABLES = (
    "settlement_message",
    "settlement_transaction_state",
    "settlement_batch",
    "settlement_claim",
    "settlement_wallet",
    "account_move_line",
)
# The leases of dead workers end.
TIME_PASSES = (
    "UPDATE settlement_message SET lease_until = now() - interval '1 minute' "
    "WHERE lease_until IS NOT NULL"
)
# With two at once, people may act before or after a schedule: what they find to act on
# differs. What was received does not, and the laws hold; test_kill compares the books
# of two workers without people.
WHATEVER_THE_ORDER = ("messages",)


class Faults:
    """What happens to a life: at statements, at commits, at calls of methods."""

    def __init__(self, database):
        self.database = database
        self.statements = self.commits = 0

    def install(self, fault):
        """Put a fault in place; ``{}`` only counts."""
        self.fault = fault
        if fault.get("point"):
            self._wrap_point()
        faults = self
        execute, commit = sql_db.Cursor.execute, sql_db.Cursor.commit

        def counted_execute(cursor, *args, **kwargs):
            if cursor.dbname == faults.database.name:
                faults.statements += 1
                faults._at("statement", faults.statements, "before", cursor)
            result = execute(cursor, *args, **kwargs)
            if cursor.dbname == faults.database.name:
                faults._at("statement", faults.statements, "after", cursor)
            return result

        def counted_commit(cursor):
            if cursor.dbname != faults.database.name:
                return commit(cursor)
            faults.commits += 1
            faults._at("commit", faults.commits, "before", cursor)
            result = commit(cursor)
            faults._at("commit", faults.commits, "after", cursor)
            return result

        sql_db.Cursor.execute, sql_db.Cursor.commit = counted_execute, counted_commit

    def _wrap_point(self):
        owner, name, number = POINTS[self.fault["point"]]
        owner = self.registry[owner] if isinstance(owner, str) else owner
        method, calls, faults = getattr(owner, name), [0], self

        def wrapped(*args, **kwargs):
            calls[0] += 1
            if calls[0] == number:
                faults._at("point", 0, "before", None)
            result = method(*args, **kwargs)
            if calls[0] == number:
                faults._at("point", 0, "after", None)
            return result

        setattr(owner, name, wrapped)

    def _at(self, place, number, when, cursor):
        fault = self.fault
        if fault.get("place") == place and fault.get("when") == when:
            if number == fault.get("number", 0):
                getattr(self, f"_{fault['act']}")(cursor)

    # What may happen

    def _kill(self, _cursor):
        os.kill(os.getpid(), signal.SIGKILL)

    def _disconnect(self, cursor):
        """The database loses our connection, as when it is restarted."""
        pid = cursor.connection.get_backend_pid()
        self.database.query("SELECT pg_terminate_backend(%s)", (pid,))

    def _rival(self, cursor):
        """Somebody else rewrites rows after our transaction has begun to look."""
        cursor.connection.cursor().execute("SELECT 1")
        table = self.fault["table"]
        self.database.query(f"UPDATE {table} SET id = id")

    def _deadlock(self, cursor):
        """The database breaks a deadlock at our expense."""
        cursor.connection.cursor().execute(
            "DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$"
        )


class Cycles:
    """Copies of one database, and lives in them.

    :param life: called with an environment; does all that is to be done.
    """

    # Parts of the end that are the same when two live at once.
    whatever_the_order = WHATEVER_THE_ORDER

    def __init__(self, prefix_database, template, seed, life=compact_world.live):
        self.database = prefix_database
        self.template = template
        self.random = random.Random(seed)
        self.life = life

    # ------------------------------------------------------------------
    # Children
    # ------------------------------------------------------------------

    def start(self, act, fault):
        """Start a child that does ``act(env)`` and reports; return pid and pipe."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid:
            os.close(writing)
            return pid, reading
        report, code = {}, BROKEN
        try:
            faults = Faults(self.database)
            faults.registry = Registry(self.database.name)
            faults.install(fault)
            with faults.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                report["result"] = act(env)
            report.update(statements=faults.statements, commits=faults.commits)
            code = ALIVE
        # Whatever ends a life is told to the parent.
        except Exception:  # pylint: disable=broad-exception-caught
            report["error"] = traceback.format_exc()[-1500:]
        with os.fdopen(writing, "w") as pipe:
            json.dump(report, pipe)
        os._exit(code)

    @staticmethod
    def finish(pid, reading):
        """Wait for a child; return its exit code (negative: a signal) and report."""
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        _pid, status = os.waitpid(pid, 0)
        return os.waitstatus_to_exitcode(status), json.loads(text or "{}")

    def run(self, act, fault=None):
        """Run a child to its end."""
        return self.finish(*self.start(act, fault or {}))

    # ------------------------------------------------------------------
    # One cycle
    # ------------------------------------------------------------------

    def fresh(self):
        """Have a fresh copy of the world."""
        self.database.create(self.template)

    def recover(self):
        """Live to the end; return what verify finds, or why it could not."""
        self.database.query(TIME_PASSES)
        code, report = self.run(self.live_and_verify)
        return report["result"] if code == ALIVE else [report.get("error", code)]

    def live_and_verify(self, env):
        """Live to the end and return what verify finds then."""
        self.life(env)
        return env["settlement.verification"].run()["findings"]

    def record(self, output, *count):
        """Write what becomes of each fault to a file, the undisturbed run first."""
        with open(output, "w") as lines:

            def write(result):
                lines.write(json.dumps(result, default=str) + "\n")
                lines.flush()

            write(self.undisturbed())
            for fault in self.faults(*count):
                write(self.cycle(fault))

    def undisturbed(self):
        """Live once without faults; learn how long a life is and how it ends."""
        self.fresh()
        code, report = self.run(self.life)
        if code != ALIVE:
            raise RuntimeError(report)
        self.statements, self.commits = report["statements"], report["commits"]
        findings = self.recover()
        self.wanted = dump(self.database)
        return {"fault": {}, "code": code, "findings": findings, "different": {}}

    def cycle(self, fault):
        """Meet a fault, start again, compare."""
        started = time.monotonic()
        self.fresh()
        if fault["act"] == "two":
            children = [self.start(self.life, {}) for _ in range(2)]
            ends = [self.finish(*child) for child in children]
            # Neither may be broken by what the other one does.
            code, report = max(ends, key=lambda end: end[0])
            parts = self.whatever_the_order
        else:
            code, report = self.run(self.life, fault)
            parts = tuple(self.wanted)
        findings = self.recover()
        wanted = {part: self.wanted[part] for part in parts}
        return {
            "fault": fault,
            "code": code,
            "error": report.get("error", ""),
            "findings": findings,
            "different": differences(wanted, dump(self.database, parts)),
            "seconds": round(time.monotonic() - started, 2),
        }

    def faults(self, count):
        """Return faults of every kind, chosen by the seed."""
        whens = ("before", "after")
        chosen = [
            {"act": "kill", "place": "point", "point": point, "when": when}
            for point in POINTS
            for when in (whens if count > 100 else self.random.sample(whens, 1))
        ]
        for act, place, share, last in (
            ("kill", "statement", 0.24, self.statements),
            ("kill", "commit", 0.08, self.commits),
            ("disconnect", "statement", 0.06, self.statements),
            ("deadlock", "statement", 0.06, self.statements),
            ("rival", "commit", 0.12, self.commits),
        ):
            for _number in range(max(round(count * share), 1)):
                fault = {
                    "act": act,
                    "place": place,
                    "number": self.random.randint(1, last),
                    "when": "before" if act != "kill" else self.random.choice(whens),
                }
                if act == "rival":
                    fault["when"] = "after"
                    fault["table"] = self.random.choice(RIVAL_TABLES)
                chosen.append(fault)
        return [*chosen, *[{"act": "two"}] * max(round(count * 0.04), 2)]


def main(env, output, seed, count):
    """Run ``count`` cycles and write a line of JSON for each into ``output``."""
    name = env.cr.dbname
    env.cr.rollback()
    env.cr.close()
    sql_db.close_all()
    compact_world.prepare()
    own, template = Database("kill_cycles"), Database("kill_template")
    assert own.name == name, "the registry must be that of the copies"
    with stripe_shop.StripeServer(compact_world.shop()) as server:
        cycles = Cycles(own, template.name, seed)
        # In this process, so that its registry is warm when children take it over.
        with Registry(name).cursor() as cr:
            compact_world.build(api.Environment(cr, SUPERUSER_ID, {}), server.url)
        sql_db.close_all()
        template.create(own.name)
        try:
            cycles.record(output, count)
        finally:
            template.drop()
    sys.stdout.write("all cycles are done\n")
    sys.stdout.flush()
    os._exit(0)
