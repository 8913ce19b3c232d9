from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("batch", "Payout or settlement"),
    ("cutoff", "Cut-off at month end"),
    ("correction", "Late rows of a closed month"),
    ("clearing", "Clearing of what was matched later"),
    ("difference", "Difference that a match explains"),
    ("dispute", "Outcome of a dispute"),
    ("accrual", "Accrual"),
    ("revaluation", "Revaluation"),
    ("reversal", "Reversal"),
    ("opening", "Opening balance"),
]


class SettlementPosting(models.Model):
    """One slice of a wallet and the one entry that it became."""

    _name = "settlement.posting"
    _description = "Settlement Posting"
    _inherit = ["settlement.hashed"]
    _order = "date desc, id desc"
    _check_company_auto = True
    # A posting is reversed, never changed: its state is not part of the hash.
    _hashed_fields = (
        "company_id",
        "wallet_id",
        "batch_id",
        "month",
        "number",
        "kind",
        "date",
        "currency_id",
        "amount",
        "plan_hash",
        "plan",
        "move_id",
        "reversal_of_id",
    )

    company_id = fields.Many2one("res.company", required=True, index=True)
    backend_id = fields.Many2one(related="wallet_id.backend_id")
    wallet_id = fields.Many2one("settlement.wallet", required=True, ondelete="restrict")
    batch_id = fields.Many2one(
        "settlement.batch",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty for rows in no payout yet, and for what was matched later.",
    )
    month = fields.Date(required=True, help="First day of the month of the rows.")
    number = fields.Integer(required=True, help="Counts the entries of one slice.")
    kind = fields.Selection(KINDS, required=True)
    date = fields.Date(required=True, help="Date of the entry.")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(help="What the entry adds to the wallet.")
    plan = fields.Json(required=True, help="The entry as it was planned.")
    plan_hash = fields.Char(size=64, required=True, help="SHA-256 of the plan.")
    move_id = fields.Many2one(
        "account.move", string="Entry", required=True, ondelete="restrict"
    )
    state = fields.Selection(
        [("posted", "Posted"), ("reversed", "Reversed")],
        required=True,
        default="posted",
    )
    match_id = fields.Many2one(
        "settlement.match",
        index="btree_not_null",
        ondelete="restrict",
        help="Whose difference this is.",
    )
    line_ids = fields.One2many(
        "settlement.posting.line",
        "posting_id",
        context={"active_test": False},
    )
    transaction_count = fields.Integer(compute="_compute_transaction_count")
    reversal_of_id = fields.Many2one(
        "settlement.posting", index="btree_not_null", ondelete="restrict"
    )
    reversal_ids = fields.One2many("settlement.posting", "reversal_of_id")
    reason = fields.Text(help="Why it was reversed.")
    request_id = fields.Many2one(
        "settlement.posting.request",
        string="Approved Request",
        index="btree_not_null",
        ondelete="restrict",
        help="What somebody agreed to before it was posted.",
    )
    approver_id = fields.Many2one(related="request_id.decider_id", string="Approver")

    _move_uniq = models.Constraint(
        "UNIQUE (move_id)", "An entry belongs to one posting."
    )
    _slice_uniq = models.UniqueIndex(
        "(wallet_id, month, COALESCE(batch_id, 0), number)",
        "This slice of the wallet is posted already.",
    )

    @api.depends("move_id.name", "kind")
    def _compute_display_name(self):
        for posting in self:
            posting.display_name = posting.move_id.name or f"#{posting.id}"

    def _compute_transaction_count(self):
        groups = self.env["settlement.posting.line"]._read_group(
            [("posting_id", "in", self.ids), ("active", "in", (True, False))],
            ["posting_id"],
            ["__count"],
        )
        counts = {posting.id: count for posting, count in groups}
        for posting in self:
            posting.transaction_count = counts.get(posting.id, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A posting is part of the audit trail. Reverse it instead.")
        )

    # ------------------------------------------------------------------
    # Ways up and down
    # ------------------------------------------------------------------

    def action_open_move(self):
        """Open the entries of these postings."""
        return self.env["settlement.transaction"]._open_records(self.move_id)

    def action_open_batch(self):
        """Open the payouts or statements that these postings post."""
        return self.env["settlement.transaction"]._open_records(self.batch_id)

    def action_open_transactions(self):
        """Open the transactions that these postings post."""
        lines = self.with_context(active_test=False).line_ids
        return lines.transaction_id._open_records(lines.transaction_id)
