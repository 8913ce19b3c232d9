from odoo import api, models
from odoo.tools import SQL

from .claim import minor_sql

PARTNER_ACCOUNTS = ("asset_receivable", "liability_payable")


class SettlementMatcher(models.AbstractModel):
    """What is open on both sides, for the stages that look at amounts and partners.

    Temporary tables, filled once per stage from what the stages before it left.
    Amounts are signed minor units, positive when money comes to us.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _fill_open_sources(self, run):
        """Fill ``settlement_open_source``: payments that nothing was said of yet."""
        self._refill(
            "settlement_open_source",
            SQL(
                """
                SELECT open.transaction_id, open.currency_id, open.source_open AS minor,
                       fact.booked_on, fact.kind, fact.external_id,
                       fact.partner_id AS stated_partner_id,
                       fact.counterparty_name AS name,
                       num_nonnulls(fact.structured_reference, fact.invoice_reference,
                            fact.order_reference) > 0 AS names_something
                  FROM (%(open)s) open
                  JOIN settlement_transaction fact ON fact.id = open.transaction_id
                 WHERE open.source_open <> 0
                   AND NOT open.transaction_id = ANY(%(known)s)
                   AND open.transaction_id NOT IN (%(unbooked)s)
                """,
                open=self._open_transactions_sql(run.company),
                known=[*run.notes, *run.proposed],
                unbooked=self._unbooked_sql(run.company),
            ),
        )
        self.env.cr.execute(SQL("SELECT count(*) FROM settlement_open_source"))
        return self.env.cr.fetchone()[0]

    @api.model
    def _fill_open_items(self, company):
        """Fill ``settlement_open_item``: open items of documents and payments."""
        self._refill("settlement_open_item", self._open_items_sql(company))

    @api.model
    def _open_items_sql(self, company):
        """Return the journal items that money can settle, less what is claimed.

        Documents of customers and vendors, and the outstanding items of payments that
        were entered by hand: those of payment providers are known by their id.
        """
        return SQL(
            """
            SELECT * FROM (
                SELECT entry.id AS move_line_id, entry.move_id AS document_id,
                       entry.currency_id, entry.move_name,
                       move.partner_id AS contact_id,
                       partner.commercial_partner_id AS partner_id,
                       COALESCE(move.invoice_date, entry.date) AS written_on,
                       entry.date_maturity AS due_on,
                       residual.minor - sign(residual.minor)::int8
                            * COALESCE(claim.claimed_minor - claim.posted_minor, 0)
                            AS minor
                  FROM account_move_line entry
                  JOIN account_move move ON move.id = entry.move_id
                  JOIN account_account account ON account.id = entry.account_id
                  JOIN res_currency currency ON currency.id = entry.currency_id
                 CROSS JOIN LATERAL (SELECT %(residual)s AS minor) residual
                  LEFT JOIN account_payment payment ON payment.id = entry.payment_id
                  LEFT JOIN res_partner partner ON partner.id = entry.partner_id
                  LEFT JOIN settlement_claim claim ON claim.move_line_id = entry.id
                 WHERE entry.company_id = %(company)s
                   AND entry.parent_state = 'posted'
                   AND entry.reconciled IS NOT TRUE
                   AND (account.account_type IN %(partner_accounts)s
                        AND move.move_type <> 'entry'
                     OR payment.outstanding_account_id = entry.account_id
                        AND payment.payment_transaction_id IS NULL)
            ) item
             WHERE item.minor <> 0
            """,
            residual=minor_sql(SQL("entry.amount_residual_currency"), "currency"),
            company=company.id,
            partner_accounts=PARTNER_ACCOUNTS,
        )

    @api.model
    def _fill_open_units(self):
        """Fill ``settlement_open_unit``: what one payment of that amount may pay.

        An item, or a document with all its instalments. Of instalments of one amount
        the first that is due stands for all.
        """
        self._refill(
            "settlement_open_unit",
            SQL(
                """
                SELECT row_number() OVER (
                            ORDER BY unit.document_id, unit.minor)::int4 AS unit_id,
                       unit.*
                  FROM (
                    (SELECT DISTINCT ON (document_id, minor, currency_id)
                            document_id, currency_id, minor, partner_id, contact_id,
                            move_name, written_on, due_on,
                            ARRAY[move_line_id] AS item_ids,
                            ARRAY[minor] AS item_minors
                       FROM settlement_open_item
                      ORDER BY document_id, minor, currency_id, due_on, move_line_id)
                     UNION ALL
                    SELECT document_id, currency_id, sum(minor)::int8, min(partner_id),
                           min(contact_id), min(move_name), min(written_on),
                           max(due_on), array_agg(move_line_id ORDER BY move_line_id),
                           array_agg(minor ORDER BY move_line_id)
                      FROM settlement_open_item
                     GROUP BY document_id, currency_id
                    HAVING count(*) > 1
                       ) unit
                 WHERE (unit.currency_id, unit.minor) IN (
                        SELECT currency_id, minor FROM settlement_open_source)
                """
            ),
        )
