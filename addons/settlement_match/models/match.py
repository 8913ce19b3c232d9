from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement.models.big_integer import BigInteger

from ..engine import sentences
from .weak_many2one import WeakMany2one

METHODS = [
    ("identifier", "Identifier"),
    ("reference", "Reference"),
    ("structured", "Structured reference"),
    ("batch", "Payout"),
    ("amount_date", "Amount and date"),
    ("subset", "Sum of several"),
    ("memory", "Learnt rule"),
    ("manual", "By hand"),
]
# What the money and the documents differ by, where a match settles both in full.
DIFFERENCES = [
    ("fee", "Fee"),
    ("discount", "Discount"),
    ("exchange", "Exchange difference"),
    ("rounding", "Rounding"),
    ("write_off", "Write-off"),
    ("account", "Account of the rule"),
]
STATES = [
    ("proposed", "Proposed"),
    ("confirmed", "Confirmed"),
    ("posted", "Posted"),
    ("undone", "Undone"),
]
# Name of a relation of matches to come, which carries the text of their lines.
PLANNED = "planned_match"
# Matches that hold their claims.
ACTIVE_STATES = ("confirmed", "posted")


class SettlementMatch(models.Model):
    """Who pays what, why, how sure, by which evidence."""

    _name = "settlement.match"
    _description = "Match"
    _inherit = ["settlement.hashed"]
    _order = "id desc"
    _log_access = False
    # What was found. What people and postings do with it later is not part of it:
    # the events say that.
    _hashed_fields = (
        "company_id",
        "currency_id",
        "method",
        "kind",
        "rule_version_id",
        "stage",
        "score",
        "amount_minor",
        "evidence",
        "alternatives",
        "unique_proof",
        "rest_to_credit",
        "difference_minor",
        "difference_kind",
        "is_automatic",
        "line_ids",
    )

    company_id = WeakMany2one("res.company", required=True)
    currency_id = WeakMany2one("res.currency", required=True)
    method = fields.Selection(METHODS, required=True)
    kind = fields.Char(
        required=True,
        default="manual",
        help="How it was found: method and detail. How often matches were right is "
        "counted by this.",
    )
    rule_version_id = WeakMany2one(
        "settlement.rule.version",
        index="btree_not_null",
        string="Rule",
        help="Version of the rule that allowed it.",
    )
    stage = fields.Integer(
        required=True, default=0, help="Stage of the engine; 0: a person."
    )
    score = fields.Float(
        digits=(5, 2), required=True, default=0.0, help="How sure, 0 to 100."
    )
    amount_minor = BigInteger(
        required=True,
        help="Sum of the source lines in the match's currency, in minor units.",
    )
    amount = fields.Monetary(compute="_compute_amount")
    evidence = fields.Json(
        required=True, help="What speaks for it: contributions with signed weights."
    )
    alternatives = fields.Json(help="Other candidates that were considered.")
    unique_proof = fields.Json(help="How it was established that there is no other.")
    sentence = fields.Text(compute="_compute_sentence")
    evidence_text = fields.Text(
        compute="_compute_sentence", string="What Speaks for It"
    )
    alternatives_text = fields.Text(
        compute="_compute_sentence", string="What Else Was Considered"
    )
    proof_text = fields.Text(compute="_compute_sentence", string="Proof of Uniqueness")
    rest_to_credit = fields.Boolean(
        help="What the money exceeds its targets by stays as the partner's credit."
    )
    difference_minor = BigInteger(
        required=True,
        default=0,
        help="What is settled beyond the money, in minor units of the match's "
        "currency: money + difference = what is settled.",
    )
    difference_kind = fields.Selection(DIFFERENCES, help="What the difference means.")
    difference = fields.Monetary(compute="_compute_amount")
    is_automatic = fields.Boolean("Automatic", help="Confirmed without a person.")
    state = fields.Selection(STATES, required=True, default="proposed")
    line_ids = fields.One2many("settlement.match.line", "match_id")
    decided_by_id = WeakMany2one("res.users", string="Confirmed by")
    decided_at = fields.Datetime("Confirmed at")
    undone_by_id = WeakMany2one("res.users")
    undone_at = fields.Datetime()
    undo_reason = fields.Text()
    is_refused = fields.Boolean(
        help="A person undid it: scheduled runs do not match its money again."
    )

    _proposed_idx = models.Index("(company_id) WHERE state = 'proposed'")
    _withheld_idx = models.Index(
        "(company_id, currency_id, id) WHERE difference_kind = 'fee'"
    )
    _score_range = models.Constraint(
        "CHECK (score BETWEEN 0 AND 100)", "A score lies between 0 and 100."
    )
    _difference_named = models.Constraint(
        "CHECK ((difference_minor = 0) = (difference_kind IS NULL))",
        "A difference says what it means.",
    )

    @api.model
    def _hash_part_sql(self, alias, name):
        """Let the hash of a match cover what its lines say."""
        if name != "line_ids":
            return super()._hash_part_sql(alias, name)
        texts = SQL.identifier(alias, "lines_text")
        if alias != PLANNED:
            lines = self.env["settlement.match.line"]
            texts = lines._texts_sql(SQL.identifier(alias, "id"))
        return SQL("%s || quote_nullable(%s) || ','", f"{name}=", texts)

    @api.depends("method")
    def _compute_display_name(self):
        methods = dict(self._fields["method"]._description_selection(self.env))
        for match in self:
            match.display_name = f"#{match.id} {methods.get(match.method, '')}"

    def _exception_money(self, reason):
        """Return the money of an exception about it: minor units, currency."""
        self.ensure_one()
        return self.amount_minor, self.currency_id

    @api.depends("amount_minor", "difference_minor", "currency_id")
    def _compute_amount(self):
        for match in self:
            factor = 10**match.currency_id.decimal_places
            match.amount = match.amount_minor / factor
            match.difference = match.difference_minor / factor

    @api.depends("evidence", "alternatives", "unique_proof", "line_ids")
    def _compute_sentence(self):
        for match in self:
            facts = match._sentence_facts()
            match.sentence = sentences.match_sentence(facts)
            match.evidence_text = sentences.evidence_text(match.evidence or {})
            match.alternatives_text = sentences.alternatives_text(
                match.alternatives or ()
            )
            match.proof_text = sentences.proof_text(match.unique_proof or {})

    def _sentence_facts(self):
        """Return what the sentence speaks of, money already written out."""
        self.ensure_one()
        sides = {"source": [], "target": []}
        for line in self.line_ids:
            amount = line.currency_id.format(line.amount)
            sides[line.side].append((line.item_name or "?", amount))
        return sentences.MatchFacts(
            method=self.method,
            sources=sides["source"],
            targets=sides["target"],
            evidence=self.evidence or {},
            rest_to_credit=self.rest_to_credit,
            is_automatic=self.is_automatic,
            account=self._account_name(),
            difference=self._difference_text(),
            difference_kind=self.difference_kind or "",
        )

    def _difference_text(self):
        """Return the difference written out without its sign, "" for none."""
        if not self.difference_minor:
            return ""
        return self.currency_id.format(abs(self.difference))

    def _account_name(self):
        """Return the name of the account that takes money without a document."""
        if self.difference_kind != "account":
            return ""
        # Which account that is, whoever reads the match may know.
        account = self.rule_version_id.sudo().account_id
        return account.display_name or self.env._("the account of its rule")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A match is part of the audit trail. Undo it instead.")
        )
