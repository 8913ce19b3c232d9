from odoo import fields, models
from odoo.exceptions import UserError

_AMOUNTS = ("auto_post_limit", "approval_limit", "write_off_limit")
CHOICES = (
    "detail",
    "incomplete",
    "hold_days",
    "fees",
    "auto_post",
    *_AMOUNTS,
)


class SettlementSetup(models.Model):
    """Step 7: what may be posted without a person, and how."""

    _inherit = "settlement.setup"

    company_currency_id = fields.Many2one(related="company_id.currency_id")
    detail = fields.Selection(related="policy_id.detail", readonly=False)
    incomplete = fields.Selection(related="policy_id.incomplete", readonly=False)
    hold_days = fields.Integer(related="policy_id.hold_days", readonly=False)
    fees = fields.Selection(related="policy_id.fees", readonly=False)
    auto_post = fields.Boolean(related="policy_id.auto_post", readonly=False)
    auto_post_limit = fields.Monetary(
        related="policy_id.auto_post_limit",
        readonly=False,
        currency_field="company_currency_id",
    )
    approval_limit = fields.Monetary(
        related="policy_id.approval_limit",
        readonly=False,
        currency_field="company_currency_id",
    )
    write_off_limit = fields.Monetary(
        related="policy_id.write_off_limit",
        readonly=False,
        currency_field="company_currency_id",
    )

    def action_set_limits(self, **values):
        """Decide on posting mode and limits.

        :param values: choices to change first, by field of the posting policy:
            ``detail, incomplete, hold_days, fees, auto_post, auto_post_limit,
            approval_limit, write_off_limit``.
        :raises UserError: if a limit is negative.
        :raises AccessError: without the approver role.
        """
        setup = self._begin("limits")
        if strange := set(values) - set(CHOICES):
            raise UserError(
                self.env._(
                    "There is no limit %(name)s. Choose from: %(known)s.",
                    name=min(strange),
                    known=", ".join(CHOICES),
                )
            )
        # The policy is the approver's own to write.
        policy = setup.policy_id.sudo(False)
        if values:
            policy.write(values)
        setup._check_limits()
        setup._finish("limits", {name: policy[name] for name in CHOICES})
        return True

    def _check_limits(self):
        policy = self.policy_id
        if any(policy[name] < 0 for name in (*_AMOUNTS, "hold_days")):
            raise UserError(self.env._("Limits and days cannot be negative."))
        if policy.incomplete == "suspense" and not policy._value("suspense_account_id"):
            raise UserError(
                self.env._(
                    "Unmatched rows need a suspense account. Choose one in the step "
                    "“Accounts”, or let such rows wait."
                )
            )
