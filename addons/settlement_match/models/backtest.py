import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import backtest, backtest_words
from .replay import ReplayScope

# A year of a large merchant; more is replayed in parts.
MOST_ROWS = 250_000
# Cases of one outcome that are kept one by one; all of them are counted.
MOST_LINES = 500
DAYS = 365

SUBJECTS = [
    ("version", "A version holds"),
    ("retire", "The rule is retired"),
    ("limit", "Another precision is asked for"),
]
OUTCOMES = [
    ("gained", "Gained"),
    ("lost", "Lost"),
    ("changed", "Changed"),
    ("wrong", "Wrong"),
    ("same", "Same"),
]


class SettlementBacktest(models.Model):
    """What a change of rules would have done with the payments of up to a year.

    Nothing but this result is written. It belongs to one content of a version: once
    the version says something else, a new one is needed.
    """

    _name = "settlement.backtest"
    _description = "Backtest"
    _inherit = ["settlement.hashed"]
    _order = "id desc"
    _hashed_fields = (
        "company_id",
        "subject",
        "rule_id",
        "version_id",
        "digest",
        "precision_before",
        "precision_after",
        "since",
        "until",
        "reached",
        "row_count",
        "unread_count",
        "gained_count",
        "lost_count",
        "changed_count",
        "wrong_count",
        "same_count",
        "totals",
        "user_id",
        "made_at",
    )

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    subject = fields.Selection(SUBJECTS, required=True, readonly=True, string="What If")
    rule_id = fields.Many2one("settlement.rule", readonly=True, index=True)
    version_id = fields.Many2one("settlement.rule.version", readonly=True, index=True)
    digest = fields.Char(
        readonly=True,
        size=64,
        help="Fingerprint of what the version said when it was tried.",
    )
    is_current = fields.Boolean(
        compute="_compute_is_current",
        help="Whether the version still says what was tried.",
    )
    precision_before = fields.Float(digits=(6, 3), readonly=True)
    precision_after = fields.Float(digits=(6, 3), readonly=True)
    since = fields.Date("From", required=True, readonly=True)
    until = fields.Date("To", required=True, readonly=True)
    reached = fields.Date(
        readonly=True, help="First day that was replayed, if the bound was met before."
    )
    bound_text = fields.Char(compute="_compute_bound_text", string="Bound")
    row_count = fields.Integer("Payments Replayed", readonly=True)
    unread_count = fields.Integer(
        readonly=True, help="Payments that a stage of the replay had no room for."
    )
    gained_count = fields.Integer(
        "Gained", readonly=True, help="Open payments that would be matched."
    )
    lost_count = fields.Integer(
        "Lost", readonly=True, help="Matched payments that would stay open."
    )
    changed_count = fields.Integer(
        "Changed",
        readonly=True,
        help="Payments that would be matched in another way, which nothing that is "
        "confirmed speaks against.",
    )
    wrong_count = fields.Integer(
        "Wrong",
        readonly=True,
        help="Payments whose match would contradict one that is confirmed, or repeat "
        "one that a person undid.",
    )
    same_count = fields.Integer(
        "Same", readonly=True, help="Payments that would be matched as they are."
    )
    totals = fields.Json(
        readonly=True, help="Per outcome and currency: the sum in minor units."
    )
    totals_text = fields.Text(compute="_compute_totals_text", string="Amounts")
    line_ids = fields.One2many("settlement.backtest.line", "backtest_id", readonly=True)
    kept_text = fields.Char(compute="_compute_kept_text", string="Listed")
    user_id = fields.Many2one("res.users", "Tried by", readonly=True, required=True)
    made_at = fields.Datetime("Tried at", readonly=True, required=True)
    seconds = fields.Float(digits=(8, 3), readonly=True)

    _version_idx = models.Index("(version_id, digest)")

    # ------------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------------

    @api.depends("subject", "version_id", "rule_id", "precision_after")
    def _compute_display_name(self):
        subjects = dict(self._fields["subject"]._description_selection(self.env))
        for each in self:
            name = (each.version_id or each.rule_id).display_name
            about = name or f"{each.precision_after:g} %"
            each.display_name = f"{about}: {subjects.get(each.subject, '')}"

    @api.depends("version_id", "digest")
    def _compute_is_current(self):
        for each in self:
            digest = each.version_id and each.version_id._content_hash()
            each.is_current = not each.version_id or digest == each.digest

    @api.depends("reached", "row_count", "unread_count")
    def _compute_bound_text(self):
        for each in self:
            since = each.reached.isoformat() if each.reached else ""
            each.bound_text = backtest_words.bound_sentence(
                each.row_count, since, each.unread_count
            )

    @api.depends("totals")
    def _compute_totals_text(self):
        names = dict(self.line_ids._fields["outcome"]._description_selection(self.env))
        for each in self:
            each.totals_text = "\n".join(
                f"{names[outcome]}: {each._written(currency_id, minor)}"
                for outcome, currency_id, minor in each.totals or ()
            )

    @api.depends("line_ids")
    def _compute_kept_text(self):
        for each in self:
            total = sum(each[f"{outcome}_count"] for outcome in backtest.LISTED)
            kept = len(each.line_ids)
            each.kept_text = kept < total and self.env._(
                "%(kept)s of %(total)s payments are listed, those with the largest "
                "amounts; all of them are counted.",
                kept=kept,
                total=total,
            )

    @api.model
    def _written(self, currency_id, minor):
        currency = self.env["res.currency"].browse(currency_id)
        return currency.format(minor / 10**currency.decimal_places)

    # ------------------------------------------------------------------
    # Making one
    # ------------------------------------------------------------------

    @api.model
    def _of_version(self, version, since=None, until=None):
        """Try a version as if it had held all the time, instead of its rule's others.

        :return: the settlement.backtest record.
        """
        return self._of_rule("version", version.rule_id, version, since, until)

    @api.model
    def _of_retirement(self, rule, since=None, until=None):
        """Try what would have been without a rule.

        :return: the settlement.backtest record.
        """
        nothing = self.env["settlement.rule.version"]
        return self._of_rule("retire", rule, nothing, since, until)

    @api.model
    def _of_rule(self, subject, rule, version, since, until):
        since, until = self._period(since, until)
        company = rule.company_id
        scope = ReplayScope(company, since, until, MOST_ROWS, version, rule)
        started = time.monotonic()
        cases, extent = self.env["settlement.replay"]._cases(scope)
        tally = backtest.tally(cases, rule.id, self._most_lines())
        return self._keep(
            tally,
            {
                "company_id": company.id,
                "subject": subject,
                "rule_id": rule.id,
                "version_id": version.id,
                "digest": version._content_hash() if version else False,
                "since": since,
                "until": until,
                "reached": extent.reached,
                "row_count": extent.rows,
                "unread_count": extent.unread,
                "seconds": time.monotonic() - started,
            },
        )

    @api.model
    def _most_lines(self):
        """Return how many payments of one outcome are listed."""
        return MOST_LINES

    @api.model
    def _period(self, since, until):
        """Return the period to replay; a year up to today unless told otherwise."""
        until = until or fields.Date.context_today(self)
        since = since or until - timedelta(days=DAYS)
        if since > until:
            raise UserError(self.env._("The first day lies after the last one."))
        if until - since > timedelta(days=DAYS + 1):
            raise UserError(self.env._("Replay one year at most."))
        return since, until

    @api.model
    def _keep(self, tally, values):
        """Write the result with the cases that are listed."""
        result = self.create(
            {
                **values,
                **{f"{name}_count": count for name, count in tally.counts.items()},
                "totals": tally.totals(),
                "user_id": self.env.uid,
                "made_at": fields.Datetime.now(),
            }
        )
        self.env["settlement.backtest.line"]._write_lines(result, tally.kept())
        self.env["settlement.event"]._log(
            "rule.backtested", result, after=result._event_words(), rows=result
        )
        return result

    def _event_words(self):
        self.ensure_one()
        return {
            "about": self.display_name,
            "digest": self.digest or "",
            **{name: self[f"{name}_count"] for name in backtest.OUTCOMES},
        }

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def action_open_lines(self):
        """Open the payments of one outcome, or of all.

        The context says of which: ``settlement_outcome``.
        """
        self.ensure_one()
        self.check_access("read")
        outcome = self.env.context.get("settlement_outcome")
        domain = [("backtest_id", "=", self.id)]
        if outcome:
            domain.append(("outcome", "=", outcome))
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "settlement.backtest.line",
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
        }

    def _open_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }
