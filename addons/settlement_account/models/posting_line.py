from odoo import fields, models

from odoo.addons.settlement.models.implied_many2one import ImpliedMany2one


class SettlementPostingLine(models.Model):
    """Which transaction is posted by which posting; at most one is active."""

    _name = "settlement.posting.line"
    _description = "Line of a Settlement Posting"
    _log_access = False
    _rec_name = "transaction_id"

    posting_id = fields.Many2one(
        "settlement.posting", required=True, index=True, ondelete="restrict"
    )
    company_id = ImpliedMany2one("res.company", required=True)
    transaction_id = fields.Many2one(
        "settlement.transaction", required=True, ondelete="restrict"
    )
    active = fields.Boolean(required=True, default=True)

    _active_uniq = models.UniqueIndex(
        "(transaction_id) WHERE active",
        "This transaction is posted already.",
    )
