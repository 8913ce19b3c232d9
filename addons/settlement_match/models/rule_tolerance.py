from odoo import api, fields, models


class SettlementRuleTolerance(models.Model):
    """The largest difference that a version of a rule allows in one currency."""

    _name = "settlement.rule.tolerance"
    _description = "Tolerance of a Rule"
    _order = "version_id, currency_id"

    version_id = fields.Many2one(
        "settlement.rule.version", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="version_id.company_id", store=True)
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(required=True, help="Differences up to this amount.")

    _currency_uniq = models.Constraint(
        "UNIQUE (version_id, currency_id)",
        "There is a tolerance in this currency already.",
    )
    _positive = models.Constraint(
        "CHECK (amount > 0)", "A tolerance is more than nothing."
    )

    @api.depends("amount", "currency_id")
    def _compute_display_name(self):
        for tolerance in self:
            tolerance.display_name = tolerance.currency_id.format(tolerance.amount)

    @api.model_create_multi
    def create(self, vals_list):
        tolerances = super().create(vals_list)
        tolerances.version_id._touch()
        return tolerances

    def write(self, vals):
        self.version_id._touch()
        result = super().write(vals)
        self.version_id._touch()
        return result

    def unlink(self):
        """Delete limits of drafts; what was submitted keeps its own."""
        versions = self.version_id
        versions._touch()
        return super().unlink()
