from odoo import models
from odoo.fields import Domain


class SettlementException(models.Model):
    """What the data say already, so that nobody has to type it."""

    _inherit = "settlement.exception"

    def _pane_defaults(self, verb):
        """Return value → what it is by default: ``{id, name}`` or a plain value."""
        look = getattr(self, f"_pane_defaults_{verb}", None)
        if not look or self.subject_model != "settlement.transaction":
            return {}
        return look(self.env[self.subject_model].browse(self.subject_id).exists())

    def _pane_defaults_mark_duplicate(self, row):
        """The one earlier row of the same money and reference is the twin."""
        twins = row.search(
            [
                ("wallet_id", "=", row.wallet_id.id),
                ("currency_id", "=", row.currency_id.id),
                ("gross_amount", "=", row.gross_amount),
                ("kind", "=", row.kind),
                ("is_current", "=", True),
                ("id", "!=", row.id),
                ("match_state", "=", "matched"),
                ("booked_on", "<=", row.booked_on),
            ],
            limit=2,
        )
        return {"twin_id": twins.id} if len(twins) == 1 else {}

    def _pane_defaults_allocate(self, row):
        """The payer is whose money it is, where the payer is known."""
        partner = row.partner_id or self._holder_of(row.counterparty_account)
        return {"partner_id": partner.id} if len(partner) == 1 else {}

    def _holder_of(self, account):
        """Return the partners to whom a bank account belongs."""
        banks = self.env["res.partner.bank"]
        if not account:
            return banks.partner_id
        own = Domain("company_id", "in", (False, self.company_id.id))
        number = "".join(filter(str.isalnum, account)).upper()
        known = banks.search(own & Domain("sanitized_acc_number", "=", number))
        return known.partner_id.commercial_partner_id
