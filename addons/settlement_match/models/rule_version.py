import hashlib
import json
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.settlement_audit.chain.document import Personal

from ..engine import pattern
from .match import DIFFERENCES

STATES = [
    ("draft", "Draft"),
    ("waiting", "Waiting for approval"),
    ("approved", "Approved"),
    ("retired", "Retired"),
]
PURPOSES = [
    ("difference", "A difference is explained"),
    ("payer", "The payer is known"),
    ("account", "No document is needed"),
]
# What people decide on, in columns of the row itself.
CONTENT_COLUMNS = (
    "rule_id",
    "company_id",
    "number",
    "effective_from",
    "effective_to",
    "origin",
    "purpose",
    "mode",
    "direction",
    "counterparty_account",
    "text_pattern",
    "amount_from",
    "amount_to",
    "tolerance_percent",
    "difference_kind",
    "account_id",
    "tax_id",
)
# And in other tables: the fingerprint covers them.
CONTENT_LISTS = (
    "backend_ids",
    "partner_ids",
    "currency_ids",
    "pays_for_partner_ids",
    "tolerance_ids",
)
# What of it may name a person.
PERSONAL = ("counterparty_account", "text_pattern")
# What the decision itself leaves behind.
DECISION_FIELDS = ("state", "author_id", "approver_id", "approved_at", "fingerprint")


