from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.settlement.models.backend import ENVIRONMENTS

from .backend_ledger import LEDGER

STEPS = [
    ("connect", "Connection"),
    ("access", "Access"),
    ("wallets", "Wallets"),
    ("accounts", "Accounts"),
    ("codes", "Codes"),
    ("rehearsal", "Dry Run"),
    ("limits", "Limits"),
    ("go_live", "Go Live"),
    ("done", "Live"),
]
ORDER = [code for code, _label in STEPS]
ADMIN, ACCOUNTANT, APPROVER = (
    "group_integration_admin",
    "group_accountant",
    "group_approver",
)
# Who works on a step: credentials are the administrator's, the books are not.
ROLES = {
    "connect": (ADMIN,),
    "access": (ADMIN,),
    "wallets": (ADMIN,),
    "accounts": (ACCOUNTANT,),
    "codes": (ACCOUNTANT, ADMIN),
    "rehearsal": (ACCOUNTANT,),
    "limits": (APPROVER,),
    "go_live": (ACCOUNTANT,),
    "done": (ACCOUNTANT, ADMIN),
}
# What people may enter, and in which step; all else is written by the steps.
FIELD_STEPS = {
    "name": "connect",
    "company_id": "connect",
    "connector": "connect",
    "environment": "connect",
    "timezone": "connect",
    "api_url": "connect",
    "upload": "access",
    "upload_name": "access",
    "history_days": "rehearsal",
    "account_line_ids": "accounts",
    "journal_id": "accounts",
    "partner_id": "accounts",
    "detail": "limits",
    "incomplete": "limits",
    "hold_days": "limits",
    "fees": "limits",
    "auto_post": "limits",
    "auto_post_limit": "limits",
    "approval_limit": "limits",
    "write_off_limit": "limits",
}


