from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement.exceptions.verb import Verb

# What belongs to a payout or statement is dated within these days of it.
AROUND = timedelta(days=4)
# What a pull may cure.
PULLED_REASONS = ("connector_failed", "stale_feed")


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    def _verbs(self):
        return {
            **super()._verbs(),
            "rotate": Verb(
                self.env._("Rotate"),
                ("credential_expiring", "connector_failed"),
                ("group_integration_admin",),
                ends=False,
                effect=self.env._(
                    "Opens the dialogue that takes the new value; the exception closes "
                    "once it is entered. Posts nothing."
                ),
            ),
        }

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

    # ------------------------------------------------------------------
    # complete
    # ------------------------------------------------------------------

    def _fetch_again(self, since, until):
        """Pull the period again that something is missing in."""
        if not self.backend_id._can_be_pulled():
            return super()._fetch_again(since, until)
        if not since and not until:
            since, until = self._missing_period()
        return self.backend_id.pull(since, until)

    def _missing_period(self):
        """Return the period to ask for: the days around the batch, else up to now."""
        if not self.batch_id.date:
            return None, None
        day = fields.Datetime.to_datetime(self.batch_id.date)
        return day - AROUND, min(day + AROUND, fields.Datetime.now())

    def _open_complete(self):
        """Return the dialogue that asks which period to pull again."""
        self.ensure_one()
        if not self.backend_id._can_be_pulled():
            return super()._open_complete()
        since, until = self._missing_period()
        return self.backend_id._open_pull(since, until)

    # ------------------------------------------------------------------
    # rotate
    # ------------------------------------------------------------------

    def _resolve_rotate(self):
        """Open the dialogue for a new value; a secret is never a value of a verb."""
        return self._open_rotate()

    def _open_rotate(self):
        """Return the dialogue that takes a new value of the credential concerned."""
        self.ensure_one()
        if not self.backend_id:
            raise UserError(self.env._("This belongs to no backend."))
        action = self.backend_id.action_enter_credential()
        if credential := self._expiring_credential():
            action["context"] = {
                **action["context"],
                "default_name": credential.name,
                "default_keep_previous": credential.state == "valid",
            }
        return action

    def _expiring_credential(self):
        """Return the credential that this is about, if it is about one."""
        credentials = self.env["settlement.credential"]
        if self.subject_model != credentials._name:
            return credentials
        return credentials.browse(self.subject_id).exists()
