from odoo import models


class SettlementTransaction(models.Model):
    """What people did in Odoo with the statement line of a row."""

    _inherit = "settlement.transaction"

    def _compute_ledger_note(self):
        for transaction in self:
            transaction.ledger_note = transaction._ledger_words()

    def _ledger_words(self):
        """Return in words what became of the statement line, False if nothing did."""
        state = self.state_ids[:1]
        if not state.ledger_line_id:
            return False
        # Whoever may see the row may hear what became of its line.
        line = state.sudo().ledger_line_id.exists()
        if not line:
            return self.env._("The statement line was deleted.")
        if line.move_id.state != "posted":
            return self.env._(
                "The statement line %(line)s is not posted any more.",
                line=line.move_id.display_name,
            )
        if (state.match_state, state.posting_state) == ("not_needed", "reconciled"):
            return self._settled_words(line)
        return False

    def _settled_words(self, line):
        """Return with what somebody has reconciled a statement line."""
        liquidity, _suspense, _other = line._seek_for_lines()
        items = line.move_id.line_ids - liquidity
        partners = items.matched_debit_ids.debit_move_id
        partners |= items.matched_credit_ids.credit_move_id
        if partners.move_id.settlement_posting_ids:
            return False  # what a bank books for itself, settled by our own entry
        names = (partners - items).move_id.mapped("name")
        accounts = (items - items.filtered("reconciled")).account_id
        return self.env._(
            "The statement line was reconciled in Odoo with %(what)s.",
            what=", ".join([*names, *accounts.mapped("display_name")]) or "?",
        )
