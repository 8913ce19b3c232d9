from odoo import models


class SettlementWindow(models.Model):
    _inherit = "settlement.window"

    def action_open_messages(self):
        """Open the messages that this pull brought."""
        self.ensure_one()
        domain = [
            ("backend_id", "=", self.backend_id.id),
            ("stream", "=", self.stream),
            ("received_at", ">=", self.started_at),
        ]
        if self.finished_at:
            domain.append(("received_at", "<=", self.finished_at))
        messages = self.env["settlement.message"].search(domain)
        return self.env["settlement.transaction"]._open_records(messages)
