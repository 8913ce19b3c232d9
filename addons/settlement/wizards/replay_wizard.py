from odoo import api, fields, models

from ..canonical.words import counted
from ..models.message_replay import REPLAY_AT_ONCE

# The dialog shows these; the counts are of all.
SHOWN_LINES = 200


class SettlementReplayWizard(models.TransientModel):
    """What a replay would change, shown before it is done."""

    _name = "settlement.replay.wizard"
    _description = "Replay Messages"

    message_ids = fields.Many2many("settlement.message", readonly=True)
    message_count = fields.Integer(compute="_compute_message_count")
    is_partial = fields.Boolean(compute="_compute_message_count")
    new_count = fields.Integer("New", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    unchanged_count = fields.Integer("Unchanged", readonly=True)
    rejected_count = fields.Integer("Put Aside", readonly=True)
    gone_count = fields.Integer("No Longer There", readonly=True)
    posted_count = fields.Integer(
        "Posted Before",
        readonly=True,
        help="Their entries stay as they are; an exception is opened for each.",
    )
    line_ids = fields.One2many(
        "settlement.replay.wizard.line", "wizard_id", readonly=True
    )

    @api.depends("message_ids")
    def _compute_message_count(self):
        for wizard in self:
            wizard.message_count = len(wizard.message_ids)
            wizard.is_partial = wizard.message_count > REPLAY_AT_ONCE

    def _preview(self):
        """Fill in what a replay would do, at most of the first messages."""
        self.ensure_one()
        preview = self.message_ids[:REPLAY_AT_ONCE]._preview_replay()
        lines = preview.pop("lines")
        preview.pop("messages")
        self.write(
            {
                **{f"{name}_count": count for name, count in preview.items()},
                "posted_count": sum(bool(line["entries"]) for line in lines),
                "line_ids": [
                    fields.Command.create(line) for line in lines[:SHOWN_LINES]
                ],
            }
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay Messages"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_replay(self):
        """Button: do it; many messages are read again in the background."""
        self.ensure_one()
        if self.is_partial:
            count = self.message_ids.replay_later()
            words = counted(
                self.env._(
                    "%(count)s {message is|messages are} read again soon.", count=count
                ),
                count,
            )
        else:
            counts = self.message_ids.replay()
            words = self.env._(
                "%(new)s new, %(changed)s changed, %(unchanged)s unchanged.", **counts
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Replayed"),
                "message": words,
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class SettlementReplayWizardLine(models.TransientModel):
    """One transaction that a replay would touch."""

    _name = "settlement.replay.wizard.line"
    _description = "Effect of a Replay"

    wizard_id = fields.Many2one(
        "settlement.replay.wizard", required=True, ondelete="cascade"
    )
    effect = fields.Selection(
        [
            ("new", "New"),
            ("changed", "Changed"),
            ("superseded", "Older than what is current"),
            ("gone", "No longer there"),
        ],
        required=True,
    )
    message_id = fields.Many2one("settlement.message")
    external_id = fields.Char("Source ID")
    name = fields.Char("Transaction")
    changes = fields.Text()
    entries = fields.Char(help="What stands on it in the ledger.")
