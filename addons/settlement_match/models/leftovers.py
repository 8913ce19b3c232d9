from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical import bank_codes

from ..engine import findings

# The stage whose proposals stand until a person decides.
TEXT_STAGE = 3
# Reasons that matching opens for payments, and closes when they no longer hold.
OPEN_REASONS = (
    "ambiguous",
    "missing_reference",
    "paid_not_in_ledger",
    "unmatched",
    "currency_mismatch",
    "amount_over",
    "partner_conflict",
    "duplicate",
)


class SettlementMatcher(models.AbstractModel):
    """After the stages: who has to look at what is still open, and why."""

    _inherit = "settlement.matcher"

    @api.model
    def _show_leftovers(self, run):
        """Open and close exceptions so that they say how things stand now."""
        self.env.flush_all()
        self._dismiss_own_charges(run.company)
        self._recall_proposals(run)
        for row in self._leftover_rows(run):
            reason, sentence = self._leftover_note(row)
            for known in (run.proposed, run.remarks):
                if row["id"] in known:
                    sentence = f"{sentence} {known[row['id']]}"
            run.note(row["id"], reason, sentence)
        self._close_outdated(run)
        self._raise_all(
            "settlement.transaction",
            [(row_id, *note) for row_id, note in run.notes.items()],
        )

    @api.model
    def _dismiss_own_charges(self, company):
        """The bank's own fees and interest need no target: their code says so."""
        states = self.env["settlement.transaction.state"]
        query = SQL(
            """
            SELECT fact.source_code, array_agg(state.id)
              FROM settlement_transaction_state state
              JOIN settlement_transaction fact ON fact.id = state.transaction_id
             WHERE state.company_id = %s
               AND state.match_state = 'open'
               AND fact.kind IN ('bank_credit', 'bank_debit')
               AND fact.source_code IS NOT NULL
             GROUP BY fact.source_code
            """,
            company.id,
        )
        for code, ids in self.env.execute_query(query):
            if bank_codes.is_own_charge(code):
                states.browse(ids)._set_match_state("not_needed")
        self.env.flush_all()

    @api.model
    def _leftover_rows(self, run):
        """Return what is still open, with what is known about its payer."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT open.transaction_id AS id, open.source_open,
                       open.currency_id AS source_currency_id, fact.external_id,
                       fact.booked_on, fact.counterparty_name, fact.kind,
                       array_remove(ARRAY[fact.structured_reference,
                            fact.invoice_reference, fact.order_reference], NULL)
                            AS names,
                       payer.name AS partner
                  FROM (%(open)s) open
                  JOIN settlement_transaction fact ON fact.id = open.transaction_id
                  LEFT JOIN LATERAL (%(payer)s) payer ON TRUE
                 WHERE TRUE %(noted)s
                 ORDER BY open.transaction_id
                """,
                open=SQL(
                    "%s UNION ALL %s",
                    self._open_transactions_sql(run.company),
                    self._read_doubtfully_sql(run.company),
                ),
                payer=self._payer_sql(run.company),
                noted=SQL("AND NOT fact.id = ANY(%s)", list(run.notes)),
            )
        )

    @api.model
    def _read_doubtfully_sql(self, company):
        """Return rows that a doubtful reading of their text has proposed something for.

        A person has to look at these as well: the proposal is what it may be. What a
        known payer names of somebody else says why by itself.
        """
        return SQL(
            """
            SELECT DISTINCT state.transaction_id, state.currency_id, state.gross_minor,
                   state.gross_minor AS source_open
              FROM settlement_match match
              JOIN settlement_match_line line
                ON line.match_id = match.id AND line.side = 'source'
              JOIN settlement_transaction_state state
                ON state.transaction_id = line.transaction_id
             WHERE match.company_id = %s
               AND match.state = 'proposed'
               AND match.stage = %s
               AND match.kind <> 'reference/other_payer'
               AND state.match_state = 'proposed'
            """,
            company.id,
            TEXT_STAGE,
        )

    @api.model
    def _recall_proposals(self, run):
        """Let what is said of such rows name what was proposed."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.transaction_id, match.id
                  FROM settlement_match match
                  JOIN settlement_match_line line
                    ON line.match_id = match.id AND line.side = 'source'
                 WHERE match.company_id = %s
                   AND match.state = 'proposed'
                   AND match.stage = %s
                   AND line.transaction_id IS NOT NULL
                 ORDER BY match.id
                """,
                run.company.id,
                TEXT_STAGE,
            )
        )
        matches = self.env["settlement.match"]
        for row_id, match_id in rows:
            sentence = matches.browse(match_id).sentence
            run.proposed.setdefault(row_id, findings.proposed_match(sentence))

    @api.model
    def _payer_sql(self, company):
        """Return the partner whose bank account the money came from, if only one."""
        return SQL(
            """
            SELECT min(partner.name) AS name
              FROM settlement_transaction_reference given
              JOIN res_partner_bank bank
                ON bank.sanitized_acc_number = given.text AND bank.active
              JOIN res_partner partner ON partner.id = bank.partner_id
             WHERE given.transaction_id = fact.id
               AND given.type = 'iban'
               AND (bank.company_id IS NULL OR bank.company_id = %s)
            HAVING count(DISTINCT partner.commercial_partner_id) = 1
            """,
            company.id,
        )

    @api.model
    def _leftover_note(self, row):
        """Return (reason, sentence) for a payment that fits nothing open."""
        payment = self._payment_of(row)
        if row["names"] or row["partner"]:
            sentence = findings.unmatched(payment, row["names"], row["partner"] or "")
            return "unmatched", sentence
        payer = row["counterparty_name"] or ""
        return "missing_reference", findings.without_reference(payment, payer)

    # ------------------------------------------------------------------
    # Exceptions whose cause is gone
    # ------------------------------------------------------------------

    @api.model
    def _close_outdated(self, run):
        """Close exceptions of matching that do not hold any more."""
        transactions = self.env["settlement.transaction"]
        exceptions = self.env["settlement.exception"]
        for reason, row_ids in self._outdated(run).items():
            exceptions._clear_for(transactions.browse(row_ids), [reason])

    @api.model
    def _outdated(self, run):
        """Return which exceptions to close: reason → transaction ids."""
        condition = SQL("TRUE")
        if run.wanted is not None:
            condition = SQL("exception.subject_id = ANY(%s)", run.wanted)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT exception.reason, exception.subject_id, state.match_state,
                       COALESCE(held.is_over, FALSE), COALESCE(held.is_short, FALSE)
                  FROM settlement_exception exception
                  LEFT JOIN settlement_transaction_state state
                    ON state.transaction_id = exception.subject_id
                  LEFT JOIN LATERAL (%(held)s) held ON TRUE
                 WHERE exception.subject_model = 'settlement.transaction'
                   AND exception.company_id = %(company)s
                   AND exception.state IN ('open', 'in_progress', 'waiting_approval')
                   AND exception.reason IN %(reasons)s
                   AND %(condition)s
                """,
                held=self._differences_sql(),
                company=run.company.id,
                reasons=(*OPEN_REASONS, "amount_short"),
                condition=condition,
            )
        )
        outdated = {}
        for reason, row_id, match_state, is_over, is_short in rows:
            holds = {"amount_over": is_over, "amount_short": is_short}.get(reason)
            noted = run.notes.get(row_id, ("",))[0] == reason
            if not (holds or noted) and match_state != "proposed":
                outdated.setdefault(reason, []).append(row_id)
        return outdated

    @api.model
    def _differences_sql(self):
        """Return whether confirmed matches of a payment are over or still short."""
        return SQL(
            """
            SELECT bool_or(match.rest_to_credit) AS is_over,
                   bool_or(entry.reconciled IS NOT TRUE
                           AND claim.claimed_minor < claim.total_minor) AS is_short
              FROM settlement_match_line line
              JOIN settlement_match match
                ON match.id = line.match_id AND match.state IN ('confirmed', 'posted')
              JOIN settlement_match_line target
                ON target.match_id = match.id AND target.side = 'target'
              JOIN settlement_claim claim ON claim.move_line_id = target.move_line_id
              JOIN account_move_line entry ON entry.id = target.move_line_id
             WHERE line.transaction_id = exception.subject_id
               AND line.side = 'source'
            """
        )
