from hashlib import blake2b

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import calibration, calibration_text
from ..engine.kind_words import kind_words
from .match import METHODS
from .precision import VERDICTS

# Columns of one row, with their types.
COLUMNS = (
    ("id", "int8"),
    ("company_id", "int4"),
    ("kind", "varchar"),
    ("method", "varchar"),
    ("rule_version_id", "int4"),
    ("right_count", "int4"),
    ("wrong_count", "int4"),
    ("waiting_count", "int4"),
    ("void_count", "int4"),
    ("right_percent", "numeric"),
    ("proved_percent", "numeric"),
    ("is_proved", "bool"),
)


class SettlementPrecisionReport(models.Model):
    """How often matches were right: one row per company, kind and rule."""

    _name = "settlement.precision.report"
    _description = "Precision"
    _auto = False
    _order = "company_id, kind, rule_version_id, id"
    _rec_name = "kind"

    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Char(readonly=True, help="How the matches were found.")
    kind_name = fields.Char("How It Was Found", compute="_compute_kind_name")
    method = fields.Selection(METHODS, readonly=True)
    rule_version_id = fields.Many2one(
        "settlement.rule.version", "Version of the Rule", readonly=True
    )
    right_count = fields.Integer("Right", readonly=True)
    wrong_count = fields.Integer("Wrong", readonly=True)
    waiting_count = fields.Integer(
        "Not Known Yet",
        readonly=True,
        help="Proposals that nobody has decided on, and matches that have not stood "
        "for long enough.",
    )
    void_count = fields.Integer(
        "Withdrawn",
        readonly=True,
        help="Withdrawn because the data changed: they say nothing.",
    )
    right_percent = fields.Float(
        "Right (%)", digits=(5, 2), readonly=True, aggregator="avg"
    )
    proved_percent = fields.Float(
        "At Least (%)",
        digits=(5, 2),
        readonly=True,
        aggregator="avg",
        help="So many are right with 95 % confidence.",
    )
    is_proved = fields.Boolean(
        "Proved",
        readonly=True,
        help="Whether that reaches what the company asks for. Matches of a kind that "
        "is no proof by itself are confirmed without a person only then.",
    )
    sentence = fields.Char(compute="_compute_sentence")
    proof_text = fields.Char(compute="_compute_sentence", string="Proof")

    @property
    def _table_query(self):
        """The counts of the companies that the user works in, as they are now."""
        rows = [
            SQL("(%s)", SQL(", ").join(SQL("%s", value) for value in row))
            for row in self._rows()
        ]
        columns = SQL(", ").join(
            SQL("%s::%s AS %s", SQL.identifier(name), SQL(kind), SQL.identifier(name))
            for name, kind in COLUMNS
        )
        names = SQL(", ").join(SQL.identifier(name) for name, _kind in COLUMNS)
        if not rows:
            nulls = SQL(", ").join(SQL("NULL") for _column in COLUMNS)
            rows, where = [SQL("(%s)", nulls)], SQL("WHERE FALSE")
        else:
            where = SQL()
        return SQL(
            "SELECT %s FROM (VALUES %s) AS counted (%s) %s",
            columns,
            SQL(", ").join(rows),
            names,
            where,
        )

    @api.model
    def _rows(self):
        """Return the values of all rows, in the order of ``COLUMNS``."""
        precision = self.env["settlement.precision"]
        for company in self.env.companies:
            limit = company.settlement_precision_limit
            for (kind, version_id), tally in precision._counts(company).items():
                share = tally.right / tally.checked if tally.checked else 0.0
                known = precision._tally_of(company, kind, version_id)
                yield (
                    self._row_id(company.id, kind, version_id),
                    company.id,
                    kind,
                    kind.partition("/")[0],
                    version_id or None,
                    *tally,
                    calibration_text.floored(share),
                    calibration_text.floored(known.bound),
                    calibration.is_proved(known.right, known.wrong, limit),
                )

    @api.model
    def _row_id(self, *key):
        """Return a number that stays the same for a row, whatever others there are."""
        digest = blake2b(repr(key).encode(), digest_size=6).digest()
        return int.from_bytes(digest, "big")

    @api.depends("kind")
    def _compute_kind_name(self):
        for row in self:
            row.kind_name = kind_words(row.kind or "")

    @api.depends("right_count", "wrong_count", "company_id")
    def _compute_sentence(self):
        precision = self.env["settlement.precision"]
        for row in self:
            right, wrong, *_rest = precision._tally_of(
                row.company_id, row.kind, row.rule_version_id.id
            )
            limit = row.company_id.settlement_precision_limit
            row.sentence = calibration_text.record_text(right, wrong)
            row.proof_text = calibration_text.proof_text(right, wrong, limit)

    # ------------------------------------------------------------------
    # What is behind a number
    # ------------------------------------------------------------------

    def action_open_right(self):
        """Open the matches that were right."""
        return self._open_matches("right")

    def action_open_wrong(self):
        """Open the matches that were wrong."""
        return self._open_matches("wrong")

    def action_open_waiting(self):
        """Open the matches of which it is not known yet."""
        return self._open_matches("waiting")

    def action_open_matches(self):
        """Open all matches of this kind, with their development over time."""
        return self._open_matches()

    def _open_matches(self, verdict=None):
        self.ensure_one()
        self.check_access("read")
        domain = [
            ("company_id", "=", self.company_id.id),
            ("kind", "=", self.kind),
            ("rule_version_id", "=", self.rule_version_id.id),
        ]
        if verdict:
            domain.append(("verdict", "=", verdict))
        names = dict(VERDICTS)
        return {
            "type": "ir.actions.act_window",
            "name": f"{self.kind}: {names[verdict]}" if verdict else self.kind,
            "res_model": "settlement.match",
            "views": [(False, "list"), (False, "graph"), (False, "form")],
            "domain": domain,
        }
