import csv
import io

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.models.reference_sql import (
    reference_key_sql,
    reference_text_sql,
)

from ..engine import evidence
from ..engine.tokens import PLAIN, RETRY, scan

CHUNK_ROWS = 10_000


class SettlementMatcher(models.AbstractModel):
    """Stage 3: free text contains the number of one document or of several."""

    _inherit = "settlement.matcher"

    @api.model
    def _stage_text(self, run):
        """Match rows whose texts contain references of open items.

        What the fields say counts as well: a document that they name is taken.

        :return: dict of counters.
        """
        self._fill_tokens(run.company)
        named = SQL(
            "%s UNION ALL %s",
            self._named_documents_sql(run.company),
            self._named_by_text_sql(run.company),
        )
        certain = self._is_certain_sql()
        self._resolve(run, named, certain)
        return self._settle(run, 3, "reference", certain)

    @api.model
    def _is_certain_sql(self):
        """Return when a text is evidence enough.

        Any reference of the document suffices if the amount is equal; a part payment
        or an overpayment must carry the document's own number.
        """
        return SQL(
            "(outcome IN ('exact', 'sum') OR left(strongest, 1) <> %s)",
            str(evidence.TOKEN.rank),
        )

    @api.model
    def _fill_tokens(self, company):
        """Cut the texts of all open rows into tokens, chunk by chunk."""
        cr = self.env.cr
        self._temporary(
            "settlement_token",
            SQL("SELECT 0 AS transaction_id, ''::text AS text, 0 AS attempt LIMIT 0"),
        )
        last_id = 0
        while rows := self.env.execute_query(self._texts_sql(company, last_id)):
            last_id = rows[-1][0]
            buffer = io.StringIO()
            csv.writer(buffer).writerows(
                (row_id, text, attempt)
                for row_id, *texts in rows
                for text, attempt in sorted(self._plain_tokens(texts))
            )
            buffer.seek(0)
            cr.copy_expert("COPY settlement_token FROM STDIN (FORMAT csv)", buffer)
        cr.execute(SQL("ANALYZE settlement_token"))

    @api.model
    def _plain_tokens(self, texts):
        """Return (text, attempt) of what stands in the texts as it is."""
        attempts = {PLAIN: 1, RETRY: 2}
        return {
            (token.text, attempts[token.how])
            for token in scan(texts).tokens
            if token.how in attempts
        }

    @api.model
    def _texts_sql(self, company, last_id):
        """Return the next chunk of open rows with their texts."""
        return SQL(
            """
            SELECT fact.id, fact.invoice_reference, fact.order_reference,
                   fact.payment_reference, fact.end_to_end_reference,
                   fact.description
              FROM (%(open)s) open
              JOIN settlement_transaction fact ON fact.id = open.transaction_id
             WHERE fact.id > %(last_id)s
               AND fact.id NOT IN (%(unbooked)s)
             ORDER BY fact.id
             LIMIT %(limit)s
            """,
            open=self._open_transactions_sql(company),
            last_id=last_id,
            unbooked=self._unbooked_sql(company),
            limit=CHUNK_ROWS,
        )

    @api.model
    def _named_by_text_sql(self, company):
        """Return which open journal items the tokens name.

        The number without retry suffix counts only where nothing carries the whole.
        """
        own_number = reference_text_sql("invoice", SQL("entry.move_name"))
        return SQL(
            """
            SELECT found.transaction_id, found.currency_id, found.gross_minor,
                   found.source_open,
                   found.move_line_id, found.rank, found.text
              FROM (
                SELECT open.*, document.move_line_id, token.text, token.attempt,
                       CASE WHEN %(own_number)s = token.text THEN %(number)s
                            ELSE %(token)s END AS rank,
                       min(token.attempt) OVER (
                            PARTITION BY open.transaction_id) AS first_attempt
                  FROM settlement_token token
                  JOIN (%(open)s) open ON open.transaction_id = token.transaction_id
                 CROSS JOIN (VALUES ('invoice'), ('structured'), ('order'))
                       AS kind (type)
                  JOIN settlement_document_reference document
                    ON document.company_id = %(company)s
                   AND document.key = %(key)s
                   AND document.type = kind.type
                   AND document.text = token.text
                  JOIN account_move_line entry ON entry.id = document.move_line_id
              ) found
             WHERE found.attempt = found.first_attempt
            """,
            own_number=own_number,
            number=evidence.NUMBER.rank,
            token=evidence.TOKEN.rank,
            open=self._open_transactions_sql(company),
            company=company.id,
            key=reference_key_sql(SQL("kind.type"), SQL("token.text")),
        )
