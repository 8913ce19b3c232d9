from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement.models.reference_sql import reference_text_sql
from odoo.addons.settlement_match.engine import memory
from odoo.addons.settlement_match.models.claim import minor_sql
from odoo.addons.settlement_match.models.memory import MEMORY, MOST_DECISIONS

PARTNER_TYPES = ("asset_receivable", "liability_payable")
# Accounts of these types take money on its way, and are no answer to what it was for.
PASSING_TYPES = ("asset_cash", "liability_credit_card")


class SettlementMemory(models.AbstractModel):
    """What people did in Odoo with the bank's lines, without a match of ours."""

    _inherit = "settlement.memory"

    @api.model
    def _resolutions(self, company):
        """Add the bank lines that somebody reconciled in Odoo."""
        found = super()._resolutions(company)
        rows = self.env.execute_query_dict(self._reconciled_sql(company))
        return found + [self._reconciled(row) for row in rows]

    @api.model
    def _reconciled(self, row):
        """Return what somebody did with a bank line.

        It paid documents of one partner, or was put to one account that is no stop on
        the way; anything else says no more than that.
        """
        is_partner = row["is_partners"] and row["partners"] == 1
        is_account = row["accounts"] == 1 and not row["is_passing"]
        return memory.Resolution(
            key=("account.bank.statement.line", row["id"]),
            amount=row["amount"],
            currency_id=row["currency_id"],
            account=row["account"] or "",
            name=row["name"] or "",
            text=row["text"] or "",
            owner_id=row["owner_id"] or 0,
            partner_id=row["partner_id"] if is_partner else 0,
            account_id=row["account_id"] if is_account else 0,
        )

    @api.model
    def _reconciled_sql(self, company):
        """Return the newest lines that are reconciled without a match.

        Also those from before anything was matched here: what people did counts.
        """
        return SQL(
            """
            SELECT bank.id, bank.amount, bank.currency_id, said.account, said.name,
                   said.text, owner.partner_id AS owner_id, item.*
              FROM (
                SELECT line.id, line.move_id, %(minor)s AS amount, line.currency_id,
                       line.payment_ref, line.partner_name, line.account_number,
                       line.journal_id
                  FROM account_bank_statement_line line
                  JOIN res_currency currency ON currency.id = line.currency_id
                 WHERE line.company_id = %(company)s
                   AND line.is_reconciled
                 ORDER BY line.id DESC
                 LIMIT %(limit)s) bank
              JOIN account_move move
                ON move.id = bank.move_id
               AND move.state = 'posted'
               AND move.date >= %(since)s
              JOIN account_journal journal ON journal.id = bank.journal_id
              LEFT JOIN LATERAL (%(fact)s) fact ON TRUE
             CROSS JOIN LATERAL (
                SELECT %(account)s AS account,
                       COALESCE(fact.counterparty_name, bank.partner_name) AS name,
                       COALESCE(NULLIF(fact.description, ''), bank.payment_ref,
                                bank.partner_name) AS text) said
             CROSS JOIN LATERAL (%(owner)s) owner
             CROSS JOIN LATERAL (%(item)s) item
             WHERE item.accounts > 0
               AND NOT EXISTS (
                    SELECT FROM settlement_match_line line
                      JOIN settlement_match match ON match.id = line.match_id
                     WHERE line.transaction_id = fact.id
                       AND match.state IN ('confirmed', 'posted'))
             ORDER BY bank.id DESC
            """,
            account=reference_text_sql(
                SQL("'iban'"),
                SQL("COALESCE(fact.counterparty_account, bank.account_number, '')"),
            ),
            minor=minor_sql(SQL("line.amount"), "currency"),
            fact=self._fact_of_line_sql(),
            owner=self._owner_sql(company),
            item=self._counterparts_sql(),
            company=company.id,
            since=fields.Date.context_today(self) - MEMORY,
            limit=MOST_DECISIONS,
        )

    @api.model
    def _fact_of_line_sql(self):
        """Return what the source said of the line ``bank``, if it is a row of ours."""
        return SQL(
            """
            SELECT fact.id, fact.counterparty_account, fact.counterparty_name,
                   fact.description
              FROM settlement_transaction fact
              JOIN settlement_transaction_state state ON state.transaction_id = fact.id
             WHERE bank.id IN (state.statement_line_id, state.ledger_line_id)
             LIMIT 1
            """
        )

    @api.model
    def _counterparts_sql(self):
        """Return what stands against the bank line: in its entry, or behind suspense.

        Taxes go with what they are on. What our own postings did is no habit of
        people.
        """
        return SQL(
            """
            SELECT count(DISTINCT item.account_id) AS accounts,
                   min(item.account_id) AS account_id,
                   COALESCE(bool_or(account.reconcile
                        OR account.account_type IN %(passing)s), TRUE) AS is_passing,
                   COALESCE(bool_and(account.account_type IN %(of_partners)s), FALSE)
                        AS is_partners,
                   count(DISTINCT partner.commercial_partner_id) AS partners,
                   min(partner.commercial_partner_id) AS partner_id
              FROM (
                SELECT own.account_id, own.partner_id
                  FROM account_move_line own
                 WHERE own.move_id = move.id
                   AND own.tax_line_id IS NULL
                   AND own.account_id NOT IN (
                        journal.default_account_id, journal.suspense_account_id)
                 UNION ALL
                SELECT other.account_id, other.partner_id
                  FROM account_move_line own
                  JOIN account_partial_reconcile pair
                    ON own.id IN (pair.debit_move_id, pair.credit_move_id)
                  JOIN account_move_line met
                    ON met.id IN (pair.debit_move_id, pair.credit_move_id)
                   AND met.id <> own.id
                  JOIN account_move_line other
                    ON other.move_id = met.move_id
                   AND other.account_id <> met.account_id
                   AND other.tax_line_id IS NULL
                 WHERE own.move_id = move.id
                   AND own.account_id = journal.suspense_account_id
                   AND NOT EXISTS (
                        SELECT FROM settlement_posting posting
                         WHERE posting.move_id = met.move_id)
                   ) item
              JOIN account_account account ON account.id = item.account_id
              LEFT JOIN res_partner partner ON partner.id = item.partner_id
            """,
            passing=PASSING_TYPES,
            of_partners=PARTNER_TYPES,
        )
