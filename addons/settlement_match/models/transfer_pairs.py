from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical import references

from ..engine import payouts, transfers

# Shorter references are found on rows that have nothing to do with each other.
SHORTEST_REFERENCE = 6
REFERENCE_TYPES = ("end_to_end", "bank", "provider")


class SettlementMatcher(models.AbstractModel):
    """Own transfers: which rows say that they belong together."""

    _inherit = "settlement.matcher"

    @api.model
    def _naming_amount_sql(self):
        """Return (went, came, rank, text) where one row names the other's account.

        Joined by the amount: this stays small between busy accounts.
        """
        return self._naming_sql(
            SQL(
                """
                JOIN settlement_end other
                  ON other.wallet_id = said.named_id
                 AND other.currency_id = teller.currency_id
                 AND other.amount = -teller.amount
                """
            )
        )

    @api.model
    def _naming_both_sql(self, apart):
        """Return (went, came, rank, text) where both rows name each other's account.

        In two currencies both have to, and where a bank kept a fee: amounts alone
        would prove nothing.

        :param apart: how the amounts of ``teller`` and ``other`` may differ.
        """
        return self._naming_sql(
            SQL(
                """
                JOIN settlement_named_own back
                  ON back.wallet_id = said.named_id
                 AND back.named_id = said.wallet_id
                JOIN settlement_end other
                  ON other.id = back.id
                 AND %(apart)s
                 AND 'topup' NOT IN (other.kind, teller.kind)
                """,
                apart=apart,
            )
        )

    @api.model
    def _naming_sql(self, others):
        """Return (went, came, rank, text) of rows that name an account of ours.

        :param others: joins what may be the other end, as ``other``.
        """
        return SQL(
            """
            SELECT CASE WHEN teller.amount < 0 THEN teller.id ELSE other.id END,
                   CASE WHEN teller.amount < 0 THEN other.id ELSE teller.id END,
                   %(rank)s AS rank, said.text
              FROM settlement_named_own said
              JOIN settlement_end teller ON teller.id = said.id
              %(others)s
             WHERE %(near)s
            """,
            rank=transfers.ONE_END.rank,
            others=others,
            near=self._near_sql(),
        )

    @api.model
    def _near_sql(self):
        """Return whether ``teller`` and ``other`` can be the ends of one transfer."""
        return SQL(
            "(other.amount < 0) <> (teller.amount < 0) "
            "AND abs(other.booked_on - teller.booked_on) <= %s",
            max(transfers.EARLY, transfers.LATE).days,
        )

    @api.model
    def _no_fee_sql(self):
        """Return whether ``went`` and ``came`` are equal or of two currencies."""
        return SQL(
            "(came.currency_id = went.currency_id AND came.amount = -went.amount "
            "OR came.currency_id <> went.currency_id "
            "AND 'topup' NOT IN (came.kind, went.kind))"
        )

    @api.model
    def _reference_pairs_sql(self, company, apart):
        """Return (went, came, rank, text) of rows that carry the same number.

        :param apart: how the amounts of ``went`` and ``came`` may differ.
        """
        return SQL(
            """
            SELECT went.id, came.id, %(rank)s AS rank, there.text
              FROM settlement_end went
              JOIN settlement_transaction_reference there
                ON there.transaction_id = went.id AND there.type IN %(types)s
              JOIN settlement_transaction_reference here
                ON %(same)s AND here.company_id = %(company)s
              JOIN settlement_end came
                ON came.id = here.transaction_id
               AND came.wallet_id <> went.wallet_id
             WHERE went.amount < 0
               AND came.amount > 0
               AND length(there.text) >= %(shortest)s
               AND there.text <> 'NOTPROVIDED'
               AND %(apart)s
             ORDER BY 1, 2, 4
            """,
            rank=transfers.REFERENCE.rank,
            types=REFERENCE_TYPES,
            same=self._same_reference_sql("there", "here"),
            company=company.id,
            shortest=SHORTEST_REFERENCE,
            apart=apart,
        )

    @api.model
    def _provider_pairs(self):
        """Return (went, came, rank, name) of bank rows that name whom they fill up."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT went.id, came.id, ARRAY[backend.connector, backend.name],
                       concat_ws(' ', fact.description, fact.counterparty_name,
                            fact.payment_reference)
                  FROM settlement_end came
                  JOIN settlement_transaction sent ON sent.id = came.id
                  JOIN settlement_backend backend ON backend.id = sent.backend_id
                  JOIN settlement_end went
                    ON went.amount = -came.amount
                   AND went.currency_id = came.currency_id
                   AND went.wallet_id <> came.wallet_id
                   AND went.kind = 'bank_debit'
                  JOIN settlement_transaction fact ON fact.id = went.id
                 WHERE came.kind = 'topup'
                   AND came.amount > 0
                 ORDER BY 1, 2
                """
            )
        )
        return [
            (went, came, transfers.PROVIDER.rank, name)
            for went, came, names, text in rows
            if (name := self._named_in(names, text))
        ]

    @api.model
    def _named_in(self, names, text):
        """Return the first of ``names`` that a text contains, "" if none is."""
        plain = references.normalise("invoice", text)
        for name in names:
            wanted = references.normalise("invoice", name or "")
            if len(wanted) >= payouts.SHORTEST_NAME and wanted in plain:
                return name
        return ""
