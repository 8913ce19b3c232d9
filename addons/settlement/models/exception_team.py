from odoo import api, fields, models

from .exception import TEAMS


class SettlementExceptionTeam(models.Model):
    """Who leads a team that looks after exceptions, and when the lead is told."""

    _name = "settlement.exception.team"
    _description = "Team for Exceptions"
    _inherit = ["settlement.exception.setting"]
    _order = "company_id, team"
    _rec_name = "team"

    team = fields.Selection(TEAMS, required=True)
    lead_id = fields.Many2one(
        "res.users",
        string="Lead",
        required=True,
        domain="[('company_ids', 'in', company_id), ('share', '=', False)]",
    )
    lead_after_hours = fields.Integer(
        string="Tell the lead after (hours)",
        default=24,
        required=True,
        help="Hours after a missed deadline; the assignee is told at once.",
    )

    _team_uniq = models.Constraint(
        "UNIQUE (company_id, team)", "A company has each team once."
    )
    _hours_positive = models.Constraint(
        "CHECK (lead_after_hours >= 0)", "Hours are not negative."
    )

    @api.model
    def _team_in(self, company, team):
        """Return the settings of ``team`` in ``company``, empty if there are none."""
        # Who leads a team is no secret inside the company.
        return self.sudo().search(
            [("company_id", "=", company.id), ("team", "=", team)]
        )
