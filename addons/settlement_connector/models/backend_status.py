from odoo import models


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def _status_of(self):
        """Add how complete each feed is and what is left of the call budget."""
        return {**super()._status_of(), **self._connection_status()}

    def _connection_status(self):
        windows = self._counts("settlement.window", "state")
        counts = self.env["settlement.call.count"]
        return {
            "last_success_at": self.last_success_at,
            "last_error": self.last_error or None,
            "windows": windows,
            "gaps": {
                stream: [[str(end) for end in period] for period in found]
                for stream in self._pulled_streams()
                if (found := self._coverage(stream))
            },
            "calls_today": counts._calls_on(self, self._today()[0]),
        }
