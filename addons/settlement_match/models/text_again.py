from odoo import api, models
from odoo.tools import SQL

from .claim import ITEM_COLUMNS, minor_sql

# Stages that judge by references and texts.
TEXT_STAGES = (2, 3)
# Set while those stages look at what they have proposed before.
AGAIN = "settlement_text_again"
RECHECKED = "settlement_rechecked"


class SettlementMatcher(models.AbstractModel):
    """What references and texts proposed is looked at again when something changes.

    Payments with such proposals are judged like open ones. A proposal that would be
    made again stands as it is; one that would not is withdrawn.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _looking_again(self, run):
        """Return the matcher for which the proposals that a run judges are open.

        These are all of references and texts, until :meth:`_recall_text_proposals`
        has said which. Their table lasts until the next commit.
        """
        select = SQL(
            "SELECT DISTINCT match_id FROM (%s) known",
            self._text_proposals_sql(run.company),
        )
        if run.rechecked is not None:
            ids = sorted(run.rechecked)
            select = SQL("SELECT unnest(%s::int4[]) AS match_id", ids)
        self._refill(RECHECKED, select)
        return self.with_context(**{AGAIN: True})

    @api.model
    def _reconsidered_stages_sql(self):
        """Return the condition on ``match`` that its proposal is judged again."""
        condition = super()._reconsidered_stages_sql()
        if not self.env.context.get(AGAIN):
            return condition
        return SQL(
            "(%s OR match.id IN (SELECT match_id FROM %s))",
            condition,
            SQL.identifier(RECHECKED),
        )

    @api.model
    def _text_proposals_sql(self, company):
        """Return ``transaction_id, match_id`` of what references and texts proposed.

        What a person took something apart of is not for the engine to judge.
        """
        return SQL(
            """
            SELECT line.transaction_id, match.id AS match_id
              FROM settlement_match match
              JOIN settlement_match_line line
                ON line.match_id = match.id AND line.transaction_id IS NOT NULL
             WHERE match.company_id = %s
               AND match.state = 'proposed'
               AND match.stage IN %s
               AND NOT EXISTS (
                    SELECT FROM settlement_match_line apart
                      JOIN settlement_match refused ON refused.id = apart.match_id
                     WHERE apart.transaction_id = line.transaction_id
                       AND refused.is_refused)
            """,
            company.id,
            TEXT_STAGES,
        )

    @api.model
    def _recall_text_proposals(self, run):
        """Note which proposals the run judges again."""
        wanted = SQL("TRUE")
        if run.wanted is not None:
            wanted = SQL("transaction_id = ANY(%s)", run.wanted)
        query = SQL(
            "SELECT DISTINCT match_id FROM (%s) known WHERE %s",
            self._text_proposals_sql(run.company),
            wanted,
        )
        run.rechecked = {row[0] for row in self.env.execute_query(query)}

    @api.model
    def _judge_rivals_again(self, run, rivals):
        """Let the run judge again what it had proposed for rivals of new payments.

        :param rivals: ids of transactions that name what new ones name.
        """
        found = self.env.execute_query(
            SQL(
                "SELECT transaction_id, match_id FROM (%s) known "
                "WHERE transaction_id = ANY(%s) ORDER BY match_id",
                self._text_proposals_sql(run.company),
                rivals,
            )
        )
        if not found:
            return
        rows = {row_id for row_id, _match_id in found}
        run.touched += sorted(rows - set(run.touched))
        run.rechecked |= {match_id for _row_id, match_id in found}
        for row_id in rows:
            run.notes.pop(row_id, None)
        self._looking_again(run)
        self._forget_leftovers(SQL("transaction_id = ANY(%s)", sorted(rows)))

    @api.model
    def _withdraw_text_proposals(self, run):
        """Withdraw what the run judged again and would not propose any more."""
        matches = self.env["settlement.match"].browse(sorted(run.rechecked))
        if stale := matches.filtered(lambda match: match.state == "proposed"):
            stale._undo(self.env._("Other data fit better, or as well."))
        run.rechecked = None

    @api.model
    def _propose_plan(self, run, plan):
        """Propose what is planned, unless the very same is proposed already.

        :param plan: as :meth:`_write_plan` takes it.
        :return: number of proposals, old and new.
        """
        if not run.rechecked:
            return self._write_plan(run.company, plan, state="proposed")
        self._temporary("settlement_new_plan", plan)
        same = self.env.execute_query(self._same_proposals_sql(run))
        planned = [plan_id for plan_id, _match_id in same]
        for table, column in (
            ("settlement_new_plan", "id"),
            ("settlement_plan_line", "match_id"),
        ):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE %s = ANY(%s)",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    planned,
                )
            )
        kept = {match_id for _plan_id, match_id in same}
        run.rechecked -= kept
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE match_id = ANY(%s)",
                SQL.identifier(RECHECKED),
                sorted(kept),
            )
        )
        new = SQL("SELECT * FROM settlement_new_plan")
        return len(set(planned)) + self._write_plan(run.company, new, state="proposed")

    @api.model
    def _same_proposals_sql(self, run):
        """Return (id of the plan, id of the match that says the same already)."""
        return SQL(
            """
            SELECT plan.id, min(match.id)
              FROM settlement_new_plan plan
              JOIN (%(planned)s) planned ON planned.match_id = plan.id
              JOIN (%(known)s) known ON known.items = planned.items
              JOIN settlement_match match
                ON match.id = known.match_id
               AND match.kind = plan.kind
               AND match.difference_minor = plan.difference_minor
               AND match.rule_version_id IS NOT DISTINCT FROM plan.rule_version_id
             GROUP BY plan.id
            """,
            planned=self._joined_items_sql(
                SQL(
                    """
                    SELECT match_id, side, transaction_id, batch_id, move_line_id,
                           statement_line_id, expected_payment_id, amount_minor
                      FROM settlement_plan_line
                     UNION ALL
                    SELECT id, 'source', transaction_id, NULL, NULL, NULL, NULL,
                           amount_minor
                      FROM settlement_new_plan WHERE transaction_id IS NOT NULL
                     UNION ALL
                    SELECT id, 'target', NULL, NULL, move_line_id, NULL, NULL,
                           target_minor
                      FROM settlement_new_plan WHERE move_line_id IS NOT NULL
                    """
                )
            ),
            known=self._joined_items_sql(
                SQL(
                    "SELECT * FROM settlement_match_line WHERE match_id = ANY(%s)",
                    sorted(run.rechecked),
                )
            ),
        )

    @api.model
    def _joined_items_sql(self, lines):
        """Return ``match_id, items``: what each match joins, as one text."""
        columns = [SQL.identifier("line", name) for name in ITEM_COLUMNS.values()]
        return SQL(
            """
            SELECT line.match_id,
                   string_agg(item.text, ';' ORDER BY item.text) AS items
              FROM (%s) line
             CROSS JOIN LATERAL (
                    SELECT concat_ws(':', line.side, line.amount_minor, %s) AS text
                   ) item
             GROUP BY line.match_id
            """,
            lines,
            SQL(", ").join(SQL("COALESCE(%s, 0)", column) for column in columns),
        )

    # ------------------------------------------------------------------
    # When to look again
    # ------------------------------------------------------------------

    @api.model
    def _changed_sql(self, company, reference_id):
        """Add rows whose proposal came or went since, and new documents near them."""
        return SQL(
            """
            %(changed)s
             UNION
            SELECT kept.transaction_id
              FROM settlement_match_leftover kept
             WHERE kept.company_id = %(company)s
               AND COALESCE(kept.is_proposed, FALSE) <> (kept.transaction_id IN (
                    SELECT transaction_id FROM (%(proposals)s) known))
             UNION
            SELECT known.transaction_id
              FROM (%(proposals)s) known
              JOIN settlement_transaction_state state USING (transaction_id)
              JOIN (%(fresh)s) fresh
                ON fresh.currency_id = state.currency_id
               AND fresh.minor = state.gross_minor
            """,
            changed=super()._changed_sql(company, reference_id),
            company=company.id,
            proposals=self._text_proposals_sql(company),
            fresh=self._fresh_amounts_sql(company, reference_id),
        )

    @api.model
    def _fresh_amounts_sql(self, company, reference_id):
        """Return currency and amount of items with references since then."""
        return SQL(
            """
            SELECT DISTINCT entry.currency_id, %s AS minor
              FROM settlement_document_reference reference
              JOIN account_move_line entry ON entry.id = reference.move_line_id
              JOIN res_currency currency ON currency.id = entry.currency_id
             WHERE reference.company_id = %s AND reference.id > %s
            """,
            minor_sql(SQL("entry.amount_residual_currency"), "currency"),
            company.id,
            reference_id,
        )

    @api.model
    def _keep_leftovers(self, run, ids):
        """Remember as well of which rows something is proposed by their texts."""
        result = super()._keep_leftovers(run, ids)
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_match_leftover
                   SET is_proposed = TRUE
                 WHERE transaction_id IN (SELECT transaction_id FROM (%s) known)
                   AND transaction_id = ANY(%s)
                """,
                self._text_proposals_sql(run.company),
                list(ids),
            )
        )
        return result
