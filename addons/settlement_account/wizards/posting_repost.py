from odoo import api, fields, models

from ..services.entry_writer import to_float


class SettlementPostingRepost(models.TransientModel):
    """Shows what posting again would change, and does it."""

    _name = "settlement.posting.repost"
    _description = "Post Again"

    posting_ids = fields.Many2many(
        "settlement.posting",
        default=lambda self: self.env.context.get("active_ids", []),
        readonly=True,
    )
    reason = fields.Text()
    preview_hash = fields.Char(readonly=True)
    line_ids = fields.One2many("settlement.posting.repost.line", "repost_id")

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        for wizard in wizards:
            wizard._look()
        return wizards

    def _look(self):
        """Note what would change."""
        self.posting_ids.check_access("read")
        # A dry run needs the rights of the pipeline; nothing of it stays.
        postings = self.posting_ids.sudo()
        found, self.preview_hash = postings._repost_changes(self.env._("Preview"))
        currency = postings.company_id[:1].currency_id
        self.line_ids = [
            fields.Command.create(
                {
                    "account_id": change.account_id,
                    "partner_id": change.partner_id or False,
                    "currency_id": currency.id,
                    "before": to_float(change.before, currency),
                    "after": to_float(change.after, currency),
                    "difference": to_float(change.difference, currency),
                }
            )
            for change in found
        ]

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Post Again"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_repost(self):
        """Post again and open the new postings."""
        self.ensure_one()
        new = self.posting_ids.action_repost(self.reason)
        if not new:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "message": self.env._("It waits for another approver."),
                    "type": "info",
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        return self.env["settlement.transaction"]._open_records(new)


class SettlementPostingRepostLine(models.TransientModel):
    """What one account shows of one partner, before and after."""

    _name = "settlement.posting.repost.line"
    _description = "Change by Posting Again"

    repost_id = fields.Many2one(
        "settlement.posting.repost", required=True, ondelete="cascade"
    )
    account_id = fields.Many2one("account.account", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    before = fields.Monetary(readonly=True)
    after = fields.Monetary(readonly=True)
    difference = fields.Monetary(readonly=True)
