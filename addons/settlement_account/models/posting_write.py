from odoo import api, models
from odoo.tools import SQL

from ..services.entry_writer import EntryWriter, to_float
from ..services.reconciler import Reconciler


class SettlementPosting(models.Model):
    _inherit = "settlement.posting"

    # ------------------------------------------------------------------
    # Writing slices
    # ------------------------------------------------------------------

    @api.model
    def _post_slices(self, builder, prepared):
        """Post planned slices: entries, postings and all that follows, at once.

        :param builder: the SliceBuilder that prepared them.
        :param prepared: list of Prepared slices of one backend.
        :return: the new postings.
        :raises PostingError: if anything is other than planned; the caller takes all
            of it back.
        """
        prepared = [each for each in prepared if each.plan.lines]
        if not prepared:
            return self.browse()
        plans = [each.plan for each in prepared]
        writer = EntryWriter(self.env, builder.company)
        moves = writer.post(
            plans, builder.journal, builder.policy.analytic_distribution
        )
        postings = self._create_for(prepared, moves)
        postings._insert_lines(prepared)
        Reconciler(self.env).settle(self._settling_pairs(moves, plans))
        self._set_posting_state(
            [row.id for each in prepared for row in each.rows], "posted"
        )
        self._follow(plans)
        return postings

    @api.model
    def _follow(self, plans):
        """Note what the new entries mean for matches and for payouts in transit."""
        lines = [line for plan in plans for line in plan.lines]
        self._note_matches_posted(
            {match_id for plan in plans for match_id in plan.match_ids}
        )
        self._note_transit([item for line in lines for item in line.reconcile_with])

    @api.model
    def _create_for(self, prepared, moves):
        """Create the postings of new entries and pin them with one event."""
        numbers = self._next_numbers(prepared)
        postings = self.create(
            [
                self._values_of(each, move, number)
                for each, move, number in zip(prepared, moves, numbers, strict=True)
            ]
        )
        self.env["settlement.event"]._log(
            "posting.posted",
            postings if len(postings) == 1 else prepared[0].wallet.backend_id,
            company=prepared[0].wallet.company_id,
            rows=postings,
        )
        return postings

    @api.model
    def _values_of(self, prepared, move, number):
        wallet, plan = prepared.wallet, prepared.plan
        net = sum(line.amount for line in plan.lines if line.role.startswith("wallet"))
        return {
            "company_id": wallet.company_id.id,
            "wallet_id": wallet.id,
            "batch_id": prepared.batch.id or False,
            "month": prepared.month,
            "number": number,
            "kind": prepared.kind,
            "date": plan.date,
            "currency_id": wallet.currency_id.id,
            "amount": to_float(net, wallet.currency_id),
            "plan": plan.as_dict(),
            "plan_hash": plan.digest(),
            "move_id": move.id,
        }

    @api.model
    def _next_numbers(self, prepared):
        """Return a number for each slice, unique for its wallet, month and batch."""
        batch_ids = list({each.batch.id for each in prepared if each.batch})
        last = dict(
            self.env.execute_query(
                SQL(
                    "SELECT batch_id, max(number) FROM settlement_posting "
                    "WHERE batch_id = ANY(%s) GROUP BY batch_id",
                    batch_ids,
                )
            )
            if batch_ids
            else ()
        )
        numbers = []
        for each in prepared:
            if each.batch:
                last[each.batch.id] = last.get(each.batch.id, 0) + 1
                numbers.append(last[each.batch.id])
            else:
                numbers.append(each.wallet._next_posting_number())
        return numbers

    def _insert_lines(self, prepared):
        """Write which rows these postings post, in one statement."""
        pairs = [
            (posting.id, posting.company_id.id, transaction_id)
            for posting, each in zip(self, prepared, strict=True)
            for transaction_id in each.plan.transaction_ids
        ]
        if not pairs:
            return
        postings, companies, transactions = (
            list(column) for column in zip(*pairs, strict=True)
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO settlement_posting_line (
                    posting_id, company_id, transaction_id, active)
                SELECT posting_id, company_id, transaction_id, TRUE
                  FROM unnest(%s::int[], %s::int[], %s::int[])
                    AS line (posting_id, company_id, transaction_id)
                """,
                postings,
                companies,
                transactions,
            )
        )
        self.invalidate_recordset(["line_ids"])

    @api.model
    def _settling_pairs(self, moves, plans):
        """Return (line, items it settles) of all planned lines that settle some."""
        ids = self._line_ids(moves)
        return [
            (ids[move.id, number], line.reconcile_with)
            for move, plan in zip(moves, plans, strict=True)
            for number, line in enumerate(plan.lines, start=1)
            if line.reconcile_with
        ]

    @api.model
    def _line_ids(self, moves):
        """Return the journal items of entries by (entry, position in its plan)."""
        rows = self.env.execute_query(
            SQL(
                "SELECT move_id, sequence, id FROM account_move_line "
                "WHERE move_id = ANY(%s)",
                moves.ids,
            )
        )
        return {(move_id, number): line_id for move_id, number, line_id in rows}
