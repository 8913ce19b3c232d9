from odoo import api, fields, models


class SettlementPrecisionSetting(models.TransientModel):
    """What has to be proved before matches are confirmed without a person."""

    _name = "settlement.precision.setting"
    _description = "Proof for Automatic Matches"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    precision_limit = fields.Float(
        "Proved Precision (%)",
        digits=(6, 3),
        required=True,
        default=lambda self: self.env.company.settlement_precision_limit,
        help="Matches of a kind that is no proof by itself are confirmed without a "
        "person only if at least so many of them are proved to be right. 100 is never "
        "reached: then a person confirms all of them.",
    )
    evidence_days = fields.Integer(
        "Days until No Objection Counts",
        required=True,
        default=lambda self: self.env.company.settlement_evidence_days,
        help="A match that no person looked at counts as right once it is settled in "
        "the ledger and has stood for so many days without being undone.",
    )
    needed = fields.Integer(
        compute="_compute_needed",
        string="Matches Needed",
        help="So many matches of a kind, all of them right, are a proof.",
    )

    @api.depends("precision_limit")
    def _compute_needed(self):
        precision = self.env["settlement.precision"]
        for setting in self:
            setting.needed = precision._needed(setting.precision_limit)

    def action_save(self):
        """Let the company ask for this from now on.

        :raises AccessError: without the integration administrator's role.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_integration_admin")
        self.check_access("write")
        # The company itself is the system administrator's to write; the role for
        # these two was checked.
        self.company_id.sudo().write(
            {
                "settlement_precision_limit": self.precision_limit,
                "settlement_evidence_days": self.evidence_days,
            }
        )
        self.env["settlement.precision"]._forget()
        return {"type": "ir.actions.act_window_close"}
