from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.misc import split_every

from .errors import PostingError
from .posting_gate import AUTOMATIC, BY_HAND, PostingGate, Proposal
from .row_reader import RowReader, by_batch
from .slice_builder import SliceBuilder

GROUP = 100
"""Batches written at once: an entry alone costs four times as much."""

# Exceptions that posting opens and, once it succeeds, closes.
POSTING_REASONS = (
    "unknown_mapping",
    "rate_missing",
    "currency_mismatch",
    "closed_period",
    "posting_failed",
    "tax_mismatch",
)
# What refuses one batch and must not keep others from being posted. Conflicts with
# another worker are none of them: the caller starts again.
REFUSALS = (PostingError, UserError, IntegrityError)


class BatchPoster:
    """Posts payouts and settlements of one backend, each exactly once."""

    def __init__(self, backend, checkpoint=None, by_hand=False, **options):
        """Post for ``backend``.

        :param options: ``moves_dates``: closed periods are passed over, as agreed;
            ``gate``: class of the gate, by default one that asks for approvals.
        """
        self.env = backend.env
        self.backend = backend
        self.checkpoint = checkpoint or (lambda: None)
        self.by_hand = by_hand
        self.moves_dates = options.get("moves_dates", False)
        self.gate_class = options.get("gate", PostingGate)
        self.states = ("none", "reversed") if by_hand else ("none",)
        self.counters = {"posted": 0, "held": 0, "waiting": 0, "refused": 0}

    def post(self, batches):
        """Post what can be posted of ``batches``; return counters.

        Held are those with unmatched rows that may still be matched, waiting those
        that need an approver, refused those with an exception.
        """
        try:
            self.builder = SliceBuilder(self.backend, self.moves_dates)
        except (PostingError, UserError) as error:
            self.refuse(self.backend, error)
            return self.counters
        self._clear(self.backend)
        decision = BY_HAND if self.by_hand else AUTOMATIC
        self.gate = self.gate_class(self.builder, decision)
        self.newest = self.backend._newest_day()
        for group in split_every(GROUP, batches.ids, batches.browse):
            if not self.builder.journal._take_settlement_turn():
                self.counters["busy"] = 1
                break
            self._post_group(group)
            self.checkpoint()
        return self.counters

    def _post_group(self, group):
        # Batches that another worker holds are passed over, not waited for.
        locked = group.try_lock_for_update()
        ready = self._ready(locked)
        if not ready:
            return
        try:
            with self.env.cr.savepoint():
                self._write(ready)
        except REFUSALS:
            self._post_one_by_one(ready)
            return
        self._done(ready)

    def _post_one_by_one(self, ready):
        """Find out which batch of a group cannot be posted; post the others."""
        for proposal in ready:
            try:
                with self.env.cr.savepoint():
                    self._write([proposal])
            except REFUSALS as error:
                self.refuse(proposal.batch, error)
            else:
                self._done([proposal])

    def _write(self, proposals):
        prepared = [each for proposal in proposals for each in proposal.prepared]
        postings = self.env["settlement.posting"]._post_slices(self.builder, prepared)
        postings.wallet_id._consume_foreign()
        for proposal in proposals:
            self.gate.posted(
                proposal,
                postings.filtered(
                    lambda each, batch=proposal.batch: (each.batch_id == batch)
                ),
            )
        # Whatever fails must fail inside the savepoint.
        self.env.flush_all()

    def _done(self, ready):
        batches = self.env["settlement.batch"].concat(*(each.batch for each in ready))
        self._clear(batches)
        batches._refresh_posting_state()
        self.counters["posted"] += len(batches)

    # ------------------------------------------------------------------
    # Which batches are ready
    # ------------------------------------------------------------------

    def _ready(self, batches):
        """Return the Proposals of the batches that can be posted now."""
        rows = self._rows(batches)
        ready = []
        for batch in batches:
            if not rows[batch.id] or self._is_held(batch, rows[batch.id]):
                continue
            try:
                slices = self._prepare(batch, rows[batch.id])
                proposal = self._proposal(batch, slices)
            except PostingError as error:
                self.refuse(batch, error)
                continue
            if self.gate.admits(proposal, is_asked=self.by_hand):
                ready.append(proposal)
            else:
                self.counters["waiting"] += 1
        return ready

    def _rows(self, batches):
        """Return the rows to post by batch; of a payout without list, only itself."""
        condition = SQL(
            """
            fact.batch_id = ANY(%s) AND (fact.kind = 'payout' OR EXISTS (
                SELECT FROM settlement_batch batch
                 WHERE batch.id = fact.batch_id AND batch.lists_rows))
            """,
            batches.ids,
        )
        return by_batch(RowReader(self.env, self.states).read(condition))

    def _prepare(self, batch, rows):
        key = self._key(batch)
        self.builder.moves_dates = self.moves_dates or self.gate.moves_dates(key)
        return self.builder.prepare(
            batch.wallet_id,
            [each.row for each in rows],
            batch.external_id,
            "batch",
            batch,
        )

    def _is_held(self, batch, rows):
        """Return whether unmatched rows of a batch may still be matched."""
        if self.by_hand or not any(each.is_open for each in rows):
            return False
        policy = self.builder.policy
        held = policy.incomplete == "hold" or self._age(batch) < policy.hold_days
        self.counters["held"] += held
        return held

    def _age(self, batch):
        """Return the days from the batch to the newest data of its backend."""
        return (self.newest - (batch.date or self.newest)) // timedelta(days=1)

    # ------------------------------------------------------------------
    # Approval
    # ------------------------------------------------------------------

    def _proposal(self, batch, slices):
        """Return what is decided on: a payout is worth what it pays out."""
        day = batch.date or self.newest
        rate = self.builder.rate(batch.currency_id, day)
        return Proposal(
            kind="batch",
            key=self._key(batch),
            name=batch.display_name,
            wallet=batch.wallet_id,
            batch=batch,
            prepared=tuple(slices),
            amount=rate.to_company(abs(batch.total_minor)),
            parameters={"moves_dates": self.builder.moves_dates},
        )

    def _key(self, batch):
        return f"batch:{batch.id}"

    # ------------------------------------------------------------------
    # Saying why not
    # ------------------------------------------------------------------

    def refuse(self, record, error):
        """Open the exception that says why ``record`` is not posted."""
        refuse(self.env, record, error)
        self.counters["refused"] += 1

    def _clear(self, records):
        self.env["settlement.exception"]._clear_for(records, POSTING_REASONS)


def refuse(env, record, error):
    """Open the exception that says why ``record`` is not posted.

    :raises AccessError: a missing right is the caller's fault and nobody's exception.
    """
    if isinstance(error, AccessError):
        raise error
    if isinstance(error, IntegrityError):
        error = PostingError(
            "posting_failed",
            env._(
                "The database refuses it: %(error)s Somebody may have posted it at "
                "the same time. Run again.",
                error=str(error).split("\n", maxsplit=1)[0],
            ),
        )
    elif not isinstance(error, PostingError):
        reason = "posting_failed"
        if record._name == "settlement.backend":
            reason = "unknown_mapping"
        error = PostingError(reason, str(error))
    env["settlement.exception"]._raise_for(
        record, error.reason, error.cause, fixes=error.fixes
    )
