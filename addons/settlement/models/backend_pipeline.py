import logging
import random
import time
import uuid

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..canonical.card_numbers import mask_text
from ..canonical.errors import BusinessError, MalformedInput
from ..mapping.apply import apply_all
from ..storage.reading import Reading
from .message import MAX_ATTEMPTS

_logger = logging.getLogger(__name__)

STEPS = ("parse", "match", "validate", "post")
# Facts stored at once: large enough for set statements, small enough for memory.
CHUNK_FACTS = 5000
# Small messages claimed and parsed together; a file is always alone.
CLAIM_MESSAGES = 500
LEASE_MINUTES = 10
SERIALIZATION_ATTEMPTS = 5
# What a mapper raises on input it does not understand. Database errors are not
# among them: a serialization failure must reach the caller, who starts again.
PARSE_ERRORS = (
    MalformedInput,
    BusinessError,
    UserError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
# Another worker was there first, as the database or a lock on records says.
CONFLICTS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, LockError)
# Two workers who store the same at once are told apart by the keys of the tables: who
# comes second sees in a new transaction what the first one has stored.
RACES = (*CONFLICTS, UniqueViolation)


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def run_pipeline(self, until="post"):
        """Advance everything that is pending of these backends, inline.

        On no records: the backends of the allowed companies. A step for which the
        user's role is missing is skipped and said so.

        :param until: last step: ``parse``, ``match``, ``validate`` or ``post``.
        :return: the settlement.run record with counters per step.
        :raises AccessError: if no step is allowed at all.
        """
        return self._run_pipeline(until, None)

    def _run_pipeline(self, until, checkpoint):
        """Run the pipeline; ``checkpoint`` commits after each unit, or is None."""
        if until not in STEPS:
            raise UserError(
                self.env._(
                    "%(step)s is no step of the pipeline; choose one of %(steps)s.",
                    step=until,
                    steps=", ".join(STEPS),
                )
            )
        backends = self._in_allowed_companies()
        wanted = STEPS[: STEPS.index(until) + 1]
        allowed = [step for step in wanted if self._may_run(step)]
        if not allowed:
            raise AccessError(
                self.env._("None of your roles may run a step of the pipeline.")
            )
        # The roles were checked; the pipeline writes facts that nobody may write.
        backends = backends.with_context(
            settlement_correlation_id=str(uuid.uuid4())
        ).sudo()
        run = backends._start_run(until, set(wanted) - set(allowed))
        return backends._run_steps(run, allowed, checkpoint)

    def _resume_run(self, run, checkpoint):
        """Run the steps of a cancelled run that were not finished.

        :return: the same run.
        """
        wanted = STEPS[: STEPS.index(run.until) + 1]
        done = {
            step
            for step, counters in (run.counters or {}).items()
            if not counters.get("cancelled")
        }
        allowed = [step for step in wanted if step not in done and self._may_run(step)]
        # The roles were checked; runs are written by the pipeline only.
        run = run.sudo()
        run.write({"state": "running", "finished_at": False})
        backends = self._in_allowed_companies()
        backends = backends.with_context(
            settlement_correlation_id=run.correlation_id
        ).sudo()
        return backends._run_steps(run, allowed, checkpoint)

    def _run_steps(self, run, steps, checkpoint):
        """Run steps one after the other until the run is cancelled; return the run."""
        if checkpoint:
            checkpoint()
        counters = {}
        for step in steps:
            if run._is_cancelled():
                break
            counters[step] = self._timed_step(step, checkpoint)
            if run._is_cancelled():
                counters[step]["cancelled"] = True
        run._finish(counters)
        if checkpoint:
            checkpoint()
        return run.sudo(False)

    @api.model
    def _may_run(self, step):
        """Return whether the user's roles allow a step of the pipeline."""
        groups = {
            "parse": ("group_accountant", "group_integration_admin"),
            "match": ("group_accountant",),
            "validate": ("group_accountant",),
            "post": ("group_accountant",),
        }
        return self._has_settlement_group(*groups[step])

    def _start_run(self, until, skipped):
        return self.env["settlement.run"].create(
            {
                "until": until,
                "company_id": self.company_id.id
                if len(self.company_id) == 1
                else False,
                "backend_ids": [fields.Command.set(self.ids)],
                "skipped": ", ".join(sorted(skipped)),
                "correlation_id": self.env.context["settlement_correlation_id"],
            }
        )

    def _timed_step(self, step, checkpoint):
        """Run one step over all backends and return its counters with seconds."""
        started = time.monotonic()
        counters = self._step_with_retries(step, checkpoint)
        return {**counters, "seconds": round(time.monotonic() - started, 3)}

    def _step_with_retries(self, step, checkpoint):
        """Run one step, again in a new transaction after a serialization failure.

        Only who owns the transaction may begin a new one: without a checkpoint the
        failure goes to the caller, as jobs and requests retry by themselves.
        """
        for attempt in range(SERIALIZATION_ATTEMPTS):
            try:
                counters = getattr(self, f"_step_{step}")(checkpoint)
                if checkpoint:
                    checkpoint()
                return counters
            except RACES:
                if not checkpoint or attempt == SERIALIZATION_ATTEMPTS - 1:
                    raise
                _logger.info("step %s is begun again after a conflict", step)
                self._begin_again(attempt)

    def _begin_again(self, attempt):
        """Forget the failed transaction and give the other one time to end."""
        self.env.cr.rollback()
        self.env.clear()
        time.sleep(random.uniform(0.05, 0.2) * 2**attempt)

    # ------------------------------------------------------------------
    # Parse
    # ------------------------------------------------------------------

    def _step_parse(self, checkpoint):
        """Parse all pending messages of these backends, each in its turn.

        :return: dict of counters.
        """
        totals = {}
        self._bury_abandoned()
        waiting = list(self)
        run = self.env["settlement.run"]._current()
        while waiting and not run._is_cancelled():
            waiting = [
                backend for backend in waiting if backend._take_turn(totals, checkpoint)
            ]
        return totals

    def _step_match(self, checkpoint):
        """Match open rows; settlement_match does it, if it is installed."""
        return {}

    def _step_validate(self, checkpoint):
        """Check the arithmetic of batches that are not validated yet."""
        validated = 0
        domain = [("backend_id", "in", self.ids), ("state", "in", ("open", "complete"))]
        batches = self.env["settlement.batch"].search(domain, order="date, id")
        for start in range(0, len(batches), 200):
            validated += len(batches[start : start + 200]._validate())
            if checkpoint:
                checkpoint()
        for backend in self:
            self.env["settlement.reserve"]._raise_late(backend)
        expected = self.env["settlement.expected.payment"]._follow(self.company_id)
        if checkpoint:
            checkpoint()
        return {"batches": len(batches), "validated": validated, **expected}

    def _step_post(self, checkpoint):
        """Post what is validated; settlement_account does it, if it is installed."""
        return {}

    @api.model
    def _pending_domain(self):
        """Return the messages that wait and that no living worker holds."""
        now = fields.Datetime.now()
        free = Domain("lease_until", "=", False) | Domain("lease_until", "<", now)
        if owner := self.env.context.get("settlement_correlation_id"):
            # What this run had claimed before it had to begin again.
            free |= Domain("lease_owner", "=", owner)
        pending = Domain("state", "=", "received")
        pending |= Domain("state", "=", "failed") & Domain(
            "error_class", "=", "transient"
        )
        return pending & free & Domain("attempts", "<", MAX_ATTEMPTS)

    def _bury_abandoned(self):
        """Give up on messages whose workers died too often, and say so."""
        abandoned = self.env["settlement.message"].search(
            Domain("backend_id", "in", self.ids)
            & Domain("state", "=", "received")
            & Domain("attempts", ">=", MAX_ATTEMPTS)
            & Domain("lease_until", "<", fields.Datetime.now())
        )
        for message in abandoned.try_lock_for_update():
            message._set_state("dead", "business", self.env._("Its workers died."))
            self.env["settlement.exception"]._raise_for(
                message,
                "malformed_input",
                self.env._(
                    "%(message)s was begun %(count)s times and never finished. It may "
                    "be too large for the memory of a worker. Replay it from the "
                    "command line.",
                    message=message.external_id or message.dedupe_key,
                    count=message.attempts,
                ),
            )

    def _claim_messages(self, checkpoint):
        """Take the next messages for this worker: small ones together, a file alone."""
        self.ensure_one()
        domain = self._pending_domain() & Domain("backend_id", "=", self.id)
        # Rows that another worker has locked are passed over, not waited for.
        candidates = self.env["settlement.message"].search(
            domain, order="id", limit=CLAIM_MESSAGES
        )
        claimed = candidates.try_lock_for_update()
        large = claimed.filtered(lambda message: message.channel == "file")
        claimed = large[:1] or claimed
        claimed._lease(LEASE_MINUTES)
        if checkpoint and claimed:
            checkpoint()
        return claimed

    def _parse_messages(self, messages, checkpoint):
        """Parse messages of this backend and store their facts in chunks.

        :return: dict of counters.
        """
        return self._read_messages(messages, checkpoint).totals

    def _read_messages(self, messages, checkpoint):
        """Do what :meth:`_parse_messages` does; return its Reading."""
        self.ensure_one()
        reading = Reading(frozenset(messages.filtered("replays").ids))
        reading.totals = {"messages": len(messages), "failed": 0}
        chunk = []
        messages._read_ahead()
        rules = self.env["settlement.mapping"]._rules_of(self)
        for message in messages:
            failure = self._collect(message, chunk, reading, checkpoint, rules)
            reading.totals["failed"] += bool(failure)
        self._store_chunk(chunk, reading)
        parsed = messages.filtered(lambda message: message.state == "received")
        parsed._set_state("parsed")
        parsed._correct_replayed()
        messages._note_counts(reading)
        self._show_outcome(parsed)
        reading.gone = parsed._tell_gone(reading).ids
        if checkpoint:
            checkpoint()
        return reading

    def _facts_of(self, message, rules):
        """Return the facts of a message as people have decided to read its codes."""
        return apply_all(self._handler()._parse(message), rules)

    def _show_outcome(self, parsed):
        """Close what was open about messages that are read now, and show the rest."""
        parsed._refresh_quarantine()
        clean = parsed.filtered(lambda message: not message.waiting_row_ids)
        self.env["settlement.exception"]._clear_for(clean)
        failed_before = parsed - clean
        without_bad = failed_before.filtered(
            lambda message: "malformed_input"
            not in message.waiting_row_ids.mapped("code")
        )
        self.env["settlement.exception"]._clear_for(without_bad, ["malformed_input"])

    def _collect(self, message, chunk, reading, checkpoint, rules):
        """Add the facts of one message to the chunk, storing whenever it is full."""
        try:
            for fact in self._facts_of(message, rules):
                reading.note(message.id, fact)
                chunk.append((message, fact))
                if len(chunk) >= CHUNK_FACTS:
                    self._store_chunk(chunk, reading)
                    message._lease(LEASE_MINUTES, attempt=False)
                    if checkpoint:
                        checkpoint()
        except LockError:
            # Another worker holds what a revision changes; nothing is malformed.
            raise
        except PARSE_ERRORS as error:
            self._show_parse_error(message, error)
            return error
        return None

    def _store_chunk(self, chunk, reading):
        """Store the facts of a chunk, count them and empty it."""
        if not chunk:
            return
        reading.add(self.env["settlement.fact.store"]._store(self, chunk))
        chunk.clear()

    def _show_parse_error(self, message, error):
        """Fail a message in words that its reader can act on."""
        known = isinstance(error, MalformedInput | BusinessError | UserError)
        if not known:
            _logger.info("message %s: %s", message.id, type(error).__name__)
        sentence = mask_text(
            str(error) if known else f"{type(error).__name__}: {error}"
        )
        message._set_state("failed", "malformed", sentence)
        self.env["settlement.exception"]._raise_for(
            message,
            getattr(error, "reason", "malformed_input"),
            self.env._(
                "%(message)s could not be read: %(error)s What came before it is kept. "
                "Ask the sender for a correct one, or replay it after a fix.",
                message=message.filename or message.external_id or message.dedupe_key,
                error=sentence if sentence.endswith(".") else f"{sentence}.",
            ),
        )

    def _has_pending(self):
        self.ensure_one()
        domain = self._pending_domain() & Domain("backend_id", "=", self.id)
        return bool(self.env["settlement.message"].search_count(domain, limit=1))
