import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("draft", "Draft"),
    ("proposed", "Proposed"),
    ("approved", "Approved"),
    ("superseded", "Superseded"),
    ("withdrawn", "Withdrawn"),
]
# What the decision itself leaves behind.
DECISION_FIELDS = (
    "state",
    "author_id",
    "approver_id",
    "approved_at",
    "definition",
    "version",
    "decision",
    "origin_id",
)


class SettlementFileLayout(models.Model):
    """What a file of one source means: set up by one, approved by another.

    Each record is one version. Versions of one layout share ``origin_id``, the first
    of them; the latest approved one that is in force reads the files.
    """

    _name = "settlement.file.layout"
    _description = "File Layout"
    _inherit = ["settlement.hashed", "settlement.approvable", "mail.thread"]
    _decision_fields = DECISION_FIELDS
    _order = "company_id, name, version desc, id desc"
    _check_company_auto = True
    _hashed_fields = (
        "name",
        "company_id",
        "version",
        "origin_id",
        "effective_from",
        "sample_sha256",
        "definition",
        "state",
        "author_id",
        "approver_id",
        "approved_at",
        "decision",
    )
    # It moves from state to state; the latest event about it counts.
    _can_be_resealed = True

    name = fields.Char(required=True, tracking=True, help="Whose file it is.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    version = fields.Integer(readonly=True, copy=False, default=1)
    decision = fields.Integer(
        readonly=True,
        copy=False,
        help="Number of its approval among all decisions about what rows are. What was "
        "read under a later decision overrules what was read before.",
    )
    origin_id = fields.Many2one(
        "settlement.file.layout",
        string="First Version",
        readonly=True,
        copy=False,
        index=True,
        ondelete="restrict",
    )
    previous_id = fields.Many2one(
        "settlement.file.layout",
        string="Version Before",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    version_ids = fields.One2many(
        "settlement.file.layout", "origin_id", string="Versions", copy=False
    )
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, copy=False, tracking=True
    )
    effective_from = fields.Date(
        "In Force from",
        copy=False,
        help="Files that are read from this day on follow it. Empty: from its approval "
        "on.",
    )
    is_in_force = fields.Boolean("In Force", compute="_compute_is_in_force")
    author_id = fields.Many2one("res.users", readonly=True, copy=False)
    approver_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True)
    approved_at = fields.Datetime(readonly=True, copy=False)
    note = fields.Text(string="Why", copy=False)
    definition = fields.Json(
        readonly=True,
        copy=False,
        help="What was proposed, as the reader of files takes it. It is frozen.",
    )
    backend_ids = fields.Many2many(
        "settlement.backend",
        compute="_compute_backend_ids",
        string="Used by",
    )

    _version_uniq = models.Constraint(
        "UNIQUE (origin_id, version)", "A layout has each version once."
    )
    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE previous_id IS NULL AND state <> 'withdrawn'",
        "The company has a layout of this name already: make a new version of it.",
    )
    _two_persons = models.Constraint(
        "CHECK (approver_id IS NULL OR approver_id <> author_id)",
        "Nobody approves a layout of their own.",
    )
    _approved_by_somebody = models.Constraint(
        "CHECK (state NOT IN ('approved', 'superseded') OR (approver_id IS NOT NULL "
        "AND author_id IS NOT NULL AND definition IS NOT NULL))",
        "A layout holds only after somebody has approved it.",
    )

    @api.depends("name", "version")
    @api.depends_context("settlement_without_version")
    def _compute_display_name(self):
        bare = self.env.context.get("settlement_without_version")
        for layout in self:
            name = layout.name or ""
            layout.display_name = name if bare else f"{name} (v{layout.version})"

    @api.depends("version_ids.state", "version_ids.effective_from")
    def _compute_is_in_force(self):
        for layout in self:
            layout.is_in_force = layout == layout._in_force()

    def _in_force(self, day=None):
        """Return the version that reads files on a day, by default today, or none."""
        self.ensure_one()
        day = day or fields.Date.context_today(self)
        holding = self.origin_id.version_ids.filtered(
            lambda layout: layout.state == "approved"
            and (not layout.effective_from or layout.effective_from <= day)
        )
        return holding.sorted("version")[-1:]

    def _compute_backend_ids(self):
        backends = self.env["settlement.backend"].search(
            [("file_layout_ids", "in", self.origin_id.ids)]
        )
        for layout in self:
            layout.backend_ids = backends.filtered(
                lambda backend, layout=layout: layout.origin_id
                in backend.file_layout_ids
            )

    # ------------------------------------------------------------------
    # Drafts
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create drafts; versions of one layout are counted on."""
        for vals in vals_list:
            self._refuse_decision(vals)
            self._mask_sample(vals)
            vals["author_id"] = self.env.uid
            vals.update(self._place_in_line(vals))
        layouts = super().create(vals_list)
        for layout in layouts:
            if not layout.origin_id:
                layout._write_decision({"origin_id": layout.id})
            layout._seal_rows()
            layout._log_change("layout.created")
        return layouts

    @api.model
    def _place_in_line(self, vals):
        """Return which version of what a new draft is."""
        previous = self.browse(vals.get("previous_id") or ())
        if not previous:
            return {"version": 1}
        previous.check_access("read")
        numbers = previous.origin_id.version_ids.mapped("version")
        return {
            "version": max(numbers) + 1,
            "origin_id": previous.origin_id.id,
            "name": previous.name,
            "company_id": previous.company_id.id,
        }

    def write(self, vals):
        """Change drafts; what was proposed or decided stays as it is."""
        self._refuse_decision(vals)
        self._mask_sample(vals)
        if not set(vals) & self._content_names():
            return super().write(vals)
        self._require_draft()
        self._check_name_stays(vals)
        before = {layout.id: layout._content() for layout in self}
        result = super().write({**vals, "author_id": self.env.uid})
        self._seal_rows()
        for layout in self:
            layout._log_change("layout.changed", before[layout.id])
        return result

    @api.model
    def _content_names(self):
        """Return the names of the fields that only a draft lets change."""
        return {
            *("name", "company_id", "effective_from", "sample", "sample_name"),
            *self._setting_names(),
            *self._list_names(),
        }

    def _check_name_stays(self, vals):
        """Keep the name and the company that all versions share."""
        for layout in self.filtered("previous_id"):
            kept = {"name": layout.name, "company_id": layout.company_id.id}
            if any(vals.get(name, value) != value for name, value in kept.items()):
                raise UserError(
                    self.env._(
                        "%(layout)s is a version of a layout that has its name and "
                        "company already. Start another layout instead.",
                        layout=layout.display_name,
                    )
                )

    def _touch(self):
        """Note who changes a line of these drafts.

        :raises UserError: if one of them is no draft any more.
        """
        self._require_draft()
        for layout in self:
            if layout.author_id != self.env.user:
                layout._write_decision({"author_id": self.env.uid})
                layout._seal_rows()

    def _write_decision(self, values):
        """Write what a decision leaves behind; write() refuses it to everybody."""
        return super().write(values)

    def _require_editor(self):
        self.env["settlement.backend"]._require_group("group_integration_admin")
        self.check_access("write")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Layouts are kept. Withdraw it instead."))

    # ------------------------------------------------------------------
    # Content and its trace
    # ------------------------------------------------------------------

    def _content(self):
        """Return what is decided on as plain values."""
        self.ensure_one()
        return {
            "name": self.name,
            "version": self.version,
            "effective_from": self.effective_from and self.effective_from.isoformat(),
            "sample": self.sample_sha256 or False,
            "definition": self._definition(),
        }

    def _fingerprint(self):
        """Return the SHA-256 of the content: what an approval is given for."""
        text = json.dumps(self._content(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _freeze(self):
        """Keep what is proposed now as it is, whatever becomes of its lines."""
        self.ensure_one()
        self._write_decision({"definition": self._definition()})

    def _log_change(self, action, before=None, reason=""):
        self.ensure_one()
        # Its rows are pinned: whoever alters one in the database is found.
        self.env["settlement.event"]._log(
            action,
            self,
            before=before,
            after={**self._content(), "state": self.state},
            reason=reason or self.note or "",
            rows=self,
        )
