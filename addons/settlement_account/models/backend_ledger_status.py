from odoo import api, models
from odoo.tools import SQL


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    @api.model
    def _wallet_status(self, wallet):
        """Add for a bank journal what of its lines is open, in Odoo and here."""
        status = super()._wallet_status(wallet)
        if not wallet.is_ledger:
            return status
        return {**status, "journal": self._journal_status(wallet)}

    @api.model
    def _journal_status(self, wallet):
        """Return counts of lines; there is nothing to prove, the journal is the truth.

        ``not_taken_in`` are open lines that the next run takes in.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FILTER (WHERE line.is_reconciled IS NOT TRUE),
                       count(*) FILTER (WHERE line.is_reconciled IS NOT TRUE
                                          AND state.id IS NULL),
                       count(*) FILTER (WHERE line.is_reconciled
                                          AND state.match_state = 'matched'),
                       count(*) FILTER (WHERE line.is_reconciled
                                          AND state.match_state = 'not_needed')
                  FROM account_bank_statement_line line
                  JOIN account_move move ON move.id = line.move_id
                  LEFT JOIN settlement_transaction_state state
                    ON state.ledger_line_id = line.id
                 WHERE line.journal_id = %(journal)s
                   AND line.company_id = %(company)s
                   AND line.settlement_wallet_id IS NULL
                   AND line.amount <> 0
                   AND move.state = 'posted'
                   AND (%(since)s::date IS NULL OR move.date >= %(since)s)
                """,
                journal=wallet.journal_id.id,
                company=wallet.company_id.id,
                since=wallet.ledger_from or None,
            )
        )
        names = ("open", "not_taken_in", "settled_here", "settled_elsewhere")
        return {
            "name": wallet.journal_id.display_name,
            "balance": wallet._money(wallet._minor(wallet.sudo()._account_balance())),
            "lines": dict(zip(names, rows[0], strict=True)),
        }
