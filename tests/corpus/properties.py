"""Properties of matching on a small corpus; runs inside Odoo's shell.

Each variant lives in a savepoint of its own, so that all begin with the same ledger.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from random import Random

from odoo import api
from odoo.tools import SQL

from .build import build
from .desk import Desk

SEED = 4
ADDON = "settlement_match"


class FloatWatch:
    """Notes which queries of the engine return a float: money never may."""

    def __init__(self):
        self.found = Counter()

    def __enter__(self):
        self.methods = {
            name: getattr(api.Environment, name)
            for name in ("execute_query", "execute_query_dict")
        }
        for name, method in self.methods.items():
            setattr(api.Environment, name, self._watched(method))
        return self

    def __exit__(self, *_error):
        for name, method in self.methods.items():
            setattr(api.Environment, name, method)

    def _watched(self, method):
        def watched(environment, query):
            rows = method(environment, query)
            frame = sys._getframe(1)
            if ADDON in frame.f_code.co_filename:
                for row in rows:
                    values = row.values() if isinstance(row, dict) else row
                    if any(isinstance(value, float) for value in values):
                        where = Path(frame.f_code.co_filename).name
                        self.found[f"{where}:{frame.f_code.co_name}"] += 1
            return rows

        return watched


class Lives:
    """Several lives of one company with the same documents."""

    def __init__(self, env):
        self.desk = Desk(env, precision_limit=50.0)
        self.env = self.desk.env
        self.world = build(SEED)
        self.rows = list(self.world.rows)
        self.desk._expect([self.world])

    def live(self, rows, pieces=1, act=None):
        """Store rows in some order and pieces, match them, and forget it again.

        :param act: called once everything is matched; its result is returned too.
        :return: (what there is at the end, result of ``act``).
        """
        savepoint = self.env.cr.savepoint()
        try:
            for number in range(pieces):
                self._store(rows[number::pieces])
            self.match()
            result = act() if act else None
            return self.end(), result
        finally:
            savepoint.close(rollback=True)
            self.env.clear()

    def _store(self, rows):
        for source, backend in (
            ("bank", self.desk.bank),
            ("provider", self.desk.provider),
        ):
            facts = [row.fact for row in rows if row.source == source]
            self.desk._store(backend, facts)

    def match(self):
        """Match without committing, as often as it takes to come to rest."""
        self.env["settlement.matcher"]._match_company(self.desk.company)
        self.env.flush_all()

    def end(self):
        """Return key of each row → what became of it, without any id."""
        found = self.desk.found("match.state <> 'undone'")
        reasons = self.desk.reasons()
        return {
            row.key: [
                sorted(
                    [each.kind, each.state, sorted(each.counterparts.items())]
                    for each in found.get(row.key, [])
                ),
                sorted(reasons.get(row.key, ())),
            ]
            for row in self.rows
        }

    # ------------------------------------------------------------------
    # Properties
    # ------------------------------------------------------------------

    def orders(self):
        """Return whether order and pieces of what arrives do not matter."""
        wanted, _nothing = self.live(self.rows)
        shuffled = list(self.rows)
        Random(1).shuffle(shuffled)
        return {
            name: differences(wanted, self.live(rows, pieces)[0])
            for name, rows, pieces in (
                ("backwards", self.rows[::-1], 1),
                ("shuffled", shuffled, 1),
                ("in seven pieces", self.rows, 7),
                ("shuffled, in three pieces", shuffled, 3),
            )
        }

    def repeated(self):
        """Return what a second and a third run change: nothing."""

        def again():
            before, events = self.end(), self._count("settlement_match")
            self.match()
            self.match()
            made = self._count("settlement_match") - events
            return {"different": differences(before, self.end()), "made": made}

        return self.live(self.rows, act=again)[1]

    def undone(self):
        """Return what is wrong after any sequence of undoing and matching again."""
        wanted, _nothing = self.live(self.rows)

        def undo():
            random, problems = Random(2), []
            for _round in range(4):
                matches = self.env["settlement.match"].search(
                    [
                        ("company_id", "=", self.desk.company.id),
                        ("state", "in", ("confirmed", "proposed")),
                    ]
                )
                chosen = random.sample(matches.ids, len(matches) // 2)
                matches.browse(chosen)._undo("again")
                problems += self._claim_problems()
                self.match()
                problems += self._claim_problems()
            # What is left of a document is paid in full by what was a part of it.
            without_kinds = [_without_kinds(each) for each in (wanted, self.end())]
            return {"problems": problems, "different": differences(*without_kinds)}

        return self.live(self.rows, act=undo)[1]

    def released(self):
        """Return what claims are left when everything is undone: none."""

        def undo_all():
            matches = self.env["settlement.match"].search(
                [
                    ("company_id", "=", self.desk.company.id),
                    ("state", "in", ("confirmed", "proposed")),
                ]
            )
            matches._undo("all of it")
            self.env.flush_all()
            return self.env.execute_query(
                SQL(
                    "SELECT count(*) FROM settlement_claim WHERE claimed_minor <> 0 "
                    "AND company_id = %s",
                    self.desk.company.id,
                )
            )[0][0]

        return self.live(self.rows, act=undo_all)[1]

    def floats(self):
        """Return which queries of the engine return floats."""
        with FloatWatch() as watch:
            self.live(self.rows)
        return dict(watch.found)

    def _count(self, table):
        query = SQL("SELECT count(*) FROM %s", SQL.identifier(table))
        return self.env.execute_query(query)[0][0]

    def _claim_problems(self):
        """Return claims that are not the sum of what confirmed matches take."""
        self.env.flush_all()
        return self.env.execute_query(SQL(CLAIMS, company=self.desk.company.id))


def _without_kinds(end):
    return {
        key: [[each[1:] for each in matches], reasons]
        for key, (matches, reasons) in end.items()
    }


def differences(wanted, got):
    """Return some of the rows that ended otherwise."""
    found = {
        key: [value, got.get(key)] for key, value in wanted.items() if value != got[key]
    }
    return dict(list(found.items())[:5])


CLAIMS = """
    SELECT claim.id, claim.claimed_minor, COALESCE(taken.minor, 0)
      FROM settlement_claim claim
      LEFT JOIN LATERAL (
            SELECT sum(abs(line.amount_minor))::int8 AS minor
              FROM settlement_match_line line
              JOIN settlement_match match ON match.id = line.match_id
             WHERE match.state IN ('confirmed', 'posted')
               AND (line.transaction_id = claim.transaction_id
                    OR line.batch_id = claim.batch_id
                    OR line.move_line_id = claim.move_line_id
                    OR line.statement_line_id = claim.statement_line_id
                    OR line.expected_payment_id = claim.expected_payment_id)
           ) taken ON TRUE
     WHERE claim.company_id = %(company)s
       AND (claim.claimed_minor <> COALESCE(taken.minor, 0)
            OR claim.claimed_minor > claim.total_minor)
     LIMIT 5
"""


def main(env, output):
    """Try all properties and write what is wrong as JSON."""
    lives = Lives(env)
    found = {
        "rows": len(lives.rows),
        "orders": lives.orders(),
        "repeated": lives.repeated(),
        "undone": lives.undone(),
        "released": lives.released(),
        "floats": lives.floats(),
    }
    Path(output).write_text(json.dumps(found, indent=1, default=str))
    sys.stdout.write("all properties are tried\n")
    sys.stdout.flush()
