"""No secret in a log, an error, an exception, an event or any other text."""

from psycopg2 import sql

from odoo.exceptions import UserError

from ...contract.leaks import LogRecorder, leaks, spellings, words_of
from .base import needs

# Tables beside our own into which texts of ours find their way.
OTHER_TABLES = ("mail_message", "mail_tracking_value", "queue_job", "ir_logging")
# Answers that a provider may give, each with all that it was asked in its text.
ECHOES = (400, 401, 403, 404, 409, 422, 429, 500, 503)


class PrivacyContract:
    """A provider repeats our credentials in its answers; nobody else does."""

    @needs("pull")
    def test_no_secret_anywhere(self):
        self.show(self.server, self.rows(4))
        with LogRecorder() as log:
            words = [*self._meet_faults(), *self._meet_echoes()]
        self._assert_private("the log", log.text)
        for each in words:
            self._assert_private("an error", each)
        self.assertTrue(words, "No error was shown at all.")
        self.assertEqual(self._tables_with_secrets(), [])

    def _meet_faults(self):
        """Pull through all kinds of trouble; yield what is said about it."""
        for kind in ("garbage", "cut", "content_type", "reset"):
            self.server.faults.add(kind, times=9, path=self.rows_path)
            yield from self._pull_and_listen()

    def _meet_echoes(self):
        for status in ECHOES:
            self.server.faults.add("echo", times=9, status=status)
            yield from self._pull_and_listen()
            self.server.faults.add("echo", times=9, status=status)
            try:
                self.backend.check_connection()
            except UserError as error:
                yield words_of(error)
            self.server.faults.clear()

    def _pull_and_listen(self):
        self.backend._set_state("connected")
        self.pull()
        yield self.backend.last_error or ""
        yield from (text for text in self.windows().mapped("error") if text)
        self.server.faults.clear()

    def _assert_private(self, place, text):
        found = leaks(text, self.credentials.values())
        names = [name for name, value in self.credentials.items() if value in found]
        # The text itself would be one more place that shows it.
        self.assertFalse(names, f"{place} shows the credential {', '.join(names)}.")

    def _tables_with_secrets(self):
        """Return the tables of which a row shows a credential."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT table_name FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
               AND (starts_with(table_name, 'settlement_') OR table_name = ANY(%s))
            """,
            [list(OTHER_TABLES)],
        )
        tables = [name for (name,) in self.env.cr.fetchall()]
        wanted = list(spellings(self.credentials.values()))
        return [table for table in tables if self._shows(table, wanted)]

    def _shows(self, table, wanted):
        """Return whether a row of a table, written as text, has a wanted text."""
        self.env.cr.execute(
            sql.SQL(
                "SELECT EXISTS (SELECT FROM {table} AS row, unnest(%s) AS wanted "
                "WHERE strpos(row::text, wanted) > 0)"
            ).format(table=sql.Identifier(table)),
            [wanted],
        )
        return self.env.cr.fetchone()[0]

    @needs("pull")
    def test_the_client_does_not_show_itself(self):
        client = self.handler._client_for(self.backend)
        self.addCleanup(client.close)
        self._assert_private("the client", repr(vars(client)))
