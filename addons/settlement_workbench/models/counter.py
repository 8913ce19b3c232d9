from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement.models.big_integer import BigInteger

from ..counting import sources

SUBJECTS = [
    ("transaction", "Transactions"),
    ("match", "Matches"),
    ("exception", "Exceptions"),
    ("invoice", "Invoices"),
]
# Key of the lock under which counters are added up or counted anew.
LOCK = 7_305_811_460


class SettlementCounter(models.Model):
    """Changes of counts, which add up to what a table holds.

    A table of millions of rows is not counted while somebody waits: each statement
    that changes it leaves here by how much its counts have changed, and a scheduled
    action folds those changes together. Sums of transactions and matches are minor
    units of their currency, those of exceptions and invoices are in the currency of
    the company.
    """

    _name = "settlement.counter"
    _description = "Maintained Count"
    _log_access = False
    _order = "id"
    _rec_name = "subject"

    subject = fields.Selection(SUBJECTS, required=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    day = fields.Date(readonly=True, help="Booking, decision or invoice day.")
    kind = fields.Char(readonly=True)
    state = fields.Char(readonly=True)
    stage = fields.Char(readonly=True)
    rows = BigInteger(readonly=True)
    amount = fields.Float(readonly=True, digits=(40, 6))
    volume = fields.Float(
        readonly=True, digits=(40, 6), help="Sum of the absolute amounts."
    )

    _subject_idx = models.Index("(company_id, subject, day)")

    def init(self):
        """Make the triggers, and count what was there before them."""
        for source in sources.SOURCES:
            self.env.cr.execute(sources.function_sql(source))
            for query in sources.trigger_sqls(source):
                self.env.cr.execute(query)
            self.env.cr.execute(
                SQL(
                    "SELECT FROM settlement_counter WHERE subject = %s LIMIT 1",
                    source.name,
                )
            )
            if not self.env.cr.rowcount:
                self.env.cr.execute(self._count_sql(source))

    @api.model
    def _drop_triggers(self):
        """Stop counting: without this table nothing could be written any more."""
        for source in sources.SOURCES:
            self.env.cr.execute(sources.drop_sql(source))

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def _sums(self, subject, company, names, condition=None):
        """Return the counts of a company, added up.

        :param names: dimensions to tell apart, as a tuple.
        :param condition: SQL on the columns of counters.
        :return: dict of dimension values (a tuple) → (rows, amount, volume); the
            amounts as Decimal.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT %(names)s, sum(rows)::int8, sum(amount)::text, "
                "sum(volume)::text FROM settlement_counter "
                "WHERE company_id = %(company)s AND subject = %(subject)s "
                "AND %(condition)s GROUP BY %(names)s HAVING sum(rows) <> 0",
                names=SQL(", ").join(map(SQL.identifier, names)),
                company=company.id,
                subject=subject,
                condition=condition or SQL("TRUE"),
            )
        )
        return {
            tuple(values): (count, Decimal(amount), Decimal(volume))
            for *values, count, amount, volume in rows
        }

    # ------------------------------------------------------------------
    # Folding
    # ------------------------------------------------------------------

    @api.model
    def _cron_fold(self):
        """Scheduled action: add up the changes, and remember what boards show."""
        # Both are of all companies, and nobody may write them.
        self.sudo()._fold()
        self.env["settlement.board"].sudo()._remember_all()

    @api.model
    def _fold(self):
        """Replace counters of equal dimensions by their sum.

        :return: how many rows less there are; 0 if another worker is at it.
        """
        if not self._lock():
            return 0
        self.env.flush_all()
        names = SQL(", ").join(map(SQL.identifier, ("subject", *sources.DIMENSIONS)))
        self.env.cr.execute(
            SQL(
                """
                WITH several AS (
                    SELECT id, count(*) OVER (PARTITION BY %(names)s) AS times
                      FROM settlement_counter
                ), taken AS (
                    DELETE FROM settlement_counter counter USING several
                     WHERE several.id = counter.id
                       AND (several.times > 1 OR counter.rows = 0)
                    RETURNING counter.*
                ), kept AS (
                    INSERT INTO settlement_counter (
                           %(names)s, rows, amount, volume)
                    SELECT %(names)s, sum(rows), sum(amount), sum(volume)
                      FROM taken GROUP BY %(names)s
                    HAVING sum(rows) <> 0 OR sum(amount) <> 0 OR sum(volume) <> 0
                    RETURNING id
                )
                SELECT (SELECT count(*) FROM taken) - (SELECT count(*) FROM kept)
                """,
                names=names,
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _lock(self):
        """Return whether this transaction alone may fold or count anew."""
        self.env.cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s)", LOCK))
        return self.env.cr.fetchone()[0]

    # ------------------------------------------------------------------
    # The truth
    # ------------------------------------------------------------------

    @api.model
    def _count_sql(self, source):
        """Return the statement that counts a table from end to end."""
        table = SQL.identifier(source.table)
        return sources.add_sql(source, sources.counted_sql(source, table))

    @api.model
    def _recount(self):
        """Count everything anew, as the tables say now.

        :return: False if another worker is folding right now.
        """
        if not self._lock():
            return False
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM settlement_counter"))
        for source in sources.SOURCES:
            self.env.cr.execute(self._count_sql(source))
        return True

    @api.model
    def _wrong_counts(self):
        """Return (subject, company id, rows counted, rows there are) that differ."""
        self.env.flush_all()
        found = []
        for source in sources.SOURCES:
            found += self.env.execute_query(self._wrong_sql(source))
        return found

    @api.model
    def _wrong_sql(self, source):
        names = SQL(", ").join(map(SQL.identifier, sources.DIMENSIONS))
        return SQL(
            """
            SELECT %(subject)s, company_id, sum(kept)::int8, sum(there)::int8
              FROM (SELECT company_id, sum(kept) AS kept, sum(there) AS there
                      FROM (SELECT %(names)s, rows AS kept, 0 AS there, amount, volume
                              FROM settlement_counter WHERE subject = %(subject)s
                             UNION ALL
                            SELECT %(names)s, 0, rows, -amount, -volume
                              FROM (%(truth)s) truth) told
                     GROUP BY %(names)s
                    HAVING sum(kept) <> sum(there) OR sum(amount) <> 0
                        OR sum(volume) <> 0) wrong
             GROUP BY company_id
             ORDER BY company_id
            """,
            names=names,
            subject=source.name,
            truth=sources.counted_sql(source, SQL.identifier(source.table)),
        )
