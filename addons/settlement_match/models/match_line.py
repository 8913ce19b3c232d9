from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement.models.big_integer import BigInteger

from .claim import ITEM_COLUMNS
from .weak_many2one import WeakMany2one

# What of a line the hash of its match covers, in this order, and the name at last.
TEXT_PARTS = (
    "side",
    "company_id",
    "revision_id",
    "batch_id",
    "currency_id",
    "amount_minor",
    "item_model",
    "item_id",
    "item_date",
    "item_account",
    "item_partner",
)


class SettlementMatchLine(models.Model):
    """One item of a match and how much of it the match concerns.

    The hash of a match covers everything that its lines say: they need none of
    their own.
    """

    _name = "settlement.match.line"
    _description = "Line of a Match"
    _order = "match_id, id"
    _log_access = False

    match_id = WeakMany2one("settlement.match", required=True, index=True)
    company_id = WeakMany2one("res.company", required=True)
    side = fields.Selection(
        [("source", "Money"), ("target", "Ledger")],
        required=True,
        help="Money facts are the source; what they pay is the target. Between a "
        "payout and the bank, the payout is the source.",
    )
    transaction_id = WeakMany2one(
        "settlement.transaction",
        index="btree_not_null",
        help="The current revision of what was matched, if it is the same money.",
    )
    revision_id = WeakMany2one(
        "settlement.transaction", help="The revision that was matched."
    )
    batch_id = WeakMany2one("settlement.batch", index="btree_not_null")
    move_line_id = WeakMany2one("account.move.line", index="btree_not_null")
    statement_line_id = WeakMany2one(
        "account.bank.statement.line", index="btree_not_null"
    )
    expected_payment_id = WeakMany2one(
        "settlement.expected.payment", index="btree_not_null"
    )
    currency_id = WeakMany2one("res.currency", required=True)
    amount_minor = BigInteger(
        required=True, help="Minor units; positive when money comes to us."
    )
    amount = fields.Monetary(compute="_compute_amount")
    snapshot = fields.Json(
        help="What the item was when it was matched, for those that may be deleted: "
        "model, id, name, date and the like."
    )
    item_name = fields.Char(compute="_compute_item_name", string="Item")
    state = fields.Selection(related="match_id.state")

    _one_item = models.Constraint(
        "CHECK (num_nonnulls(transaction_id, batch_id, move_line_id, "
        "statement_line_id, expected_payment_id) <= 1)",
        "A line concerns one item.",
    )

    @api.depends("amount_minor", "currency_id")
    def _compute_amount(self):
        for line in self:
            decimals = line.currency_id.decimal_places
            line.amount = line.amount_minor / 10**decimals

    @api.depends("snapshot", "transaction_id", "batch_id")
    def _compute_item_name(self):
        for line in self:
            fact = line.transaction_id or line.batch_id
            line.item_name = (line.snapshot or {}).get("name") or fact.display_name

    @api.model
    def _text_sql(self, **parts):
        """Return what a line says as SQL text.

        Transactions and batches stay. What a user may delete has a snapshot, which
        counts instead of the link.

        :param parts: SQL expressions for some of ``TEXT_PARTS``.
        """
        texts = [
            SQL("COALESCE(%s::text, '')", parts[name]) if name in parts else SQL("''")
            for name in TEXT_PARTS
        ]
        name = SQL("quote_nullable(%s)", parts.get("item_name", SQL("NULL")))
        return SQL("concat_ws(',', %s, %s)", SQL(", ").join(texts), name)

    @api.model
    def _own_text_sql(self):
        """Return what the stored line ``line`` says as SQL text."""
        columns = {
            name: SQL.identifier("line", name)
            for name in TEXT_PARTS
            if name in self._fields
        }
        snapshot = {
            f"item_{key}": SQL("line.snapshot ->> %s", key)
            for key in ("model", "id", "name", "date", "account", "partner")
        }
        return self._text_sql(**columns, **snapshot)

    @api.model
    def _texts_sql(self, match_id):
        """Return the text of all stored lines of one match.

        :param match_id: SQL expression.
        """
        return SQL(
            """
            (SELECT string_agg(%s, ';' ORDER BY line.id)
               FROM settlement_match_line line
              WHERE line.match_id = %s)
            """,
            self._own_text_sql(),
            match_id,
        )

    def _item(self):
        """Return the record this line is about, empty if it was deleted."""
        self.ensure_one()
        for column in ITEM_COLUMNS.values():
            if self[column]:
                return self[column]
        return self.env[(self.snapshot or {}).get("model", "account.move.line")]

    def action_open_item(self):
        """Open the journal entry, transaction, payout or statement line."""
        self.ensure_one()
        item = self._item()
        record = item.move_id if item._name == "account.move.line" else item
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    @api.model
    def _forget_move_lines(self, move_line_ids):
        """Let go of journal items that are about to be deleted."""
        lines = self.search([("move_line_id", "in", move_line_ids)])
        if not lines:
            return
        lines.match_id.filtered(lambda match: match.state != "undone")._undo(
            self.env._("The journal item it was matched with was deleted.")
        )
        lines.write({"move_line_id": False})
        self.env["settlement.claim"].search(
            [("move_line_id", "in", move_line_ids)]
        ).unlink()
