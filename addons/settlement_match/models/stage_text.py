from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence, readings
from .resolver import ALWAYS
from .scope import SCOPE


class SettlementMatcher(models.AbstractModel):
    """Stage 3: free text contains the number of one document or of several.

    What is written well is decided first. Then what had to be corrected counts as
    well, which needs the exact amount; what is only like a number is proposed.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _stage_text(self, run):
        """Match rows whose texts contain references of open items.

        What the fields say counts as well: a document that they name is taken.

        :return: dict of counters.
        """
        self._read_texts(run)
        matcher = self
        if rivals := self._rivals_by_text(run):
            self._judge_rivals_again(run, rivals)
            self.with_context(**{SCOPE: tuple(rivals)})._read_open_texts(run)
            scope = (*self.env.context[SCOPE], *rivals)
            matcher = self.with_context(**{SCOPE: scope})
        return matcher._match_readings(run)

    @api.model
    def _match_readings(self, run):
        """Match, propose and note by what was read; see :meth:`_stage_text`."""
        self._check_structured(run.company)
        self._doubt_bill_numbers(run.company)
        written_well = self._match_written_well(run)
        proposed = self._propose_readings(run)
        proposed += self._propose_near_numbers(run)
        counters = self._match_all_readings(run)
        self._keep_named(run)
        counters["matched"] += written_well["matched"]
        counters["candidates"] += written_well["candidates"]
        return {**counters, "proposed": proposed}

    @api.model
    def _match_written_well(self, run):
        """Match what is named by well written references, if the amounts are right.

        A payment that names a document beside others is a rival all the same.

        :return: dict of counters.
        """
        certain = SQL(
            "outcome IN ('exact', 'sum') AND transaction_id NOT IN (%s)",
            self._contested_sql(),
        )
        self._resolve(run, self._named_sql(run, SQL("NOT reading.is_extra")), certain)
        plan = self._plan_decisions(3, "reference")
        matched = self._write_plan(run.company, plan)
        return {**self._count_decisions(), "matched": matched}

    @api.model
    def _match_all_readings(self, run):
        """Match by everything that was read, and note what stays open.

        :return: dict of counters.
        """
        certain = self._is_certain_sql()
        self._resolve(run, self._named_sql(run), certain)
        self._tolerate(run, "reference", certain)
        return self._settle(run, 3, "reference", certain)

    @api.model
    def _propose_readings(self, run):
        """Propose what is named in a way that a person has to look at.

        :return: number of proposals.
        """
        doubtful = SQL(
            "transaction_id IN (SELECT transaction_id FROM settlement_reading "
            "WHERE strength = %s)",
            readings.PROPOSED,
        )
        if not self._has_readings(readings.PROPOSED):
            return 0
        named = self._named_sql(run, weakest=readings.PROPOSED)
        self._resolve(run, named, SQL("outcome IN ('exact', 'sum') AND %s", doubtful))
        plan = self._plan_decisions(3, "reference")
        return self._propose_plan(run, plan)

    @api.model
    def _has_readings(self, strength):
        query = SQL(
            "SELECT EXISTS (SELECT FROM settlement_reading WHERE strength = %s)",
            strength,
        )
        return self.env.execute_query(query)[0][0]

    @api.model
    def _is_certain_sql(self):
        """Return when a text is evidence enough.

        Any reference of the document suffices if the amount is equal; a part payment
        or an overpayment must carry the document's own number, or the only bill's that
        a supplier numbered so, and nothing else that it might mean.
        """
        return SQL(
            "(outcome IN ('exact', 'sum') OR left(strongest, 1) NOT IN %s "
            "AND transaction_id NOT IN (SELECT transaction_id FROM settlement_reading "
            "WHERE strength = %s))",
            tuple(str(kind.rank) for kind in evidence.WEAK_KINDS),
            readings.PROPOSED,
        )

    @api.model
    def _contested_sql(self):
        """Return payments of documents that others name beside their own."""
        return SQL(
            """
            SELECT firm.transaction_id
              FROM settlement_reading extra
              JOIN settlement_reading firm
                ON firm.document_id = extra.document_id
               AND firm.transaction_id <> extra.transaction_id
             WHERE extra.is_extra AND extra.strength < %s
            """,
            readings.PROPOSED,
        )

    @api.model
    def _named_sql(self, run, condition=ALWAYS, weakest=readings.PARTNER):
        """Return which open journal items fields and texts name.

        :param condition: on ``settlement_reading`` as ``reading``.
        :param weakest: strength of the weakest readings that count.
        """
        return SQL(
            "%s UNION ALL %s",
            self._named_documents_sql(run.company),
            self._readings_sql(run, condition, weakest),
        )

    @api.model
    def _readings_sql(self, run, condition, weakest):
        """Return which open journal items texts name; see :meth:`_named_sql`."""
        return SQL(
            """
            SELECT open.*, reading.move_line_id, reading.rank, reading.text
              FROM settlement_reading reading
              JOIN (%(open)s) open ON open.transaction_id = reading.transaction_id
             WHERE reading.strength <= %(weakest)s AND %(condition)s
            """,
            open=self._open_transactions_sql(run.company),
            weakest=weakest,
            condition=condition,
        )
