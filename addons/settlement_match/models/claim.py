from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.models.big_integer import BigInteger

from .weak_many2one import WeakMany2one

# What can be matched, and the column that says so on claims and match lines.
ITEM_COLUMNS = {
    "settlement.transaction": "transaction_id",
    "settlement.batch": "batch_id",
    "account.move.line": "move_line_id",
    "account.bank.statement.line": "statement_line_id",
    "settlement.expected.payment": "expected_payment_id",
}
ALL_COLUMNS = tuple(ITEM_COLUMNS.values())


def minor_sql(amount, currency):
    """Return an amount in major units as int8 minor units, without any float.

    :param amount: numeric SQL expression.
    :param currency: alias of a joined ``res_currency``.
    """
    return SQL(
        "round(%s * 10::numeric ^ %s)::int8",
        amount,
        SQL.identifier(currency, "decimal_places"),
    )


class SettlementClaim(models.Model):
    """How much of one item is taken by confirmed matches.

    One narrow row per item. The database itself refuses to take more of an item
    than there is of it, whoever writes.
    """

    _name = "settlement.claim"
    _description = "Claim on an Item"
    _log_access = False
    _rec_name = "id"

    company_id = WeakMany2one("res.company", required=True)
    currency_id = WeakMany2one("res.currency", required=True)
    transaction_id = WeakMany2one("settlement.transaction")
    batch_id = WeakMany2one("settlement.batch")
    move_line_id = WeakMany2one("account.move.line")
    statement_line_id = WeakMany2one("account.bank.statement.line")
    expected_payment_id = WeakMany2one("settlement.expected.payment")
    total_minor = BigInteger(
        required=True,
        help="What can be claimed of the item, in minor units and without sign. "
        "For a journal item: its residual and what postings of ours settled of it.",
    )
    claimed_minor = BigInteger(required=True, help="What confirmed matches claim.")
    posted_minor = BigInteger(
        required=True,
        default=0,
        help="The part of it that is settled in the ledger already.",
    )

    _within_total = models.Constraint(
        "CHECK (0 <= posted_minor AND posted_minor <= claimed_minor "
        "AND claimed_minor <= total_minor)",
        "More would be claimed of an item than is open of it.",
    )
    _one_item = models.Constraint(
        "CHECK (num_nonnulls(transaction_id, batch_id, move_line_id, "
        "statement_line_id, expected_payment_id) = 1)",
        "A claim belongs to exactly one item.",
    )
    # Of what is claimed in part only: the rest of it.
    _rest_idx = models.Index(
        "(company_id, currency_id, (total_minor - claimed_minor)) "
        "WHERE claimed_minor > 0 AND claimed_minor < total_minor"
    )
    _transaction_uniq = models.UniqueIndex(
        "(transaction_id) WHERE transaction_id IS NOT NULL"
    )
    _batch_uniq = models.UniqueIndex("(batch_id) WHERE batch_id IS NOT NULL")
    _move_line_uniq = models.UniqueIndex(
        "(move_line_id) WHERE move_line_id IS NOT NULL"
    )
    _statement_line_uniq = models.UniqueIndex(
        "(statement_line_id) WHERE statement_line_id IS NOT NULL"
    )
    _expected_payment_uniq = models.UniqueIndex(
        "(expected_payment_id) WHERE expected_payment_id IS NOT NULL"
    )

    # ------------------------------------------------------------------
    # Claiming and releasing, in sets
    # ------------------------------------------------------------------

    @api.model
    def _claim(self, lines, columns=ALL_COLUMNS):
        """Claim the amounts of match lines.

        :param lines: SELECT of ``company_id, currency_id, amount_minor`` and one
            column for each of ``columns``, exactly one of them filled.
        :param columns: the kinds of items that occur.
        """
        for column in columns:
            self.env.cr.execute(self._claim_sql(lines, column))
        self.env.invalidate_all()

    @api.model
    def _claim_sql(self, lines, column):
        """Return the statement that claims the items of one kind, in order of id."""
        return SQL(
            """
            INSERT INTO settlement_claim (
                   company_id, currency_id, %(column)s, total_minor, claimed_minor,
                   posted_minor)
            SELECT wanted.company_id, wanted.currency_id, wanted.item, item.total,
                   wanted.amount, 0
              FROM (SELECT line.%(column)s AS item, line.company_id,
                           line.currency_id, sum(abs(line.amount_minor))::int8 AS amount
                      FROM (%(lines)s) line
                     WHERE line.%(column)s IS NOT NULL
                     GROUP BY line.%(column)s, line.company_id, line.currency_id
                   ) wanted
              JOIN (%(totals)s) item ON item.id = wanted.item
             ORDER BY wanted.item
                ON CONFLICT (%(column)s) WHERE %(column)s IS NOT NULL DO UPDATE
               SET total_minor = EXCLUDED.total_minor + settlement_claim.posted_minor
                                 * %(residual)s,
                   claimed_minor = settlement_claim.claimed_minor
                                   + EXCLUDED.claimed_minor
            """,
            column=SQL.identifier(column),
            lines=lines,
            totals=self._totals_sql(column),
            # The residual of a journal item no longer holds what we posted.
            residual=int(column == "move_line_id"),
        )

    @api.model
    def _totals_sql(self, column):
        """Return ``id, total`` of all items of one kind, in unsigned minor units."""
        return {
            "transaction_id": SQL(
                "SELECT transaction_id AS id, abs(gross_minor) AS total "
                "FROM settlement_transaction_state"
            ),
            "batch_id": SQL(
                "SELECT id, abs(total_minor) AS total FROM settlement_batch"
            ),
            "move_line_id": SQL(
                "SELECT entry.id, abs(%s) AS total FROM account_move_line entry "
                "JOIN res_currency currency ON currency.id = entry.currency_id",
                minor_sql(SQL("entry.amount_residual_currency"), "currency"),
            ),
            "statement_line_id": SQL(
                "SELECT bank.id, abs(%s) AS total "
                "FROM account_bank_statement_line bank "
                "JOIN res_currency currency ON currency.id = bank.currency_id",
                minor_sql(SQL("bank.amount"), "currency"),
            ),
            "expected_payment_id": SQL(
                "SELECT id, abs(amount_minor) AS total FROM settlement_expected_payment"
            ),
        }[column]

    @api.model
    def _change(self, lines, claimed=0, posted=0):
        """Add or take back amounts of existing claims.

        :param lines: SELECT as in :meth:`_claim`.
        :param claimed: 1 to claim, -1 to release, 0 to leave.
        :param posted: 1 when the amounts are settled in the ledger, -1 when no more.
        """
        for column in ITEM_COLUMNS.values():
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE settlement_claim AS claim
                       SET claimed_minor = claim.claimed_minor
                                           + %(claimed)s * change.amount,
                           posted_minor = claim.posted_minor
                                          + %(posted)s * change.amount
                      FROM (SELECT line.%(column)s AS item,
                                   sum(abs(line.amount_minor))::int8 AS amount
                              FROM (%(lines)s) line
                             WHERE line.%(column)s IS NOT NULL
                             GROUP BY line.%(column)s) change
                     WHERE claim.%(column)s = change.item
                    """,
                    column=SQL.identifier(column),
                    lines=lines,
                    claimed=claimed,
                    posted=posted,
                )
            )
        self.env.invalidate_all()

    @api.model
    def _free_minor(self, records):
        """Return what is not claimed yet of items of one model.

        :param records: records of a model in ``ITEM_COLUMNS``.
        :return: dict of id → unsigned minor units.
        """
        if not records:
            return {}
        self.env.flush_all()
        column = ITEM_COLUMNS[records._name]
        posted = int(column == "move_line_id")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id, item.total - COALESCE(claim.claimed_minor
                       - %(posted)s * claim.posted_minor, 0)
                  FROM (%(totals)s) item
                  LEFT JOIN settlement_claim claim ON claim.%(column)s = item.id
                 WHERE item.id = ANY(%(ids)s)
                """,
                posted=posted,
                totals=self._totals_sql(column),
                column=SQL.identifier(column),
                ids=records.ids,
            )
        )
        return dict(rows)
