from odoo import api, fields, models

from odoo.addons.settlement.models.big_integer import BigInteger


class SettlementSuggestLine(models.TransientModel):
    """One suggestion, as it stood when the dialog was opened."""

    _name = "settlement.suggest.line"
    _description = "Suggestion"
    _order = "sequence, id"

    suggest_id = fields.Many2one(
        "settlement.suggest", required=True, readonly=True, ondelete="cascade"
    )
    sequence = fields.Integer(readonly=True)
    is_chosen = fields.Boolean("Choose")
    item_model = fields.Char(required=True, readonly=True)
    item_id = fields.Integer(required=True, readonly=True)
    name = fields.Char("Candidate", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_minor = BigInteger(readonly=True)
    amount = fields.Monetary("Open", compute="_compute_amount")
    score = fields.Integer(readonly=True)
    reasons = fields.Text(readonly=True)
    together = fields.Json(readonly=True)
    alternatives = fields.Text("Compared with the Others", readonly=True)
    difference = fields.Char(
        "Would be left",
        readonly=True,
        help="What a match would leave, and what that would be taken for.",
    )
    precision = fields.Char("Right so far", readonly=True)
    blocked_by = fields.Char("Held by", readonly=True)

    @api.depends("amount_minor", "currency_id")
    def _compute_amount(self):
        for line in self:
            factor = 10**line.currency_id.decimal_places
            line.amount = line.amount_minor / factor

    def action_match(self):
        """Match the item with this suggestion, and those it makes the sum with."""
        return self._decide(propose=False)

    def action_propose(self):
        """Propose this suggestion, and those it makes the sum with."""
        return self._decide(propose=True)

    def _decide(self, propose):
        self.ensure_one()
        return self.suggest_id._decide(self._with_others(), propose)

    def _with_others(self):
        """Return this line and those that make up the sum together with it."""
        self.ensure_one()
        keys = {tuple(key) for key in self.together or ()}
        return self | self.suggest_id.line_ids.filtered(
            lambda line: (line.item_model, line.item_id) in keys
        )

    def action_open(self):
        """Open the candidate."""
        self.ensure_one()
        record = self.env[self.item_model].browse(self.item_id)
        record.check_access("read")
        if record._name == "account.move.line":
            record = record.move_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
