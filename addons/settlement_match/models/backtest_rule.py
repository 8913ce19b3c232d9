from odoo import fields, models


class SettlementRuleVersion(models.Model):
    """A version is tried on history before anybody approves it."""

    _inherit = "settlement.rule.version"

    backtest_ids = fields.One2many("settlement.backtest", "version_id", readonly=True)
    backtest_id = fields.Many2one(
        "settlement.backtest",
        string="Latest Backtest",
        compute="_compute_backtest_id",
        help="The latest backtest of what the version says now.",
    )

    def _compute_backtest_id(self):
        for version in self:
            version.backtest_id = version._backtest()

    def _backtest(self):
        """Return the latest backtest of exactly this content, or none."""
        self.ensure_one()
        # What was found does not depend on who asks.
        backtests = self.env["settlement.backtest"].sudo()
        domain = [
            ("version_id", "=", self.id),
            ("digest", "=", self._content_hash()),
        ]
        return backtests.search(domain, limit=1).sudo(self.env.su)

    def _check_backtest(self):
        """Refuse the approval of what nobody has tried on history as it is."""
        return None if self._backtest() else super()._check_backtest()

    def action_backtest(self, since=None, until=None):
        """Try this version on the payments of the last year, or of a period.

        :return: the form of the result.
        :raises AccessError: without the accountant role.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # Backtests are written by the engine only; the role was checked.
        backtests = self.env["settlement.backtest"].sudo()
        return backtests._of_version(self.sudo(), since, until)._open_form()


class SettlementRule(models.Model):
    _inherit = "settlement.rule"

    backtest_ids = fields.One2many("settlement.backtest", "rule_id", readonly=True)

    def action_backtest_retirement(self, since=None, until=None):
        """Try what would have been without this rule.

        :return: the form of the result.
        :raises AccessError: without the accountant role.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # Backtests are written by the engine only; the role was checked.
        backtests = self.env["settlement.backtest"].sudo()
        return backtests._of_retirement(self.sudo(), since, until)._open_form()
