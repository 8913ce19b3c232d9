from odoo import fields, models


class SettlementMessageRow(models.Model):
    _name = "settlement.message.row"
    _description = "Quarantined Row of a Message"
    _order = "message_id, number, id"

    message_id = fields.Many2one(
        "settlement.message", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="message_id.company_id", store=True, index=True
    )
    number = fields.Integer(help="Position in the payload, counted from 1.")
    raw = fields.Text(help="The row as received, card numbers masked.")
    reason = fields.Text(required=True)
    code = fields.Char(required=True, default="malformed_input")

    _number_uniq = models.Constraint(
        "UNIQUE (message_id, number)", "A row of a message is quarantined once."
    )
