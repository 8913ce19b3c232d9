from odoo import models
from odoo.exceptions import UserError

from ..services import token


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def unlink(self):
        """Keep what our postings reconcile until their match is undone."""
        if not token.allowed(self.env):
            self._check_not_settled_by_us()
        return super().unlink()

    def _check_not_settled_by_us(self):
        lines = self.debit_move_id | self.credit_move_id
        # Whether an entry is ours does not depend on who asks.
        ours = lines.move_id.sudo()._settled_by_us()
        if ours:
            raise UserError(
                self.env._(
                    "%(entries)s: this was settled by what a bank or provider "
                    "reported. Undo its match, or reverse its posting, so that both "
                    "sides know.",
                    entries=", ".join(ours.mapped("name")[:5]),
                )
            )
