from dataclasses import dataclass

from odoo.exceptions import UserError
from odoo.tools import SQL

from .errors import PostingError
from .post_run import PostRun
from .reconciler import Reconciler
from .row_reader import RowReader
from .slice_builder import SliceBuilder


@dataclass(frozen=True, slots=True)
class _Link:
    """A payout whose line in transit the bank, or its failure, has settled."""

    identity: tuple
    counterpart_ids: tuple


class Reposter:
    """Reverses postings and posts their rows again, all or nothing.

    What they had settled is settled again: documents by their matches, payouts in
    transit by the same lines of the bank. Rows are posted as their source states them
    now, by the policy as it is now.
    """

    def __init__(self, backend, moves_dates=False):
        self.env = backend.env
        self.backend = backend.with_company(backend.company_id)
        self.moves_dates = moves_dates

    def repost(self, postings, reason):
        """Replace postings; return the new ones.

        :raises UserError: if a period is closed, something is missing, or what was
            settled could not be settled again. Nothing is changed then.
        """
        try:
            with self.env.cr.savepoint():
                new = self._replace(postings, reason)
                self.env.flush_all()
        except PostingError as error:
            self.env.invalidate_all()
            raise UserError(error.cause) from error
        return new

    def _replace(self, postings, reason):
        builder = SliceBuilder(self.backend, self.moves_dates)
        clearings = self._clearings_on(postings)
        if not self.moves_dates:
            self._check_open(builder, postings | clearings)
        links = self._links(postings)
        rows = {posting: posting._current_row_ids() for posting in postings}
        superseded = self._superseded(postings)
        settled = self._settled_matches(postings | clearings)
        for posting in (clearings | postings).sorted("id", reverse=True):
            posting._reverse_one(reason)
        self._match_again(superseded)
        new = self._post_again(builder, rows)
        new.wallet_id._consume_foreign()
        self._restore(links)
        PostRun(self.backend).clear()
        new.batch_id._refresh_posting_state()
        self._check_restored(settled, links)
        return new

    # ------------------------------------------------------------------
    # Before
    # ------------------------------------------------------------------

    def _check_open(self, builder, postings):
        """Refuse what a closed period shows already."""
        for posting in postings:
            has_tax = posting.move_id._affect_tax_report()
            if locks := builder.locks(posting.date, has_tax):
                raise UserError(
                    self.env._(
                        "%(entry)s stands in a period that is closed (%(locks)s): what "
                        "was reported of it cannot change. Ask for an exception to the "
                        "lock, or book the difference in the open period.",
                        entry=posting.display_name,
                        locks=builder.company._format_lock_dates(locks),
                    )
                )

    def _clearings_on(self, postings):
        """Return the clearings of what waited on lines of these postings."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT clearing.id
                  FROM account_move_line item
                  JOIN account_partial_reconcile pair
                    ON item.id IN (pair.debit_move_id, pair.credit_move_id)
                  JOIN account_move_line other
                    ON other.id IN (pair.debit_move_id, pair.credit_move_id)
                   AND other.move_id <> item.move_id
                   AND other.settlement_role = 'cleared'
                  JOIN settlement_posting clearing
                    ON clearing.move_id = other.move_id
                   AND clearing.kind = 'clearing' AND clearing.state = 'posted'
                 WHERE item.move_id = ANY(%s)
                """,
                postings.move_id.ids,
            )
        )
        return postings.browse([row[0] for row in rows])

    def _links(self, postings):
        """Return what has settled the payouts of these postings in transit."""
        links = []
        lines = postings.move_id.line_ids.filtered(
            lambda line: line.settlement_role == "in_transit"
        )
        for line in lines:
            others = line.matched_debit_ids.debit_move_id
            others |= line.matched_credit_ids.credit_move_id
            if others:
                fact = line.settlement_transaction_id
                identity = (fact.backend_id.id, fact.external_id, fact.occurrence)
                links.append(_Link(identity, tuple(others.ids)))
        return links

    def _settled_matches(self, postings):
        matches = self.env["settlement.match"]
        for posting in postings:
            matches |= posting._posted_matches()
        return matches

    def _superseded(self, postings):
        """Return the rows of postings that their source has corrected since."""
        rows = postings.line_ids.filtered("active").transaction_id
        return rows.filtered(lambda row: not row.is_current)

    # ------------------------------------------------------------------
    # Posting again
    # ------------------------------------------------------------------

    def _post_again(self, builder, rows_of):
        reader = RowReader(self.env, ("none", "reversed"))
        prepared = []
        for posting, ids in sorted(rows_of.items(), key=lambda pair: pair[0].id):
            posting.batch_id._check_adds_up()
            rows = [each.row for each in reader.read(SQL("fact.id = ANY(%s)", ids))]
            prepared += builder.prepare(
                posting.wallet_id,
                rows,
                posting.plan.get("name") or posting.display_name,
                posting.kind,
                posting.batch_id,
            )
        return self.env["settlement.posting"]._post_slices(builder, prepared)

    def _match_again(self, superseded):
        """Match corrected rows by what they are now; their old matches end."""
        matches = superseded.match_line_ids.match_id
        still = matches.filtered(lambda match: match.state in ("proposed", "confirmed"))
        if not still:
            return
        still._undo(self.env._("The row was corrected by its source."))
        fresh = self.env["settlement.transaction"].search(
            [
                ("backend_id", "=", self.backend.id),
                ("external_id", "in", superseded.mapped("external_id")),
                ("is_current", "=", True),
            ]
        )
        self.env["settlement.matcher"]._match_transactions(fresh)

    def _restore(self, links):
        """Settle payouts in transit with what has settled them before."""
        pairs = [
            [line_id, *link.counterpart_ids]
            for link in links
            if (line_id := self._transit_line(link.identity))
        ]
        Reconciler(self.env).reconcile_open(pairs)
        self.env["settlement.posting"]._note_transit([pair[0] for pair in pairs])

    def _transit_line(self, identity):
        """Return the id of the line in transit of a payout as it is posted now."""
        backend_id, external_id, occurrence = identity
        line = self.env["account.move.line"].search(
            [
                ("settlement_role", "=", "in_transit"),
                ("parent_state", "=", "posted"),
                ("settlement_transaction_id.backend_id", "=", backend_id),
                ("settlement_transaction_id.external_id", "=", external_id),
                ("settlement_transaction_id.occurrence", "=", occurrence),
            ],
            order="id desc",
            limit=1,
        )
        return line.id

    # ------------------------------------------------------------------
    # After
    # ------------------------------------------------------------------

    def _check_restored(self, matches, links):
        """Take all back unless everything that was settled is settled again."""
        lost = matches.filtered(lambda match: match.state == "confirmed")
        counterparts = [line for link in links for line in link.counterpart_ids]
        lines = self.env["account.move.line"].browse(counterparts)
        lines.invalidate_recordset(["reconciled"])
        open_lines = lines.filtered(lambda line: not line.reconciled)
        if lost or open_lines:
            names = lost.mapped("display_name") + open_lines.move_id.mapped("name")
            raise UserError(
                self.env._(
                    "%(names)s would not be settled again as before, so nothing was "
                    "changed. Undo it first, then post again.",
                    names=", ".join(names[:5]),
                )
            )
