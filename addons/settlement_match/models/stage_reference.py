from odoo import api, models
from odoo.tools import SQL


class SettlementMatcher(models.AbstractModel):
    """Stage 2: a normalised reference names an open receivable or payable."""

    _inherit = "settlement.matcher"

    @api.model
    def _stage_reference(self, run):
        """Match rows with the open items whose number or reference they carry.

        :return: dict of counters.
        """
        self._resolve(run, self._named_documents_sql(run.company))
        self._tolerate(run, "reference")
        return self._settle(run, 2, "reference")

    @api.model
    def _named_documents_sql(self, company):
        """Return which open journal items the open rows name."""
        return SQL(
            """
            SELECT open.*, document.move_line_id, %(rank)s AS rank, document.text
              FROM (%(open)s) open
              JOIN settlement_transaction_reference given
                ON given.transaction_id = open.transaction_id
              JOIN settlement_document_reference document ON %(same)s
             WHERE document.company_id = %(company)s
               AND document.move_line_id IS NOT NULL
               AND given.type IN ('structured', 'invoice', 'order')
               AND open.transaction_id NOT IN (%(unbooked)s)
            """,
            same=self._same_reference_sql("given", "document"),
            rank=self._rank_sql(SQL("given.type")),
            open=self._open_transactions_sql(company),
            company=company.id,
            unbooked=self._unbooked_sql(company),
        )
