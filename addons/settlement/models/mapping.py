import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..canonical.kinds import BANK_KINDS
from ..mapping.rules import Rule, RuleSet, code_key
from .transaction import TRANSACTION_KINDS

# An entry of a bank account stays one: no code turns into that kind or out of it.
KINDS = [(kind, name) for kind, name in TRANSACTION_KINDS if kind not in BANK_KINDS]
STATES = [
    ("draft", "Draft"),
    ("waiting", "Waiting for approval"),
    ("approved", "Approved"),
    ("superseded", "Superseded"),
    ("withdrawn", "Withdrawn"),
]
# What people decide on. Addons that give a mapping more meaning add their fields.
CONTENT_FIELDS = (
    "company_id",
    "backend_id",
    "connector",
    "source_code",
    "code",
    "direction",
    "currency_id",
    "kind",
    "effective_from",
)
# What the decision itself leaves behind.
DECISION_FIELDS = ("state", "version", "decision", "author_id", "approver_id")


class SettlementMapping(models.Model):
    """What a code of a source means here: decided by one, approved by another.

    Versions of one decision share company, backend or connector, code and
    conditions. The latest version in force on the day of a row counts.
    """

    _name = "settlement.mapping"
    _description = "Code Mapping"
    _inherit = ["settlement.hashed", "settlement.approvable", "mail.thread"]
    _order = "company_id, code, version desc, id desc"
    _check_company_auto = True
    _hashed_fields = (*CONTENT_FIELDS, *DECISION_FIELDS)
    _decision_fields = DECISION_FIELDS
    # It moves from state to state; the latest event about it counts.
    _can_be_resealed = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    backend_id = fields.Many2one(
        "settlement.backend",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Empty: it holds for all backends, or for all of the connector.",
    )
    connector = fields.Selection(
        selection="_selection_connector",
        help="Limits a mapping without backend to the backends of one connector.",
    )
    source_code = fields.Char(
        required=True,
        help="The code as the source says it, such as “network_cost/stripe_fee” or "
        "“PMNT/MDOP/CHRG”. It is compared letter by letter.",
    )
    code = fields.Char(compute="_compute_code", store=True, index=True)
    direction = fields.Selection(
        [("in", "Money in"), ("out", "Money out")],
        help="Empty: both ways.",
    )
    currency_id = fields.Many2one("res.currency", help="Empty: all currencies.")
    kind = fields.Selection(
        KINDS, help="What a row of this code is. Empty: what the connector says."
    )
    effective_from = fields.Date(
        help="Rows booked from this day on are read so. Empty: since ever."
    )
    note = fields.Text(string="Why")
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, copy=False, tracking=True
    )
    version = fields.Integer(required=True, default=0, readonly=True, copy=False)
    decision = fields.Integer(
        required=True,
        default=0,
        readonly=True,
        copy=False,
        help="Number of the decision that brought it where it is. What was read under "
        "a later decision overrules what was read before.",
    )
    author_id = fields.Many2one("res.users", readonly=True, copy=False)
    approver_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True)
    approved_at = fields.Datetime(readonly=True, copy=False)
    previous_id = fields.Many2one(
        "settlement.mapping",
        string="Version Before",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _approved_uniq = models.UniqueIndex(
        "(company_id, COALESCE(backend_id, 0), COALESCE(connector, ''), code, "
        "COALESCE(direction, ''), COALESCE(currency_id, 0)) WHERE state = 'approved'",
        "There is an approved mapping of this code already.",
    )
    _two_persons = models.Constraint(
        "CHECK (approver_id IS NULL OR approver_id <> author_id)",
        "Nobody approves a mapping of their own.",
    )
    _approved_by_somebody = models.Constraint(
        "CHECK (state NOT IN ('approved', 'superseded') OR "
        "(approver_id IS NOT NULL AND version > 0 AND decision > 0))",
        "A mapping holds only after somebody has approved it.",
    )

    def init(self):
        """Number decisions about codes in the order in which they are taken."""
        self.env.cr.execute(
            SQL(
                "CREATE SEQUENCE IF NOT EXISTS settlement_mapping_decision_seq "
                "OWNED BY settlement_mapping.decision"
            )
        )

    @api.model
    def _selection_connector(self):
        connector = self.env["settlement.backend"]._fields["connector"]
        return connector._description_selection(self.env)

    @api.depends("source_code")
    def _compute_code(self):
        for mapping in self:
            mapping.code = code_key(mapping.source_code or "")

    @api.depends("code", "version", "backend_id.name", "connector", "direction", "kind")
    def _compute_display_name(self):
        for mapping in self:
            scope = mapping.backend_id.name or mapping._label("connector")
            parts = (mapping.code, mapping._label("direction"), scope)
            name = ", ".join(filter(None, parts))
            version = f" (v{mapping.version})" if mapping.version else ""
            mapping.display_name = f"{name} → {mapping._meaning()}{version}"

    def _label(self, name):
        """Return the value of a selection field as people see it, "" if empty."""
        labels = dict(self._fields[name]._description_selection(self.env))
        return labels.get(self[name], "")

    def _meaning(self):
        """Return in a few words what the code stands for."""
        self.ensure_one()
        return self._label("kind") or self.env._("as the source says")

    @api.constrains("source_code", "backend_id", "connector", "effective_from")
    def _check_content(self):
        for mapping in self:
            if not mapping.code:
                raise ValidationError(self.env._("A mapping needs a code."))
            if mapping.backend_id and mapping.connector:
                raise ValidationError(
                    self.env._(
                        "%(mapping)s is for one backend, which has one connector: "
                        "leave the connector empty.",
                        mapping=mapping.code,
                    )
                )

    # ------------------------------------------------------------------
    # Drafts
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_decision(vals)
            vals["author_id"] = self.env.uid
        mappings = super().create(vals_list)
        for mapping in mappings:
            mapping._log_change("mapping.created")
        return mappings

    def write(self, vals):
        """Change drafts; what was submitted or decided stays as it is."""
        self._refuse_decision(vals)
        content = set(vals) & set(self._content_fields())
        if not content:
            return super().write(vals)
        self._require_draft()
        before = {mapping.id: mapping._content() for mapping in self}
        result = super().write({**vals, "author_id": self.env.uid})
        self._seal_rows()
        for mapping in self:
            mapping._log_change("mapping.changed", before[mapping.id])
        return result

    def _write_decision(self, values):
        """Write what a decision leaves behind; write() refuses it to everybody."""
        return super().write(values)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Mappings are kept. Withdraw it instead."))

    # ------------------------------------------------------------------
    # Content and its trace
    # ------------------------------------------------------------------

    @api.model
    def _content_fields(self):
        """Return the names of the fields that people decide on."""
        return [name for name in self._hashed_fields if name not in DECISION_FIELDS]

    def _content(self):
        """Return what is decided on as plain values: ids, codes, dates."""
        self.ensure_one()
        return {name: self._plain(name) for name in self._content_fields()}

    def _plain(self, name):
        value = self[name]
        if self._fields[name].relational:
            return value.id
        return value.isoformat() if hasattr(value, "isoformat") else value or False

    def _fingerprint(self):
        """Return the SHA-256 of the content: what an approval was given for."""
        text = json.dumps(self._content(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _log_change(self, action, before=None, reason=""):
        self.ensure_one()
        # Its rows are pinned: whoever alters one in the database is found.
        self.env["settlement.event"]._log(
            action,
            self,
            before=before,
            after={**self._content(), "state": self.state, "version": self.version},
            reason=reason or self.note or "",
            rows=self,
        )

    @api.model
    def _values_of_verb(self, values):
        """Return field values for what the verb ``map`` was given.

        :raises UserError: for a value that no mapping has.
        """
        fields_of = self._fields_of_verb()
        if unknown := sorted(set(values) - set(fields_of)):
            raise UserError(
                self.env._(
                    "A mapping has no %(names)s; it takes %(known)s.",
                    names=", ".join(unknown),
                    known=", ".join(sorted(fields_of)),
                )
            )
        return {
            fields_of[name]: getattr(value, "id", value)
            for name, value in values.items()
        }

    @api.model
    def _fields_of_verb(self):
        """Return which field each value of the verb ``map`` fills."""
        return {
            "kind": "kind",
            "direction": "direction",
            "currency": "currency_id",
            "effective_from": "effective_from",
            "note": "note",
        }

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

    @api.model
    def _rules_of(self, backend):
        """Return the RuleSet that holds for the rows of ``backend``."""
        mappings = self.search(self._scope_domain(backend) & Domain("version", ">", 0))
        readings = {}
        for mapping in mappings:
            known = readings.get(mapping.code, 0)
            readings[mapping.code] = max(known, mapping.decision)
        return RuleSet([mapping._rule() for mapping in mappings], readings)

    @api.model
    def _scope_domain(self, backend):
        """Return which mappings may concern rows of ``backend``."""
        return (
            Domain("company_id", "=", backend.company_id.id)
            & Domain("backend_id", "in", (backend.id, False))
            & Domain("connector", "in", (backend.connector, False))
        )

    def _rule(self):
        """Return this version as a pure Rule."""
        self.ensure_one()
        return Rule(
            id=self.id,
            code=self.code,
            name=self.display_name,
            scope=2 if self.backend_id else int(bool(self.connector)),
            kind=self.kind or "",
            direction=self.direction or "",
            currency=self.currency_id.name or "",
            since=self.effective_from or None,
            version=self.version,
            is_withdrawn=self.state == "withdrawn",
        )

    def _backends(self):
        """Return the backends that this mapping is for, paused ones included."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id)
        if self.backend_id:
            domain &= Domain("id", "=", self.backend_id.id)
        elif self.connector:
            domain &= Domain("connector", "=", self.connector)
        backends = self.env["settlement.backend"].with_context(active_test=False)
        return backends.search(domain)
