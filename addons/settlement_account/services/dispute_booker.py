from odoo.tools import SQL

from ..planning import slices
from ..planning.accounts import MissingAccount
from ..planning.disputes import (
    EXCHANGE,
    LOSS,
    OUT_ROLES,
    REOPENED,
    DisputeBook,
    NothingOpen,
    outs_of,
    plan_outcome,
)
from .batch_poster import POSTING_REASONS, REFUSALS, refuse
from .dispute_books import DisputeBooks
from .dispute_documents import DisputedDocuments
from .errors import PostingError
from .slice_builder import Prepared, SliceBuilder


class DisputeBooker:
    """Brings the outcome of disputes into the ledger, each exactly once.

    What is booked is compared with what should be, so that it does not matter when
    the outcome came, how often it changed and how often this runs.
    """

    def __init__(self, backend, checkpoint=None, by_hand=False):
        self.env = backend.env
        self.backend = backend
        self.checkpoint = checkpoint or (lambda: None)
        self.by_hand = by_hand
        self.builder = None
        self.counters = {"disputes": 0, "refused": 0}

    def book(self, disputes=None):
        """Book what is due of disputes, by default all of the backend; count them."""
        if disputes is None:
            disputes = self._candidates()
        for dispute in disputes.filtered("wallet_id"):
            if self._is_due(dispute, self._books(dispute)) and self._has_builder():
                if not self.builder.journal._take_settlement_turn():
                    self.counters["busy"] = 1
                    break
                self._book_one(dispute)
                self.checkpoint()
        return self.counters

    def _candidates(self):
        """Return disputes with an outcome, or with one booked that may be gone."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT dispute.id
                  FROM settlement_dispute dispute
                 WHERE dispute.backend_id = %(backend)s
                   AND dispute.active
                   AND (dispute.lost_amount <> 0 OR dispute.exchange_amount <> 0
                        OR EXISTS (
                            SELECT FROM settlement_posting posting
                             WHERE posting.dispute_id = dispute.id))
                 ORDER BY dispute.id
                """,
                backend=self.backend.id,
            )
        )
        return self.env["settlement.dispute"].browse(row[0] for row in rows)

    def _books(self, dispute):
        return DisputeBooks(self.env).read(dispute.ids)[dispute.id]

    def _has_builder(self):
        if self.builder is None:
            try:
                self.builder = SliceBuilder(self.backend)
            except REFUSALS as error:
                refuse(self.env, self.backend, error)
                self.counters["refused"] += 1
                self.builder = False
        return bool(self.builder)

    # ------------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------------

    def _is_due(self, dispute, books):
        """Return whether the ledger should say something else of a dispute."""
        if not self._is_complete(dispute, books):
            return False
        wanted = dispute._wanted_minor(self._out_role(dispute, books))
        differs = any(
            wanted.get(role, 0) != books.amount_of(role) for role in OUT_ROLES
        )
        return differs and (self.by_hand or not dispute._is_held())

    def _is_complete(self, dispute, books):
        """Return whether all rows that the outcome rests on are in the ledger."""
        if not books.transaction_id or "dispute" in books.waiting:
            return False
        return not (dispute.exchange_amount and books.waiting)

    def _out_role(self, dispute, books):
        """Return where what is lost goes: to the loss, or to the customer again."""
        if REOPENED in books.roles and books.roles[REOPENED].amount:
            return REOPENED
        treatment = dispute.invoice_treatment or self._policy()._value("lost_disputes")
        if treatment == "keep" or not DisputedDocuments(dispute).account:
            return LOSS
        return REOPENED

    def _policy(self):
        return self.env["settlement.posting.policy"]._policy_of(self.backend)

    # ------------------------------------------------------------------
    # One dispute
    # ------------------------------------------------------------------

    def _book_one(self, dispute):
        # Two workers must not book the same; the second finds it booked.
        if not dispute.try_lock_for_update():
            return
        try:
            with self.env.cr.savepoint():
                self._post(dispute)
                self.env.flush_all()
        except REFUSALS as error:
            refuse(self.env, dispute, error)
            self.counters["refused"] += 1
            return
        self.env["settlement.exception"]._clear_for(dispute, POSTING_REASONS)
        self.counters["disputes"] += 1

    def _post(self, dispute):
        postings = self.env["settlement.posting"]
        postings._reconcile_disputes(self.backend)
        books = self._books(dispute)
        role = self._out_role(dispute, books)
        plan = self._plan(dispute, books, role)
        posting = postings._post_slices(self.builder, [self._prepared(dispute, plan)])
        posting._note_dispute(dispute)
        self._follow(dispute, posting, role)
        postings._reconcile_disputes(self.backend)

    def _plan(self, dispute, books, role):
        wanted = dispute._wanted_minor(role)
        booked = {
            name: (books.roles[name].amount, books.roles[name].value)
            for name in OUT_ROLES
            if name in books.roles
        }
        accounts = {
            name: self._account(dispute, books, name) for name in {*wanted, *booked}
        }
        book = DisputeBook(
            transaction_id=books.transaction_id,
            label=self._label(dispute),
            account_id=self._required(dispute.wallet_id, "dispute"),
            currency_id=dispute.currency_id.id,
            items=tuple(books.items),
            outs=outs_of(wanted, booked, accounts),
        )
        day = self.builder.first_open_day(self._day(dispute, books))
        try:
            return plan_outcome(day, dispute.external_id, book)
        except NothingOpen as error:
            raise PostingError("posting_failed", self._nothing_open(dispute)) from error

    def _label(self, dispute):
        return self.env._(
            "Dispute %(dispute)s %(payment)s",
            dispute=dispute.external_id,
            payment=dispute.charge_external_id or "",
        ).strip()

    def _account(self, dispute, books, role):
        """Return (account, partner) of a role: where it stands, else by the policy."""
        if role in books.roles and books.roles[role].amount:
            return books.roles[role].account_id, books.roles[role].partner_id
        if role == REOPENED:
            documents = DisputedDocuments(dispute)
            return documents.account.id, documents.partner.id
        name = {LOSS: "dispute_loss", EXCHANGE: "difference"}[role]
        return self._required(dispute.wallet_id, name), 0

    def _required(self, wallet, role):
        try:
            return self.builder.accounts(wallet).required(role, "dispute")
        except MissingAccount as error:
            raise PostingError(
                "unknown_mapping", self.builder.missing_account(error), ("map",)
            ) from error

    def _day(self, dispute, books):
        """Return the day of the outcome, not before what it ends was booked."""
        lines = self.env["account.move.line"].browse(
            [item.line_id for item in books.items]
        )
        decided = dispute.decided_at and dispute.decided_at.date()
        known = dispute.closed_on or decided or self.backend._newest_day()
        return max([known, *lines.mapped("date")])

    def _prepared(self, dispute, plan):
        return Prepared(
            wallet=dispute.wallet_id,
            batch=self.env["settlement.batch"],
            month=slices.month_of(plan.date),
            kind="dispute",
            plan=plan,
            rows=(),
        )

    def _nothing_open(self, dispute):
        return self.env._(
            "%(dispute)s has ended, but its money no longer stands open on the dispute "
            "account: somebody has reconciled its line otherwise, or that account does "
            "not allow reconciliation. Undo that, then run again.",
            dispute=dispute.display_name,
        )

    # ------------------------------------------------------------------
    # What follows
    # ------------------------------------------------------------------

    def _follow(self, dispute, posting, role):
        """Let what stands on the customer's account again open its document."""
        lines = posting.move_id.line_ids.filtered(
            lambda line: line.settlement_role == REOPENED and line.balance
        )
        if role != REOPENED or not lines:
            return
        treatment = dispute.invoice_treatment or "reopen"
        DisputedDocuments(dispute).follow(lines, treatment)


def book_disputes(backend, checkpoint):
    """Book the outcome of the disputes of one backend; return counters."""
    return DisputeBooker(backend, checkpoint).book()
