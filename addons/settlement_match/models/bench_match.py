import os
import time
from itertools import pairwise
from pathlib import Path

from odoo import api, models
from odoo.tools import SQL

from .bench_mix import DAY, PAIRS, SHARES

# What a match writes, and the floor writes again: the same rows, bare.
WRITTEN_TABLES = ("settlement_match", "settlement_match_line", "settlement_claim")
FEE_PATTERN = "*service charge*"


class SettlementCli(models.AbstractModel):
    """The bench of matching: all stages over a mix of rows, against the bare SQL."""

    _inherit = "settlement.cli"

    @api.model
    def _bench_match(self, rows):
        """Match a mix of payments with what is open, through all stages; keep nothing.

        The floor is what SQL needs at least for the same result: the bare hash join
        of the two reference tables that lets through what is unique on both sides,
        and writing the very rows that matching wrote into empty tables of the same
        form. A tenth of the rows is matched first: the growth says what ten times the
        rows cost.
        """
        names = self._mix_names()
        tenth = rows // 10
        self._commit()
        before = self._temporary_bytes()
        try:
            self._fill_mix(names, 1, tenth)
            small = self._measured_mix(names)
            filled = self._timed(self._fill_mix, names, tenth + 1, rows)
            large = self._measured_mix(names)
        finally:
            self._delete_mix(names)
            self._commit()
        return self._figures(
            rows,
            large["seconds"],
            large["join"] + large["write"],
            cpu_seconds=large["cpu"],
            cpu_of_tenth=small["cpu"],
            seconds_of_tenth=round(small["seconds"], 3),
            growth=self._ratio(large["seconds"], small["seconds"]),
            growth_of_cpu=self._ratio(large["cpu"], small["cpu"]),
            floor_join_seconds=round(large["join"], 3),
            floor_write_seconds=round(large["write"], 3),
            matched=sum(each.get("matched", 0) for each in large["stages"].values()),
            written=large["written"],
            filled_seconds=round(filled, 1),
            temporary_mib=(self._temporary_bytes() - before) >> 20,
            load=[round(load, 2) for load in os.getloadavg()],
            stages=large["stages"],
            outside_stages_seconds=large["outside"],
        )

    @api.model
    def _ratio(self, large, small):
        return round(large / small, 2) if small else None

    @api.model
    def _measured_mix(self, names):
        """Match everything that is there, measure it and undo it."""
        self.env.invalidate_all()
        savepoint = self.env.cr.savepoint()
        try:
            self._pay_first_time(names)
            self._make_bench_rule()
            join = self._timed(self._match_floor, self.env.company)
            return {"join": join, **self._match_mix(names)}
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    @api.model
    def _match_mix(self, names):
        """Run all stages; return their figures and what the same rows cost bare."""
        company = self.env.company
        open_before = self._open_by_stage(names)
        last_ids = self._last_ids()
        started, cpu = time.monotonic(), [self._cpu_seconds()]
        found = (
            self.env["settlement.matcher"]
            .sudo()
            ._match_company(company, lambda: cpu.append(self._cpu_seconds()))
        )
        seconds = time.monotonic() - started
        cpu_of = [round(after - before, 2) for before, after in pairwise(cpu)]
        cpu.append(self._cpu_seconds())
        written = self._written_since(last_ids)
        write = self._timed(self._write_floor, last_ids)
        return {
            "seconds": seconds,
            "cpu": round(cpu[-1] - cpu[0], 2),
            "write": write,
            "written": written,
            "outside": round(
                seconds - sum(each["seconds"] for each in found.values()), 3
            ),
            "stages": {
                stage: {
                    **self._stage_figures(stage, each, open_before),
                    "cpu_seconds": cpu_seconds,
                }
                for (stage, each), cpu_seconds in zip(
                    found.items(), cpu_of, strict=True
                )
            },
        }

    @api.model
    def _stage_figures(self, stage, counters, planned):
        """Return what a stage looked at and found, and how fast."""
        seconds, seen = counters["seconds"], counters["rows"]
        return {
            "share": f"{100 * SHARES[stage] / PAIRS:g} %",
            "planned": planned.get(stage, 0),
            "rows": seen,
            **{
                name: counters[name]
                for name in ("matched", "proposed", "duplicates", "ambiguous")
                if counters.get(name)
            },
            "seconds": seconds,
            "rows_per_second": round(seen / seconds) if seconds else None,
        }

    # ------------------------------------------------------------------
    # What was there before
    # ------------------------------------------------------------------

    @api.model
    def _open_by_stage(self, names):
        """Return stage → how many rows are meant for it."""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT mix.stage, count(*)
                      FROM settlement_transaction fact
                      JOIN settlement_transaction_state state
                        ON state.transaction_id = fact.id
                       AND state.match_state = 'open'
                     CROSS JOIN LATERAL (SELECT %(stage)s AS stage) mix
                     WHERE fact.backend_id = ANY(%(backends)s)
                     GROUP BY mix.stage
                    """,
                    stage=self._mix_stage_sql(names),
                    backends=names["backends"],
                )
            )
        )

    @api.model
    def _mix_stage_sql(self, names):
        """Return for which stage the row ``fact`` is, by the number in its name."""
        place = SQL(
            "substr(fact.external_id, %s)::int / 2 * 307 %% %s",
            len(names["mark"]) + 1,
            PAIRS,
        )
        whens, ends = [], 0
        for stage, share in SHARES.items():
            ends += share
            whens.append(SQL("WHEN %s < %s THEN %s", place, ends, stage))
        return SQL("CASE %s END", SQL(" ").join(whens))

    @api.model
    def _pay_first_time(self, names):
        """Match the first of two payments of an invoice, before the clock runs."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT fact.id, item.id, state.gross_minor
                  FROM settlement_transaction fact
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                  JOIN account_move_line item
                    ON item.move_name = fact.invoice_reference
                 WHERE fact.backend_id = ANY(%(backends)s)
                   AND %(stage)s = 'duplicate'
                   AND substr(fact.external_id, %(start)s)::int %% 2 = 0
                 ORDER BY fact.id
                """,
                stage=self._mix_stage_sql(names),
                start=len(names["mark"]) + 1,
                backends=names["backends"],
            )
        )
        matcher = self.env["settlement.matcher"].sudo()
        plans = [self._first_payment_plan(names, *row) for row in rows]
        matcher._write_plan(
            self.env.company, matcher._plan_given(plans, 2, "reference")
        )

    @api.model
    def _first_payment_plan(self, names, payment_id, item_id, minor):
        return {
            "kind": "reference/exact",
            "currency_id": names["currency"],
            "amount_minor": minor,
            "score": 95,
            "evidence": {"contributions": []},
            "unique_proof": {"method": "counted", "targets": 1, "sources": 1},
            "lines": [
                {"side": "source", "transaction_id": payment_id, "amount_minor": minor},
                {"side": "target", "move_line_id": item_id, "amount_minor": minor},
            ],
        }

    @api.model
    def _make_bench_rule(self):
        """Let an approved rule say what the service charges of the bank are."""
        rule = self.env["settlement.rule"].create({"name": "Bench service charges"})
        version = self.env["settlement.rule.version"].create(
            {
                "rule_id": rule.id,
                "purpose": "account",
                "mode": "automatic",
                "text_pattern": FEE_PATTERN,
                "difference_kind": "account",
                "account_id": self._mix_outstanding(self.env.company).id,
                "effective_from": DAY,
            }
        )
        self.env.flush_all()
        # Nobody else is there to approve it.
        self.env.cr.execute(
            SQL(
                "UPDATE settlement_rule_version SET state = 'approved', "
                "fingerprint = row_hash, author_id = %s, approver_id = %s "
                "WHERE id = %s",
                self.env.ref("base.user_root").id,
                self.env.ref("base.user_admin").id,
                version.id,
            )
        )
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # The floor
    # ------------------------------------------------------------------

    @api.model
    def _last_ids(self):
        """Return table → last id before matching."""
        return {
            table: self.env.execute_query(
                SQL("SELECT COALESCE(max(id), 0) FROM %s", SQL.identifier(table))
            )[0][0]
            for table in WRITTEN_TABLES
        }

    @api.model
    def _written_since(self, last_ids):
        """Return table → rows that matching wrote."""
        return {
            table: self.env.execute_query(
                SQL(
                    "SELECT count(*) FROM %s WHERE id > %s",
                    SQL.identifier(table),
                    last_id,
                )
            )[0][0]
            for table, last_id in last_ids.items()
        }

    @api.model
    def _write_floor(self, last_ids):
        """Write the rows that matching wrote once more: same columns, same indexes."""
        for table, last_id in last_ids.items():
            copy = SQL.identifier(f"bench_{table}")
            names = {"copy": copy, "table": SQL.identifier(table)}
            self.env.cr.execute(
                SQL("CREATE TABLE %(copy)s (LIKE %(table)s INCLUDING ALL)", **names)
            )
            self.env.cr.execute(
                SQL(
                    "INSERT INTO %(copy)s SELECT * FROM %(table)s WHERE id > %(last)s",
                    last=last_id,
                    **names,
                )
            )

    # ------------------------------------------------------------------
    # Meters
    # ------------------------------------------------------------------

    @api.model
    def _cpu_seconds(self):
        """Return the CPU seconds of this process and of its database server process.

        The latter only where the server runs on this machine.
        """
        seconds = time.process_time()
        server = self.env.execute_query(SQL("SELECT pg_backend_pid()"))[0][0]
        try:
            stat = Path(f"/proc/{server}/stat").read_text()
        except OSError:
            return seconds
        if "(postgres)" not in stat:
            return seconds
        user, system = stat.rpartition(")")[2].split()[11:13]
        return seconds + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    @api.model
    def _temporary_bytes(self):
        """Return what this database has written to temporary files so far."""
        self.env.cr.execute(SQL("SELECT pg_stat_clear_snapshot()"))
        query = SQL(
            "SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(self.env.execute_query(query)[0][0])
