from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import findings

# How long after its day a payout is missed.
PATIENCE = timedelta(days=5)
PAYOUT_REASONS = ("ambiguous", "late_payout", "payout_missing_at_bank")


class SettlementMatcher(models.AbstractModel):
    """Who has to look for money that left the provider and did not arrive."""

    _inherit = "settlement.matcher"

    @api.model
    def _show_payouts(self, run, outcome):
        """Open and close exceptions of payouts so that they say how things stand."""
        found = self._ambiguous_payouts(run, outcome.ambiguous)
        if run.wanted is not None:
            return
        known = {batch_id for batch_id, *_rest in found}
        found += self._missed_payouts(run.company, known)
        self._close_outdated_payouts(run.company, found)
        self._raise_all("settlement.batch", found)

    @api.model
    def _ambiguous_payouts(self, run, pairs):
        """Return findings about payouts with several bank rows, and note the rows."""
        by_payout = defaultdict(list)
        for pair in pairs:
            by_payout[pair.payout].append(pair.row)
        transactions = self.env["settlement.transaction"]
        found = []
        for payout, rows in by_payout.items():
            facts = transactions.browse([row.id for row in rows])
            sentence = findings.several_bank_rows(
                payout.external_id,
                self._money(payout.total, payout.currency_id),
                [f"{fact.external_id} of {fact.booked_on}" for fact in facts],
            )
            found.append((payout.id, "ambiguous", sentence))
        for pair in pairs:
            if pair.level:
                run.note(pair.row.id, "ambiguous", self._row_sentence(pair))
        return found

    @api.model
    def _row_sentence(self, pair):
        row = self.env["settlement.transaction"].browse(pair.row.id)
        payment = findings.Payment(
            row.external_id,
            self._money(pair.row.amount, pair.row.currency_id),
            pair.row.booked_on.isoformat(),
        )
        return findings.several_payouts(payment, pair.payout.external_id)

    @api.model
    def _missed_payouts(self, company, known):
        """Return findings about payouts that should have arrived."""
        today = fields.Date.context_today(self)
        bank_days = self._newest_bank_days(company)
        found = []
        for payout in self._waiting_payouts(company):
            newest = bank_days.get(payout.currency_id)
            due = payout.expected_on + PATIENCE
            if payout.id in known or newest is None:
                continue
            if due < newest:
                reason, write = "payout_missing_at_bank", findings.missing_at_bank
            elif due < today:
                reason, write = "late_payout", findings.late_payout
            else:
                continue
            amount = self._money(payout.total, payout.currency_id)
            sentence = write(
                payout.external_id,
                amount,
                payout.expected_on.isoformat(),
                newest.isoformat(),
            )
            found.append((payout.id, reason, sentence))
        return found

    @api.model
    def _newest_bank_days(self, company):
        """Return the last day that bank data speak of, by currency id."""
        query = SQL(
            """
            SELECT currency_id, max(day) FROM (
                SELECT currency_id, date AS day FROM settlement_batch
                 WHERE company_id = %(company)s AND kind = 'statement'
                 UNION ALL
                SELECT currency_id, booked_on FROM settlement_transaction
                 WHERE company_id = %(company)s AND is_current
                   AND kind IN ('bank_credit', 'bank_debit')
            ) known
             GROUP BY currency_id
            """,
            company=company.id,
        )
        return dict(self.env.execute_query(query))

    @api.model
    def _close_outdated_payouts(self, company, found):
        """Close exceptions of payouts that do not hold any more."""
        holds = {(batch_id, reason) for batch_id, reason, _sentence in found}
        exceptions = self.env["settlement.exception"]
        known = exceptions.search(
            [
                ("subject_model", "=", "settlement.batch"),
                ("company_id", "=", company.id),
                ("reason", "in", PAYOUT_REASONS),
                ("state", "in", ("open", "in_progress", "waiting_approval")),
            ]
        )
        for exception in known:
            if (exception.subject_id, exception.reason) not in holds:
                batch = self.env["settlement.batch"].browse(exception.subject_id)
                exceptions._clear_for(batch, [exception.reason])
