from odoo import api, fields, models, tools

from .exception import REASONS, TEAMS


class SettlementExceptionRoute(models.Model):
    """Who gets an exception to which all conditions of the route apply."""

    _name = "settlement.exception.route"
    _description = "Routing of Exceptions"
    _inherit = ["settlement.exception.setting"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    reason = fields.Selection(REASONS, help="Empty: any.")
    backend_id = fields.Many2one(
        "settlement.backend", check_company=True, help="Empty: any."
    )
    currency_id = fields.Many2one("res.currency", help="Empty: any.")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount = fields.Monetary(
        string="Amount from",
        currency_field="company_currency_id",
        help="In company currency; 0: any, also where no money is involved.",
    )
    team = fields.Selection(TEAMS, help="Empty: the usual team of the reason.")
    user_id = fields.Many2one(
        "res.users",
        string="Assign to",
        domain="[('company_ids', 'in', company_id), ('share', '=', False)]",
    )

    @api.model
    @tools.ormcache("company_id")
    def _routes_of(self, company_id):
        """Return the ids of the routes of a company, in the order they are tried."""
        # Routing works for the pipeline, whoever runs it.
        return tuple(self.sudo().search([("company_id", "=", company_id)]).ids)

    @api.model
    def _route_for(self, values):
        """Return the first route whose conditions all apply, or none.

        :param values: those of a new exception.
        """
        # Routing works for the pipeline, whoever runs it.
        routes = self.sudo().browse(self._routes_of(values["company_id"]))
        return next((route for route in routes if route._applies(values)), self)

    def _applies(self, values):
        """Return whether all conditions of this route hold."""
        self.ensure_one()
        return (
            self.reason in (False, values["reason"])
            and self.backend_id.id in (False, values["backend_id"])
            and self.currency_id.id in (False, values["currency_id"])
            and (not self.amount or values["company_amount"] >= self.amount)
        )
