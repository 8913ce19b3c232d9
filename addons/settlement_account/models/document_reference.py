from odoo import api, models
from odoo.tools import SQL


class SettlementDocumentReference(models.Model):
    """Payments that were entered in Odoo are found by what the bank says, too."""

    _inherit = "settlement.document.reference"

    @api.model
    def _open_item_sql(self, company_ids):
        """Add the outstanding items of payments, named by what they pay.

        Once such a payment is entered, its invoice is settled: what is open is the
        outstanding item. Payments of a payment provider are known by its own id.
        """
        return SQL(
            """
            %(own)s
             UNION ALL
            SELECT line.company_id, line.id, 'invoice', given.text
              FROM (%(outstanding)s) line
              JOIN account_payment payment ON payment.id = line.payment_id
             CROSS JOIN LATERAL (
                    SELECT payment.memo AS text
                     UNION
                    SELECT invoice.name
                      FROM account_move__account_payment paid
                      JOIN account_move invoice ON invoice.id = paid.invoice_id
                     WHERE paid.payment_id = payment.id
                   ) AS given
            """,
            own=super()._open_item_sql(company_ids),
            outstanding=self._outstanding_sql(company_ids),
        )

    @api.model
    def _outstanding_sql(self, company_ids):
        """Return ``company_id, id, payment_id`` of the open items of payments."""
        return SQL(
            """
            SELECT line.company_id, line.id, line.payment_id
              FROM account_move_line line
              JOIN account_payment payment ON payment.id = line.payment_id
             WHERE line.payment_id IS NOT NULL
               AND line.account_id = payment.outstanding_account_id
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
               AND line.amount_residual_currency <> 0
               AND payment.payment_transaction_id IS NULL
               AND line.company_id IN %s
            """,
            company_ids,
        )

    @api.model
    def _outstanding_items(self, company):
        """Return the journal items of payments whose money has not been seen.

        Those of payment providers are among them: they are found by another way, but
        they wait all the same.
        """
        self.env["account.move.line"].flush_model()
        self.env["account.payment"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM account_move_line line
                  JOIN account_payment payment ON payment.id = line.payment_id
                 WHERE line.payment_id IS NOT NULL
                   AND line.account_id = payment.outstanding_account_id
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency <> 0
                   AND line.company_id = %s
                 ORDER BY line.date, line.id
                """,
                company.id,
            )
        )
        return self.env["account.move.line"].browse([row[0] for row in rows])