class SettlementRuleVersion(models.Model):
    """One version of a rule: its conditions and what follows from them."""

    _name = "settlement.rule.version"
    _description = "Version of a Matching Rule"
    _inherit = ["settlement.hashed", "settlement.approvable", "mail.thread"]
    _order = "rule_id, number desc"
    _check_company_auto = True
    _hashed_fields = (*CONTENT_COLUMNS, *DECISION_FIELDS)
    _decision_fields = (*DECISION_FIELDS, "number")
    # It moves from state to state; the latest event about it counts.
    _can_be_resealed = True

    rule_id = fields.Many2one(
        "settlement.rule",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        string="Rule",
    )
    company_id = fields.Many2one(
        related="rule_id.company_id", store=True, index=True, precompute=True
    )
    number = fields.Integer(readonly=True, copy=False, string="Version")
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, copy=False, tracking=True
    )
    effective_from = fields.Date(
        help="For payments booked from this day on. Empty: since ever."
    )
    effective_to = fields.Date(
        help="For payments booked up to this day. Empty: without end."
    )
    author_id = fields.Many2one("res.users", readonly=True, copy=False)
    approver_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True)
    approved_at = fields.Datetime(readonly=True, copy=False)
    fingerprint = fields.Char(
        "Approved Content",
        readonly=True,
        copy=False,
        size=64,
        help="SHA-256 of all that was approved, lists included.",
    )
    origin = fields.Selection(
        [("person", "A person"), ("memory", "Learnt from decisions")],
        required=True,
        default="person",
        readonly=True,
    )
    purpose = fields.Selection(PURPOSES, required=True, default="difference")
    mode = fields.Selection(
        [("proposed", "Proposed to a person"), ("automatic", "Confirmed by itself")],
        required=True,
        default="proposed",
        help="A rule confirms by itself only once its matches have proved right.",
    )
    note = fields.Text(string="Why")

    # What is archived later still limits a rule: without it, the rule would hold
    # for everything.
    backend_ids = fields.Many2many(
        "settlement.backend",
        check_company=True,
        string="Backends",
        context={"active_test": False},
    )
    direction = fields.Selection(
        [("in", "Money in"), ("out", "Money out"), ("both", "Both ways")],
        required=True,
        default="both",
    )
    partner_ids = fields.Many2many(
        "res.partner",
        "settlement_rule_version_partner_rel",
        string="Partners",
        context={"active_test": False},
        help="Whose payments it is about. For a known payer: who the payer is.",
    )
    counterparty_account = fields.Char(help="Bank account the money comes from.")
    text_pattern = fields.Char(
        string="Text Contains",
        help="* any text, ? one character, # one digit, | between alternatives; the "
        "rest is taken literally. Case and spaces do not matter.",
    )
    amount_from = fields.Float(digits=(16, 3), help="Smallest amount, without sign.")
    amount_to = fields.Float(
        digits=(16, 3), help="Largest amount, without sign; 0: no limit."
    )
    currency_ids = fields.Many2many(
        "res.currency", string="Currencies", context={"active_test": False}
    )

    tolerance_percent = fields.Float(
        digits=(6, 3),
        help="Differences up to this share of what is open. With amounts beside it, "
        "both limits are kept; in a currency without an amount nothing is tolerated.",
    )
    tolerance_ids = fields.One2many(
        "settlement.rule.tolerance", "version_id", copy=True, string="Tolerances"
    )
    difference_kind = fields.Selection(
        DIFFERENCES, help="What the difference is taken for."
    )
    account_id = fields.Many2one(
        "account.account",
        check_company=True,
        ondelete="restrict",
        help="Where the money, or the difference, is booked. Empty: as the posting "
        "policy says.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        check_company=True,
        ondelete="restrict",
        help="Tax that is contained in what is booked.",
    )
    pays_for_partner_ids = fields.Many2many(
        "res.partner",
        "settlement_rule_version_pays_for_rel",
        string="May Pay For",
        context={"active_test": False},
        help="Partners whose documents the payer may settle besides its own.",
    )
    sentence = fields.Text(compute="_compute_sentence", string="What It Says")

    _number_uniq = models.Constraint(
        "UNIQUE (rule_id, number)", "A rule has each version once."
    )
    _two_persons = models.Constraint(
        "CHECK (approver_id IS NULL OR approver_id <> author_id)",
        "Nobody approves a rule of their own.",
    )
    _approved_by_somebody = models.Constraint(
        "CHECK (state <> 'approved' OR (approver_id IS NOT NULL "
        "AND author_id IS NOT NULL AND fingerprint IS NOT NULL))",
        "A rule holds only after somebody has approved it.",
    )
    _effective_order = models.Constraint(
        "CHECK (effective_from IS NULL OR effective_to IS NULL "
        "OR effective_from <= effective_to)",
        "The last day of a rule lies before its first one.",
    )
    _amounts_in_order = models.Constraint(
        "CHECK (COALESCE(amount_from, 0) >= 0 AND COALESCE(amount_to, 0) >= 0 "
        "AND (COALESCE(amount_to, 0) = 0 OR amount_to >= COALESCE(amount_from, 0)))",
        "Amounts of a rule have no sign, and the largest is not below the smallest.",
    )
    _percent_in_range = models.Constraint(
        "CHECK (COALESCE(tolerance_percent, 0) BETWEEN 0 AND 100)",
        "A tolerance lies between 0 and 100 percent.",
    )
    _approved_idx = models.Index("(company_id, purpose) WHERE state = 'approved'")

    @api.depends("rule_id.name", "number")
    def _compute_display_name(self):
        for version in self:
            name = version.rule_id.name or ""
            version.display_name = f"{name} (v{version.number})"

    # ------------------------------------------------------------------
    # Content
    # ------------------------------------------------------------------

    @api.constrains("text_pattern")
    def _check_text_pattern(self):
        for version in self.filtered("text_pattern"):
            try:
                pattern.compiled(version.text_pattern)
            except pattern.PatternError as error:
                raise ValidationError(str(error)) from error

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_decision(vals)
            vals["author_id"] = self.env.uid
        numbers = self._next_numbers(vals_list)
        for vals, number in zip(vals_list, numbers, strict=True):
            vals["number"] = number
        versions = super().create(vals_list)
        for version in versions:
            version._log_change("rule.version_created")
        return versions

    @api.model
    def _next_numbers(self, vals_list):
        """Return the number of each new version, counted on within its rule."""
        rule_ids = {vals.get("rule_id") for vals in vals_list} - {None, False}
        last = dict(
            # Numbers are counted on whoever may see the versions.
            self.sudo()._read_group(
                [("rule_id", "in", list(rule_ids))], ["rule_id"], ["number:max"]
            )
        )
        counted = {rule.id: number for rule, number in last.items()}
        numbers = []
        for vals in vals_list:
            rule_id = vals.get("rule_id")
            counted[rule_id] = counted.get(rule_id, 0) + 1
            numbers.append(counted[rule_id])
        return numbers

    def write(self, vals):
        """Change drafts; what was submitted or decided stays as it is."""
        self._refuse_decision(vals)
        if not set(vals) & {*CONTENT_COLUMNS, *CONTENT_LISTS}:
            return super().write(vals)
        self._require_draft()
        before = {version.id: version._content() for version in self}
        result = super().write({**vals, "author_id": self.env.uid})
        self._seal_rows()
        for version in self:
            version._log_change("rule.version_changed", before[version.id])
        return result

    def _touch(self):
        """Note who changes a limit of these drafts.

        :raises UserError: if one of them is no draft any more.
        """
        self._require_draft()
        for version in self:
            version._write_decision({"author_id": self.env.uid})
        self._seal_rows()

    def _write_decision(self, values):
        """Write what a decision leaves behind; write() refuses it to everybody."""
        return super().write(values)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Versions of rules are kept. Retire it instead."))

    def _content(self):
        """Return what is decided on as plain values."""
        self.ensure_one()
        content = {name: self._plain(name) for name in CONTENT_COLUMNS}
        for name in CONTENT_LISTS[:-1]:
            content[name] = sorted(self[name].ids)
        content["tolerances"] = sorted(
            [limit.currency_id.name, str(self._exact(limit.amount))]
            for limit in self.tolerance_ids
        )
        return content

    def _plain(self, name):
        value, field = self[name], self._fields[name]
        if field.relational:
            return value.id
        if field.type == "float":
            return str(self._exact(value))
        return value.isoformat() if hasattr(value, "isoformat") else value or False

    @api.model
    def _exact(self, value):
        """Return what a numeric column holds, read as float, as an exact Decimal."""
        return Decimal(repr(value or 0.0)).normalize()

    def _content_hash(self):
        """Return the SHA-256 of the content: what an approval is given for."""
        text = json.dumps(self._content(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _log_change(self, action, before=None, reason=""):
        self.ensure_one()
        # Its rows are pinned: whoever alters one in the database is found.
        self.env["settlement.event"]._log(
            action,
            self,
            before=before and self._kept_apart(before),
            after=self._kept_apart({**self._content(), "state": self.state}),
            reason=reason or self.note or "",
            rows=self,
        )

    @api.model
    def _kept_apart(self, content):
        """Return the content as events keep it: what may name a person can go."""
        return {
            name: Personal(value) if value and name in PERSONAL else value
            for name, value in content.items()
        }
