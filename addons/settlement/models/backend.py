import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..canonical.card_numbers import mask_text
from ..canonical.errors import MalformedInput

ENVIRONMENTS = [("test", "Test"), ("live", "Live")]
STATES = [
    ("draft", "Draft"),
    ("connected", "Connected"),
    ("paused", "Paused"),
    ("failing", "Failing"),
]


class SettlementBackend(models.Model):
    _name = "settlement.backend"
    _description = "Settlement Backend"
    _inherit = ["mail.thread", "settlement.exception.subject"]
    _order = "company_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    connector = fields.Selection(
        selection=[("canonical", "Canonical JSON Lines")],
        required=True,
    )
    environment = fields.Selection(
        ENVIRONMENTS, required=True, default="test", tracking=True
    )
    timezone = fields.Selection(
        lambda self: [(name, name) for name in pytz.common_timezones],
        required=True,
        default="UTC",
        help="Days and months of this source are counted in this time zone.",
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, tracking=True
    )
    lookback_days = fields.Integer(
        default=7,
        help="How far each pull reaches back for rows that arrive late.",
    )
    call_budget_per_day = fields.Integer(
        default=0, help="Calls a day that the source allows; 0 means no limit."
    )
    freshness_hours = fields.Integer(
        default=30, help="Older than this, the feed counts as stale."
    )
    owner_id = fields.Many2one("res.users", default=lambda self: self.env.user)
    last_success_at = fields.Datetime(readonly=True)
    last_error = fields.Text(readonly=True)
    wallet_ids = fields.One2many("settlement.wallet", "backend_id")

    _name_uniq = models.Constraint(
        "UNIQUE (company_id, name)",
        "A company cannot have two backends of the same name.",
    )

    # ------------------------------------------------------------------
    # Who may do what
    # ------------------------------------------------------------------

    @api.model
    def _require_group(self, *groups):
        """Raise AccessError unless the user has one of our ``groups``.

        Every public method can be called over RPC, so each asks here first.
        The superuser of scheduled actions passes.

        :param groups: names without the addon, such as ``group_accountant``.
        """
        if not self._has_settlement_group(*groups):
            raise AccessError(
                self.env._(
                    "This needs one of the Settlements roles: %(roles)s.",
                    roles=", ".join(self._group_names(groups)),
                )
            )

    @api.model
    def _has_settlement_group(self, *groups):
        """Return whether the user has one of our ``groups`` or is the system."""
        return self.env.su or any(
            self.env.user.has_group(f"settlement.{group}") for group in groups
        )

    @api.model
    def _group_names(self, groups):
        """Return the names of our ``groups`` as people see them."""
        # Names of groups are no secret, but not every role may read res.groups.
        return [self.env.ref(f"settlement.{group}").sudo().name for group in groups]

    def _in_allowed_companies(self):
        """Return these backends, or all of the allowed companies if there are none.

        :raises AccessError: if one of them belongs to another company.
        """
        backends = self or self.search(
            [("company_id", "in", self.env.companies.ids)], order="id"
        )
        backends.check_access("read")
        return backends

    # ------------------------------------------------------------------
    # The connector
    # ------------------------------------------------------------------

    def _handler(self):
        """Return the connector's AbstractModel that speaks for this backend."""
        self.ensure_one()
        name = f"settlement.connector.{self.connector}"
        if name not in self.env:
            raise UserError(
                self.env._(
                    "No connector %(code)s is installed for %(backend)s. "
                    "Install its addon first.",
                    code=self.connector,
                    backend=self.name,
                )
            )
        return self.env[name]

    def _set_state(self, state, error=""):
        """Move the backend to ``state``; the one place that does."""
        for backend in self:
            values = {"state": state, "last_error": mask_text(error or "") or False}
            if any(backend[name] != value for name, value in values.items()):
                backend.write(values)

    def _retire(self):
        """Archive backends whose addon goes: what they reported stays.

        Addons of connectors name it as what to do when their selection is removed.
        """
        self._set_state("paused")
        self.active = False

    def action_pause(self):
        """Stop pulling and receiving for these backends."""
        self._require_group("group_integration_admin")
        self._set_state("paused")

    def action_resume(self):
        """Go on with backends that were paused."""
        self._require_group("group_integration_admin")
        self._set_state("connected")

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def import_file(self, filename, content):
        """Take in one file and queue it for parsing.

        :param filename: name as given by its sender; shown, never trusted.
        :param content: bytes or a binary file object; read as a stream.
        :return: the settlement.message record, the known one if the same bytes
            came before.
        :raises UserError: if the connector cannot read any row of it.
        """
        self.ensure_one()
        self._require_group("group_accountant", "group_integration_admin")
        self.check_access("read")
        self._check_recognised(filename, content)
        return self._take_in(filename, content)

    def _take_in(self, filename, content):
        """Receive a file; say in words why one cannot be kept."""
        try:
            return self.env["settlement.message"]._receive(
                self, "file", content, filename=filename
            )
        except MalformedInput as error:
            raise UserError(
                self.env._(
                    "%(file)s cannot be taken in. %(error)s",
                    file=mask_text(filename),
                    error=str(error),
                )
            ) from None

    def _check_recognised(self, filename, content):
        head = content[:65536] if isinstance(content, bytes) else content.read(65536)
        if not isinstance(content, bytes):
            content.seek(0)
        if not self._handler()._recognises(filename, head):
            raise UserError(
                self.env._(
                    "%(file)s is no file that %(backend)s can read. Check that you "
                    "chose the right backend and the format its sender promised.",
                    file=mask_text(filename),
                    backend=self.name,
                )
            )

    @api.model
    def _all_active(self):
        """Return the backends of all companies that are in use."""
        return self.search([("active", "=", True)])
