from odoo import api, fields, models

# Value of a verb of accounting → field of the dialogue.
VALUE_FIELDS = {
    "partner_id": "partner_id",
    "order": "order",
    "invoice": "invoice",
    "charge": "charge_id",
    "credit_note": "credit_note_id",
    "rate": "rate",
    "source": "rate_source",
    "keep_rest": "keep_rest",
}


class SettlementExceptionResolve(models.TransientModel):
    _inherit = "settlement.exception.resolve"

    write_off_code = fields.Char(
        string="Why it is Written Off", help="A code of the company, e.g. rounding."
    )
    partner_id = fields.Many2one("res.partner", string="Whose Money it is")
    order = fields.Char(help="Order that it is a deposit for.")
    invoice = fields.Selection(
        [("keep", "Stays paid, the loss is ours"), ("reopen", "Owed again")],
        string="The Invoice",
    )
    charge_id = fields.Many2one(
        "settlement.transaction",
        string="Disputed Payment",
        domain="[('kind', '=', 'charge'), ('is_current', '=', True)]",
    )
    credit_note_id = fields.Many2one(
        "account.move",
        string="Credit Note",
        domain="[('move_type', '=', 'out_refund'), ('state', '=', 'posted')]",
    )

    rate = fields.Char(help="The rate as its source says it, e.g. 1.0842.")
    rate_source = fields.Char(string="Source of the Rate")
    keep_rest = fields.Boolean(string="Leave the Rest Open")

    @api.model
    def _value_fields(self, verb):
        values = {**super()._value_fields(verb), **VALUE_FIELDS}
        if verb == "write_off":
            values["code"] = "write_off_code"
        if verb == "set_rate":
            values["day"] = "day"
        return values
