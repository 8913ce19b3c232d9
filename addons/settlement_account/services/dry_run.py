from odoo.tools import SQL

from ..planning.preview import Seen, SeenEntry, SeenLine

CONTEXT_KEY = "settlement_dry_run"
# A context that comes over RPC holds plain data and never this very object.
DRY = object()
TABLES = ("account_move", "account_partial_reconcile")


class _TakeBack(Exception):
    """Ends a dry run: nothing of it stays."""


def is_dry(env):
    """Return whether what is done in this environment will be taken back."""
    return env.context.get(CONTEXT_KEY) is DRY


def as_dry(records):
    """Return ``records`` for an act that a DryRun takes back."""
    return records.with_context(**{CONTEXT_KEY: DRY})


class DryRun:
    """Does something for real, notes what it did to the ledger, and takes it back."""

    def __init__(self, env):
        self.env = env

    def look(self, act):
        """Return as Seen what calling ``act`` does to the ledger.

        Whatever it raises comes out, and nothing stays either.
        """
        self.env.flush_all()
        marks = self._marks()
        seen = Seen()
        later = self._done_later()
        try:
            with self.env.cr.savepoint():
                act()
                self.env.flush_all()
                seen = self._seen(marks)
                raise _TakeBack
        except _TakeBack:
            self.env.invalidate_all()
        finally:
            self._forget_later(later)
        return seen

    def _done_later(self):
        """Return how much waits to be done once the transaction is committed."""
        return len(self.env.cr.postcommit._funcs)

    def _forget_later(self, count):
        """Drop what the act wanted to be done later, such as mails of it."""
        waiting = self.env.cr.postcommit._funcs
        while len(waiting) > count:
            waiting.pop()

    def _marks(self):
        """Return the last id of each table; later ones that we see are our own."""
        return {
            table: self.env.execute_query(
                SQL("SELECT COALESCE(max(id), 0) FROM %s", SQL.identifier(table))
            )[0][0]
            for table in TABLES
        }

    def _seen(self, marks):
        moves = self.env["account.move"].search(
            [("id", ">", marks["account_move"]), ("state", "=", "posted")], order="id"
        )
        return Seen(
            tuple(self._entry(move) for move in moves),
            self._settled(marks["account_partial_reconcile"], moves),
        )

    def _entry(self, move):
        return SeenEntry(
            kind=self._kind(move),
            journal_id=move.journal_id.id,
            date=move.date.isoformat(),
            reference=move.ref or "",
            lines=tuple(self._line(line) for line in move.line_ids.sorted("sequence")),
        )

    def _kind(self, move):
        if move.reversed_entry_id:
            return "reversal"
        if move.settlement_posting_ids:
            return "settlement"
        if move.tax_cash_basis_origin_move_id:
            return "cash_basis"
        if move.statement_line_id:
            return "bank"
        if move.journal_id == move.company_id.currency_exchange_journal_id:
            return "exchange"
        return "other"

    def _line(self, line):
        shares = (line.analytic_distribution or {}).items()
        return SeenLine(
            account_id=line.account_id.id,
            partner_id=line.partner_id.id or 0,
            name=line.name or "",
            currency_id=line.currency_id.id,
            amount_currency=_minor(line.amount_currency, line.currency_id),
            balance=_minor(line.balance, line.company_currency_id),
            tax_ids=tuple((line.tax_ids | line.tax_line_id).ids),
            analytic=tuple(sorted((key, str(part)) for key, part in shares)),
            role=line.settlement_role or "",
        )

    def _settled(self, mark, moves):
        """Return how much of entries that were there before is settled."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.move_id,
                       round(sum(pair.amount)
                             * 10::numeric ^ currency.decimal_places)::int8
                  FROM account_partial_reconcile pair
                  JOIN account_move_line item
                    ON item.id IN (pair.debit_move_id, pair.credit_move_id)
                  JOIN res_currency currency ON currency.id = item.company_currency_id
                 WHERE pair.id > %s AND item.move_id <> ALL(%s)
                 GROUP BY item.move_id, currency.decimal_places
                 ORDER BY item.move_id
                """,
                mark,
                moves.ids,
            )
        )
        return tuple((move_id, amount) for move_id, amount in rows)


def _minor(amount, currency):
    """Return a monetary field's value as minor units."""
    return round(amount * 10**currency.decimal_places)
