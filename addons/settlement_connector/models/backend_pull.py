from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    MalformedInput,
    SettlementError,
    TransientError,
)

from ..windows.coverage import gaps
from ..windows.plan import Feed, Request, spans
from .pull_clock import OutOfTime

PAGE_ITEMS = 100
# Name space of the advisory locks of pulls: "pull" in ASCII.
LOCK_SPACE = 0x70756C6C
# What a pull that succeeds makes good on the backend itself.
PULL_REASONS = ("connector_failed", "malformed_input", "stale_feed")


class BeingPulled(UserError):
    """Another transaction pulls this backend at this moment."""


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    # ------------------------------------------------------------------
    # Doors
    # ------------------------------------------------------------------

    def pull(self, since=None, until=None):
        """Fetch what the provider has and keep it; nothing is interpreted yet.

        Failures are written down in the windows and on the backend, not raised:
        what came in before them is kept.

        :param since: first moment (naive UTC); by default where the last complete
            pull ended, minus the look-back.
        :param until: last moment (naive UTC); by default now.
        :return: settlement.message records that are new.
        :raises UserError: if a backend is paused, cannot pull or is being pulled.
        :raises AccessError: without the accountant or integration administrator role.
        """
        backends = self._for_pull()
        since, until = self._naive_utc(since), self._naive_utc(until)
        now = fields.Datetime.now()
        if since and since > min(until or now, now):
            raise UserError(
                self.env._("A pull cannot begin after its end, nor in the future.")
            )
        return backends._pull_streams(since, until).sudo(False)

    def _for_pull(self):
        """Return these backends with the rights of a pull, if the user may pull."""
        self._require_group("group_accountant", "group_integration_admin")
        self.check_access("read")
        # The role was checked; windows, messages and counts are nobody's to write.
        return self.sudo()

    @api.model
    def _naive_utc(self, moment):
        """Return a moment given in any usual form as naive UTC, or None."""
        if isinstance(moment, datetime) and moment.tzinfo:
            moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
        moment = fields.Datetime.to_datetime(moment)
        return moment.replace(microsecond=0) if moment else None

    # ------------------------------------------------------------------
    # One backend
    # ------------------------------------------------------------------

    def _pull_streams(self, since, until, checkpoint=None, streams=None):
        """Pull all streams of these backends.

        :param checkpoint: commits after each page, or None.
        :param streams: names of streams, if not all of them are wanted.
        :return: new messages.
        """
        messages = self.env["settlement.message"]
        for backend in self:
            backend._check_pullable()
            request = Request(fields.Datetime.now(), since, until)
            messages |= backend._pull_backend(request, checkpoint, streams)
        return messages

    def _check_pullable(self):
        """Refuse what cannot be pulled, and hold off other pulls of this backend."""
        if self.state == "paused":
            raise UserError(
                self.env._("%(backend)s is paused; resume it first.", backend=self.name)
            )
        if "pull" not in self._handler()._capabilities():
            raise UserError(
                self.env._(
                    "%(backend)s cannot be pulled; import its files instead.",
                    backend=self.name,
                )
            )
        if not self._lock_pull():
            raise BeingPulled(
                self.env._("%(backend)s is being pulled right now.", backend=self.name)
            )

    def _lock_pull(self):
        """Return whether this transaction alone may pull the backend."""
        query = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_SPACE, self.id)
        return self.env.execute_query(query)[0][0]

    def _pull_checkpoint(self, checkpoint):
        """Commit, and hold the backend again.

        :raises TransientError: if another pull took over in between.
        """
        if not checkpoint:
            return
        checkpoint()
        if not self._lock_pull():
            raise TransientError(self.env._("Another pull of this backend took over."))

    def _pull_backend(self, request, checkpoint, streams=None):
        messages = self.env["settlement.message"]
        self.env["settlement.window"]._close_interrupted(self)
        failures = []
        for stream in self._handler()._streams(self):
            if streams and stream not in streams:
                continue
            new, failure = self._pull_stream(stream, request, checkpoint)
            messages |= new
            if failure:
                failures.append(failure)
            if isinstance(failure, AuthenticationError | OutOfTime):
                break
        if not failures and not streams:
            self._note_success()
        return messages

    def _pull_stream(self, stream, request, checkpoint):
        """Pull what is due of one stream.

        :return: (new messages, SettlementError that stopped it or None).
        """
        messages = self.env["settlement.message"]
        for span in spans(lambda: self._feed(stream, request.now), request):
            new, failure = self._pull_span(stream, span, checkpoint)
            messages |= new
            if failure:
                self._note_failure(stream, failure)
                return messages, failure
        return messages, None

    def _feed(self, stream, now=None):
        """Return all that is known about past pulls of a stream."""
        lookback = timedelta(days=max(self.lookback_days, 0))
        begun = self._regular_period()[0]
        created = self.create_date.replace(microsecond=0)
        return Feed(
            attempts=self.env["settlement.window"].sudo()._attempts(self, stream),
            start=begun or self.history_since or created - lookback,
            now=now or fields.Datetime.now(),
            lookback=lookback,
        )

    def _pull_span(self, stream, span, checkpoint):
        """Pull one span page by page and write down how far it came.

        :return: (new messages, SettlementError that stopped it or None).
        """
        window = self.env["settlement.window"]._open(self, stream, span)
        ids = []
        try:
            for new in self._pull_pages(window, checkpoint):
                ids += new.ids
        except SettlementError as error:
            window._fail(error)
            failure = error
        else:
            window._succeed()
            failure = None
        return self.env["settlement.message"].browse(ids), failure

    def _pull_pages(self, window, checkpoint):
        """Yield the new messages of each page."""
        handler = self._handler()
        cursor, more = window.cursor or None, True
        while more:
            self._pull_checkpoint(checkpoint)
            items, following, more = handler._pull(
                self, window.stream, window.since, window.until, cursor, PAGE_ITEMS
            )
            if more and following in (None, "", cursor):
                raise BusinessError(
                    self.env._(
                        "The source promises more of %(stream)s but no next page.",
                        stream=window.stream,
                    )
                )
            cursor = following
            yield window._store_page(items, cursor)

    # ------------------------------------------------------------------
    # What came of it
    # ------------------------------------------------------------------

    def _note_success(self):
        self.last_success_at = fields.Datetime.now()
        self.retry_at = False
        self._set_state("connected" if self.state != "paused" else "paused")
        self.env["settlement.exception"]._clear_for(self, self._pull_reasons())

    def _pull_reasons(self):
        """Return the reasons that a failed pull may have opened here."""
        groups = self.env["settlement.window"]._read_group(
            [("backend_id", "=", self.id), ("reason", "!=", False)], ["reason"]
        )
        return {*PULL_REASONS, *(reason for (reason,) in groups)}

    def _note_failure(self, stream, error):
        """Put a failure in front of the right person, by its class."""
        if isinstance(error, OutOfTime):
            return
        sentence = self.env._(
            "Pulling %(stream)s failed. %(error)s", stream=stream, error=str(error)
        )
        refused = isinstance(error, AuthenticationError)
        self._set_state("failing" if refused else self.state, sentence)
        self.retry_at = fields.Datetime.now() + self._retry_delay(error)
        reason = self._reason_of(error)
        if reason:
            self.env["settlement.exception"]._raise_for(
                self, reason, sentence, severity="high" if refused else None
            )

    @api.model
    def _reason_of(self, error):
        """Return the reason of the exception to open; none for what may pass."""
        if isinstance(error, AuthenticationError):
            return "connector_failed"
        if isinstance(error, BusinessError):
            return error.reason
        return "malformed_input" if isinstance(error, MalformedInput) else None

    # ------------------------------------------------------------------
    # Completeness
    # ------------------------------------------------------------------

    def _coverage(self, stream):
        """Return the periods of a stream that no complete pull covers.

        :return: list of (since, until), naive UTC, from the first moment to the last
            that regular pulls asked for; empty if the stream is complete.
        """
        self.ensure_one()
        begun, end = self._regular_period()
        return gaps(begun, end, self._feed(stream).good_periods()) if begun else []

    def _regular_period(self):
        """Return the first and the last moment that regular pulls have asked for.

        All streams count: one that a pull did not come to is as incomplete as one
        in which it broke off.

        :return: (since, until), naive UTC; (False, False) before the first pull.
        """
        domain = [("backend_id", "=", self.id), ("is_backfill", "=", False)]
        windows = self.env["settlement.window"].sudo()  # viewers may ask, too
        return windows._read_group(domain, [], ["since:min", "until:max"])[0]

    def _pulled_streams(self):
        """Return the names of the streams that were ever pulled."""
        groups = self.env["settlement.window"]._read_group(
            [("backend_id", "=", self.id)], ["stream"]
        )
        return [stream for (stream,) in groups]

    def _open_pull(self, since=None, until=None, stream=None):
        """Return the dialogue that pulls a period of this backend."""
        self.ensure_one()
        self._require_group("group_accountant", "group_integration_admin")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pull a Period"),
            "res_model": "settlement.pull.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_backend_id": self.id,
                "default_since": since and fields.Datetime.to_string(since),
                "default_until": until and fields.Datetime.to_string(until),
                "default_stream": stream or False,
            },
        }

    def action_open_windows(self):
        """Open the list of pull windows of these backends."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pull Windows"),
            "res_model": "settlement.window",
            "view_mode": "list,form",
            "domain": [("backend_id", "in", self.ids)],
        }
