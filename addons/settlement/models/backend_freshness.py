import pytz

from odoo import fields, models

from ..feeds.freshness import silent_hours


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    last_message_at = fields.Datetime(
        "Last Message", compute="_compute_last_message_at"
    )

    def _compute_last_message_at(self):
        groups = self.env["settlement.message"]._read_group(
            [("backend_id", "in", self.ids)], ["backend_id"], ["received_at:max"]
        )
        newest = {backend.id: moment for backend, moment in groups}
        for backend in self:
            backend.last_message_at = newest.get(backend.id, False)

    def _check_freshness(self):
        """Tell of backends that have been silent for too long; close what came back.

        One that was never heard of, or that somebody paused, is not late.
        """
        self.invalidate_recordset(["last_message_at"])
        for backend in self:
            moments = [backend.last_success_at, backend.last_message_at]
            heard = max(filter(None, moments), default=None)
            limit = backend.freshness_hours
            expected = heard and limit and backend.state != "paused"
            hours = backend._silent_hours(heard) if expected else 0
            if hours <= limit:
                self.env["settlement.exception"]._clear_for(backend, ["stale_feed"])
                continue
            self.env["settlement.exception"]._raise_for(
                backend,
                "stale_feed",
                self.env._(
                    "%(backend)s was last heard of on %(moment)s UTC; something should "
                    "have come within %(hours)s hours. Pull it, or ask the sender for "
                    "the file.",
                    backend=backend.name,
                    moment=fields.Datetime.to_string(heard),
                    hours=limit,
                ),
                fixes=("complete", "retry"),
            )

    def _silent_hours(self, since):
        """Return for how many hours nothing came, in the calendar of the source."""
        zone = pytz.timezone(self.timezone)
        moments = (
            pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
            for moment in (since, fields.Datetime.now())
        )
        # What can be asked answers on Sundays too; a file comes on working days.
        return silent_hours(*moments, weekends=self._can_be_pulled())

    def _can_be_pulled(self):
        """Return whether the connector can ask its source."""
        handler = self.env.get(f"settlement.connector.{self.connector}")
        return handler is not None and "pull" in handler._capabilities()
