from datetime import datetime, time, timedelta
from decimal import Decimal

from odoo.tools import SQL

from ..closing.csv_file import Table

# Rows that are read at once.
CHUNK = 5_000


class CloseTables:
    """The lists of an evidence pack, each read piece by piece.

    Who may ask for the pack was checked; it tells of the whole company.
    """

    def __init__(self, close):
        self.close = close.sudo()
        self.env = self.close.env
        self.company = self.close.company_id
        self.start = self.close.period
        self.day = self.close.day
        self.end = datetime.combine(self.day + timedelta(days=1), time.min)

    def tables(self):
        """Yield the tables in the order in which they stand in the pack."""
        yield self._checklist()
        yield self._matches()
        yield self._exceptions()
        yield self._messages()

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _pages(self, query, **parts):
        """Yield the rows of a query, piece by piece.

        :param query: with ``%(after)s`` and ``%(limit)s``; its first column is the
            id it is ordered by.
        """
        self.env.flush_all()
        after = 0
        while True:
            rows = self.env.execute_query(
                SQL(query, after=after, limit=CHUNK, **self._names(), **parts)
            )
            yield from rows
            if len(rows) < CHUNK:
                return
            after = rows[-1][0]

    def _names(self):
        return {
            "company": self.company.id,
            "start": self.start,
            "day": self.day,
            "end": self.end,
        }

    def _money(self, text):
        """Return an amount that the database gave as text, exactly."""
        return None if text is None else Decimal(text)

    # ------------------------------------------------------------------
    # The checks themselves
    # ------------------------------------------------------------------

    def _checklist(self):
        columns = (
            "check",
            "result",
            "sentence",
            "amount",
            "currency",
            "records",
            "figures",
            "owner",
            "signed_by",
            "signed_at",
            "comment",
            "proof_sha256",
            "signed_sha256",
        )
        return Table("checklist.csv", columns, map(self._check_row, self.close.row_ids))

    def _check_row(self, row):
        digits = row.currency_id.decimal_places
        return (
            row.name,
            row.state,
            row.sentence,
            Decimal(f"{row.amount:.{digits}f}"),
            row.currency_id.name,
            row.record_count,
            (row.proof_text or "").replace("\n", "; "),
            row.owner_id.name,
            row.signed_by_id.name,
            row.signed_at,
            row.comment,
            row.proof_hash,
            row.frozen_hash,
        )

    # ------------------------------------------------------------------
    # Who pays what
    # ------------------------------------------------------------------

    def _matches(self):
        columns = (
            "match",
            "state",
            "method",
            "found_by",
            "score",
            "automatic",
            "rule",
            "rule_version",
            "rule_author",
            "rule_approver",
            "amount",
            "difference",
            "difference_kind",
            "currency",
            "money",
            "ledger",
            "confirmed_by",
            "confirmed_at",
            "undone_by",
            "undone_at",
            "undo_reason",
            "fingerprint",
        )
        return Table("matches.csv", columns, self._match_rows())

    def _match_rows(self):
        for row in self._pages(
            """
            SELECT match.id, match.state, match.method, match.kind, match.score::text,
                   match.is_automatic, rule.name, version.number, author.login,
                   approver.login,
                   (match.amount_minor / 10::numeric ^ currency.decimal_places)::text,
                   (match.difference_minor / 10::numeric ^ currency.decimal_places
                    )::text,
                   match.difference_kind, currency.name, items.money, items.ledger,
                   decider.login, match.decided_at, undoer.login, match.undone_at,
                   match.undo_reason, match.row_hash, currency.decimal_places
              FROM settlement_match match
              JOIN res_currency currency ON currency.id = match.currency_id
              LEFT JOIN settlement_rule_version version
                ON version.id = match.rule_version_id
              LEFT JOIN settlement_rule rule ON rule.id = version.rule_id
              LEFT JOIN res_users author ON author.id = version.author_id
              LEFT JOIN res_users approver ON approver.id = version.approver_id
              LEFT JOIN res_users decider ON decider.id = match.decided_by_id
              LEFT JOIN res_users undoer ON undoer.id = match.undone_by_id
             CROSS JOIN LATERAL (
                    SELECT string_agg(
                                COALESCE(fact.external_id, batch.external_id,
                                         line.snapshot ->> 'name'), ' | '
                                ORDER BY line.id) FILTER (WHERE line.side = 'source')
                                AS money,
                           string_agg(
                                COALESCE(line.snapshot ->> 'name', fact.external_id,
                                         batch.external_id), ' | '
                                ORDER BY line.id) FILTER (WHERE line.side = 'target')
                                AS ledger,
                           bool_or(COALESCE(fact.booked_on, batch.date)
                                   BETWEEN %(start)s AND %(day)s) AS is_of_period
                      FROM settlement_match_line line
                      LEFT JOIN settlement_transaction fact
                        ON fact.id = line.transaction_id
                      LEFT JOIN settlement_batch batch ON batch.id = line.batch_id
                     WHERE line.match_id = match.id) items
             WHERE match.company_id = %(company)s
               AND match.id > %(after)s
               AND items.is_of_period
             ORDER BY match.id
             LIMIT %(limit)s
            """
        ):
            *values, decimals = row
            values[4] = self._money(values[4])
            unit = Decimal(1).scaleb(-decimals)
            for position in (10, 11):
                values[position] = self._money(values[position]).quantize(unit)
            yield values

    # ------------------------------------------------------------------
    # What waits or waited
    # ------------------------------------------------------------------

    def _exceptions(self):
        columns = (
            "exception",
            "reason",
            "severity",
            "state",
            "team",
            "assigned_to",
            "opened_at",
            "deadline",
            "resolved_at",
            "resolved_by",
            "amount_in_company_currency",
            "cause",
            "resolution",
        )
        return Table("exceptions.csv", columns, self._exception_rows())

    def _exception_rows(self):
        for row in self._pages(
            """
            SELECT told.id, told.reason, told.severity, told.state, told.team,
                   person.login, told.opened_at, told.deadline, told.resolved_at,
                   resolver.login, told.company_amount::text, told.cause,
                   told.resolution
              FROM settlement_exception told
              LEFT JOIN settlement_transaction fact ON fact.id = told.transaction_id
              LEFT JOIN settlement_batch batch ON batch.id = told.batch_id
              LEFT JOIN res_users person ON person.id = told.user_id
              LEFT JOIN res_users resolver ON resolver.id = told.resolved_by_id
             WHERE told.company_id = %(company)s
               AND told.id > %(after)s
               AND (COALESCE(fact.booked_on, batch.date)
                        BETWEEN %(start)s AND %(day)s
                    OR (told.state NOT IN ('resolved', 'ignored')
                        AND COALESCE(fact.booked_on, batch.date, %(day)s) <= %(day)s))
             ORDER BY told.id
             LIMIT %(limit)s
            """
        ):
            yield (*row[:10], self._money(row[10]), *row[11:])

    # ------------------------------------------------------------------
    # Where it came from
    # ------------------------------------------------------------------

    def _messages(self):
        columns = (
            "message",
            "backend",
            "channel",
            "stream",
            "source_id",
            "file",
            "received_at",
            "bytes",
            "sha256_as_received",
            "sha256_as_stored",
            "rows_read",
            "rows_put_aside",
            "state",
            "payload_removed_at",
            "fingerprint",
        )
        rows = self._pages(
            """
            SELECT message.id, backend.name, message.channel, message.stream,
                   message.external_id, message.filename, message.received_at,
                   message.size, message.sha256, message.stored_sha256,
                   message.read_count, message.rejected_count, message.state,
                   message.purged_at, message.row_hash
              FROM settlement_message message
              JOIN settlement_backend backend ON backend.id = message.backend_id
             WHERE message.company_id = %(company)s
               AND message.id > %(after)s
               AND (message.received_at >= %(start)s AND message.received_at < %(end)s
                    OR EXISTS (
                        SELECT FROM settlement_transaction fact
                         WHERE fact.message_id = message.id
                           AND fact.booked_on BETWEEN %(start)s AND %(day)s)
                    OR EXISTS (
                        SELECT FROM settlement_batch batch
                         WHERE batch.message_id = message.id
                           AND batch.date BETWEEN %(start)s AND %(day)s))
             ORDER BY message.id
             LIMIT %(limit)s
            """
        )
        return Table("messages.csv", columns, rows)
