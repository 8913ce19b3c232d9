"""Runs of the matcher that die anywhere, or meet another one; in Odoo's shell.

Each cycle has a fresh copy of one database with everything to be matched. A run dies in
it, another one ends its work, and the end is that of an undisturbed run.
"""

from __future__ import annotations

import os
import sys
import time

from integration.compact_world import IN_THE_WAY
from integration.databases import Database
from integration.kill_cycles import Cycles
from integration.ledger import PARTS, dump

from odoo import sql_db

from .build import build
from .desk import COMPANY, Desk

SEED = 4
STATEMENTS, COMMITS, DISCONNECTS, PAIRS = 7, 5, 1, 2


class MatchCycles(Cycles):
    """Lives that do nothing but match."""

    # Nobody acts between two workers here: whoever comes first, the end is one.
    whatever_the_order = ("facts", "matches", "exceptions")

    def undisturbed(self):
        """Match once without faults, and keep the end to compare with."""
        result = super().undisturbed()
        parts = [part for part in PARTS if part in self.whatever_the_order]
        self.wanted = dump(self.database, tuple(parts))
        return result

    def faults(self, _count=0):
        """Return deaths at statements and commits, and pairs of workers."""
        whens = ("before", "after")
        for place, number, last in (
            ("statement", STATEMENTS, self.statements),
            ("commit", COMMITS, self.commits),
        ):
            for each in range(1, number + 1):
                yield {
                    "act": "kill",
                    "place": place,
                    # Spread over the whole run.
                    "number": max(1, each * last // (number + 1)),
                    "when": whens[each % 2],
                }
        for each in range(1, DISCONNECTS + 1):
            number = self.statements * each // (DISCONNECTS + 1)
            yield {
                "act": "disconnect",
                "place": "statement",
                "number": number,
                "when": "before",
            }
        yield from [{"act": "two"}] * PAIRS


def match(env):
    """Match everything as the schedule does: again if another worker is in the way."""
    company = env["res.company"].search([("name", "=", COMPANY)])
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    for _tick in range(60):
        try:
            counters = env["settlement.matcher"]._match_company(company, env.cr.commit)
            env.cr.commit()
        except IN_THE_WAY:
            env.cr.rollback()
            env.clear()
        else:
            if "busy" not in counters:
                return
            env.cr.rollback()
        time.sleep(0.3)
    raise RuntimeError("Another worker is always in the way.")


def main(env, output):
    """Run all cycles and write a line of JSON for each into ``output``."""
    own, template = Database("deaths"), Database("deaths_template")
    assert own.name == env.cr.dbname, "the registry must be that of the copies"
    world = build(SEED, a_currency_each=True)
    desk = Desk(env, precision_limit=50.0)
    desk.load([world])
    env.cr.commit()
    env.cr.close()
    sql_db.close_all()
    template.create(own.name)
    cycles = MatchCycles(own, template.name, SEED, match)
    try:
        cycles.record(output)
    finally:
        template.drop()
    sys.stdout.write("all cycles are done\n")
    sys.stdout.flush()
    os._exit(0)
