from odoo import fields, models

from odoo.addons.settlement.canonical.words import counted

from ..models.pull_clock import OutOfTime, watched


class SettlementPullWizard(models.TransientModel):
    """Pull one period again, of one stream or of all."""

    _name = "settlement.pull.wizard"
    _description = "Pull a Period"

    backend_id = fields.Many2one(
        "settlement.backend", required=True, ondelete="cascade"
    )
    stream = fields.Char(help="Empty: all streams.")
    since = fields.Datetime(help="Empty: where the last complete pull ended.")
    until = fields.Datetime(help="Empty: up to now.")

    def action_pull(self):
        """Button: pull as much as a request has time for, then read what came."""
        self.ensure_one()
        backend = self.backend_id
        pulling = backend._for_pull()
        windows = self.env["settlement.window"].search([], limit=1)
        checkpoint = watched()
        messages = pulling._pull_streams(
            pulling._naive_utc(self.since),
            pulling._naive_utc(self.until),
            checkpoint,
            [self.stream] if self.stream else None,
        )
        words = [
            counted(
                self.env._("%(count)s new {message|messages}.", count=len(messages)),
                len(messages),
            )
        ]
        failed = windows.search(
            [
                ("id", ">", windows.id or 0),
                ("backend_id", "=", backend.id),
                ("state", "=", "failed"),
            ]
        )
        words += [window.error for window in failed]
        try:
            checkpoint()
        except OutOfTime:
            pulling._wake_pull()
            words.append(self.env._("The rest follows in the background."))
        if messages:
            backend._wake()
        kind = "warning" if len(words) > 1 else "success"
        return backend._notify(self.env._("Pulled"), " ".join(words), kind)
