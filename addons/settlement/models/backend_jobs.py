import uuid

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from .backend_pipeline import STEPS

CHANNEL = "root.settlement"
# Name space of the advisory locks of jobs: "jobs" in ASCII.
LOCK_SPACE = 0x6A6F6273
BUSY_SECONDS = 30


class SettlementBackend(models.Model):
    """The same work as the scheduled action, in jobs of bounded size."""

    _inherit = "settlement.backend"

    queue_channel = fields.Char(
        "Job Channel",
        compute="_compute_queue_channel",
        help="Where jobs of this backend wait: one channel per backend, inside that of "
        "its connector. The server's configuration gives them capacity and pace.",
    )

    @api.depends("connector")
    def _compute_queue_channel(self):
        for backend in self:
            ids = backend._origin.id
            backend.queue_channel = ids and f"{CHANNEL}.{backend.connector}.b{ids}"

    def _wake(self):
        """Have pending work done soon: by jobs if they are switched on, else by cron.

        Losing the wake-up loses nothing: the state of the records says what waits.
        """
        if self._uses_jobs():
            for backend in self:
                backend._enqueue()
            return
        # Anyone who may receive may wake the scheduled action.
        self.env.ref("settlement.cron_run").sudo()._trigger()

    @api.model
    def _uses_jobs(self):
        # Reading one switch, whoever asks.
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param("settlement.use_jobs", "") in ("1", "True")

    def _later(self, identity="", **values):
        """Return these backends as jobs of the technical user, in their own channel.

        :param identity: a job that waits under this name already is not doubled.
        """
        self.ensure_one()
        if identity:
            values["identity_key"] = f"settlement-{identity}-{self.id}"
        # Whoever wakes a backend, its jobs run as the technical user.
        return self._as_bot().with_delay(channel=self.queue_channel, **values)

    def _enqueue(self):
        """Enqueue one job that advances this backend."""
        return self._later("advance", description=f"Advance {self.name}")._job_advance()

    def _enqueue_next(self):
        """Enqueue the follow-up of a running job under a name of its own."""
        self._later(description=f"Advance {self.name}")._job_advance()

    def _job_advance(self):
        """Do one bounded piece of work; enqueue the next if more waits."""
        self.ensure_one()
        backend = self._for_job("advance")
        backend = backend.with_context(settlement_correlation_id=str(uuid.uuid4()))
        try:
            return "more" if backend._advance() else "done"
        except LockError as error:
            raise RetryableJobError(
                "Another worker holds what this job would change.",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            ) from error
        except UniqueViolation as error:
            raise RetryableJobError(
                "Another worker has stored the same at once.", seconds=BUSY_SECONDS
            ) from error

    def _advance(self):
        """Do one bounded piece of work; return whether more waits."""
        messages = self._claim_messages(None)
        if messages:
            self._parse_messages(messages, None)
            self._enqueue_next()
            return True
        for step in STEPS[1:]:
            self._timed_step(step, None)
        return False

    def _for_job(self, kind):
        """Return this backend with the rights of a job, if no other job works on it.

        :raises AccessError: without the role.
        :raises RetryableJobError: if another job does; this one gives its place up.
        """
        if not self._may_run("post"):
            raise AccessError(
                self.env._("%(user)s may not run jobs.", user=self.env.user.login)
            )
        key = SQL("hashtext(%s)", f"{kind}:{self.id}")
        query = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_SPACE, key)
        if not self.env.execute_query(query)[0][0]:
            raise RetryableJobError(
                "Another job works on this backend.",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            )
        return self.sudo()  # the role was checked; facts are nobody's to write

    def _job_failed(self, exc_name="", **_details):
        """Tell of a job that failed for the last time; its text stays in the log.

        What it was to do is still pending: the sweep wakes it again.
        """
        self.ensure_one()
        self.env["settlement.exception"]._raise_for(
            self,
            "connector_failed",
            self.env._(
                "A job of %(backend)s failed (%(kind)s). The log of the server says "
                "where. It is tried again; other backends go on.",
                backend=self.name,
                kind=exc_name.rpartition(".")[2] or "?",
            ),
            fixes=("retry",),
        )

    @api.model
    def _channel_lines(self):
        """Return lines for the server's configuration: a channel for each backend.

        Each backend gets one place, so that one which hangs holds up no other; the
        calls of a connector may be spread by adding ``:throttle=<seconds>``.
        """
        backends = self._all_active()
        lines = [f"{CHANNEL}:{max(len(backends), 1)}"]
        for connector, group in backends.grouped("connector").items():
            lines.append(f"{CHANNEL}.{connector}:{len(group)}")
            lines += [f"{backend.queue_channel}:1" for backend in group]
        return lines
