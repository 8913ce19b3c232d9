from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..services.give_back import GiveBack
from ..services.token import with_token
from ..services.write_off_limit import WRITE_OFFS, WriteOffLimit


class SettlementMatch(models.Model):
    _name = "settlement.match"
    _inherit = ["settlement.match", "settlement.posting.previewed"]

    # ------------------------------------------------------------------
    # Preview, and posting what was seen
    # ------------------------------------------------------------------

    def _post_as_seen(self, **options):
        """Confirm this match, if it is a proposal, and bring it into the ledger."""
        if self.state == "proposed":
            self._confirm()
        for backend, rows in self._matched_rows().grouped("backend_id").items():
            backend = backend.with_company(backend.company_id)
            backend._post_rows(rows.with_env(backend.env), **options)
        rows = self._matched_rows()
        self.env["settlement.exception"]._stop_if_refused(rows.batch_id, rows.wallet_id)

    def _matched_rows(self):
        """Return the rows of these matches, those of matched payouts included."""
        lines = self.line_ids
        return lines.transaction_id | lines.batch_id.payout_transaction_id

    def action_confirm(self):
        """Confirm proposals; a write-off above the limit needs an approver.

        :raises UserError: if one is above the limit and the user is no approver.
        """
        if not self.env["settlement.backend"]._has_settlement_group("group_approver"):
            self._check_write_offs()
        return super().action_confirm()

    def _check_write_offs(self):
        """Refuse what the policy does not let an accountant write off."""
        self.check_access("read")
        for match in self.filtered(lambda match: match.difference_kind in WRITE_OFFS):
            row = match.line_ids.transaction_id[:1]
            limit = WriteOffLimit(match.company_id)
            if row and limit.exceeds(
                row.backend_id, match.currency_id, match.difference_minor, row.booked_on
            ):
                raise UserError(
                    self.env._(
                        "%(match)s writes off %(amount)s, more than the posting "
                        "policy lets go. Ask an approver to confirm it.",
                        match=match.display_name,
                        amount=match.currency_id.format(match.difference),
                    )
                )

    # ------------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------------

    def _release_posting(self, reason):
        """Unlink in the ledger what these matches settled; entries stay as they are.

        The lines that settled it are open again and wait for the next match.

        :raises UserError: if that would open items in a closed period.
        """
        posted = self.filtered(lambda match: match.state == "posted")
        pairs = posted._ledger_pairs()
        posted._check_period_open(pairs)
        transit = pairs.debit_move_id | pairs.credit_move_id
        with_token(pairs).unlink()
        posted._reverse_differences(reason)
        posted._set_unposted()
        postings = self.env["settlement.posting"]
        rows = posted.line_ids.transaction_id._current_revisions()
        settled = rows.filtered(lambda row: row.posting_state == "reconciled")
        postings._set_posting_state(settled.ids, "posted")
        postings._note_transit(transit.ids)
        GiveBack(posted).give_back()
        rows.batch_id._refresh_posting_state()
        return super()._release_posting(reason)

    def _reverse_differences(self, reason):
        """Take back the entries of what these matches settled beyond their money.

        :raises UserError: if their period is closed and no later one is open.
        """
        postings = self.env["settlement.posting"].search(
            [("match_id", "in", self.ids), ("state", "=", "posted")]
        )
        for posting in postings:
            posting._reverse_one(reason)

    def _check_period_open(self, pairs):
        """Refuse to open items again that a closed period shows as settled."""
        for company, of_company in pairs.grouped("company_id").items():
            for day in sorted(set(of_company.mapped("max_date"))):
                locks = company._get_violated_lock_dates(
                    day, False, self.env["account.journal"]
                )
                if locks:
                    raise UserError(
                        self.env._(
                            "This was settled on %(day)s, and that period is closed "
                            "(%(locks)s): undoing it would open it again. Match what "
                            "is right in the open period, or ask for an exception to "
                            "the lock.",
                            day=day,
                            locks=company._format_lock_dates(locks),
                        )
                    )

    def _ledger_pairs(self):
        """Return the reconciled pairs of journal items that these matches made."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH ours AS (%(ours)s), targets AS (%(targets)s)
                SELECT partial.id
                  FROM account_partial_reconcile partial
                  JOIN ours ON ours.id IN (
                       partial.debit_move_id, partial.credit_move_id)
                  JOIN targets ON targets.match_id = ours.match_id
                   AND targets.id IN (partial.debit_move_id, partial.credit_move_id)
                   AND targets.id <> ours.id
                 UNION
                SELECT partial.id
                  FROM account_partial_reconcile partial
                  JOIN ours debit ON debit.id = partial.debit_move_id
                  JOIN ours credit ON credit.id = partial.credit_move_id
                   AND credit.match_id = debit.match_id
                """,
                ours=self._our_lines_sql(),
                targets=self._target_lines_sql(),
            )
        )
        pairs = self.env["account.partial.reconcile"].browse(
            [pair_id for (pair_id,) in rows]
        )
        return pairs | self._set_off_pairs(pairs)

    def _set_off_pairs(self, pairs):
        """Return pairs of targets with each other that were made in the same act.

        A credit note that was set off in a payment is reconciled with its invoice.
        """
        targets = self.line_ids.move_line_id
        moments = set(pairs.mapped("create_date"))
        return targets.matched_debit_ids.filtered(
            lambda pair: pair.debit_move_id in targets and pair.create_date in moments
        )

    def _our_lines_sql(self):
        """Return ``id, match_id`` of our lines that settle these matches.

        Lines of one match carry it; a summed line is found by the rows it posts.
        """
        return SQL(
            """
            SELECT entry.id, entry.settlement_match_id AS match_id
              FROM account_move_line entry
             WHERE entry.settlement_match_id = ANY(%(matches)s)
             UNION
            SELECT entry.id, line.match_id
              FROM settlement_match_line line
              JOIN settlement_posting_line posted
                ON posted.transaction_id = line.transaction_id AND posted.active
              JOIN settlement_posting posting ON posting.id = posted.posting_id
              JOIN account_move_line entry ON entry.move_id = posting.move_id
             WHERE line.match_id = ANY(%(matches)s)
               AND entry.settlement_role = 'settled'
               AND entry.settlement_transaction_id IS NULL
             UNION
            SELECT entry.id, line.match_id
              FROM settlement_match_line line
              JOIN settlement_transaction_state state
                ON state.transaction_id = line.transaction_id
              JOIN account_bank_statement_line bank
                ON bank.id = state.statement_line_id
              JOIN account_move_line entry ON entry.move_id = bank.move_id
             WHERE line.match_id = ANY(%(matches)s)
               AND entry.settlement_role = 'settled'
            """,
            matches=self.ids,
        )

    def _target_lines_sql(self):
        """Return ``id, match_id`` of what these matches settle."""
        return SQL(
            """
            SELECT line.move_line_id AS id, line.match_id
              FROM settlement_match_line line
             WHERE line.match_id = ANY(%(matches)s)
               AND line.move_line_id IS NOT NULL
             UNION
            SELECT entry.id, line.match_id
              FROM settlement_match_line line
              JOIN settlement_transaction payout
                ON payout.batch_id = line.batch_id AND payout.kind = 'payout'
              JOIN account_move_line entry
                ON entry.settlement_transaction_id = payout.id
               AND entry.settlement_role = 'in_transit'
             WHERE line.match_id = ANY(%(matches)s)
            """,
            matches=self.ids,
        )
