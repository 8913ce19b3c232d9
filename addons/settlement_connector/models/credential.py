from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.settlement.canonical.errors import SettlementError

from .. import secrets_store
from ..secrets.rotation import NEWEST

EXPIRY_WARNING = timedelta(days=30)


class SettlementCredential(models.Model):
    """That a backend has a secret, and everything about it but its value."""

    _name = "settlement.credential"
    _description = "Credential"
    _order = "backend_id, name"
    _check_company_auto = True

    backend_id = fields.Many2one(
        "settlement.backend", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="backend_id.company_id", store=True, index=True
    )
    name = fields.Char(required=True, readonly=True)
    expires_on = fields.Date(help="A warning is raised 30 days before.")
    rotated_on = fields.Datetime("Entered", readonly=True)
    masked = fields.Char(
        "Value", readonly=True, help="The last characters, to tell values apart."
    )
    state = fields.Selection(
        [
            ("valid", "Valid"),
            ("missing", "Missing"),
            ("void", "Void: enter it again"),
            ("no_key", "The server lacks its key"),
        ],
        compute="_compute_state",
    )

    key_id = fields.Char(
        "Key",
        compute="_compute_key_id",
        help="Name of the server's key that it is encrypted with.",
    )
    is_newest_key = fields.Boolean(compute="_compute_key_id")

    _name_uniq = models.Constraint(
        "UNIQUE (backend_id, name)", "This backend has a credential of that name."
    )

    def init(self):
        """Keep the sealed text in a column that is no field of the model."""
        self.env.cr.execute(
            SQL(
                "ALTER TABLE settlement_credential ADD COLUMN IF NOT EXISTS sealed text"
            )
        )

    @api.depends("backend_id.environment", "backend_id.api_url", "rotated_on")
    def _compute_state(self):
        for credential in self:
            stored = credential._origin
            credential.state = secrets_store.condition(stored) if stored else "missing"

    @api.depends("rotated_on")
    def _compute_key_id(self):
        newest = self._newest_key_id()
        for credential in self:
            stored = credential._origin
            credential.key_id = stored and secrets_store.key_id(stored)
            credential.is_newest_key = credential.key_id == newest

    @api.model
    def _newest_key_id(self):
        """Return the id of the key that new credentials get; empty without any."""
        try:
            states = secrets_store.keys(self.env)
        except SettlementError:
            return ""
        return states[0].id if states and states[0].role == NEWEST else ""

    def write(self, vals):
        """Let people change the expiry only; the rest belongs to the value."""
        if not self.env.su and set(vals) - {"expires_on"}:
            raise AccessError(
                self.env._(
                    "Of a credential only the expiry can be edited. Enter a new "
                    "value from the backend."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_log(self):
        """Leave a trace of who removed a credential."""
        for credential in self:
            self.env["settlement.event"]._log(
                "credential.removed",
                credential.backend_id,
                before={"name": credential.name},
            )

    def _warn_expiring(self):
        """Open an exception for each of these that runs out soon, close the others."""
        exceptions = self.env["settlement.exception"]
        today = fields.Date.context_today(self)
        for credential in self:
            expires_on = credential.expires_on
            if not expires_on or expires_on > today + EXPIRY_WARNING:
                exceptions._clear_for(credential, ["credential_expiring"])
                continue
            exceptions._raise_for(
                credential,
                "credential_expiring",
                credential._expiry_sentence(),
                severity="high" if expires_on <= today else "medium",
            )

    def _expiry_sentence(self):
        return self.env._(
            "The credential %(name)s of %(backend)s expires on %(date)s. Get a new one "
            "from the provider and enter it in the settings of the backend.",
            name=self.name,
            backend=self.backend_id.name,
            date=self.expires_on.isoformat(),
        )
