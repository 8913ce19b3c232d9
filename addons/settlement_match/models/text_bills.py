from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.models.reference_sql import reference_text_sql

from ..engine import evidence


class SettlementMatcher(models.AbstractModel):
    """The numbers that suppliers gave their bills: as good as ours, if only one did.

    Our own numbers are ours alone, and paid documents keep them. What a supplier
    writes may be another one's number as well, or a date, or a postcode.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _doubt_bill_numbers(self, company):
        """Let numbers of bills that may mean something else need the exact amount.

        A bill of the known payee is meant in any case. Else the number has a letter,
        and no bill of another supplier carries it, be it paid or not.
        """
        query = SQL(
            "SELECT EXISTS (SELECT FROM settlement_reading WHERE rank = %s)",
            evidence.BILL.rank,
        )
        if self.env.execute_query(query)[0][0]:
            self.env.cr.execute(self._doubt_bill_numbers_sql(company))

    @api.model
    def _doubt_bill_numbers_sql(self, company):
        return SQL(
            """
            WITH payee AS MATERIALIZED (%(payees)s),
            shared AS MATERIALIZED (%(shared)s),
            named AS (
                SELECT reading.transaction_id, reading.text,
                       bool_or(bill.commercial_partner_id = payee.partner_id)
                            AS is_of_payee
                  FROM settlement_reading reading
                  JOIN account_move bill ON bill.id = reading.document_id
                  LEFT JOIN payee ON payee.transaction_id = reading.transaction_id
                 WHERE reading.rank = %(bill)s
                 GROUP BY reading.transaction_id, reading.text
            )
            UPDATE settlement_reading AS reading
               SET rank = %(weak)s
              FROM named
             WHERE reading.transaction_id = named.transaction_id
               AND reading.text = named.text
               AND reading.rank = %(bill)s
               AND named.is_of_payee IS NOT TRUE
               AND (named.text !~ '[A-Z]'
                    OR named.text IN (SELECT text FROM shared))
            """,
            payees=self._known_payers_sql(
                company,
                SQL(
                    "SELECT transaction_id FROM settlement_reading WHERE rank = %s",
                    evidence.BILL.rank,
                ),
            ),
            shared=self._shared_bill_numbers_sql(company),
            bill=evidence.BILL.rank,
            weak=evidence.TOKEN.rank,
        )

    @api.model
    def _shared_bill_numbers_sql(self, company):
        """Return the numbers that bills of several suppliers carry."""
        return SQL(
            """
            SELECT bill.text
              FROM (SELECT %(number)s AS text, move.commercial_partner_id
                      FROM account_move move
                     WHERE move.company_id = %(company)s
                       AND move.move_type IN ('in_invoice', 'in_refund')
                       AND move.state = 'posted'
                       AND move.ref IS NOT NULL) bill
             WHERE bill.text IN (SELECT text FROM settlement_reading
                                  WHERE rank = %(bill)s)
             GROUP BY bill.text
            HAVING count(DISTINCT bill.commercial_partner_id) > 1
            """,
            number=reference_text_sql("invoice", SQL("move.ref")),
            company=company.id,
            bill=evidence.BILL.rank,
        )
