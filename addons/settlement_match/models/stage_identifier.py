from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence, findings

NOTHING_MORE = SQL("")


class SettlementMatcher(models.AbstractModel):
    """Stage 1: the provider's id names a payment that Odoo itself recorded."""

    _inherit = "settlement.matcher"

    @api.model
    def _stage_identifier(self, run):
        """Match rows with the outstanding items of the payments they name.

        :return: dict of counters.
        """
        self._resolve(run, self._named_payments_sql(run.company))
        counters = self._settle(run, 1, "identifier")
        self._keep_named(run)
        self._note_unbooked(run)
        return counters

    @api.model
    def _named_payments_sql(self, company):
        """Return which outstanding journal items the open rows name."""
        return SQL(
            """
            SELECT open.*, entry.id AS move_line_id, %(rank)s AS rank, paid.text
              FROM (%(open)s) open
              JOIN settlement_transaction_reference given
                ON given.transaction_id = open.transaction_id
              JOIN (%(paid)s) paid ON %(same)s
              JOIN account_payment payment ON payment.id = paid.payment_id
              JOIN account_move_line entry
                ON entry.move_id = payment.move_id
               AND entry.account_id = payment.outstanding_account_id
             WHERE given.type = 'provider'
               AND entry.parent_state = 'posted'
            """,
            rank=evidence.PROVIDER.rank,
            same=self._same_reference_sql("given", "paid"),
            open=self._open_transactions_sql(company),
            paid=self._paid_transactions_sql(company),
        )

    @api.model
    def _paid_transactions_sql(self, company):
        """Return the provider references of finished payment transactions."""
        return SQL(
            """
            SELECT document.key, document.type, document.text, paid.id, paid.payment_id,
                   paid.reference, paid.operation
              FROM settlement_document_reference document
              JOIN payment_transaction paid
                ON paid.id = document.payment_transaction_id
             WHERE document.company_id = %s
               AND document.type = 'provider'
               AND paid.state = 'done'
            """,
            company.id,
        )

    @api.model
    def _unbooked_sql(self, company, more=NOTHING_MORE):
        """Return the open rows whose payment Odoo knows and has not booked.

        They wait for its entry: matched with the invoice itself, the money would be
        there twice as soon as Odoo books the payment.

        :param more: further columns, of ``open`` and of the payment ``paid``.
        """
        return SQL(
            """
            SELECT open.transaction_id%(more)s
              FROM (%(paid)s) paid
              JOIN settlement_transaction_reference given ON %(same)s
              JOIN (%(open)s) open ON open.transaction_id = given.transaction_id
             WHERE given.company_id = %(company)s
               AND given.type = 'provider'
               AND paid.payment_id IS NULL
               AND paid.operation <> 'validation'
               AND NOT EXISTS (
                    SELECT FROM payment_transaction child
                     WHERE child.source_transaction_id = paid.id
                       AND child.operation = paid.operation
                       AND child.state = 'done')
            """,
            paid=self._paid_transactions_sql(company),
            open=self._open_transactions_sql(company),
            company=company.id,
            same=self._same_reference_sql("given", "paid"),
            more=more,
        )

    @api.model
    def _note_unbooked(self, run):
        """Note the rows whose payment Odoo knows and has not booked."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT unbooked.transaction_id AS id, unbooked.source_open,
                       unbooked.currency_id AS source_currency_id,
                       unbooked.reference, fact.external_id, fact.booked_on
                  FROM (%s) unbooked
                  JOIN settlement_transaction fact
                    ON fact.id = unbooked.transaction_id
                """,
                self._unbooked_sql(
                    run.company,
                    SQL(", open.source_open, open.currency_id, paid.reference"),
                ),
            )
        )
        for row in rows:
            sentence = findings.not_in_ledger(self._payment_of(row), row["reference"])
            run.note(row["id"], "paid_not_in_ledger", sentence)
