from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical.spelling import squeeze
from odoo.addons.settlement.models.reference_sql import squeezed_key_sql

from ..engine.tokens import scan
from .claim import minor_sql

# More than this and everything is looked at: sets are cheaper than lists.
MOST_TOUCHED = 5_000
# What is remembered of payments that stay open; of more, nothing is.
MOST_KEPT = 50_000
COMPLETE_EVERY = timedelta(hours=20)
SCOPE = "settlement_scope"


class SettlementMatcher(models.AbstractModel):
    """What of the open rows a run has to look at.

    References and texts of a payment are judged again only if it is new, if what it
    names has changed, or if a document appeared that it names. Whoever names the same
    documents is judged together with it.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _begin_scope(self, run):
        """Set what the run may match by references and texts; None is everything.

        :return: the matcher whose open rows are these alone.
        """
        run.is_remembered = True
        run.touched = self._touched(run.company)
        if run.touched is None:
            self._forget_leftovers(SQL("company_id = %s", run.company.id))
            return self
        run.wanted = run.touched
        self._recall_notes(run)
        self._forget_leftovers(
            SQL(
                "company_id = %s AND (transaction_id = ANY(%s) "
                "OR transaction_id NOT IN (SELECT transaction_id FROM (%s) open))",
                run.company.id,
                run.touched,
                self._open_states_sql(run.company),
            )
        )
        return self.with_context(**{SCOPE: tuple(run.touched)})

    @api.model
    def _end_scope(self, run):
        """Remember what stays open; what follows looks at all open rows."""
        ids = self._left_open(run)
        if len(ids) <= MOST_KEPT:
            self._keep_leftovers(run, ids)
            self._set_watermark(run)
        else:
            self._forget_leftovers(SQL("company_id = %s", run.company.id))
        run.wanted = None

    # ------------------------------------------------------------------
    # What has changed
    # ------------------------------------------------------------------

    @api.model
    def _touched(self, company):
        """Return the ids of open rows to be judged again, None for all."""
        mark = self.env["settlement.match.watermark"].search(
            [("company_id", "=", company.id)], limit=1
        )
        long_ago = fields.Datetime.now() - COMPLETE_EVERY
        if not mark or mark.complete_at < long_ago:
            return None
        if mark.settings != self._settings_of_decisions(company):
            return None
        seeds = self._ids_of(self._changed_sql(company, mark.reference_id))
        return self._with_all_namers(company, set(seeds))

    @api.model
    def _ids_of(self, query):
        """Return the ids that a SELECT yields, as far as it is worth while."""
        limited = SQL("SELECT * FROM (%s) found LIMIT %s", query, MOST_TOUCHED + 1)
        return [row[0] for row in self.env.execute_query(limited)]

    @api.model
    def _with_all_namers(self, company, ids):
        """Return open rows with all that name their documents, and so on.

        Whoever names the same documents as another is judged together with it.

        :return: sorted ids, None if there are too many.
        """
        found = fresh = ids
        while fresh:
            if len(found) > MOST_TOUCHED:
                return None
            fresh = set(self._ids_of(self._namers_sql(company, list(fresh)))) - found
            found |= fresh
        query = SQL(
            "SELECT transaction_id FROM (%s) open WHERE transaction_id = ANY(%s)",
            self._open_states_sql(company),
            list(found),
        )
        return sorted(self._ids_of(query))

    @api.model
    def _changed_sql(self, company, reference_id):
        """Return open rows that are new, or that something they name is new of."""
        return SQL(
            """
            SELECT open.transaction_id
              FROM (%(open)s) open
              LEFT JOIN settlement_match_leftover kept
                ON kept.transaction_id = open.transaction_id
               AND kept.source_open = open.source_open
               AND kept.reason IS DISTINCT FROM 'paid_not_in_ledger'
             WHERE kept.transaction_id IS NULL
             UNION
            SELECT kept.transaction_id
              FROM settlement_match_leftover kept
             WHERE kept.company_id = %(company)s
               AND kept.transaction_id NOT IN (
                    SELECT transaction_id FROM (%(open)s) open)
             UNION %(changed)s
             UNION %(appeared)s
            """,
            open=self._open_transactions_sql(company),
            company=company.id,
            changed=self._naming_changed_sql(company),
            appeared=self._naming_new_sql(company, reference_id),
        )

    @api.model
    def _settings_of_decisions(self, company):
        """Return a text that changes when rules, accounts, rates or companies do."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT concat_ws(' ',
                       (SELECT sum(hashtextextended(version::text, 0))
                          FROM settlement_rule_version version
                         WHERE company_id = %(company)s),
                       (SELECT sum(hashtextextended(concat_ws(' ', id, active), 0))
                          FROM settlement_rule WHERE company_id = %(company)s),
                       (SELECT sum(hashtextextended(concat_ws(' ', id, partner_id,
                                   company_id, active, sanitized_acc_number), 0))
                          FROM res_partner_bank),
                       (SELECT concat(count(*), '/', max(id), '/', max(write_date))
                          FROM res_currency_rate),
                       (SELECT hashtextextended(company::text, 0)
                          FROM res_company company WHERE id = %(company)s))
                """,
                company=company.id,
            )
        )
        return rows[0][0]

    @api.model
    def _naming_changed_sql(self, company):
        """Return payments of whose documents not the same is open any more."""
        residual = minor_sql(SQL("entry.amount_residual_currency"), "currency")
        return SQL(
            """
            SELECT trace.transaction_id
              FROM settlement_match_trace trace
              LEFT JOIN account_move_line entry ON entry.id = trace.move_line_id
              LEFT JOIN res_currency currency ON currency.id = entry.currency_id
              LEFT JOIN settlement_claim claim ON claim.move_line_id = entry.id
             WHERE trace.company_id = %(company)s
               AND trace.move_line_id IS NOT NULL
               AND trace.open_minor IS DISTINCT FROM
                   %(residual)s - CASE WHEN %(residual)s < 0 THEN -1 ELSE 1 END
                   * COALESCE(claim.claimed_minor - claim.posted_minor, 0)
            """,
            company=company.id,
            residual=residual,
        )

    @api.model
    def _naming_new_sql(self, company, reference_id):
        """Return payments that may name documents with references since then."""
        return SQL(
            """
            SELECT given.transaction_id
              FROM (%(fresh)s) fresh
              JOIN settlement_transaction_reference given ON given.key = fresh.key
             UNION ALL
            SELECT trace.transaction_id
              FROM (%(fresh)s) fresh
              JOIN settlement_match_trace trace ON trace.word_key = %(squeezed)s
             UNION ALL
            SELECT given.transaction_id
              FROM (%(fresh)s) fresh
              JOIN account_move_line entry ON entry.id = fresh.move_line_id
              JOIN res_partner owner ON owner.id = entry.partner_id
              JOIN res_partner payer
                ON payer.commercial_partner_id = owner.commercial_partner_id
              JOIN res_partner_bank bank ON bank.partner_id = payer.id
              JOIN settlement_transaction_reference given
                ON given.key = hashtextextended(
                        'iban:' || bank.sanitized_acc_number, 0)
            """,
            fresh=SQL(
                "SELECT * FROM settlement_document_reference "
                "WHERE company_id = %s AND id > %s",
                company.id,
                reference_id,
            ),
            squeezed=squeezed_key_sql(SQL("fresh.text")),
        )

    # ------------------------------------------------------------------
    # Who else names it
    # ------------------------------------------------------------------

    @api.model
    def _namers_sql(self, company, ids):
        """Return rows that were left open and name what some rows name."""
        return SQL(
            """
            WITH given AS (
                SELECT DISTINCT key FROM settlement_transaction_reference
                 WHERE transaction_id = ANY(%(ids)s)
                   AND type IN ('provider', 'invoice', 'order', 'structured')
            )
            SELECT other.transaction_id
              FROM given
              JOIN settlement_transaction_reference other USING (key)
              JOIN settlement_match_leftover kept
                ON kept.transaction_id = other.transaction_id
             UNION
            SELECT trace.transaction_id
              FROM given
              JOIN settlement_document_reference document USING (key)
              JOIN account_move_line entry ON entry.id = document.move_line_id
              JOIN settlement_match_trace trace ON trace.document_id = entry.move_id
             WHERE document.company_id = %(company)s
             UNION
            SELECT trace.transaction_id
              FROM settlement_match_trace own
              JOIN settlement_match_trace trace USING (document_id)
             WHERE own.transaction_id = ANY(%(ids)s)
            """,
            ids=ids,
            company=company.id,
        )

    @api.model
    def _rivals_by_text(self, run):
        """Return open rows that name what texts name now, and are not in scope yet."""
        scope = self.env.context.get(SCOPE)
        if scope is None:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT trace.transaction_id
                  FROM settlement_reading reading
                  JOIN settlement_match_trace trace
                    ON trace.document_id = reading.document_id
                 WHERE NOT trace.transaction_id = ANY(%s)
                """,
                list(scope),
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _in_scope_sql(self, column):
        """Return the condition that a transaction is looked at."""
        scope = self.env.context.get(SCOPE)
        if scope is None:
            return SQL("TRUE")
        return SQL("%s = ANY(%s)", column, list(scope))

    # ------------------------------------------------------------------
    # What is remembered
    # ------------------------------------------------------------------

    @api.model
    def _forget_leftovers(self, condition):
        for table in ("settlement_match_leftover", "settlement_match_trace"):
            self.env.cr.execute(
                SQL("DELETE FROM %s WHERE %s", SQL.identifier(table), condition)
            )

    @api.model
    def _recall_notes(self, run):
        """Take over what earlier runs noted about rows that are not touched."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT kept.transaction_id, kept.reason, kept.sentence, kept.hint
                  FROM settlement_match_leftover kept
                 WHERE kept.company_id = %s
                   AND NOT kept.transaction_id = ANY(%s)
                """,
                run.company.id,
                run.touched,
            )
        )
        for row_id, reason, sentence, hint in rows:
            if reason:
                run.notes.setdefault(row_id, (reason, sentence))
            if hint:
                run.hint(row_id, hint)

    @api.model
    def _keep_named(self, run):
        """Remember what the open rows name, as ``settlement_pair`` says."""
        if not run.is_remembered:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO settlement_match_trace (
                       company_id, transaction_id, move_line_id, document_id,
                       open_minor)
                SELECT %(company)s, pair.transaction_id, pair.move_line_id,
                       pair.document_id, pair.open_minor
                  FROM settlement_pair pair
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = pair.transaction_id
                 WHERE state.match_state IN ('open', 'proposed')
                   AND %(touched)s
                """,
                company=run.company.id,
                touched=self._touched_sql(run, SQL("pair.transaction_id")),
            )
        )

    @api.model
    def _touched_sql(self, run, column):
        if run.touched is None:
            return SQL("TRUE")
        return SQL("%s = ANY(%s)", column, run.touched)

    @api.model
    def _left_open(self, run):
        """Return the touched rows that are still open: id → what is open of them."""
        rows = self.env.execute_query(
            SQL(
                "SELECT transaction_id, source_open FROM (%s) open WHERE %s LIMIT %s",
                self._open_transactions_sql(run.company),
                self._touched_sql(run, SQL("transaction_id")),
                MOST_KEPT + 1,
            )
        )
        return dict(rows)

    @api.model
    def _keep_leftovers(self, run, ids):
        """Remember open rows with what was noted and the words of their texts."""
        rows = [
            (
                run.company.id,
                row_id,
                source_open,
                *run.notes.get(row_id, ("", "")),
                run.hints.get(row_id, ""),
            )
            for row_id, source_open in ids.items()
        ]
        pattern = SQL(
            "SELECT 0 AS company_id, 0 AS transaction_id, 0::int8 AS source_open, "
            "''::text AS reason, ''::text AS sentence, ''::text AS hint"
        )
        self._copy_rows("settlement_kept", pattern, rows)
        # Another worker may have been here between two stages.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO settlement_match_leftover (
                       company_id, transaction_id, source_open, reason, sentence, hint)
                SELECT * FROM settlement_kept
                    ON CONFLICT (transaction_id) DO UPDATE
                   SET source_open = EXCLUDED.source_open,
                       is_proposed = FALSE,
                       reason = EXCLUDED.reason,
                       sentence = EXCLUDED.sentence,
                       hint = EXCLUDED.hint
                """
            )
        )
        words = {
            (run.company.id, row_id, squeeze(token.text))
            for row_id, *texts in self.env.execute_query(self._kept_texts_sql(ids))
            for token in scan(texts).tokens
        }
        pattern = SQL("SELECT 0 AS company_id, 0 AS transaction_id, ''::text AS word")
        self._copy_rows("settlement_kept_word", pattern, sorted(words))
        self.env.cr.execute(
            SQL(
                "INSERT INTO settlement_match_trace "
                "(company_id, transaction_id, word_key) "
                "SELECT company_id, transaction_id, hashtextextended(word, 0) "
                "FROM settlement_kept_word WHERE word IS NOT NULL"
            )
        )

    @api.model
    def _kept_texts_sql(self, ids):
        return SQL(
            """
            SELECT id, invoice_reference, order_reference, payment_reference,
                   end_to_end_reference, description
              FROM settlement_transaction WHERE id = ANY(%s)
            """,
            list(ids),
        )

    @api.model
    def _set_watermark(self, run):
        """Remember how far the references of documents were seen."""
        marks = self.env["settlement.match.watermark"]
        mark = marks.search([("company_id", "=", run.company.id)], limit=1)
        query = SQL("SELECT COALESCE(max(id), 0) FROM settlement_document_reference")
        values = {
            "reference_id": self.env.execute_query(query)[0][0],
            "settings": self._settings_of_decisions(run.company),
        }
        if run.touched is None:
            values["complete_at"] = fields.Datetime.now()
        if mark:
            mark.write(values)
        else:
            marks.create({"company_id": run.company.id, **values})
