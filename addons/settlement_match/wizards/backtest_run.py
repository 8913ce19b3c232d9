from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.backtest import DAYS, SUBJECTS


class SettlementBacktestRun(models.TransientModel):
    """Asks what to try on history, and over which time."""

    _name = "settlement.backtest.run"
    _description = "Run a Backtest"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    subject = fields.Selection(SUBJECTS, required=True, default="version")
    version_id = fields.Many2one(
        "settlement.rule.version", domain="[('company_id', '=', company_id)]"
    )
    rule_id = fields.Many2one(
        "settlement.rule", domain="[('company_id', '=', company_id)]"
    )
    precision_limit = fields.Float(
        digits=(6, 3),
        default=lambda self: self.env.company.settlement_precision_limit,
        help="In percent: how much of a kind of match has to be proved right.",
    )
    since = fields.Date(
        "From",
        required=True,
        default=lambda self: self._default_until() - timedelta(days=DAYS),
    )
    until = fields.Date("To", required=True, default=lambda self: self._default_until())

    @api.model
    def _default_until(self):
        return fields.Date.context_today(self)

    def action_run(self):
        """Run the backtest and open its result.

        :raises UserError: if what is to be tried is not chosen.
        """
        self.ensure_one()
        if self.subject == "version":
            self._require(self.version_id)
            return self.version_id.action_backtest(self.since, self.until)
        if self.subject == "retire":
            self._require(self.rule_id)
            return self.rule_id.action_backtest_retirement(self.since, self.until)
        return self._run_limit()

    def _require(self, record):
        if not record:
            raise UserError(self.env._("Choose what is to be tried."))

    def _run_limit(self):
        self.env["settlement.backend"]._require_group("group_accountant")
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Choose a company you are working in."))
        if not 50 <= self.precision_limit <= 100:
            raise UserError(self.env._("The precision lies between 50 and 100."))
        # Backtests are written by the engine only; the role was checked.
        backtests = self.env["settlement.backtest"].sudo()
        return backtests._of_limit(
            self.company_id.sudo(), self.precision_limit, self.since, self.until
        )._open_form()
