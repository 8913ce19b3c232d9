from collections import defaultdict
from dataclasses import dataclass, replace

from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement.canonical.words import shortened

from ..planning import slices
from ..planning.accounts import MissingAccount
from ..planning.bank import own_charge_role
from ..planning.clearing import Company, plan_clearing, stays_where_it_is
from ..planning.kinds import meeting_role
from ..planning.rows import Settled
from .batch_poster import REFUSALS, refuse
from .errors import PostingError
from .meeting_values import MeetingValues
from .open_items import OpenItems
from .payout_reader import PayoutReader
from .posting_gate import PostingGate, Proposal
from .reconciler import Reconciler
from .settled_reader import NOTHING, SettledReader
from .slice_builder import Prepared, SliceBuilder

ROWS = 1000
"""Rows cleared at once."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A posted row whose match, or nature, has come to light since."""

    id: int
    wallet_id: int
    batch_id: int
    kind: str
    gross: int
    label: str
    source_code: str
    partner_id: int
    match_state: str
    booked_on: object


class Clearer:
    """Moves what is matched after its posting from where it waited."""

    def __init__(self, backend, checkpoint=None, rows=None, gate=PostingGate):
        """Clear for ``backend``.

        :param rows: ids of the only rows to clear, or None for all.
        :param gate: class of the gate for approvals.
        """
        self.env = backend.env
        self.rows = rows
        self.gate_class = gate
        self.backend = backend
        self.checkpoint = checkpoint or (lambda: None)
        self.counters = {"cleared": 0, "refused": 0, "waiting": 0}
        self.refused = backend.env["settlement.wallet"]

    def clear(self):
        """Clear what can be cleared of the backend; return counters."""
        waiting = self._waiting()
        if not waiting:
            self._withdraw_others(())
            return self.counters
        try:
            self.builder = SliceBuilder(self.backend)
        except (PostingError, UserError) as error:
            refuse(self.env, self.backend, error)
            self.counters["refused"] += 1
            return self.counters
        self.gate = self.gate_class(self.builder)
        self.meeting_values = MeetingValues(self.builder)
        for group, number in self._groups(waiting):
            if not self.builder.journal._take_settlement_turn():
                self.counters["busy"] = 1
                return self.counters
            self._clear_group(group, number)
            self.checkpoint()
        self._withdraw_others(self.gate.touched.ids)
        return self.counters

    def _withdraw_others(self, kept):
        """Close requests for clearings that nothing stands behind any more."""
        if self.rows is not None:
            return
        self.env["settlement.posting.request"]._withdraw_others(
            ("clearing",), self.backend.wallet_ids, kept
        )

    def _groups(self, waiting):
        """Return rows by statement, or by wallet and month; what fits one entry.

        Each with its number, by which the same group is found again.
        """
        groups = defaultdict(list)
        for row in waiting:
            month = slices.month_of(row.booked_on)
            is_bank = row.kind.startswith("bank")
            groups[row.wallet_id, row.batch_id if is_bank else 0, month].append(row)
        return [
            (rows[start : start + ROWS // 2], start)
            for rows in groups.values()
            for start in range(0, len(rows), ROWS // 2)
        ]

    def _clear_group(self, rows, number):
        wallet = self.env["settlement.wallet"].browse(rows[0].wallet_id)
        # Two workers must not clear the same rows; the second finds them cleared.
        if not wallet.try_lock_for_update():
            return
        try:
            with self.env.cr.savepoint():
                cleared = self._clear_rows(wallet, rows, number)
                self.env.flush_all()
        except REFUSALS as error:
            refuse(self.env, wallet, error)
            self.refused |= wallet
            self.counters["refused"] += 1
            return
        self.counters["cleared"] += cleared

    # ------------------------------------------------------------------
    # One group
    # ------------------------------------------------------------------

    def _clear_rows(self, wallet, rows, number):
        """Move and reconcile what these rows settle; return how many rows moved."""
        moves, in_place = self._moves(rows)
        direct = [move for move in moves if move in in_place]
        planned = [move for move in moves if move not in in_place]
        if planned and not self._post(wallet, rows, planned, number):
            self.counters["waiting"] += 1
            planned = []
        self._reuse(direct)
        self._note_charges(rows, planned)
        moved = {move.transaction_id for move in (*direct, *planned)}
        facts = self.env["settlement.transaction"].browse(sorted(moved))
        # A match may end with this row and settle one of another statement, too.
        facts |= facts.match_line_ids.match_id.line_ids.transaction_id
        facts.batch_id._refresh_posting_state()
        return len(moved)

    def _note_charges(self, rows, moves):
        """What the bank booked for itself is done once it is on its account."""
        charges = {row.id for row in rows if row.match_state == "not_needed"}
        moved = {move.transaction_id for move in moves}
        self.env["settlement.posting"]._set_posting_state(charges & moved, "reconciled")

    def _moves(self, rows):
        """Return all Moves of rows, and those that need no entry."""
        ids = [row.id for row in rows]
        settled = SettledReader(self.env).read(ids)
        payouts = PayoutReader(self.env).read(ids)
        items = OpenItems(self.env, ids)
        done = self._in_ledger(ids)
        moves = []
        for row in rows:
            parts = [
                part
                for part in self._parts(row, settled.get(row.id, NOTHING), payouts)
                if not part.match_id or (row.id, part.match_id) not in done
            ]
            for part in parts:
                taken = items.take(row.id, part, row.label)
                if not taken:
                    self._refuse_row(row, part)
                moves += taken
        direct = {
            move for move in moves if stays_where_it_is(move) and items.is_whole(move)
        }
        return moves, direct

    def _refuse_row(self, row, part):
        """Say that the money of a row is no longer where it waited."""
        fact = self.env["settlement.transaction"].browse(row.id)
        error = PostingError(
            "posting_failed",
            self.env._(
                "%(row)s is matched with %(match)s, but its money no longer waits in "
                "the ledger: somebody has reconciled its line otherwise. Undo that "
                "reconciliation, or undo the match.",
                row=shortened(fact.external_id),
                match=self.env["settlement.match"].browse(part.match_id).display_name,
            ),
        )
        refuse(self.env, fact, error)

    def _parts(self, row, settled, payouts):
        """Return what a row settles, its meeting account filled in."""
        parts = [*settled.parts, *payouts.get(row.id, ())]
        if rest := settled.rest(row.gross):
            parts.append(rest)
        if row.match_state == "not_needed" and row.kind.startswith("bank"):
            return [self._own_charge(row)]
        return [part if part.account_id else self._meeting(row, part) for part in parts]

    def _meeting(self, row, part):
        """Money that settles money meets: own transfers on the transfer account.

        Two currencies meet in that of the company, at one value for both ends. What
        needs no document waits on suspense for the entry that books it.
        """
        partner_id = self.meeting_values.expected_from(part.match_id)
        if partner_id is not None:
            # Announced, and no document yet: the partner's money to allocate.
            account_id = self._account(row, "unallocated")
            return replace(
                part, account_id=account_id, partner_id=partner_id, role="unallocated"
            )
        role = "suspense" if part.waits else meeting_role(row.kind)
        part = replace(part, account_id=self._account(row, role))
        value = self.meeting_values.of(part.match_id)
        if value is None:
            return part
        return replace(
            part,
            currency_id=self.builder.company.currency_id.id,
            amount_currency=value if part.amount > 0 else -value,
        )

    def _own_charge(self, row):
        """What the bank books for itself goes where its code says.

        That is what a mapping says, else the account of charges or of interest.
        """
        wallet = self.env["settlement.wallet"].browse(row.wallet_id)
        currency = wallet.currency_id
        booking = self.builder.bookings.of(
            row.source_code, row.gross, currency.name, row.booked_on
        )
        account_id = booking.account_id if booking else 0
        return Settled(
            account_id=account_id
            or self._account(row, own_charge_role(row.source_code)),
            partner_id=booking.partner_id if booking else 0,
            amount=row.gross,
            currency_id=currency.id,
            amount_currency=row.gross,
            booking=booking,
            role="mapped" if account_id else "settled",
        )

    def _account(self, row, role):
        wallet = self.env["settlement.wallet"].browse(row.wallet_id)
        try:
            return self.builder.accounts(wallet).required(role, row.kind)
        except MissingAccount as error:
            raise PostingError(
                "unknown_mapping", self.builder.missing_account(error), ("map",)
            ) from error

    def _post(self, wallet, rows, moves, number):
        """Post one clearing entry of a group and reconcile both its ends.

        :return: the posting, none if it waits for an approver.
        """
        postings = self.env["settlement.posting"]
        proposal = self._proposal(wallet, rows, moves, number)
        if not self.gate.admits(proposal):
            return postings
        posting = postings._post_slices(self.builder, list(proposal.prepared))
        self.gate.posted(proposal, posting)
        return posting

    def _proposal(self, wallet, rows, moves, number):
        prepared = self._prepared(wallet, rows, moves)
        about = (wallet.id, prepared.month, prepared.batch.id or 0, number)
        return Proposal(
            kind="clearing",
            key=":".join(map(str, ("clearing", *about))),
            name=self.env._("Clearing of %(name)s", name=prepared.plan.name),
            wallet=wallet,
            prepared=(prepared,),
        )

    def _prepared(self, wallet, rows, moves):
        batch_id = rows[0].batch_id if rows[0].kind.startswith("bank") else 0
        batch = self.env["settlement.batch"].browse(batch_id or [])
        has_tax = any(move.part.booking and move.part.booking.tax for move in moves)
        day = self.builder.first_open_day(self._day(moves), has_tax)
        plan = plan_clearing(
            day,
            batch.external_id or wallet.display_name,
            moves,
            Company(
                self.builder.company.currency_id.id,
                self.builder.accounts(wallet).difference,
                self.builder.words["fee_tax"],
            ),
        )
        return Prepared(
            wallet=wallet,
            batch=batch,
            month=slices.month_of(rows[0].booked_on),
            kind="clearing",
            plan=plan,
            rows=(),
        )

    def _day(self, moves):
        """Return the day from which all that is cleared was open."""
        lines = self.env["account.move.line"].browse(
            {move.item.line_id for move in moves}
        )
        return max(lines.mapped("date"))

    def _reuse(self, moves):
        """Let lines that wait where they are needed settle their new targets."""
        self.env["account.move.line"]._set_settlement_tags(
            [
                (move.item.line_id, "settled", move.part.match_id, move.transaction_id)
                for move in moves
            ]
        )
        Reconciler(self.env).settle(
            [(move.item.line_id, move.part.items) for move in moves]
        )
        postings = self.env["settlement.posting"]
        postings._note_matches_posted(
            {move.part.match_id for move in moves if move.part.match_id}
        )
        postings._note_transit([item for move in moves for item in move.part.items])

    # ------------------------------------------------------------------
    # What waits, and what is done
    # ------------------------------------------------------------------

    def _waiting(self):
        """Return posted rows with a match, or a nature, that is not in the ledger."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT fact.id, fact.wallet_id, COALESCE(fact.batch_id, 0), fact.kind,
                       state.gross_minor,
                       left(concat_ws(' ', COALESCE(fact.counterparty_name,
                            initcap(replace(fact.kind, '_', ' '))),
                            COALESCE(fact.invoice_reference, fact.payment_reference,
                                     fact.source_external_id, fact.external_id)), 120),
                       COALESCE(fact.source_code, ''), COALESCE(fact.partner_id, 0),
                       state.match_state, fact.booked_on
                  FROM settlement_transaction fact
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                 WHERE fact.backend_id = %(backend)s
                   AND fact.is_current
                   AND state.posting_state = 'posted'
                   AND %(wanted)s
                   AND (EXISTS (
                            SELECT FROM settlement_match_line line
                              JOIN settlement_match match ON match.id = line.match_id
                             WHERE line.transaction_id = fact.id
                               AND match.state = 'confirmed')
                        OR (state.match_state = 'not_needed'
                            AND state.statement_line_id IS NOT NULL
                            AND fact.source_code IS NOT NULL))
                 ORDER BY fact.booked_on, fact.id
                """,
                backend=self.backend.id,
                wanted=SQL("TRUE")
                if self.rows is None
                else SQL("fact.id = ANY(%s)", self.rows),
            )
        )
        return [Waiting(*row) for row in rows]

    def _in_ledger(self, ids):
        """Return the (row, match) pairs that have their line already."""
        return set(
            self.env.execute_query(
                SQL(
                    """
                    SELECT settlement_transaction_id, settlement_match_id
                      FROM account_move_line
                     WHERE settlement_transaction_id = ANY(%s)
                       AND settlement_match_id IS NOT NULL
                       AND parent_state = 'posted'
                    """,
                    ids,
                )
            )
        )
