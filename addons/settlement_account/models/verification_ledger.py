from odoo import models
from odoo.tools import SQL

from ..services.line_reader import LineReader


class SettlementVerification(models.AbstractModel):
    """Statement lines that are in Odoo anyway: the journal itself is their truth.

    What somebody has done with a line since the last run is no finding: the next run
    takes it in. What cannot happen by Odoo's own ways is one.
    """

    _inherit = "settlement.verification"

    def _checks(self):
        return [
            *super()._checks(),
            "_check_ledger_links",
            "_check_ledger_lines_settled",
            "_check_ledger_amounts",
        ]

    def _check_ledger_links(self):
        """Each row of a bank journal stands in the line that it was read from."""
        yield from self._findings_of(
            12,
            "settlement.transaction",
            SQL(
                """
                SELECT state.transaction_id
                  FROM settlement_transaction_state state
                  JOIN settlement_wallet wallet ON wallet.id = state.wallet_id
                  JOIN settlement_transaction fact ON fact.id = state.transaction_id
                  LEFT JOIN account_bank_statement_line line
                    ON line.id = state.statement_line_id
                 WHERE wallet.is_ledger
                   AND (fact.external_id
                            IS DISTINCT FROM 'line:' || state.ledger_line_id
                        OR (state.statement_line_id IS NOT NULL
                            AND state.statement_line_id
                                IS DISTINCT FROM state.ledger_line_id)
                        OR line.journal_id <> wallet.journal_id
                        OR line.company_id <> state.company_id
                        OR line.settlement_wallet_id IS NOT NULL)
                """
            ),
            self.env._("It stands for another statement line than it was read from."),
        )

    def _check_ledger_lines_settled(self):
        """A line that our match has settled is reconciled in Odoo."""
        yield from self._findings_of(
            12,
            "settlement.transaction",
            SQL(
                """
                SELECT state.transaction_id, move.name
                  FROM settlement_transaction_state state
                  JOIN account_bank_statement_line line
                    ON line.id = state.ledger_line_id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE state.posting_state = 'reconciled'
                   AND state.match_state = 'matched'
                   AND (line.is_reconciled IS NOT TRUE OR move.state <> 'posted')
                """
            ),
            self.env._(
                "It counts as settled, and its statement line %(line)s is open."
            ),
            "line",
        )

    def _check_ledger_amounts(self):
        """A line that our match has settled says what it said then."""
        wallets = self.env["settlement.wallet"].with_context(active_test=False)
        wallets = wallets.search([("is_ledger", "=", True)])
        yield from self._findings_of(
            12,
            "settlement.transaction",
            SQL(
                """
                SELECT fact.id, fact.gross_amount::text,
                       concat_ws(' / ', said.content ->> 'amount',
                                 trim_scale(line.amount)::text,
                                 trim_scale(bank.amount)::text)
                  FROM (%(said)s) said
                  JOIN account_bank_statement_line line ON line.id = said.id
                  JOIN settlement_transaction_state state
                    ON state.ledger_line_id = line.id
                  JOIN settlement_transaction fact ON fact.id = state.transaction_id
                  JOIN account_journal journal ON journal.id = line.journal_id
                 CROSS JOIN LATERAL (
                        SELECT sum(item.amount_currency) AS amount
                          FROM account_move_line item
                         WHERE item.move_id = line.move_id
                           AND item.account_id = journal.default_account_id) bank
                 WHERE state.posting_state = 'reconciled'
                   AND state.match_state = 'matched'
                   AND ((said.content ->> 'amount')::numeric <> fact.gross_amount
                        OR bank.amount <> line.amount)
                """,
                said=LineReader(wallets).said_sql(SQL("TRUE")),
            ),
            self.env._(
                "It was settled as %(settled)s, its statement line says %(line)s (what "
                "waits, what it shows, what stands on the account of the bank)."
            ),
            "settled",
            "line",
        )
