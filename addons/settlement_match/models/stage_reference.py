from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical import structured
from odoo.addons.settlement.models.reference_sql import reference_text_sql


class SettlementMatcher(models.AbstractModel):
    """Stage 2: a normalised reference names an open receivable or payable."""

    _inherit = "settlement.matcher"

    @api.model
    def _stage_reference(self, run):
        """Match rows with the open items whose number or reference they carry.

        :return: dict of counters.
        """
        self._check_structured(run.company)
        self._resolve(run, self._named_documents_sql(run.company))
        self._tolerate(run, "reference")
        return self._settle(run, 2, "reference")

    @api.model
    def _check_structured(self, company):
        """Fill ``settlement_structured`` with the references that need a judgement.

        Whatever a source calls a structured reference counts as one only if its check
        digits hold. One that has to have check digits, and has wrong ones, names
        nothing, whatever the source calls it: it is ``broken``.
        """
        countries = self._countries_of_references(company)
        given = self.env.execute_query(self._structured_sql(company))
        rows = [
            (text, not is_own_number and structured.is_broken(text, countries))
            for text, is_own_number in given
            if not structured.scheme(text, countries)
        ]
        pattern = SQL("SELECT ''::text AS text, FALSE AS is_broken")
        self._copy_rows("settlement_structured", pattern, rows)

    @api.model
    def _structured_sql(self, company):
        """Return what open rows share with documents and may have check digits.

        :return: SELECT of the text, and whether it is the document's own number.
        """
        return SQL(
            """
            SELECT given.text, bool_or(given.text = %(own_number)s)
              FROM (%(open)s) open
              JOIN settlement_transaction_reference given
                ON given.transaction_id = open.transaction_id
              JOIN settlement_document_reference document ON %(same)s
              JOIN account_move_line entry ON entry.id = document.move_line_id
             WHERE document.company_id = %(company)s
               AND (given.type = 'structured'
                    OR given.type = 'invoice' AND given.text ~ %(marked)s)
             GROUP BY given.text
            """,
            marked=structured.MARK,
            own_number=reference_text_sql("invoice", SQL("entry.move_name")),
            open=self._open_transactions_sql(company),
            same=self._same_reference_sql("given", "document"),
            company=company.id,
        )

    @api.model
    def _named_documents_sql(self, company):
        """Return which open journal items the open rows name.

        ``settlement_structured`` is filled by :meth:`_check_structured`.
        """
        return SQL(
            """
            SELECT open.*, document.move_line_id, %(rank)s AS rank, document.text
              FROM (%(open)s) open
              JOIN settlement_transaction_reference given
                ON given.transaction_id = open.transaction_id
              JOIN settlement_document_reference document ON %(same)s
              LEFT JOIN settlement_structured doubtful
                ON doubtful.text = given.text
             WHERE document.company_id = %(company)s
               AND document.move_line_id IS NOT NULL
               AND doubtful.is_broken IS NOT TRUE
               AND given.type IN ('structured', 'invoice', 'order')
               AND open.transaction_id NOT IN (%(unbooked)s)
            """,
            same=self._same_reference_sql("given", "document"),
            rank=self._rank_sql(
                SQL(
                    "CASE WHEN given.type = 'structured' AND doubtful.text IS NOT NULL "
                    "THEN 'invoice' ELSE given.type END"
                )
            ),
            open=self._open_transactions_sql(company),
            company=company.id,
            unbooked=self._unbooked_sql(company),
        )