class SettlementSetup(models.Model):
    """The way from nothing to a connected, posting backend; it can be left anywhere."""

    _name = "settlement.setup"
    _description = "Set-Up of a Backend"
    _order = "is_done, id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    connector = fields.Selection(
        lambda self: self._selection_connector(), required=True
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, default="test")
    timezone = fields.Selection(
        lambda self: self._selection_timezone(),
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="Days and months of this source are counted in this time zone.",
    )
    api_url = fields.Char(
        "API Address",
        help="Only for tests and training; empty means the provider's own address.",
    )
    backend_id = fields.Many2one(
        "settlement.backend", readonly=True, copy=False, ondelete="cascade"
    )
    step = fields.Selection(STEPS, required=True, default="connect", copy=False)
    furthest = fields.Integer(
        readonly=True, copy=False, help="Number of the last step that was reached."
    )
    is_done = fields.Boolean(
        "Live", compute="_compute_is_done", store=True, help="It went live once."
    )
    progress = fields.Integer(compute="_compute_progress", help="Percent of the steps.")
    missing_role = fields.Char(compute="_compute_missing_role")

    _backend_uniq = models.UniqueIndex(
        "(backend_id) WHERE backend_id IS NOT NULL",
        "This backend has a set-up already; go on with that one.",
    )

    @api.model
    def _selection_connector(self):
        """Return the connectors whose addon is installed."""
        known = self.env["settlement.backend"]._fields["connector"].selection
        return [
            (code, label)
            for code, label in known
            if f"settlement.connector.{code}" in self.env and code != LEDGER
        ]

    @api.model
    def _selection_timezone(self):
        return self.env["settlement.backend"]._fields["timezone"].selection(self)

    @api.depends("furthest")
    def _compute_is_done(self):
        for setup in self:
            setup.is_done = setup.furthest >= ORDER.index("done")

    @api.depends("furthest")
    def _compute_progress(self):
        for setup in self:
            setup.progress = round(100 * setup.furthest / (len(ORDER) - 1))

    @api.depends("step")
    @api.depends_context("uid")
    def _compute_missing_role(self):
        """Say whose turn it is where the reader's roles do not reach."""
        backends = self.env["settlement.backend"]
        for setup in self:
            roles = ROLES[setup.step]
            allowed = backends._has_settlement_group(*roles)
            names = self.env._(" or ").join(backends._group_names(roles))
            setup.missing_role = False if allowed else names

    # ------------------------------------------------------------------
    # Who may enter what
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Start set-ups; everything but the connection comes step by step."""
        setups = super().create([self._starting_values(vals) for vals in vals_list])
        for setup in setups:
            setup._log("started", setup._connection_values())
        return setups

    def _starting_values(self, vals):
        if self.env.su:
            return vals
        vals = {name: value for name, value in vals.items() if name != "step"}
        self._check_enterable(vals)
        return vals

    def write(self, vals):
        """Let each role write what its steps ask for, and nothing else."""
        if not self.env.su:
            self._check_enterable({k: v for k, v in vals.items() if k != "step"})
            if "step" in vals:
                self._check_reached(vals["step"])
        return super().write(vals)

    def _check_enterable(self, vals):
        """Refuse values that the user's roles, or nobody, may enter."""
        for name in vals:
            if name == "wallet_line_ids":
                self._require_role("wallets", "accounts")
            elif name in FIELD_STEPS:
                self._require_role(FIELD_STEPS[name])
            else:
                raise UserError(
                    self.env._(
                        "“%(field)s” is found by the set-up and cannot be entered.",
                        field=name,
                    )
                )

    def _require_role(self, *steps):
        """Raise AccessError unless the user may work on one of these steps."""
        groups = dict.fromkeys(role for step in steps for role in ROLES[step])
        self.env["settlement.backend"]._require_group(*groups)

    @api.ondelete(at_uninstall=False)
    def _unlink_unfinished(self):
        for setup in self:
            if setup.is_done:
                raise UserError(
                    self.env._(
                        "%(setup)s is live: its set-up stays, as a record of how it "
                        "was connected.",
                        setup=setup.name,
                    )
                )
            setup._log("dropped")

    # ------------------------------------------------------------------
    # From step to step
    # ------------------------------------------------------------------

    def action_back(self):
        """Go back one step; nothing that was decided is lost."""
        self.ensure_one()
        position = ORDER.index(self.step)
        return self.action_go_to(ORDER[max(position - 1, 0)])

    def action_go_to(self, step):
        """Show a step that was reached before.

        :param step: its code, such as ``accounts``.
        :raises UserError: if the steps before it are not done.
        """
        self.ensure_one()
        self._require_role(*ROLES)
        self.check_access("write")
        self._check_reached(step)
        self.sudo().step = step  # the role was checked
        return True

    def _check_reached(self, step):
        for setup in self:
            if step not in ORDER or ORDER.index(step) > setup.furthest:
                label = dict(STEPS).get(step, step)
                raise UserError(
                    self.env._(
                        "“%(step)s” comes later. Finish “%(current)s” first.",
                        step=label,
                        current=dict(STEPS)[ORDER[setup.furthest]],
                    )
                )

    def _begin(self, step):
        """Check that the user may do a step now; return the set-up to write on.

        :raises AccessError: without a role of the step, or in another company.
        :raises UserError: if the steps before it are not done, or if somebody else
            works on the set-up at this moment.
        """
        self.ensure_one()
        self._require_role(step)
        self.check_access("write")
        self._check_reached(step)
        # Role and company were checked; what a step finds is nobody's to enter.
        setup = self.sudo()
        if not setup.try_lock_for_update():
            raise UserError(
                self.env._(
                    "Somebody else works on the set-up of %(name)s right now. Look at "
                    "it again in a moment.",
                    name=setup.name,
                )
            )
        return setup

    def _finish(self, step, after=None):
        """Note that a step is done and show the next one."""
        following = ORDER[ORDER.index(step) + 1]
        self.furthest = max(self.furthest, ORDER.index(following))
        self.step = following
        self._log(step, after)

    def _fall_back_to(self, step):
        """Ask for a step again, and for all that follow it."""
        self.furthest = min(self.furthest, ORDER.index(step))

    def _log(self, act, after=None):
        """Leave a trace of what was done in the set-up."""
        self.env["settlement.event"]._log(f"setup.{act}", self, after=after or {})

    def _render(self, template, **values):
        """Return a piece of the screen as HTML."""
        self.ensure_one()
        return self.env["ir.qweb"]._render(
            f"settlement_account.{template}", {"setup": self, **values}
        )

    @api.model
    def _start_for(self, backend):
        """Return the set-up of a backend that exists; started if it has none."""
        known = self.search([("backend_id", "=", backend.id)])
        if known:
            return known
        # A backend that somebody made by hand: its connection is given.
        setup = self.sudo().create(
            {
                "name": backend.name,
                "company_id": backend.company_id.id,
                "connector": backend.connector,
                "environment": backend.environment,
                "timezone": backend.timezone,
                "api_url": backend.api_url,
                "backend_id": backend.id,
                "furthest": ORDER.index("access"),
                "step": "access",
                "wallet_line_ids": [
                    Command.create(values) for values in backend._setup_wallets()
                ],
            }
        )
        return setup.sudo(False)
