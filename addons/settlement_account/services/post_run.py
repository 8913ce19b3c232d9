from odoo.exceptions import UserError

from .batch_poster import POSTING_REASONS, BatchPoster, refuse
from .clearer import Clearer
from .cutoff_poster import CutoffPoster, last_month_over
from .dispute_booker import book_disputes
from .errors import PostingError
from .fee_bills import FeeBillClearer
from .period_end_poster import PeriodEndPoster
from .set_off import SetOff
from .statement_poster import StatementPoster
from .taken_back import TakenBack


class PostRun:
    """One run over all that waits for the ledger in a backend, step by step.

    Several steps may refuse the same wallet. Only the run as a whole knows that none
    did, and that what once kept it from being posted is mended.
    """

    def __init__(self, backend, checkpoint=None):
        self.env = backend.env
        self.backend = backend
        self.checkpoint = checkpoint
        self.refused = self.env["settlement.wallet"]

    def take_back(self):
        """Re-open what payments had settled that came back; set off what is even."""
        taken_back = TakenBack(self.backend).settle()
        return {**taken_back, **SetOff(self.backend).settle()}

    def post_payouts(self):
        """Post payouts and settlements."""
        batches = self.backend._batches_to_post()
        return BatchPoster(self.backend, self.checkpoint).post(batches)

    def post_statements(self):
        """Write statements of a bank; they settle payouts posted before."""
        batches = self.backend._batches_to_post(is_statement=True)
        return StatementPoster(self.backend, self.checkpoint).post(batches)

    def cut_off(self):
        """Post the rows of months that are over and stand in no payout yet."""
        counters = {"cutoffs": 0}
        until = self.last_day_over()
        for wallet in self.backend.wallet_ids.filtered("opening_date"):
            if not until:
                break
            poster = CutoffPoster(wallet, self.checkpoint)
            counters["cutoffs"] += poster.post(until)
            if poster.is_refused:
                self.refused |= wallet
        return counters

    def book_disputes(self):
        """Bring the outcome of disputes into the ledger."""
        return book_disputes(self.backend, self.checkpoint)

    def clear(self):
        """Bring into the ledger what was matched since it was posted."""
        clearer = Clearer(self.backend, self.checkpoint)
        counters = clearer.clear()
        self.refused |= clearer.refused
        self.env["settlement.posting"]._reconcile_undone(self.backend)
        return counters

    def clear_fee_bills(self):
        """Let withheld fees pay the bills of the provider."""
        return FeeBillClearer(self.backend, self.checkpoint).clear()

    def post_period_end(self, until=None):
        """Post accruals and revaluations of months that are over.

        :param until: date up to which; by default as cut-offs are posted.
        """
        until = until or self.last_day_over()
        if not until:
            return {}
        poster = PeriodEndPoster(self.backend, self.checkpoint)
        counters = poster.post(until)
        self.refused |= poster.refused
        return counters

    def finish(self):
        """Close what is mended, refresh states, prove the wallets."""
        wallets = self.backend.wallet_ids
        exceptions = self.env["settlement.exception"]
        exceptions._clear_for(wallets - self.refused, POSTING_REASONS)
        self.backend._batches_thought_to_wait()._refresh_posting_state()
        wallets._prove()
        return {}

    def last_day_over(self):
        """Return the last day of the last month that gets no more rows as a rule.

        None without a policy, which the backend then says.
        """
        try:
            policy = self.env["settlement.posting.policy"]._policy_of(self.backend)
        except (PostingError, UserError) as error:
            refuse(self.env, self.backend, error)
            return None
        return last_month_over(self.backend._newest_day(), policy.hold_days)


# Payouts first: bank lines of the same run settle what they put in transit.
STEPS = (
    PostRun.take_back,
    PostRun.post_payouts,
    PostRun.post_statements,
    PostRun.cut_off,
    PostRun.book_disputes,
    PostRun.clear,
    PostRun.clear_fee_bills,
    PostRun.post_period_end,
    PostRun.finish,
)
