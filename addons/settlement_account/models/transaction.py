from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical.words import shortened

# A revision that changes none of these changes no entry.
MONEY = (
    "wallet_id",
    "kind",
    "currency_id",
    "gross_amount",
    "fee_summary",
    "fee_amount",
    "tax_amount",
    "net_amount",
    "booked_on",
)


class SettlementTransaction(models.Model):
    _inherit = "settlement.transaction"

    posting_line_ids = fields.One2many(
        "settlement.posting.line", "transaction_id", context={"active_test": False}
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line", compute="_compute_statement_line_id"
    )
    move_count = fields.Integer(compute="_compute_move_count")
    ledger_note = fields.Text(
        string="In Odoo",
        compute="_compute_ledger_note",
        help="What somebody did with the statement line in Odoo.",
    )

    def _compute_statement_line_id(self):
        for transaction in self:
            transaction.statement_line_id = transaction.state_ids.statement_line_id

    def _compute_move_count(self):
        for transaction in self:
            transaction.move_count = len(transaction._moves())

    def _moves(self):
        """Return the entries that stand for these transactions."""
        lines = self.env["account.move.line"].search(
            [("settlement_transaction_id", "in", self.ids)]
        )
        return (
            self.posting_line_ids.posting_id.move_id
            | lines.move_id
            | self.state_ids.statement_line_id.move_id
        )

    def action_open_moves(self):
        """Open the entries of these transactions."""
        return self._open_records(self._moves())

    # ------------------------------------------------------------------
    # Revisions
    # ------------------------------------------------------------------

    def _entries_in_words(self):
        """Name the entries that stand on this transaction."""
        words = super()._entries_in_words()
        return ", ".join(self._moves().mapped("display_name")) or words

    def _before_superseded(self, successors):
        """Let entries follow to a revision of the same money; tell of any other."""
        result = super()._before_superseded(successors)
        for old, new in zip(self, successors, strict=True):
            if old.posting_state not in ("posted", "reconciled"):
                continue
            # What was told of the former revision is told of the new one, or gone.
            self.env["settlement.exception"]._clear_for(old, ["changed_after_posting"])
            if old.wallet_id.is_ledger:
                # The statement line itself is in the ledger, as it reads now.
                old._hand_over_postings(new)
                continue
            posted = old._posted_revision()
            if posted == new:
                continue
            if all(posted[name] == new[name] for name in MONEY):
                posted._hand_over_postings(new)
            else:
                posted._tell_changed_after_posting(new)
        return result

    def _posted_revision(self):
        """Return the revision that the ledger stands on; itself if no other does."""
        self.ensure_one()
        lines = self.env["settlement.posting.line"].search(
            [
                ("transaction_id.backend_id", "=", self.backend_id.id),
                ("transaction_id.external_id", "=", self.external_id),
                ("transaction_id.occurrence", "=", self.occurrence),
            ]
        )
        return lines.transaction_id[:1] or self

    def _hand_over_postings(self, successor):
        """Point to the new revision wherever the ledger points to this one."""
        self.env.flush_all()
        for query in (
            SQL(
                "UPDATE settlement_posting_line SET transaction_id = %s "
                "WHERE transaction_id = %s AND active",
                successor.id,
                self.id,
            ),
            SQL(
                "UPDATE account_move_line SET settlement_transaction_id = %s "
                "WHERE settlement_transaction_id = %s",
                successor.id,
                self.id,
            ),
        ):
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def _kind_in_words(self):
        """Return the kind as people see it."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return kinds.get(self.kind, self.kind)

    def _tell_changed_after_posting(self, successor):
        self.env["settlement.exception"]._raise_for(
            successor,
            "changed_after_posting",
            self.env._(
                "%(row)s was posted as %(old_kind)s of %(old)s (net %(old_net)s on "
                "%(old_day)s); it reads %(new_kind)s of %(new)s (net %(new_net)s on "
                "%(new_day)s) now. Reverse the posting %(posting)s and post again.",
                row=shortened(self.external_id),
                old_kind=self._kind_in_words(),
                new_kind=successor._kind_in_words(),
                old=self.currency_id.format(self.gross_amount),
                old_net=self.currency_id.format(self.net_amount),
                old_day=self.booked_on,
                new=successor.currency_id.format(successor.gross_amount),
                new_net=successor.currency_id.format(successor.net_amount),
                new_day=successor.booked_on,
                posting=", ".join(
                    self.posting_line_ids.posting_id.mapped("display_name")
                ),
            ),
            fixes=("replace",),
        )
