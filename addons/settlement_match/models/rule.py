from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .rule_version import STATES

# What the state of a rule is, if one of its versions has it: the first that fits.
_STATE_ORDER = ("approved", "waiting", "draft", "retired")


class SettlementRule(models.Model):
    """What the engine may take for granted: written by one, approved by another.

    The rule itself is a name and a place in the order; what it says, its versions
    say.
    """

    _name = "settlement.rule"
    _description = "Matching Rule"
    _inherit = ["mail.thread"]
    _order = "company_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    sequence = fields.Integer(
        required=True,
        default=10,
        tracking=True,
        help="Of the rules that fit a payment, the first one decides.",
    )
    active = fields.Boolean(
        default=True, tracking=True, help="A rule that is put away decides nothing."
    )
    version_ids = fields.One2many("settlement.rule.version", "rule_id")
    current_version_id = fields.Many2one(
        "settlement.rule.version",
        compute="_compute_current_version_id",
        help="The approved version that is in force today.",
    )
    sentence = fields.Text(compute="_compute_current_version_id", string="What It Says")
    state = fields.Selection(STATES, compute="_compute_current_version_id")
    hit_count = fields.Integer(
        compute="_compute_hits", string="Matches", help="Matches that are not undone."
    )
    hit_amount = fields.Char(
        compute="_compute_hits", string="Money", help="What they match, by currency."
    )
    precision = fields.Char(
        compute="_compute_precision",
        string="How Often Right",
        help="Of the matches by what the rule says now: how many proved right, how "
        "many wrong, and what share is right at least.",
    )
    difference_amount = fields.Char(
        compute="_compute_hits",
        string="Differences",
        help="What these matches book as difference, by currency.",
    )

    @api.depends(
        "version_ids.state",
        "version_ids.sentence",
        "version_ids.effective_from",
        "version_ids.effective_to",
    )
    def _compute_current_version_id(self):
        today = fields.Date.context_today(self)
        for rule in self:
            current = rule._version_on(today)
            states = rule.version_ids.mapped("state")
            rule.current_version_id = current
            rule.sentence = (current or rule.version_ids[:1]).sentence or ""
            rule.state = next((each for each in _STATE_ORDER if each in states), False)

    def _version_on(self, day):
        """Return the version that is in force for payments of a day, or none."""
        approved = self.version_ids.filtered(
            lambda version: version.state == "approved" and version._is_effective(day)
        )
        return approved.sorted("number")[-1:]

    def _compute_hits(self):
        hits = self._hits()
        for rule in self:
            found = hits.get(rule.id, ())
            rule.hit_count = sum(count for _currency, count, *_amounts in found)
            rule.hit_amount = self._listed(
                (currency, amount) for currency, _count, amount, _difference in found
            )
            rule.difference_amount = self._listed(
                (currency, difference)
                for currency, _count, _amount, difference in found
                if difference
            )

    @api.depends("current_version_id")
    def _compute_precision(self):
        precision = self.env["settlement.precision"]
        for company, rules in self.grouped("company_id").items():
            measured = precision._measured(company) if company else {}
            for rule in rules:
                found = [
                    tally
                    for (_kind, rule_id), tally in sorted(measured.items())
                    if rule_id == rule.id
                ]
                rule.precision = rule._precision_words(found)

    def _precision_words(self, tallies):
        """Return how often matches were right; ``tallies`` one for each kind of match.

        Each kind has to prove itself: the weakest bound is shown.
        """
        if not tallies:
            return False
        return self.env._(
            "%(right)s right, %(wrong)s wrong: at least %(share)s %%",
            right=sum(tally[0] for tally in tallies),
            wrong=sum(tally[1] for tally in tallies),
            share=f"{min(tally[2] for tally in tallies) * 100:.1f}",
        )

    def _hits(self):
        """Return rule id → [(currency, matches, minor units, differences)]."""
        self.env["settlement.match"].flush_model()
        found = defaultdict(list)
        for rule_id, currency_id, *numbers in self.env.execute_query(
            SQL(
                """
                SELECT version.rule_id, match.currency_id, count(*)::int8,
                       sum(abs(match.amount_minor))::int8,
                       sum(abs(match.difference_minor))::int8
                  FROM settlement_match match
                  JOIN settlement_rule_version version
                    ON version.id = match.rule_version_id
                 WHERE version.rule_id = ANY(%s)
                   AND match.state <> 'undone'
                 GROUP BY version.rule_id, match.currency_id
                 ORDER BY version.rule_id, match.currency_id
                """,
                self.ids,
            )
        ):
            currency = self.env["res.currency"].browse(currency_id)
            found[rule_id].append((currency, *numbers))
        return found

    @api.model
    def _listed(self, amounts):
        """Return amounts in minor units written out, one for each currency."""
        return ", ".join(
            currency.format(amount / 10**currency.decimal_places)
            for currency, amount in amounts
        )

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def action_new_version(self):
        """Return the form of a new draft that starts as the newest version."""
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("write")
        newest = self.version_ids[:1]
        draft = newest._new_version() if newest else newest.create({"rule_id": self.id})
        return draft._open_form()

    def action_open_matches(self):
        """Open the matches that this rule has made."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Matches by Rule"),
            "res_model": "settlement.match",
            "view_mode": "list,form",
            "domain": [("rule_version_id", "in", self.version_ids.ids)],
        }

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        for rule in rules:
            rule._log_change("rule.created", {})
        return rules

    def write(self, vals):
        """Change name, order and activity; each change leaves a trace."""
        names = [name for name in ("name", "sequence", "active") if name in vals]
        if "company_id" in vals and self.version_ids:
            raise UserError(
                self.env._(
                    "A rule with versions stays in its company. Write a new one."
                )
            )
        if vals.get("active") and not self.env.su and not all(self.mapped("active")):
            # It decides by itself again.
            self.env["settlement.backend"]._require_group("group_approver")
        before = {rule.id: rule._plain(names) for rule in self}
        result = super().write(vals)
        for rule in self if names else ():
            rule._log_change("rule.changed", before[rule.id])
        return result

    def _plain(self, names=("name", "sequence", "active")):
        return {name: self[name] for name in names}

    def _log_change(self, action, before):
        self.env["settlement.event"]._log(
            action, self, before=before, after=self._plain()
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Rules are kept. Retire its versions instead."))

    # ------------------------------------------------------------------
    # For the engine
    # ------------------------------------------------------------------

    @api.model
    def _engine_versions(self, company, purposes=None):
        """Return the approved versions of a company as pure ``RuleVersion`` objects.

        All of them, whatever day they are for: which one decides depends on the day
        on which a payment was booked (``rule.first_of``, ``rule.periods``).

        :param purposes: only rules of these purposes, or None for all.
        :return: list in the order in which rules are tried.
        """
        domain = (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "approved")
            & Domain("rule_id.active", "=", True)
        )
        if purposes:
            domain &= Domain("purpose", "in", list(purposes))
        versions = self.env["settlement.rule.version"].search(domain)
        pure = [version._engine_version() for version in versions]
        return sorted(pure, key=lambda each: (*each.rank, -each.number))
