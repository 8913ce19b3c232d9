from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    MalformedInput,
    SettlementError,
)

from ..secrets.errors import CredentialVoid
from ..webhooks import address
from ..webhooks.refusal_meter import RefusalMeter

ADMIN = "settlement.group_integration_admin"
KEPT, REFUSED, UNKNOWN, UNAVAILABLE = 200, 400, 404, 503
LONGEST_EVENT_ID = 255
_refusals = RefusalMeter()


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    webhook_token = fields.Char(copy=False, readonly=True, groups=ADMIN)
    webhook_url = fields.Char(
        "Webhook Address",
        compute="_compute_webhook_url",
        groups=ADMIN,
        help="Where the provider sends its events. Keep it between you and the "
        "provider: it names this backend.",
    )
    has_webhook = fields.Boolean(compute="_compute_has_webhook")

    _webhook_token_uniq = models.UniqueIndex(
        "(sha256(webhook_token::bytea))", "Each webhook has an address of its own."
    )
    _webhook_token_random = models.Constraint(
        "CHECK (webhook_token ~ '^[A-Za-z0-9_-]{43}$')",
        "The address of a webhook is made by the button, not by hand.",
    )

    @api.depends("webhook_token")
    def _compute_webhook_url(self):
        for backend in self:
            base, token = backend.get_base_url(), backend.webhook_token
            backend.webhook_url = token and f"{base}{address.PATH}{token}"

    @api.depends("connector")
    def _compute_has_webhook(self):
        for backend in self:
            backend.has_webhook = backend._receives_webhooks()

    def _receives_webhooks(self):
        """Return whether the connector can verify what a provider sends."""
        handler = self.env.get(f"settlement.connector.{self.connector}")
        return handler is not None and "webhook" in handler._capabilities()

    def write(self, vals):
        """Let nobody choose the address of a webhook."""
        if "webhook_token" in vals and not self.env.su:
            raise AccessError(
                self.env._("The address of a webhook is made by its button.")
            )
        return super().write(vals)

    def action_renew_webhook(self):
        """Button: make a new webhook address; the one so far ends at once.

        :raises UserError: if the connector takes no webhooks.
        :raises AccessError: without the integration administrator role.
        """
        self.ensure_one()
        self._require_group("group_integration_admin")
        self.check_access("write")
        if not self._receives_webhooks():
            raise UserError(
                self.env._("%(backend)s takes no webhooks.", backend=self.name)
            )
        backend = self.sudo()  # the role was checked; nobody may choose the address
        act = "renewed" if backend.webhook_token else "made"
        backend.webhook_token = address.new_token()
        self.env["settlement.event"]._log(f"webhook.address_{act}", self)
        return True

    # ------------------------------------------------------------------
    # Receiving
    # ------------------------------------------------------------------

    @api.model
    def _receive_webhook(self, token, headers, body):
        """Verify and keep one request to a webhook.

        :param headers: mapping of the request's headers, whatever their case.
        :param body: raw bytes.
        :return: the HTTP status to answer with: 200 kept, now or before; 400
            refused; 404 nobody's address; 503 not now, to be sent again.
        """
        backend = self._backend_of_webhook(token)
        if not backend or not backend._receives_webhooks():
            return UNKNOWN
        try:
            event_id = backend._event_id(headers, body)
        except SettlementError as error:
            backend._note_refusal(error)
            return self._status_of_refusal(error)
        if backend.state == "paused":
            return UNAVAILABLE
        self.env["settlement.message"]._receive_event(backend, event_id, body)
        return KEPT

    @api.model
    def _acknowledgement(self, token):
        """Return what the provider behind an address wants to read for an event."""
        return self._backend_of_webhook(token)._handler()._acknowledgement()

    @api.model
    def _status_of_refusal(self, error):
        """Return 400 for what is no event, 503 while we cannot tell."""
        if isinstance(error, CredentialVoid):
            return UNAVAILABLE
        is_refused = isinstance(error, AuthenticationError | MalformedInput)
        return REFUSED if is_refused else UNAVAILABLE

    @api.model
    def _backend_of_webhook(self, token):
        """Return the active backend of a token; none if there is none."""
        self.flush_model(["webhook_token", "active"])
        query = SQL(
            "SELECT id FROM settlement_backend "
            "WHERE active AND sha256(webhook_token::bytea) = %s",
            address.digest(token),
        )
        return self.browse(row[0] for row in self.env.execute_query(query))

    def _event_id(self, headers, body):
        """Return the id of an event whose signature is right.

        :raises SettlementError: if it is not, or cannot be verified.
        """
        event_id = self._handler()._verify_webhook(self, headers, body)
        if not event_id or len(event_id) > LONGEST_EVENT_ID:
            raise MalformedInput("The event has no id that could be its own.")
        return event_id

    def _note_refusal(self, error):
        """Count a refused request; keep nothing of it."""
        key = (self.env.cr.dbname, self.id)
        number = _refusals.count(key)
        if not number:
            return
        refusals = self.env["settlement.webhook.refusal"]
        if not refusals._add(self, number, str(error)):
            _refusals.put_back(key, number)
