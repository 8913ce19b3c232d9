from odoo import api, models
from odoo.tools import SQL

from .claim import minor_sql


class SettlementMatcher(models.AbstractModel):
    """Early-payment discounts that the terms of documents grant, without any rule."""

    _inherit = "settlement.matcher"

    @api.model
    def _discounted_sql(self):
        """Return payments of exactly what the terms of their documents ask for.

        As in Odoo itself, only a document of which nothing was paid yet has a discount,
        up to its last day.
        Of several documents all that may have it must have it.
        """
        return SQL(
            """
            SELECT paid.*, NULL::int4 AS version_id, 0 AS position,
                   'discount' AS difference_kind, TRUE AS is_proved, terms.name
              FROM settlement_tolerable paid
              JOIN (SELECT item.transaction_id, sum(item.asked) AS asked,
                           string_agg(DISTINCT item.name, ', ') AS name
                      FROM (%(asked)s) item
                     GROUP BY item.transaction_id
                   ) terms ON terms.transaction_id = paid.transaction_id
             WHERE paid.outcome IN ('part', 'several')
               AND terms.name IS NOT NULL
               AND terms.asked = paid.source_open
               AND (paid.smallest IS NULL
                    OR paid.smallest > 2 * abs(paid.target_open - paid.source_open))
            """,
            asked=self._asked_by_terms_sql(),
        )

    @api.model
    def _asked_by_terms_sql(self):
        """Return what each named item asks for on the day of its payment.

        ``name`` are the terms of a discount, NULL where there is none.
        """
        return SQL(
            """
            SELECT named.transaction_id,
                   CASE WHEN term.id IS NULL THEN named.open_minor
                        ELSE %(discounted)s END AS asked,
                   CASE WHEN term.id IS NOT NULL THEN concat(
                        trim_scale(term.discount_percentage::numeric), ' %% until ',
                        entry.discount_date) END AS name
              FROM settlement_tolerable paid
              JOIN settlement_transaction fact ON fact.id = paid.transaction_id
              JOIN settlement_decision named
                ON named.transaction_id = paid.transaction_id
               AND named.document_open <> 0
              JOIN account_move_line entry ON entry.id = named.move_line_id
              JOIN account_move move ON move.id = entry.move_id
              JOIN res_currency currency ON currency.id = entry.currency_id
              LEFT JOIN account_payment_term term
                ON term.id = move.invoice_payment_term_id
               AND term.early_discount
               AND named.is_alone
               AND move.move_type IN (
                    'out_invoice', 'out_receipt', 'in_invoice', 'in_receipt')
               AND fact.booked_on <= entry.discount_date
               AND entry.amount_residual_currency = entry.amount_currency
               AND named.open_minor = named.residual_minor
            """,
            discounted=minor_sql(SQL("entry.discount_amount_currency"), "currency"),
        )
