from datetime import date, timedelta

from odoo.tools import SQL
from odoo.tools.misc import split_every

from ..planning import slices
from .batch_poster import POSTING_REASONS, REFUSALS, refuse
from .posting_gate import AUTOMATIC, BY_HAND, PostingGate, Proposal
from .row_reader import RowReader
from .slice_builder import SliceBuilder

SLICES = 20
"""Entries written at once."""


class CutoffPoster:
    """Posts rows that no posted payout lists when their month is over."""

    def __init__(self, wallet, checkpoint=None, by_hand=False, moves_dates=False):
        self.env = wallet.env
        self.moves_dates = moves_dates
        self.wallet = wallet
        self.checkpoint = checkpoint or (lambda: None)
        self.by_hand = by_hand
        self.is_busy = self.is_refused = False

    def post(self, until):
        """Post what was booked up to ``until`` and is not posted; count the entries.

        Unmatched rows go to suspense. Rows of a month that is closed and has its
        entries become a correction in the next open period.
        """
        try:
            self.builder = SliceBuilder(self.wallet.backend_id, self.moves_dates)
            decision = BY_HAND if self.by_hand else AUTOMATIC
            self.gate = PostingGate(self.builder, decision)
            posted = sum(map(self._post_month, self._proposals(until)))
        except REFUSALS as error:
            refuse(self.env, self.wallet, error)
            self.is_refused = True
            return 0
        self.env["settlement.posting.request"]._withdraw_others(
            ("cutoff",), self.wallet, self.gate.touched.ids
        )
        return posted

    def _proposals(self, until):
        """Return one Proposal for each month."""
        rows = RowReader(self.env).read(self._condition(until))
        months = slices.by_month(each.row for each in rows)
        return [self._proposal(month, of_month, until) for month, of_month in months]

    def _proposal(self, month, rows, until):
        name = self.env._(
            "%(wallet)s, cut-off %(month)s",
            wallet=self.wallet.display_name,
            month=month.strftime("%Y-%m"),
        )
        key = f"cutoff:{self.wallet.id}:{month}"
        self.builder.moves_dates = self.moves_dates or self.gate.moves_dates(key)
        prepared = self.builder.prepare(self.wallet, rows, name, "cutoff")
        return Proposal(
            kind="cutoff",
            key=key,
            name=name,
            wallet=self.wallet,
            prepared=tuple(prepared),
            parameters={
                "until": until.isoformat(),
                "moves_dates": self.builder.moves_dates,
            },
        )

    def _condition(self, until):
        """Return which rows a cut-off takes.

        Not those of a payout that waits for its approver, or that was refused by one
        or by its exception: what keeps the payout from being posted keeps them, too.
        """
        return SQL(
            """
            fact.wallet_id = %(wallet)s
            AND fact.booked_on <= %(until)s
            AND fact.kind NOT IN ('bank_credit', 'bank_debit')
            AND NOT EXISTS (
                SELECT FROM settlement_posting_request request
                 WHERE request.batch_id = fact.batch_id
                   AND request.state IN ('waiting', 'refused'))
            AND NOT EXISTS (
                SELECT FROM settlement_exception exception
                 WHERE exception.batch_id = fact.batch_id
                   AND exception.reason IN %(reasons)s
                   AND exception.state IN ('open', 'in_progress', 'waiting_approval'))
            """,
            wallet=self.wallet.id,
            until=until,
            reasons=POSTING_REASONS,
        )

    def _post_month(self, proposal):
        """Post the entries of a month, some at once; return how many."""
        if not self.gate.admits(proposal, is_asked=self.by_hand):
            return 0
        posted = self.env["settlement.posting"]
        for group in split_every(SLICES, proposal.prepared, list):
            posted |= self._post_group(group)
            self.gate.posted(proposal, posted)
            self.checkpoint()
        return len(posted)

    def _post_group(self, group):
        postings = self.env["settlement.posting"]
        if not (
            self.builder.journal._take_settlement_turn()
            and self.wallet.try_lock_for_update()
        ):
            self.is_busy = True
            return postings
        with self.env.cr.savepoint():
            postings = postings._post_slices(self.builder, group)
            self.wallet._consume_foreign()
            self.env.flush_all()
        rows = [row.id for each in group for row in each.rows]
        facts = self.env["settlement.transaction"].browse(rows)
        facts.batch_id._refresh_posting_state()
        return postings


def last_month_over(newest, days):
    """Return the last day of the last month that is over for at least ``days``.

    :param newest: day up to which there is data.
    """
    day = newest - timedelta(days=days)
    return date(day.year, day.month, 1) - timedelta(days=1)
