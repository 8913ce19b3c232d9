from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical import structured


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
        nothing: it is ``broken``.
        """
        countries = self._countries_of_references(company)
        texts = [
            row[0] for row in self.env.execute_query(self._structured_sql(company))
        ]
        rows = [
            (text, structured.is_broken(text, countries))
            for text in texts
            if not structured.scheme(text, countries)
        ]
        pattern = SQL("SELECT ''::text AS text, FALSE AS is_broken")
        self._copy_rows("settlement_structured", pattern, rows)

    @api.model
    def _structured_sql(self, company):
        """Return the structured references that open rows share with documents."""
        return SQL(
            """
            SELECT DISTINCT given.text
              FROM (%(open)s) open
              JOIN settlement_transaction_reference given
                ON given.transaction_id = open.transaction_id
              JOIN settlement_document_reference document ON %(same)s
             WHERE given.type = 'structured'
               AND document.company_id = %(company)s
            """,
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
                ON given.type = 'structured' AND doubtful.text = given.text
             WHERE document.company_id = %(company)s
               AND document.move_line_id IS NOT NULL
               AND doubtful.is_broken IS NOT TRUE
               AND given.type IN ('structured', 'invoice', 'order')
               AND open.transaction_id NOT IN (%(unbooked)s)
            """,
            same=self._same_reference_sql("given", "document"),
            rank=self._rank_sql(
                SQL(
                    "CASE WHEN doubtful.text IS NULL THEN given.type ELSE 'invoice' END"
                )
            ),
            open=self._open_transactions_sql(company),
            company=company.id,
            unbooked=self._unbooked_sql(company),
        )
