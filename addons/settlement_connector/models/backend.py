from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.settlement.canonical.errors import SettlementError, TransientError


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    api_url = fields.Char(
        "API Address",
        tracking=True,
        help="Only for tests and training; empty means the provider's own address. "
        "Changing it voids the credentials.",
    )
    credential_ids = fields.One2many(
        "settlement.credential",
        "backend_id",
        groups="settlement.group_integration_admin,settlement.group_auditor",
    )
    history_since = fields.Datetime(
        "Complete Since",
        help="The first pull begins here. Empty: shortly before the backend was "
        "created.",
    )
    retry_at = fields.Datetime(
        "Next Attempt",
        readonly=True,
        copy=False,
        help="After a failure the schedule waits until then.",
    )

    @api.constrains("api_url", "environment", "connector")
    def _check_api_url(self):
        for backend in self.filtered("api_url"):
            try:
                backend._handler()._client_for(backend).close()
            except SettlementError as error:
                raise ValidationError(
                    self.env._(
                        "The API address of %(backend)s cannot be used. %(reason)s",
                        backend=backend.name,
                        reason=str(error),
                    )
                ) from None

    def check_connection(self):
        """Ask the provider who we are to it, and connect the backend.

        :return: dict in the provider's own words (``account_identifier``, ``name``,
            ``currencies`` … as far as it says so).
        :raises UserError: with the provider's own words if it refuses.
        :raises AccessError: without the integration administrator role.
        """
        self.ensure_one()
        self._require_group("group_integration_admin")
        self.check_access("read")
        backend = self.sudo()  # the role was checked; credentials are nobody's
        try:
            answer = backend._handler()._check_connection(backend)
        except SettlementError as error:
            raise UserError(str(error)) from None
        if backend.state != "paused":
            backend._set_state("connected")
        return answer

    def action_check_connection(self):
        """Button: check the connection and show what the provider says."""
        answer = self.check_connection()
        words = ", ".join(
            f"{name}: {self._plain_words(value)}"
            for name, value in answer.items()
            if value
        )
        return self._notify(self.env._("Connected"), words, "success")

    @api.model
    def _plain_words(self, value):
        """Return a value of a provider's answer as a person reads it."""
        if isinstance(value, dict):
            return ", ".join(f"{name} {each}" for name, each in value.items())
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def _notify(self, title, message, kind):
        """Return a client action that shows a message and reloads the form."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": title,
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # ------------------------------------------------------------------
    # Call budget
    # ------------------------------------------------------------------

    def _count_call(self):
        """Count one call to the provider before it is made.

        :raises TransientError: if the calls of today are used up.
        """
        self.ensure_one()
        counts = self.env["settlement.call.count"].sudo()  # nobody writes counts
        today, tomorrow = self._today()
        budget = self.call_budget_per_day
        if budget and counts._calls_on(self, today) >= budget:
            raise TransientError(
                self.env._(
                    "%(backend)s has used its %(budget)s calls of today; the next pull "
                    "comes after midnight (%(timezone)s).",
                    backend=self.name,
                    budget=budget,
                    timezone=self.timezone,
                ),
                retry_after=(tomorrow - fields.Datetime.now()).total_seconds(),
            )
        counts._add_call(self, today)

    def _today(self):
        """Return the day in the backend's time zone and when it ends (naive UTC)."""
        zone = pytz.timezone(self.timezone)
        today = pytz.utc.localize(fields.Datetime.now()).astimezone(zone).date()
        midnight = datetime.combine(today + timedelta(days=1), datetime.min.time())
        end = zone.localize(midnight).astimezone(pytz.utc).replace(tzinfo=None)
        return today, end
