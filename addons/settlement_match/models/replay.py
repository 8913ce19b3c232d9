from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from odoo import api, models
from odoo.tools import SQL

from ..engine.run import MatchRun

# The stages that rules take part in. What the other certain ones matched is left out
# of the replay; the ones that guess are replayed where rules have rivals.
STAGES = ("reference", "text", "memory")
# What the stages write. In a replay, empty temporary tables stand in front of these.
WRITTEN_TABLES = (
    "settlement_claim",
    "settlement_event",
    "settlement_match",
    "settlement_match_line",
)


@dataclass(frozen=True, slots=True)
class ReplayScope:
    """What is replayed.

    :ivar company: record of the company.
    :ivar since, until: first and last day of the payments, by booking day.
    :ivar most: how many payments at most; the latest count.
    :ivar version: the rule version that would hold, empty if one is retired.
    :ivar rule: the rule whose versions in force would hold no more.
    """

    company: Any
    since: date
    until: date
    most: int
    version: Any
    rule: Any


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a replay got.

    :ivar rows: how many payments were replayed.
    :ivar reached: the first day of them, if there would have been more.
    :ivar unread: how many payments a stage did not look at.
    """

    rows: int
    reached: date | None = None
    unread: int = 0


# Two of them are never the same: environments are told apart by what they hold.
@dataclass(slots=True, eq=False)
class Guesses:
    """What the guessing stages made of the days on which a rule has rivals.

    :ivar days: day → ids of the partners who are asked about.
    :ivar concerned: ids of the payments that the rule itself is about.
    :ivar found: payment → (journal item, minor units) that it is matched with.
    """

    days: dict[Any, list[int]] = field(default_factory=dict)
    concerned: frozenset[int] = frozenset()
    found: dict[int, frozenset[tuple[int, int]]] = field(default_factory=dict)


class SettlementReplay(models.AbstractModel):
    """Runs the stages of matching over history, as if some rule were another one.

    It is the matcher itself, statement by statement: PostgreSQL looks for a table
    among the temporary ones first, so that temporary tables of the same names stand
    in front of what the stages read and write. They hold the payments of the time,
    unmatched, and each document as it was open when the payment came. At the end a
    savepoint is rolled back, and they are gone with everything that was written.
    """

    _name = "settlement.replay"
    _description = "Replay of History"
    _inherit = "settlement.matcher"

    @api.model
    def _cases(self, scope):
        """Replay history and return what came out of it.

        :return: (list of ``engine.backtest.Case``, ``Extent``).
        """
        guesses = Guesses()
        replay = (
            self.with_company(scope.company)
            .with_context(
                settlement_replay_version=scope.version.id or 0,
                settlement_replay_guesses=guesses,
            )
            .sudo()
        )
        precision = self.env["settlement.precision"]
        # What was right until today counts, not what the replay makes.
        precision._measured(scope.company)
        try:
            with closing(self.env.cr.savepoint()):
                replay._enlarge_work_memory()
                # Compiling its few large statements takes longer than running them.
                replay.env.cr.execute(SQL("SELECT set_config('jit', 'off', TRUE)"))
                rows, reached = replay._gather_history(scope)
                replay._put_history_in_front()
                replay._put_rules_in_front(scope)
                unread = replay._run_stages(scope)
                cases = replay._read_cases(scope)
            if guesses.days:
                cases += replay._changed_guesses(scope, guesses)
            return cases, Extent(rows, reached, unread)
        finally:
            precision._forget()

    @api.model
    def _run_stages(self, scope):
        """Run the stages that rules take part in.

        :return: number of payments that were beyond the bound of a stage.
        """
        run = MatchRun(scope.company)
        unread = sum(self._timed_stage(stage, run).get("unread", 0) for stage in STAGES)
        self._behind_stages(scope, run)
        return unread

    # ------------------------------------------------------------------
    # What stands in front
    # ------------------------------------------------------------------

    @api.model
    def _put_in_front(self, table, with_indexes=False):
        """Let an empty temporary table stand in front of ``table``.

        Its ids are counted on their own, so that a replay uses up no numbers.
        """
        sequence = f"{table}_id_seq"
        including = SQL("INCLUDING DEFAULTS")
        if with_indexes:
            including = SQL("INCLUDING DEFAULTS INCLUDING INDEXES")
        for query in (
            SQL(
                "CREATE TEMPORARY TABLE %s (LIKE %s %s) ON COMMIT DROP",
                SQL.identifier(table),
                self._real_table(table),
                including,
            ),
            SQL("CREATE TEMPORARY SEQUENCE %s", SQL.identifier(sequence)),
            SQL(
                "ALTER TABLE %s ALTER COLUMN id SET DEFAULT nextval(%s)",
                SQL.identifier("pg_temp", table),
                f"pg_temp.{sequence}",
            ),
        ):
            self.env.cr.execute(query)

    @api.model
    def _real_table(self, table):
        """Return the name of a table behind the temporary one."""
        schema = self.env.execute_query(SQL("SELECT current_schema()"))[0][0]
        return SQL.identifier(schema, table)

    @api.model
    def _copy_columns(self, table):
        """Return the columns of ``table`` that a copy has to fill."""
        query = SQL(
            """
            SELECT attname FROM pg_attribute
             WHERE attrelid = %s::regclass AND attnum > 0
               AND NOT attisdropped AND attgenerated = ''
             ORDER BY attnum
            """,
            table,
        )
        return [row[0] for row in self.env.execute_query(query)]

    @api.model
    def _fill_front(self, table, rows, **values):
        """Copy rows into the temporary table, some columns with other values.

        :param rows: FROM clause with the alias ``origin`` for the table.
        :param values: column → SQL expression.
        """
        names = self._copy_columns(table)
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s",
                SQL.identifier("pg_temp", table),
                SQL(", ").join(SQL.identifier(name) for name in names),
                SQL(", ").join(
                    values.get(name, SQL.identifier("origin", name)) for name in names
                ),
                rows,
            )
        )

    @api.model
    def _put_history_in_front(self):
        """Let payments and documents stand there as they were when they came."""
        for table in WRITTEN_TABLES:
            self._put_in_front(table, with_indexes=True)
        self._put_states_in_front()
        self._put_documents_in_front()
        self._put_references_in_front()

    @api.model
    def _put_rules_in_front(self, scope):
        """Let the version under test be the only one of its rule, at all times."""
        self._put_in_front("settlement_rule_version")
        table = SQL.identifier("settlement_rule_version")
        rows = SQL("%s origin", self._real_table("settlement_rule_version"))
        self._fill_front("settlement_rule_version", rows)
        for query in (
            SQL(
                "UPDATE %s SET state = 'retired' WHERE rule_id = %s "
                "AND state = 'approved'",
                table,
                scope.rule.id or 0,
            ),
            SQL(
                "UPDATE %s SET state = 'approved', effective_from = NULL, "
                "effective_to = NULL WHERE id = %s",
                table,
                scope.version.id or 0,
            ),
        ):
            self.env.cr.execute(query)
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # What a replay leaves out of the stages
    # ------------------------------------------------------------------

    @api.model
    def _show_differences(self):
        """Open no exceptions."""

    @api.model
    def _raise_all(self, model, found):
        """Open no exceptions."""

    @api.model
    def _note(self, rows):
        """Note that a payment is ambiguous, without the words for it."""
        return "unmatched", ""

    @api.model
    def _only_wanted(self, run, condition):
        """Match no stand-ins of payments that were still open."""
        return SQL("%s AND transaction_id > 0", super()._only_wanted(run, condition))
