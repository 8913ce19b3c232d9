from odoo import api, fields, models
from odoo.tools import SQL

from .claim import ITEM_COLUMNS
from .match import PLANNED

# By what a plan is joined.
PLAN_KEYS = ("id", "transaction_id", "move_line_id")
# Items that may be deleted, by where they stand in a plan.
_LEDGER = ("account.move.line",)
_DELETABLE = (
    *_LEDGER,
    "account.bank.statement.line",
    "settlement.expected.payment",
)
SNAPSHOT_MODELS = {"plan": _LEDGER, "further": _DELETABLE, "line": _DELETABLE}


class SettlementMatcher(models.AbstractModel):
    """From a plan to matches, lines, claims and states, in sets."""

    _inherit = "settlement.matcher"

    @api.model
    def _write_plan(self, company, plan, state="confirmed"):
        """Write what is planned as matches.

        :param plan: SELECT with one row per match; its further lines stand in
            ``settlement_plan_line``.
        :param state: ``confirmed``, or ``proposed`` for what a person has to look
            at: proposals claim nothing.
        :return: number of matches.
        """
        # Several statements read it: what it says is computed once.
        self._temporary("settlement_plan", plan, PLAN_KEYS)
        plan = SQL("SELECT * FROM settlement_plan")
        query = SQL("SELECT id FROM settlement_plan ORDER BY id")
        ids = [row[0] for row in self.env.execute_query(query)]
        if not ids:
            return 0
        self.env.cr.execute(self._insert_lines_sql(plan))
        self.env.cr.execute(self._insert_matches_sql(plan, state))
        if state == "confirmed":
            self._claim_plan(plan)
        self.env.cr.execute(self._set_match_states_sql(plan, state))
        matches = self.env["settlement.match"].browse(ids)
        self.env["settlement.event"]._log(f"match.{state}", company, rows=matches)
        self.env.invalidate_all()
        self._matched_many(len(ids))
        return len(ids)

    @api.model
    def _claim_plan(self, plan):
        """Claim everything that the matches of the plan take."""
        self.env.cr.execute(self._claim_transactions_sql(plan))
        self.env.cr.execute(self._claim_items_sql(plan))
        self.env["settlement.claim"]._claim(SQL("SELECT * FROM settlement_plan_line"))

    @api.model
    def _insert_lines_sql(self, plan):
        """Return the statement that inserts all lines, those of a match in order."""
        return SQL(
            """
            INSERT INTO settlement_match_line (
                   match_id, company_id, side, transaction_id, revision_id, batch_id,
                   move_line_id, statement_line_id, expected_payment_id, currency_id,
                   amount_minor, snapshot)
            SELECT id, company_id, 'source', transaction_id, transaction_id, NULL::int4,
                   NULL::int4, NULL::int4, NULL::int4, currency_id, amount_minor,
                   NULL::jsonb
              FROM (%(plan)s) plan
             WHERE transaction_id IS NOT NULL
             UNION ALL
            SELECT id, company_id, 'target', NULL::int4, NULL::int4, NULL::int4,
                   move_line_id, NULL::int4, NULL::int4, target_currency_id,
                   target_minor, %(own_snapshot)s
              FROM (%(plan)s) plan
             WHERE move_line_id IS NOT NULL
             UNION ALL
            SELECT match_id, company_id, side, transaction_id, transaction_id, batch_id,
                   move_line_id, statement_line_id, expected_payment_id, currency_id,
                   amount_minor, %(snapshot)s
              FROM (SELECT * FROM settlement_plan_line ORDER BY match_id, position)
                   further
            """,
            plan=plan,
            own_snapshot=self._snapshot_sql("plan"),
            snapshot=self._snapshot_sql("further"),
        )

    @api.model
    def _snapshot_sql(self, alias):
        """Return what is kept of a journal item, NULL for other items."""
        columns = ("move_name", "date", "account_id", "partner_id")
        names = ("name", "date", "account", "partner")
        pairs = SQL(", ").join(
            SQL("%s, %s", name, SQL.identifier(alias, column))
            for name, column in zip(names, columns, strict=True)
        )
        return SQL(
            "CASE WHEN %(item)s IS NOT NULL THEN "
            "jsonb_build_object('model', %(model)s, 'id', %(item)s, %(pairs)s) END",
            item=self._item_id_sql(alias),
            model=self._item_model_sql(alias),
            pairs=pairs,
        )

    @api.model
    def _item_columns(self, alias):
        """Return the models that a snapshot is kept of, with their columns."""
        return {
            model: column
            for model, column in ITEM_COLUMNS.items()
            if model in SNAPSHOT_MODELS[alias]
        }

    @api.model
    def _item_id_sql(self, alias):
        """Return the id of the item that a snapshot is kept of."""
        columns = self._item_columns(alias).values()
        items = [SQL.identifier(alias, column) for column in columns]
        return SQL("COALESCE(%s)", SQL(", ").join(items))

    @api.model
    def _item_model_sql(self, alias):
        """Return the model of the item that a snapshot is kept of."""
        whens = [
            SQL("WHEN %s IS NOT NULL THEN %s", SQL.identifier(alias, column), model)
            for model, column in self._item_columns(alias).items()
        ]
        return SQL("CASE %s END", SQL(" ").join(whens))

    @api.model
    def _insert_matches_sql(self, plan, state):
        """Return the statement that inserts the matches, hashed with their lines."""
        is_confirmed = state == "confirmed"
        return SQL(
            """
            INSERT INTO settlement_match (
                   id, company_id, currency_id, method, kind, rule_version_id, stage,
                   score, amount_minor, evidence, alternatives, unique_proof,
                   rest_to_credit, difference_minor, difference_kind, is_automatic,
                   state, decided_by_id, decided_at, row_hash)
            SELECT id, company_id, currency_id, method, kind, rule_version_id, stage,
                   score, amount_minor, evidence, alternatives, unique_proof,
                   rest_to_credit, difference_minor, difference_kind, is_automatic,
                   %(state)s, %(user)s, %(now)s, %(hash)s
              FROM (
                SELECT plan.*, %(is_confirmed)s AS is_automatic,
                       %(texts)s AS lines_text
                  FROM (%(plan)s) plan
                  LEFT JOIN (%(further)s) further ON further.match_id = plan.id
              ) %(planned)s
            """,
            state=state,
            is_confirmed=is_confirmed,
            user=self.env.uid if is_confirmed else None,
            now=fields.Datetime.now() if is_confirmed else None,
            hash=self.env["settlement.match"]._row_hash_sql(PLANNED),
            texts=self._line_texts_sql(),
            plan=plan,
            further=self._further_texts_sql(),
            planned=SQL.identifier(PLANNED),
        )

    @api.model
    def _line_texts_sql(self):
        """Return the texts of all lines of a planned match, in order."""
        lines = self.env["settlement.match.line"]
        source = lines._text_sql(
            side=SQL("'source'"),
            company_id=SQL("plan.company_id"),
            revision_id=SQL("plan.transaction_id"),
            currency_id=SQL("plan.currency_id"),
            amount_minor=SQL("plan.amount_minor"),
        )
        target = lines._text_sql(
            side=SQL("'target'"),
            company_id=SQL("plan.company_id"),
            currency_id=SQL("plan.target_currency_id"),
            amount_minor=SQL("plan.target_minor"),
            **self._item_parts("plan"),
        )
        return SQL(
            """
            concat_ws(';',
                CASE WHEN plan.transaction_id IS NOT NULL THEN %s END,
                CASE WHEN plan.move_line_id IS NOT NULL THEN %s END,
                further.text)
            """,
            source,
            target,
        )

    @api.model
    def _further_texts_sql(self):
        """Return the text of the lines that do not stand in the plan itself."""
        columns = ("side", "company_id", "batch_id", "currency_id", "amount_minor")
        text = self.env["settlement.match.line"]._text_sql(
            **{name: SQL.identifier("line", name) for name in columns},
            revision_id=SQL("line.transaction_id"),
            **self._item_parts("line"),
        )
        return SQL(
            """
            SELECT line.match_id, string_agg(%s, ';' ORDER BY line.position) AS text
              FROM settlement_plan_line line
             GROUP BY line.match_id
            """,
            text,
        )

    @api.model
    def _item_parts(self, alias):
        """Return the parts of a line's text that its snapshot will say."""
        return {
            "item_model": self._item_model_sql(alias),
            "item_id": self._item_id_sql(alias),
            "item_date": SQL(
                "to_char(%s, 'YYYY-MM-DD')", SQL.identifier(alias, "date")
            ),
            "item_account": SQL.identifier(alias, "account_id"),
            "item_partner": SQL.identifier(alias, "partner_id"),
            "item_name": SQL.identifier(alias, "move_name"),
        }

    # ------------------------------------------------------------------
    # What follows for the items
    # ------------------------------------------------------------------

    @api.model
    def _claim_transactions_sql(self, plan):
        """Return the statement that claims the source transactions of the plan."""
        return SQL(
            """
            INSERT INTO settlement_claim (
                   company_id, currency_id, transaction_id, total_minor, claimed_minor,
                   posted_minor)
            SELECT company_id, currency_id, transaction_id, abs(gross_minor),
                   abs(amount_minor), 0
              FROM (%s) plan
             WHERE transaction_id IS NOT NULL
                ON CONFLICT (transaction_id) WHERE transaction_id IS NOT NULL DO UPDATE
               SET total_minor = EXCLUDED.total_minor,
                   claimed_minor = settlement_claim.claimed_minor
                                   + EXCLUDED.claimed_minor
            """,
            plan,
        )

    @api.model
    def _claim_items_sql(self, plan):
        """Return the statement that claims the target journal items of the plan."""
        return SQL(
            """
            INSERT INTO settlement_claim (
                   company_id, currency_id, move_line_id, total_minor, claimed_minor,
                   posted_minor)
            SELECT min(company_id), min(target_currency_id), move_line_id,
                   min(abs(residual_minor)), sum(abs(target_minor)), 0
              FROM (%s) plan
             WHERE move_line_id IS NOT NULL
             GROUP BY move_line_id
             ORDER BY move_line_id
                ON CONFLICT (move_line_id) WHERE move_line_id IS NOT NULL DO UPDATE
               SET total_minor = EXCLUDED.total_minor + settlement_claim.posted_minor,
                   claimed_minor = settlement_claim.claimed_minor
                                   + EXCLUDED.claimed_minor
            """,
            plan,
        )

    @api.model
    def _set_match_states_sql(self, plan, state):
        """Return the statement that marks the transactions of the plan.

        A row that needs no target does not wait for a proposal either.
        """
        return SQL(
            """
            UPDATE settlement_transaction_state AS state
               SET match_state = %s
              FROM (SELECT transaction_id FROM (%s) plan
                     UNION ALL
                    SELECT transaction_id FROM settlement_plan_line) matched
             WHERE matched.transaction_id = state.transaction_id
               AND (%s OR state.match_state <> 'not_needed')
            """,
            "matched" if state == "confirmed" else "proposed",
            plan,
            state == "confirmed",
        )
