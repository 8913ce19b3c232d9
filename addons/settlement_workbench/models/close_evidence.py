from odoo import fields, models


class SettlementClose(models.Model):
    """The evidence of a period, to be taken along."""

    _inherit = "settlement.close"

    pack_ids = fields.One2many("settlement.close.pack", "close_id", string="Packs")
    pack_count = fields.Integer(compute="_compute_pack_count")

    def _compute_pack_count(self):
        for close in self:
            close.pack_count = len(close.pack_ids)

    def action_make_pack(self):
        """Put the evidence of the period into one file, and download it.

        A large one is made in the background and found among the packs.

        :raises AccessError: without the accountant or the auditor role.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group(
            "group_accountant", "group_auditor"
        )
        self.check_access("read")
        self._check_company_allowed()
        pack = self.env["settlement.close.pack"]._request(self)
        if pack.state == "done":
            return pack.action_download()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "title": self.env._("The evidence is being put together"),
                "message": self.env._(
                    "It is much. You find it among the packs of this month."
                ),
                "next": self.action_open_packs(),
            },
        }

    def action_open_packs(self):
        """Open the packs of these periods."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Evidence Packs"),
            "res_model": "settlement.close.pack",
            "views": [(False, "list")],
            "domain": [("close_id", "in", self.ids)],
        }
