from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement.canonical.errors import SettlementError

from .. import secrets_store
from ..secrets.rotation import MISSING, NEWEST, OLDER


class SettlementKeyOverview(models.TransientModel):
    """Which keys the server has, and what still depends on each."""

    _name = "settlement.key.overview"
    _description = "Keys of the Server"

    line_ids = fields.One2many(
        "settlement.key.overview.line", "overview_id", readonly=True
    )
    is_to_rotate = fields.Boolean(readonly=True)

    @api.model
    def action_open(self):
        """Show the keys as they are now.

        :raises UserError: if the server has no key, or they cannot be read.
        :raises AccessError: without the integration administrator role.
        """
        backends = self.env["settlement.backend"]
        backends._require_group("group_integration_admin")
        try:
            states = secrets_store.keys(self.env)
        except SettlementError as error:
            raise UserError(str(error)) from None
        overview = self.create(
            {
                "is_to_rotate": any(state.is_to_rotate for state in states),
                "line_ids": [
                    fields.Command.create(self._line_values(state)) for state in states
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Keys of the Server"),
            "res_model": self._name,
            "res_id": overview.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _line_values(self, state):
        return {
            "name": state.id,
            "role": state.role,
            "credentials": state.credentials,
            "advice": self._advice(state),
        }

    @api.model
    def _advice(self, state):
        """Return what to do about a key."""
        if state.role == MISSING:
            return self.env._(
                "Put this key back, or enter its %(count)s credentials again.",
                count=state.credentials,
            )
        if state.role == NEWEST:
            return self.env._("New credentials are encrypted with it.")
        if state.may_go:
            return self.env._("Nothing needs it any more: it may be removed.")
        return self.env._("Keep it until its credentials are encrypted again.")

    def action_rotate(self):
        """Button: encrypt everything with the newest key, then show the keys anew."""
        self.env["settlement.credential"].action_rotate_keys()
        return self.action_open()


class SettlementKeyOverviewLine(models.TransientModel):
    """One key, by its name; the key itself never enters the database."""

    _name = "settlement.key.overview.line"
    _description = "Key of the Server"

    overview_id = fields.Many2one(
        "settlement.key.overview", required=True, ondelete="cascade"
    )
    name = fields.Char("Key", required=True)
    role = fields.Selection(
        [(NEWEST, "Newest"), (OLDER, "Older"), (MISSING, "Not on the server")],
        required=True,
    )
    credentials = fields.Integer()
    advice = fields.Char()
