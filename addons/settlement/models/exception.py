from odoo import api, fields, models
from odoo.exceptions import UserError

from ..canonical import kinds
from ..exceptions import severity as urgency
from .big_integer import BigInteger

REASONS = [
    (reason, reason.replace("_", " ").capitalize())
    for reason in kinds.EXCEPTION_REASONS
]
SEVERITIES = [(name, name.capitalize()) for name in urgency.SEVERITIES]
TEAMS = [("finance", "Finance"), ("operations", "Operations"), ("it", "IT")]
OPEN_STATES = ("open", "in_progress", "waiting_approval")
TEAM_REASONS = {
    "operations": (
        "duplicate",
        "missing_reference",
        "unknown_mapping",
        "currency_mismatch",
        "batch_unbalanced",
        "balance_gap",
        "late_payout",
        "late_release",
        "payout_missing_at_bank",
        "missing_data",
    ),
    "it": (
        "credential_expiring",
        "stale_feed",
        "connector_failed",
        "malformed_input",
        "signature_invalid",
        "posting_failed",
        "chain_broken",
    ),
}
# The record an exception is about also fills its typed link, where there is one.
LINKS = {
    "settlement.backend": "backend_id",
    "settlement.wallet": "wallet_id",
    "settlement.message": "message_id",
    "settlement.transaction": "transaction_id",
    "settlement.batch": "batch_id",
    "settlement.expected.payment": "expected_payment_id",
}
# What people may write without a method of ours: comments and their followers.
_CHATTER = ("message_", "activity_", "my_activity_")


class SettlementException(models.Model):
    """Something that does not reconcile, in front of the right person."""

    _name = "settlement.exception"
    _description = "Settlement Exception"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "severity_rank, deadline, company_amount DESC, id"
    _rec_name = "cause"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True)
    reason = fields.Selection(REASONS, required=True, index=True)
    severity = fields.Selection(SEVERITIES, required=True, default="low", tracking=True)
    severity_rank = fields.Integer(
        compute="_compute_severity_rank", store=True, aggregator=None
    )
    team = fields.Selection(TEAMS, required=True, default="finance")
    user_id = fields.Many2one("res.users", string="Assigned to", tracking=True)
    opened_at = fields.Datetime(required=True, default=fields.Datetime.now)
    deadline = fields.Datetime(help="Until when it is to be resolved.")
    state = fields.Selection(
        [
            ("open", "Open"),
            ("in_progress", "In progress"),
            ("waiting_approval", "Waiting for approval"),
            ("resolved", "Resolved"),
            ("ignored", "Ignored"),
        ],
        required=True,
        default="open",
        index=True,
        tracking=True,
    )
    cause = fields.Text(required=True, help="What is wrong, with its arithmetic.")
    fixes = fields.Json(help="Suggested ways out, most likely first.")
    resolution = fields.Text(readonly=True)
    resolved_at = fields.Datetime(readonly=True)
    resolved_by_id = fields.Many2one("res.users", readonly=True)
    is_decided = fields.Boolean(
        readonly=True,
        help="A person decided that its subject stays as it is: as long as the cause "
        "is the same, it is not asked again.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True, help="How much money hangs on it.")
    amount_minor = BigInteger(string="Amount (minor units)", readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    company_amount = fields.Monetary(
        string="Amount in Company Currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    backend_id = fields.Many2one("settlement.backend", index="btree_not_null")
    wallet_id = fields.Many2one("settlement.wallet", index="btree_not_null")
    message_id = fields.Many2one("settlement.message", index="btree_not_null")
    transaction_id = fields.Many2one("settlement.transaction", index="btree_not_null")
    batch_id = fields.Many2one("settlement.batch", index="btree_not_null")
    expected_payment_id = fields.Many2one(
        "settlement.expected.payment", index="btree_not_null"
    )
    subject_model = fields.Char(required=True)
    subject_id = fields.Many2oneReference(model_field="subject_model", required=True)
    closing_message_id = fields.Many2one(
        "settlement.message",
        string="Closed by",
        readonly=True,
        index="btree_not_null",
        help="The newest data when its cause was gone.",
    )
    previous_id = fields.Many2one(
        "settlement.exception",
        string="Reopened from",
        readonly=True,
        index="btree_not_null",
        help="The same reason at the same record, closed before.",
    )

    _open_uniq = models.UniqueIndex(
        "(subject_model, subject_id, reason) "
        "WHERE state IN ('open', 'in_progress', 'waiting_approval')"
    )
    _queue_index = models.Index(
        "(company_id, severity_rank, deadline) "
        "WHERE state IN ('open', 'in_progress', 'waiting_approval')"
    )

    @api.depends("severity")
    def _compute_severity_rank(self):
        for exception in self:
            exception.severity_rank = urgency.rank(exception.severity or "low")

    def write(self, vals):
        """Refuse what does not come from the methods of exceptions.

        They write as superuser, after their own checks.
        """
        if not self.env.su and not all(name.startswith(_CHATTER) for name in vals):
            raise UserError(
                self.env._(
                    "An exception is not edited. Resolve, assign or ignore it instead."
                )
            )
        return super().write(vals)

    @api.model
    def _links(self):
        """Return which typed link belongs to which model; addons add theirs."""
        return dict(LINKS)

    @api.model
    def _team_of(self, reason):
        """Return the team that looks after ``reason``."""
        for team, reasons in TEAM_REASONS.items():
            if reason in reasons:
                return team
        return "finance"

    # ------------------------------------------------------------------
    # States
    # ------------------------------------------------------------------

    def _set_state(self, state, **values):
        """Move exceptions to ``state``; the one place that does."""
        # Callers checked the role, or are the pipeline.
        self.sudo().write({"state": state, **values})

    def _close(self, state, resolution, **values):
        """End exceptions, with an event each; nobody decides on them any more."""
        approvals = self.env["settlement.approval"]
        for exception in self:
            exception._set_state(
                state,
                resolution=resolution,
                resolved_at=fields.Datetime.now(),
                resolved_by_id=self.env.uid,
                **{"is_decided": False, **values},
            )
            approvals._of(exception, "waiting")._withdraw(resolution)
            self.env["settlement.event"]._log(
                f"exception.{state}", exception, reason=resolution
            )
