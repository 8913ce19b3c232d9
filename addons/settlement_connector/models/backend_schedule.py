import logging
from datetime import timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models

from odoo.addons.settlement.canonical.words import counted

from .backend_pull import BeingPulled
from .pull_clock import OutOfTime, limited, time_limit, watched

_logger = logging.getLogger(__name__)

FIRST_RETRY = timedelta(minutes=5)
LAST_RETRY = timedelta(hours=6)
# Seconds that each backend gets in a run, however many there are.
SHORTEST_TURN = 10


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def action_pull(self):
        """Button: pull now, as much as a request has time for, and show the result."""
        backends = self._for_pull()
        checkpoint = watched()
        messages = backends._pull_streams(None, None, checkpoint)
        words = [
            counted(
                self.env._("%(count)s new {message|messages}.", count=len(messages)),
                len(messages),
            )
        ]
        words += [backend.last_error for backend in self if backend.last_error]
        kind = "success" if len(words) == 1 else "warning"
        try:
            checkpoint()
        except OutOfTime:
            backends._wake_pull()
            words.append(self.env._("The rest follows in the background."))
        return self._notify(self.env._("Pulled"), " ".join(words), kind)

    @api.model
    def _wake_pull(self):
        """Have the scheduled action run soon."""
        self.env.ref("settlement_connector.cron_pull").sudo()._trigger()

    @api.model
    def _cron_pull(self):
        """Scheduled action: pull every connected backend that is due."""
        backends = self._bot_backends()._for_pull()
        backends._pull_due(watched(self.env.cr.commit))

    @api.model
    def _pull_due(self, checkpoint):
        """Pull what is connected and due; one backend's failure stops no other."""
        expiring = self.env["settlement.credential"].search(
            [("expires_on", "!=", False)]
        )
        expiring._warn_expiring()
        due = self.search([("state", "=", "connected")])._longest_waiting_first()
        if self._uses_jobs():
            due.filtered(lambda backend: backend._is_due())._enqueue_pull()
            return
        self._pull_in_turns(due, checkpoint)

    @api.model
    def _pull_in_turns(self, backends, checkpoint):
        """Pull backends one after the other, each for its share of the time."""
        seconds = max(time_limit() / 2 / max(len(backends), 1), SHORTEST_TURN)
        for backend in backends:
            turn = limited(checkpoint, seconds)
            backend._in_own_company()._guarded(
                lambda one, turn=turn: one._pull_streams(None, None, turn)
            )
            try:
                checkpoint()
            except OutOfTime:
                break
        if backends._cut_off():
            self._wake_pull()

    def _longest_waiting_first(self):
        """Return these backends, the one whose last pull is the longest ago first."""
        groups = self.env["settlement.window"]._read_group(
            [("backend_id", "in", self.ids)], ["backend_id"], ["id:max"]
        )
        latest = {backend.id: window for backend, window in groups}
        return self.sorted(lambda backend: (latest.get(backend.id, 0), backend.id))

    def _cut_off(self):
        """Return whether a pull of these backends gave way before its end."""
        windows = self.env["settlement.window"]
        for backend in self:
            latest = windows.search([("backend_id", "=", backend.id)], limit=1)
            if latest.error_class == "interrupted" and backend._is_due():
                return True
        return False

    def _is_due(self):
        pulls = "pull" in self._handler()._capabilities()
        return (
            pulls and (self.retry_at or fields.Datetime.now()) <= fields.Datetime.now()
        )

    def _guarded(self, pull):
        """Pull one backend if it is due; an unforeseen error becomes an exception.

        :param pull: called with the backend.
        """
        self.ensure_one()
        try:
            if self._is_due():
                pull(self)
        except (BeingPulled, TransactionRollbackError):
            # Another transaction was faster; the next run starts from its result.
            self.env.cr.rollback()
            _logger.info("Pull of backend %s gave way to another one.", self.id)
        except Exception as error:  # pylint: disable=broad-except
            self.env.cr.rollback()
            _logger.exception("Pull of backend %s failed.", self.id)
            self._note_crash(error)

    def _retry_delay(self, error):
        """Return how long the schedule waits: doubling, at least as asked for."""
        windows = self.env["settlement.window"]
        mine = [("backend_id", "=", self.id)]
        good = windows.search([*mine, ("state", "!=", "failed")], limit=1).id or 0
        failed = windows.search_count([*mine, ("id", ">", good)], limit=10)
        delay = min(LAST_RETRY, FIRST_RETRY * 2 ** max(failed - 1, 0))
        asked = timedelta(seconds=getattr(error, "retry_after", None) or 0)
        return max(delay, asked)

    def _note_crash(self, error):
        """Record an error of our own; its text stays in the server's log."""
        sentence = self.env._(
            "The pull broke off (%(kind)s). The log of the server says where.",
            kind=type(error).__name__,
        )
        self._set_state(self.state, sentence)
        self.retry_at = fields.Datetime.now() + self._retry_delay(error)
        self.env["settlement.exception"]._raise_for(
            self, "connector_failed", sentence, severity="high"
        )
