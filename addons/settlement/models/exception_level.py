from decimal import Decimal

from odoo import api, fields, models, tools

from ..exceptions import severity as urgency
from .exception import SEVERITIES


class SettlementExceptionLevel(models.Model):
    """From which amount or age on an exception of a company has a severity."""

    _name = "settlement.exception.level"
    _description = "Severity of Exceptions"
    _inherit = ["settlement.exception.setting"]
    _order = "company_id, severity_rank"
    _rec_name = "severity"

    severity = fields.Selection(SEVERITIES, required=True)
    severity_rank = fields.Integer(compute="_compute_severity_rank", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        string="Amount from", help="In company currency; 0: not by amount."
    )
    age_hours = fields.Integer(
        string="Hours open", help="Hours since it opened; 0: not by age."
    )
    due_hours = fields.Integer(
        string="Due within (hours)",
        required=True,
        default=168,
        help="Hours within which it is to be resolved.",
    )

    _severity_uniq = models.Constraint(
        "UNIQUE (company_id, severity)", "A company has each severity once."
    )
    _positive = models.Constraint(
        "CHECK (amount >= 0 AND age_hours >= 0 AND due_hours > 0)",
        "Amounts and hours are positive; a deadline needs at least one hour.",
    )

    @api.depends("severity")
    def _compute_severity_rank(self):
        for level in self:
            level.severity_rank = urgency.rank(level.severity or "low")

    @api.model
    @tools.ormcache("company_id")
    def _levels_of(self, company_id):
        """Return the levels of a company, most urgent first, as pure values.

        What a company does not say itself is as usual.
        """
        # The rules bind everybody, also those who may not read them.
        rows = self.sudo().search([("company_id", "=", company_id)])
        own = {row.severity: row._as_level() for row in rows}
        return tuple(own.get(level.severity, level) for level in urgency.DEFAULT_LEVELS)

    def _as_level(self):
        self.ensure_one()
        return urgency.Level(
            self.severity,
            Decimal(str(self.amount)) if self.amount else None,
            self.age_hours or None,
            self.due_hours,
        )

    @api.model
    def action_open_levels(self):
        """Open the levels of the company, written out so that they can be changed.

        :raises AccessError: without the approver role.
        """
        self.env["settlement.backend"]._require_group("group_approver")
        company = self.env.company
        known = self.search([("company_id", "=", company.id)]).mapped("severity")
        self.create(
            [
                {
                    "company_id": company.id,
                    "severity": level.severity,
                    "amount": float(level.amount or 0),
                    "age_hours": level.age_hours or 0,
                    "due_hours": level.due_hours,
                }
                for level in urgency.DEFAULT_LEVELS
                if level.severity not in known
            ]
        )
        return self.env["ir.actions.act_window"]._for_xml_id(
            "settlement.action_settlement_exception_level"
        )
