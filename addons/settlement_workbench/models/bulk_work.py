import logging
import random
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.settlement.models.backend_pipeline import (
    CONFLICTS,
    SERIALIZATION_ATTEMPTS,
)

from .bulk import WORKING

_logger = logging.getLogger(__name__)

# Rows that are committed together; a chunk also ends after some seconds.
CHUNK_ROWS = 50
CHUNK_SECONDS = 10.0
# So few are done in the click itself.
INLINE_ROWS = 5
# Whoever gave no sign of life for so long is taken for dead.
LEASE = timedelta(minutes=5)
# Name space of the advisory locks: "bulk" in ASCII.
LOCK_SPACE = 0x62756C6B


class SettlementBulk(models.Model):
    """Working on the rows, in chunks, by a job or by the scheduled action.

    A chunk writes its rows and nothing else. So asking it to stop never meets it, and
    a worker that is killed leaves its chunk as if it had never begun it.
    """

    _inherit = "settlement.bulk"

    def _wake(self):
        """Do it now if it is little, else have it done soon."""
        for bulk in self:
            if bulk.chosen_count <= INLINE_ROWS:
                while bulk.sudo()._advance():
                    pass
            elif self.env["settlement.backend"]._uses_jobs():
                bulk._enqueue()
            else:
                # Anyone who may start it may wake the scheduled action.
                cron = self.env.ref("settlement_workbench.cron_bulk").sudo()
                cron._trigger()

    # ------------------------------------------------------------------
    # Who works
    # ------------------------------------------------------------------

    def _enqueue(self):
        """Enqueue one job that does the next chunk."""
        self.ensure_one()
        bot = self.env["settlement.backend"]._bot()
        self.with_user(bot).with_context(
            allowed_company_ids=self.company_id.ids
        ).with_delay(
            channel="root.settlement", description=self.display_name
        )._job_advance()

    def _job_advance(self):
        """Do one chunk; enqueue the next one if more waits."""
        # The rows are worked on with the rights of who started it; see _work.
        if self.sudo()._advance():
            self._enqueue()

    @api.model
    def _cron_advance(self):
        """Scheduled action: do what waits, chunk by chunk, each act in its turn."""
        working = self.sudo().search([("state", "in", WORKING)], order="id")
        if self.env["settlement.backend"]._uses_jobs():
            for bulk in working.filtered(lambda each: each._is_abandoned()):
                bulk._enqueue()
            return
        queue = list(working)
        while queue:
            bulk = queue.pop(0)
            more, seconds = bulk._advance_again()
            if more:
                queue.append(bulk)
            if not seconds:
                return

    def _is_abandoned(self):
        """Return whether nobody seems to work on it any more."""
        latest = self.heartbeat_at or self.started_at
        return not latest or latest < fields.Datetime.now() - LEASE

    def _advance_again(self):
        """Do one chunk and commit it; begin it again if another one was faster.

        :return: whether more waits, and the seconds that the scheduled action has.
        """
        for attempt in range(SERIALIZATION_ATTEMPTS):
            try:
                more = self._advance()
                return more, self._commit_chunk(more)
            except CONFLICTS:
                self.env.cr.rollback()
                self.env.clear()
                if attempt == SERIALIZATION_ATTEMPTS - 1:
                    raise
                _logger.info("chunk of bulk %s is begun again", self.id)
                time.sleep(random.uniform(0.05, 0.2) * 2**attempt)

    def _commit_chunk(self, more):
        """Commit what was done; return the seconds that are left."""
        left = self.left_count if more else 0
        return self.env["ir.cron"]._commit_progress(CHUNK_ROWS, remaining=left)

    # ------------------------------------------------------------------
    # The work
    # ------------------------------------------------------------------

    def _advance(self):
        """Do the next chunk; return whether more may wait."""
        self.ensure_one()
        if not self._take_turn():
            return False
        self.invalidate_recordset(["state"])
        if self.state not in WORKING:
            return False
        if self.state == "stopping":
            return self._end("stopped", self.note)
        if sentence := self._nobody_acts():
            return self._end("stopped", sentence)
        lines = self.line_ids.search(
            [("bulk_id", "=", self.id), ("state", "=", "waiting")],
            limit=CHUNK_ROWS,
            order="id",
        )
        if not lines:
            return self._end("done")
        self._work(lines)
        self._tell()
        return True

    def _take_turn(self):
        """Return whether no other worker has this act in its hands."""
        query = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_SPACE, self.id)
        return self.env.execute_query(query)[0][0]

    def _nobody_acts(self):
        """Return why nobody may go on with it, "" if somebody may."""
        user = self.acting_user_id
        if not user.active or self.company_id not in user.company_ids:
            return self.env._(
                "%(user)s does not work in %(company)s any more.",
                user=user.name,
                company=self.company_id.name,
            )
        try:
            self._as_actor(self)._check_role()
        except AccessError as error:
            return str(error)
        return ""

    def _check_role(self):
        """Raise AccessError unless the user may do this with the rows."""
        self._sample()._require_role(self.verb)

    def _as_actor(self, records):
        """Return records as who acts holds them: their rights, their language."""
        user = self.acting_user_id
        return (
            records.with_user(user)
            .sudo(False)
            .with_context(
                allowed_company_ids=self.company_id.ids,
                lang=user.lang,
                tz=user.tz,
            )
        )

    def _work(self, lines):
        """Work on rows of this act, at least on one, for some seconds at most."""
        if self._goes_together():
            return self._work_together(lines)
        end = time.monotonic() + CHUNK_SECONDS
        for line in lines:
            line._act()
            if time.monotonic() > end:
                break

    def _goes_together(self):
        if self.kind == "undo" or self.needs_approval:
            return False
        return self.env["settlement.exception"]._verb(self.verb).together

    def _work_together(self, lines):
        """Let the verb take all rows of the chunk in one go."""
        exceptions = self._as_actor(lines.exception_id)
        for outcome in exceptions._resolve_each(self.verb, dict(self.given or {})):
            line = lines.filtered(
                lambda each, row_id=outcome["id"]: each.exception_id.id == row_id
            )
            line._note(outcome)

    def _end(self, state, note=""):
        """Close it with what it came to; what it did not come to was not begun."""
        left = self.line_ids.search(
            [("bulk_id", "=", self.id), ("state", "=", "waiting")]
        )
        left._set_outcome("skipped", self.env._("Not begun: %(note)s", note=note or ""))
        self.env.flush_all()
        counts = self._counts().get(self.id, {})
        self._set_state(
            state,
            note=note or False,
            finished_at=fields.Datetime.now(),
            ended_done=counts.get("done", 0),
            ended_skipped=counts.get("skipped", 0),
            ended_failed=counts.get("failed", 0),
        )
        return False

    # ------------------------------------------------------------------
    # What people do meanwhile
    # ------------------------------------------------------------------

    def action_stop(self):
        """Stop after the chunk that is being worked on; what is done stays.

        :raises AccessError: without a role that works on exceptions.
        """
        self.ensure_one()
        self.env["settlement.exception"]._require_worker()
        self.check_access("read")
        self._check_role()
        if self.state != "running":
            raise UserError(self.env._("It does not run; nothing was changed."))
        self._set_state(
            "stopping", note=self.env._("stopped by %(user)s", user=self.env.user.name)
        )
        self._wake()
        return True

    def action_try_again(self):
        """Open a new act on the rows that failed or were not begun.

        :return: its form.
        :raises UserError: while it still runs, or if nothing is left.
        """
        self.ensure_one()
        self.env["settlement.exception"]._require_worker()
        self.check_access("read")
        if self.left_count or self.state not in ("done", "stopped"):
            raise UserError(self.env._("Wait until it has ended."))
        again = self._retried_lines()
        if not again:
            raise UserError(self.env._("Nothing is left to be tried again."))
        return self._new_attempt(again)

    def _retried_lines(self):
        """Return the rows for another try: failed ones, and those never begun."""
        return self.line_ids.filtered(
            lambda line: line.state == "failed"
            or (line.state == "skipped" and not line.before)
        )

    def _new_attempt(self, lines):
        found = fields.Domain("id", "in", lines.exception_id.ids)
        bulk = self.with_company(self.company_id)._choose(
            found, self.reason, previous_id=self.id, case_id=self.case_id.id
        )
        if self.verb:
            bulk.action_set_verb(self.verb, **(self.given or {}))
        return bulk._open_form()


class SettlementBulkLine(models.Model):
    _inherit = "settlement.bulk.line"

    def _act(self):
        """Do with this row what its act is about, and note what came of it."""
        self.ensure_one()
        bulk = self.bulk_id
        exception = bulk._as_actor(self.exception_id)
        self._note(exception._act_in_bulk(bulk, self.fingerprint))

    def _note(self, outcome):
        """Note an outcome of ``_resolve_each``; what waits was not done."""
        state, sentence = outcome["outcome"], outcome["sentence"]
        if state == "waiting":
            state = "skipped"
            sentence = self.env._("It needs an approval of its own, which was asked.")
        self._set_outcome(
            state,
            sentence,
            before=outcome.get("before"),
            acts=outcome.get("acts"),
        )
