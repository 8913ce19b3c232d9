from odoo import fields, models
from odoo.exceptions import UserError


class SettlementUndo(models.TransientModel):
    """Shows what taking something back does, before the click, and asks why."""

    _name = "settlement.undo"
    _description = "Undo"
    _inherit = "settlement.subject.dialog"
    _subject_field = "bulk_id"

    bulk_id = fields.Many2one("settlement.bulk", required=True, readonly=True)
    preview = fields.Json(related="bulk_id.preview", related_sudo=False)
    chosen_count = fields.Integer(related="bulk_id.chosen_count", related_sudo=False)
    can_redo = fields.Boolean(compute="_compute_can_redo")
    is_refused = fields.Boolean(compute="_compute_can_redo")
    reason = fields.Text(string="Why")

    def _compute_can_redo(self):
        for wizard in self:
            lines = wizard.bulk_id.line_ids
            payments = lines.match_id.line_ids.transaction_id
            wizard.can_redo = len(lines) == 1 and len(payments) == 1
            failing = (wizard.preview or {}).get("failing_count", 0)
            wizard.is_refused = failing >= wizard.chosen_count

    def action_undo(self):
        """Take it back; many rows in the background.

        :raises UserError: without a reason, or for a single row that is refused.
        """
        self.ensure_one()
        bulk = self.bulk_id
        bulk._require_draft()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why this is taken back."))
        bulk.sudo().undo_reason = self.reason.strip()  # the role was checked
        bulk.action_start(bulk.preview_hash)
        if bulk.chosen_count == 1 and bulk.failed_count:
            raise UserError(bulk.line_ids.sentence)
        if bulk.chosen_count == 1:
            return {"type": "ir.actions.act_window_close"}
        return bulk._open_form()

    def action_redo(self):
        """Take the match back and look for what its payment belongs to instead."""
        self.ensure_one()
        payment = self.bulk_id.line_ids.match_id.line_ids.transaction_id
        self.action_undo()
        return payment._current_revisions().action_open_suggestions()

    def _open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take Back"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
