from odoo import models

# What a pull may cure.
PULLED_REASONS = ("connector_failed", "stale_feed")


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    def _resolve_retry(self):
        """Pull again where pulling failed, then go on with what came."""
        failed = self.filtered(
            lambda exception: exception.reason in PULLED_REASONS
            and exception.backend_id.state != "paused"
        )
        failed.backend_id.filtered(
            lambda backend: "pull" in backend._handler()._capabilities()
        ).pull()
        return super()._resolve_retry()
