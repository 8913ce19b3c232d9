from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Ten years and the days of their leap years: what the longest usual law asks for.
LEGAL_MINIMUM_DAYS = 3653


class SettlementRetention(models.Model):
    """How long the bytes of messages are kept; their hashes and facts stay for ever.

    Without a policy nothing is ever removed. A policy of one backend goes before
    that of its company, and may not undercut the legal minimum stated there.
    """

    _name = "settlement.retention"
    _description = "Retention of Payloads"
    _order = "company_id, backend_id, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    backend_id = fields.Many2one(
        "settlement.backend",
        check_company=True,
        ondelete="cascade",
        help="Empty: all backends of the company that have no policy of their own.",
    )
    days = fields.Integer(
        required=True,
        default=LEGAL_MINIMUM_DAYS,
        help="Payloads older than this are removed.",
    )
    minimum_days = fields.Integer(
        "Legal Minimum",
        default=LEGAL_MINIMUM_DAYS,
        help="How long the law asks this company to keep what banks and providers "
        "reported. No policy of the company may be shorter.",
    )
    active = fields.Boolean(default=True)
    due_count = fields.Integer(
        "Due Now", compute="_compute_due_count", help="Payloads the next run removes."
    )

    _scope_uniq = models.UniqueIndex(
        "(company_id, COALESCE(backend_id, 0)) WHERE active",
        "There is a policy for this company and backend already.",
    )
    _days_positive = models.Constraint(
        "CHECK (days > 0 AND minimum_days >= 0)", "A number of days is positive."
    )

    @api.depends("backend_id", "company_id")
    def _compute_display_name(self):
        for policy in self:
            policy.display_name = (
                policy.backend_id.display_name or policy.company_id.display_name
            )

    @api.depends("days", "active", "backend_id")
    def _compute_due_count(self):
        for policy in self:
            policy.due_count = len(policy._due_messages())

    @api.constrains("days", "minimum_days", "backend_id", "company_id", "active")
    def _check_minimum(self):
        for policy in self.company_id._settlement_retentions():
            minimum = policy._legal_minimum()
            if policy.days < minimum:
                raise ValidationError(
                    self.env._(
                        "%(policy)s: %(days)s days are less than the legal minimum of "
                        "%(minimum)s days.",
                        policy=policy.display_name,
                        days=policy.days,
                        minimum=minimum,
                    )
                )

    def _legal_minimum(self):
        """Return the days that no policy of this company may undercut."""
        general = self.company_id._settlement_retentions().filtered(
            lambda policy: not policy.backend_id
        )
        return general.minimum_days if general else LEGAL_MINIMUM_DAYS

    @api.model_create_multi
    def create(self, vals_list):
        """Leave a trace of who decided how long payloads are kept."""
        policies = super().create(vals_list)
        policies._log_policy()
        return policies

    def write(self, vals):
        """Leave a trace of who changed how long payloads are kept."""
        before = {policy.id: policy._terms() for policy in self}
        result = super().write(vals)
        self._log_policy(before)
        return result

    def _terms(self):
        return {
            "backend": self.backend_id.name or "",
            "days": self.days,
            "minimum_days": self.minimum_days,
            "active": self.active,
        }

    def _log_policy(self, before=None):
        for policy in self:
            self.env["settlement.event"]._log(
                "retention.set",
                policy,
                before=before and before[policy.id],
                after=policy._terms(),
            )

    # ------------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------------

    def _backends(self):
        """Return the backends this policy is for."""
        if self.backend_id:
            return self.backend_id
        others = self.company_id._settlement_retentions().backend_id
        backends = self.env["settlement.backend"].with_context(active_test=False)
        return backends.search([("company_id", "=", self.company_id.id)]) - others

    def _due_messages(self, limit=None):
        """Return messages whose payload this policy removes now."""
        self.ensure_one()
        if not self.active:
            return self.env["settlement.message"]
        before = fields.Datetime.now() - timedelta(
            days=max(self.days, self._legal_minimum())
        )
        return self._backends()._messages_to_purge(before, limit)
