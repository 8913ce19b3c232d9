from odoo import api, fields, models

from odoo.addons.settlement.models.big_integer import BigInteger
from odoo.addons.settlement.models.exception import OPEN_STATES

STATES = [
    ("waiting", "To do"),
    ("done", "Done"),
    ("skipped", "Skipped"),
    ("failed", "Failed"),
]


class SettlementBulkLine(models.Model):
    """What became of one row of an act on many."""

    _name = "settlement.bulk.line"
    _description = "Row of an Act on Many"
    _order = "bulk_id desc, id"
    _log_access = False

    bulk_id = fields.Many2one(
        "settlement.bulk", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    exception_id = fields.Many2one(
        "settlement.exception", readonly=True, index="btree_not_null"
    )
    match_id = fields.Many2one(
        "settlement.match", readonly=True, index="btree_not_null"
    )
    posting_id = fields.Many2one(
        "settlement.posting", readonly=True, index="btree_not_null"
    )
    origin_id = fields.Many2one(
        "settlement.bulk.line",
        "Undoes",
        readonly=True,
        index="btree_not_null",
        help="The row of another act that this one takes back.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_minor = BigInteger("Amount (minor units)", readonly=True)
    amount = fields.Monetary(compute="_compute_amount")
    state = fields.Selection(
        STATES, "Outcome", required=True, readonly=True, default="waiting"
    )
    sentence = fields.Text("What Came of It", readonly=True)
    finished_at = fields.Datetime(readonly=True)
    fingerprint = fields.Char(
        readonly=True, help="What was known of it when somebody else agreed."
    )
    before = fields.Json(readonly=True, help="State and assignee before.")
    acts = fields.Json(readonly=True, help="Matches and postings that it made.")
    undone_at = fields.Datetime(readonly=True)
    can_undo = fields.Boolean(compute="_compute_can_undo")

    _exception_uniq = models.UniqueIndex("(bulk_id, exception_id)")
    _match_uniq = models.UniqueIndex("(bulk_id, match_id)")
    _posting_uniq = models.UniqueIndex("(bulk_id, posting_id)")
    _waiting_idx = models.Index("(bulk_id, id) WHERE state = 'waiting'")
    _state_idx = models.Index("(bulk_id, state, finished_at)")
    _one_subject = models.Constraint(
        "CHECK (num_nonnulls(exception_id, match_id, posting_id) = 1)",
        "A row of an act on many is about one thing.",
    )
    _outcome_at = models.Constraint(
        "CHECK ((state = 'waiting') = (finished_at IS NULL))",
        "What has an outcome has a time.",
    )

    @api.depends("amount_minor", "currency_id")
    def _compute_amount(self):
        for line in self:
            factor = 10**line.currency_id.decimal_places
            line.amount = line.amount_minor / factor if line.currency_id else 0

    @api.depends("exception_id", "match_id", "posting_id")
    def _compute_display_name(self):
        for line in self:
            # What the row is about is said in one line.
            subject = line._subject()
            text = subject.headline if line.exception_id else subject.display_name
            line.display_name = text or ""

    def _subject(self):
        """Return what this row is about."""
        self.ensure_one()
        return self.exception_id or self.match_id or self.posting_id

    @api.depends("state", "acts", "before", "undone_at")
    def _compute_can_undo(self):
        for line in self:
            line.can_undo = bool(
                line.state == "done"
                and not line.undone_at
                and line.bulk_id.kind == "resolve"
                and (line.acts or line._has_closed())
            )

    def _has_closed(self):
        """Return whether the act ended the exception, or gave it to somebody."""
        self.ensure_one()
        exception, before = self.exception_id, self.before or {}
        was_open = before.get("state") in OPEN_STATES
        changed = exception.state != before.get("state")
        return was_open and (changed or exception.user_id.id != before.get("user"))

    def _set_outcome(self, state, sentence="", **values):
        """Note what became of these rows; the one place that does."""
        # Written by the work itself only.
        self.sudo().write(
            {
                "state": state,
                "sentence": sentence or False,
                "finished_at": fields.Datetime.now(),
                **values,
            }
        )

    def action_open_subject(self):
        """Open what this row is about."""
        self.ensure_one()
        self.check_access("read")
        return self._subject()._get_records_action(target="current")
