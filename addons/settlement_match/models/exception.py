from odoo import api, fields, models
from odoo.exceptions import UserError

# What suggestions may help with.
SUGGESTED_FOR = (
    "ambiguous",
    "amount_over",
    "amount_short",
    "currency_mismatch",
    "late_payout",
    "missing_reference",
    "paid_not_in_ledger",
    "partner_conflict",
    "payout_missing_at_bank",
    "unmatched",
)
SUBJECTS = (
    "settlement.transaction",
    "settlement.batch",
    "settlement.expected.payment",
)


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    match_id = fields.Many2one("settlement.match", index="btree_not_null")
    has_suggestions = fields.Boolean(compute="_compute_has_suggestions")

    @api.model
    def _links(self):
        return {**super()._links(), "settlement.match": "match_id"}

    @api.depends("reason", "subject_model", "state")
    def _compute_has_suggestions(self):
        for exception in self:
            exception.has_suggestions = (
                exception.reason in SUGGESTED_FOR
                and exception.subject_model in SUBJECTS
                and exception.state in ("open", "in_progress")
            )

    def _suggestion_subject(self):
        """Return the payment, payout or expected payment that this is about."""
        self.ensure_one()
        self.check_access("read")
        if self.subject_model not in SUBJECTS:
            raise UserError(
                self.env._(
                    "There is nothing to match about %(it)s.", it=self.display_name
                )
            )
        return self.env[self.subject_model].browse(self.subject_id)

    def action_suggestions(self, limit=10):
        """Return what the subject of this exception may be matched with.

        :return: dict with ``candidates, searched, bounds``.
        :raises AccessError: without a role, or for another company.
        """
        return self._suggestion_subject().action_suggestions(limit)

    def action_open_suggestions(self):
        """Open the dialog with suggestions for the subject of this exception."""
        return self._suggestion_subject().action_open_suggestions()
