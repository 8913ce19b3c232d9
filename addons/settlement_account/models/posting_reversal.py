from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..planning.plan import digest_of, reversed_plan
from ..services.entry_writer import FAST
from ..services.errors import busy_sentence
from ..services.token import with_token


class SettlementPosting(models.Model):
    _inherit = "settlement.posting"

    def action_reverse(self, reason=""):
        """Take back these postings: their entries are reversed, their rows free.

        What the entries had settled is open again. The rows are not posted again by
        themselves: post the payout once what was wrong is mended.

        :param reason: why; required.
        :return: the reversing settlement.posting records.
        :raises AccessError: without the approver role.
        :raises UserError: without a reason, or if later entries stand on these.
        """
        self.env["settlement.backend"]._require_group("group_approver")
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why this is reversed."))
        # Postings are written by these methods only; the role was checked.
        return self.sudo()._reverse(reason.strip()).sudo(False)

    def _reverse(self, reason):
        self.lock_for_update()
        reversals = self.browse()
        for posting in self:
            posting._check_may_reverse()
            reversals |= posting._reverse_one(reason)
        return reversals

    # ------------------------------------------------------------------
    # May it be reversed
    # ------------------------------------------------------------------

    def _check_may_reverse(self):
        self.ensure_one()
        if self.state != "posted" or self.kind == "reversal":
            raise UserError(
                self.env._(
                    "%(posting)s is reversed already, or a reversal itself.",
                    posting=self.display_name,
                )
            )
        if self.kind == "difference":
            raise UserError(
                self.env._(
                    "%(posting)s books what %(match)s explains. Undo the match "
                    "instead: it takes this back.",
                    posting=self.display_name,
                    match=self.match_id.display_name,
                )
            )
        if later := self._standing_on_it():
            raise UserError(
                self.env._(
                    "%(later)s settles what %(posting)s has put in place. Undo the "
                    "match behind it first.",
                    later=", ".join(later),
                    posting=self.display_name,
                )
            )

    def _standing_on_it(self):
        """Return names of the entries that settle what this one has put in place.

        What was cleared from it, and payouts that the bank has. Disputes, reserves
        and the wallet itself are reconciled again by themselves.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT other_move.name
                  FROM account_move_line entry
                  JOIN account_partial_reconcile partial
                    ON entry.id IN (partial.debit_move_id, partial.credit_move_id)
                  JOIN account_move_line other
                    ON other.id IN (partial.debit_move_id, partial.credit_move_id)
                   AND other.move_id <> entry.move_id
                  JOIN account_move other_move ON other_move.id = other.move_id
                 WHERE entry.move_id = %s
                   AND (other.settlement_role = 'cleared'
                        OR (entry.settlement_role = 'dispute_reopened'
                            AND other.settlement_role = 'settled')
                        OR (entry.settlement_role = 'in_transit'
                            AND (other.settlement_role = 'settled'
                                 OR other_move.statement_line_id IS NOT NULL)))
                """,
                self.move_id.id,
            )
        )
        return [name for (name,) in rows]

    # ------------------------------------------------------------------
    # Reversing
    # ------------------------------------------------------------------

    def _reverse_one(self, reason, day=None):
        """Take back this posting, on ``day`` or its own, and free its rows."""
        self.ensure_one()
        matches, rows = self._posted_matches(), self._rows()
        transit = self._settled_transit()
        if self.kind != "difference":
            matches._reverse_differences(reason)
        move = self._reverse_move(reason, day or self.date)
        reversal = self._create_reversal(move, reason)
        matches._set_unposted()
        self._release_rows()
        # The lines of a reversed entry stand for nothing any more.
        lines = self.move_id.line_ids
        lines._set_settlement_tags([(line_id, None, 0, 0) for line_id in lines.ids])
        self.write({"state": "reversed", "reason": reason})
        self.env["settlement.event"]._log(
            "posting.reversed",
            self,
            reason=reason,
            after={"reversal": reversal.row_hash, "entry": move.name},
            rows=reversal,
        )
        self._note_transit(transit.ids)
        (self.batch_id | rows.batch_id)._refresh_posting_state()
        self.wallet_id._consume_foreign()
        return reversal

    def _reverse_move(self, reason, day):
        """Return the reversing entry, on ``day`` or the first open one after it."""
        company = self.company_id
        journal = self.move_id.journal_id
        has_tax = self.move_id._affect_tax_report()
        if not journal._take_settlement_turn():
            raise UserError(busy_sentence(self.env))
        while locks := company._get_violated_lock_dates(day, has_tax, journal):
            day = max(lock for lock, _field in locks) + timedelta(days=1)
        move = with_token(self.move_id.with_context(**FAST))
        reverse = move.with_company(company)._reverse_moves(
            [
                {
                    "date": day,
                    "ref": self.env._(
                        "Reversal of %(entry)s: %(reason)s",
                        entry=self.move_id.name,
                        reason=reason,
                    ),
                }
            ],
            cancel=True,
        )
        if reverse.date != day or reverse.state != "posted":
            raise UserError(
                self.env._(
                    "The reversal of %(entry)s was not posted on %(day)s.",
                    entry=self.move_id.name,
                    day=day,
                )
            )
        return self.env["account.move"].browse(reverse.id)

    def _create_reversal(self, move, reason):
        """Return the posting of kind reversal that stands for the reversing entry."""
        plan = reversed_plan(self.plan, move.date)
        return self.create(
            {
                "company_id": self.company_id.id,
                "wallet_id": self.wallet_id.id,
                "batch_id": self.batch_id.id,
                "month": self.month,
                "number": self._number_of_reversal(),
                "kind": "reversal",
                "date": move.date,
                "currency_id": self.currency_id.id,
                "amount": -self.amount,
                "plan": plan,
                "plan_hash": digest_of(plan),
                "move_id": move.id,
                "reversal_of_id": self.id,
                "reason": reason,
            }
        )

    def _number_of_reversal(self):
        if not self.batch_id:
            return self.wallet_id._next_posting_number()
        groups = self._read_group(
            [("batch_id", "=", self.batch_id.id)], [], ["number:max"]
        )
        return groups[0][0] + 1

    # ------------------------------------------------------------------
    # What follows
    # ------------------------------------------------------------------

    def _posted_matches(self):
        """Return the posted matches that this posting settles."""
        matches = self.move_id.line_ids.settlement_match_id
        rows = self.line_ids.filtered("active").transaction_id
        matches |= rows.match_line_ids.filtered(
            lambda line: line.side == "source"
        ).match_id
        return matches.filtered(lambda match: match.state == "posted")

    def _rows(self):
        """Return the rows that this posting posts, or clears."""
        own = self.line_ids.filtered("active").transaction_id
        return own | self.move_id.line_ids.settlement_transaction_id

    def _settled_transit(self):
        """Return payouts in transit that this entry has settled."""
        lines = self.move_id.line_ids
        others = lines.matched_debit_ids.debit_move_id
        others |= lines.matched_credit_ids.credit_move_id
        return (others - lines).filtered(
            lambda line: line.settlement_role == "in_transit"
        )

    def _release_rows(self):
        """Free the rows of a slice; rows of a clearing wait where they waited."""
        lines = self.line_ids.filtered("active")
        self._set_posting_state(self._current_row_ids(), "reversed")
        lines.write({"active": False})
        if self.kind == "clearing":
            self._set_posting_state(self._rows().ids, "posted")

    def _current_row_ids(self):
        """Return the ids of the rows of this posting, as their source has them now.

        Their states belong to the current revisions.
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT fresh.id
                  FROM settlement_posting_line line
                  JOIN settlement_transaction fact ON fact.id = line.transaction_id
                  JOIN settlement_transaction fresh
                    ON fresh.backend_id = fact.backend_id
                   AND fresh.external_id = fact.external_id
                   AND fresh.occurrence = fact.occurrence
                   AND fresh.is_current
                 WHERE line.posting_id = %s AND line.active
                """,
                self.id,
            )
        )
        return [row_id for (row_id,) in rows]
