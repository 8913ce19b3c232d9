"""What would happen: the whole pipeline inside a savepoint that is rolled back."""

import time
from datetime import datetime, timedelta, timezone

import pytz

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement.canonical.errors import SettlementError, TransientError

from .rehearsal_report import RehearsalReport

# History is read in pieces, the newest first, until time or rows are used up.
PIECE_DAYS = 6
QUIET = {
    "tracking_disable": True,
    "mail_notify_force_send": False,
    "mail_activity_automation_skip": True,
}


class OutOfTime(TransientError):
    """The time that a rehearsal may take is used up."""


class Rehearsal:
    """Pulls, parses, matches, validates and posts; nothing of it stays.

    It goes the very way that real data go, so what it shows is what would happen.
    Only the requests to the provider are real.

    :param setup: the set-up, with the rights of the pipeline.
    :param days: how much history to read.
    :param seconds: after how long to stop and report what is there.
    :param most_rows: after how many rows to read no more.
    :param until: last step, ``parse`` or ``post``.
    """

    def __init__(self, setup, days=30, seconds=60, most_rows=5000, until="post"):
        self.env = setup.env(context={**setup.env.context, **QUIET})
        self.setup = setup.with_env(self.env)
        self.backend = self.setup.backend_id.with_company(setup.company_id)
        self.days = days
        self.most_rows = most_rows
        self.until = until
        self.since = self._today() - timedelta(days=days - 1)
        self.complete_since = None
        self.stopped = ""
        self.trouble = ""
        self.seconds = {}
        self._begun = time.monotonic()
        self._end = self._begun + seconds

    def run(self):
        """Return the report as a dict of plain values.

        :raises UserError: if nothing can be rehearsed yet.
        """
        callbacks = _Kept(self.env.cr.postcommit)
        savepoint = self.env.cr.savepoint()
        try:
            self._prepare()
            self._bring_in()
            self._advance()
            self.env.flush_all()
            return RehearsalReport(self).as_dict()
        finally:
            self.env.clear()
            savepoint.close(rollback=True)
            callbacks.restore()

    # ------------------------------------------------------------------
    # Before
    # ------------------------------------------------------------------

    def _prepare(self):
        """Note where the tables end, and refuse what cannot be rehearsed."""
        self.first_posting = self._newest("settlement_posting")
        self.first_exception = self._newest("settlement_exception")
        self.first_line = self._newest("account_bank_statement_line")
        if self.backend.state == "paused":
            raise UserError(
                self.env._("%(name)s is paused; resume it first.", name=self.setup.name)
            )

    def _newest(self, table):
        query = SQL("SELECT COALESCE(max(id), 0) FROM %s", SQL.identifier(table))
        return self.env.execute_query(query)[0][0]

    def _today(self):
        zone = pytz.timezone(self.backend.timezone)
        now = pytz.utc.localize(fields.Datetime.now())
        return now.astimezone(zone).date()

    # ------------------------------------------------------------------
    # What comes in
    # ------------------------------------------------------------------

    def _bring_in(self):
        """Pull the history, and take the files that wait."""
        started = time.monotonic()
        self._release_files()
        if "pull" in self.backend._handler()._capabilities():
            self._pull()
        self.seconds["pull"] = round(time.monotonic() - started, 1)

    def _release_files(self):
        self.setup._waiting_files()._set_state("received")

    def _pull(self):
        until = fields.Datetime.now()
        first = self._midnight(self.since)
        while until > first and not self.stopped:
            since = max(until - timedelta(days=PIECE_DAYS), first)
            self._pull_piece(since, until)
            until = since

    def _pull_piece(self, since, until):
        newest = self._newest("settlement_window")
        try:
            self.backend._pull_streams(since, until, self._checkpoint)
        except OutOfTime:
            self._stop_for_time()
        self._note_trouble(newest)
        if not self.stopped:
            self.complete_since = self._local_day(since)
            self._count_rows()

    def _note_trouble(self, newest):
        """Keep the words of the first pull that failed for another reason."""
        failed = self.env["settlement.window"].search(
            [
                ("backend_id", "=", self.backend.id),
                ("id", ">", newest),
                ("state", "=", "failed"),
            ],
            order="id",
            limit=1,
        )
        if not failed:
            return
        if time.monotonic() >= self._end:
            self._stop_for_time()
        else:
            self.trouble = failed.error or ""
            self.stopped = self.trouble or self.env._("The provider did not answer.")

    def _count_rows(self):
        rows = self.env["settlement.message"].search_count(
            [("backend_id", "=", self.backend.id), ("state", "=", "received")]
        )
        if rows >= self.most_rows:
            self.stopped = self.env._(
                "%(rows)s rows are enough for a picture; older ones were not read.",
                rows=rows,
            )

    def _stop_for_time(self):
        self.stopped = self.env._(
            "After %(seconds)s seconds the rest was left for the real run.",
            seconds=round(time.monotonic() - self._begun),
        )

    def _checkpoint(self):
        """Commit nothing, but stop in time."""
        if time.monotonic() >= self._end:
            raise OutOfTime("The time of the rehearsal is used up.")

    def _midnight(self, day):
        zone = pytz.timezone(self.backend.timezone)
        start = zone.localize(datetime.combine(day, datetime.min.time()))
        return start.astimezone(timezone.utc).replace(tzinfo=None)

    def _local_day(self, moment):
        zone = pytz.timezone(self.backend.timezone)
        return pytz.utc.localize(moment).astimezone(zone).date()

    # ------------------------------------------------------------------
    # What becomes of it
    # ------------------------------------------------------------------

    def _advance(self):
        """Run the steps of the pipeline, as far as the time reaches."""
        # What came in is worth a look, even if fetching it took all the time.
        self._end = max(self._end, time.monotonic() + 20)
        steps = ("parse", "match", "validate", "post")
        for step in steps[: steps.index(self.until) + 1]:
            started = time.monotonic()
            if started >= self._end:
                self._stop_for_time()
                return
            self._run_step(step)
            self.seconds[step] = round(time.monotonic() - started, 1)

    def _run_step(self, step):
        """Run one step. No checkpoint: who has one owns the transaction."""
        try:
            if step == "parse":
                self._parse()
                self._open_wallets()
            else:
                getattr(self.backend, f"_step_{step}")(None)
        except SettlementError as error:
            self.trouble = str(error)

    def _parse(self):
        """Parse what came in, chunk by chunk, as long as there is time."""
        while messages := self.backend._claim_messages(None):
            self.backend._parse_messages(messages, None)
            if time.monotonic() >= self._end:
                self._stop_for_time()
                return

    def _open_wallets(self):
        """Let all wallets post from the first day on, as if they were live."""
        rows = self.env.execute_query(
            SQL(
                "SELECT min(booked_on) FROM settlement_transaction "
                "WHERE backend_id = %s AND is_current AND NOT %s",
                self.backend.id,
                "pull" in self.backend._handler()._capabilities(),
            )
        )
        # A file is read as a whole, however old it is.
        self.since = min(self.since, rows[0][0] or self.since)
        self.backend.wallet_ids.filtered(
            lambda wallet: wallet.journal_id and not wallet.opening_date
        ).opening_date = self.since


class _Kept:
    """What was to be done after the commit before something was tried out."""

    def __init__(self, callbacks):
        self._callbacks = callbacks
        self._functions = list(callbacks._funcs)

    def restore(self):
        """Forget what was added since; it was about rows that are gone."""
        self._callbacks._funcs.clear()
        self._callbacks._funcs.extend(self._functions)
