from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import calibration_text
from ..engine.kind_words import kind_words
from .precision import VERDICTS


class SettlementMatch(models.Model):
    """What is known about a match, and how often others of its kind were right."""

    _inherit = "settlement.match"

    kind_name = fields.Char("How It Was Found", compute="_compute_kind_name")
    verdict = fields.Selection(
        VERDICTS,
        compute="_compute_verdict",
        search="_search_verdict",
        help="Right: a person confirmed it, or it stands in the ledger for long enough "
        "without objection. Wrong: a person undid it, refused it or passed it over.",
    )
    checked_count = fields.Integer(
        compute="_compute_calibration",
        string="Checked",
        help="Matches of this kind, and by this rule, of which it is known whether "
        "they were right.",
    )
    right_count = fields.Integer(compute="_compute_calibration", string="Right of Them")
    calibrated_percent = fields.Float(
        compute="_compute_calibration",
        string="Right at Least",
        digits=(5, 2),
        help="In percent: so many matches of this kind are right here, with 95 % "
        "confidence. The score says what speaks for this match; this says how often "
        "that was true.",
    )
    calibration_text = fields.Char(
        compute="_compute_calibration", string="Experience with Its Kind"
    )

    # All that the count of decided matches asks for: it never reads the wide rows.
    _verdict_idx = models.Index(
        "(company_id, kind, rule_version_id, state, is_automatic, is_refused, "
        "decided_at)"
    )

    # What people decide, which is little beside what needs nobody.
    _by_people_idx = models.Index(
        "(company_id, id) WHERE is_automatic IS NOT TRUE AND state <> 'proposed'"
    )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["settlement.precision"]._forget()
        return super().create(vals_list)

    def write(self, vals):
        self.env["settlement.precision"]._forget()
        return super().write(vals)

    @api.depends("kind")
    def _compute_kind_name(self):
        for match in self:
            match.kind_name = kind_words(match.kind or "")

    @api.depends("kind", "rule_version_id", "company_id")
    def _compute_calibration(self):
        precision = self.env["settlement.precision"]
        for match in self:
            tally = precision._tally_of(
                match.company_id, match.kind, match.rule_version_id.id
            )
            match.right_count = tally.right
            match.checked_count = tally.checked
            match.calibrated_percent = calibration_text.floored(tally.bound)
            match.calibration_text = calibration_text.record_text(
                tally.right, tally.wrong
            )

    @api.depends("state", "is_refused", "is_automatic", "decided_at")
    def _compute_verdict(self):
        self.env.flush_all()
        query = SQL(
            "SELECT match.id, %s FROM settlement_match match WHERE match.id = ANY(%s)",
            self._field_to_sql("match", "verdict"),
            self.ids,
        )
        found = dict(self.env.execute_query(query))
        for match in self:
            match.verdict = found.get(match.id, "waiting")

    def _search_verdict(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.flush_model()
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = ANY(%s)",
                model._field_to_sql(alias, "verdict", query),
                [str(verdict) for verdict in value],
            )
        )

    def _field_to_sql(self, alias, fname, query=None):
        """Let lists and graphs group by what is known about matches."""
        if fname != "verdict":
            return super()._field_to_sql(alias, fname, query)
        days = SQL(
            "(SELECT company.settlement_evidence_days FROM res_company company "
            "WHERE company.id = %s)",
            SQL.identifier(alias, "company_id"),
        )
        return self.env["settlement.precision"]._verdict_sql(alias, days)
