from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.models.reference_sql import reference_text_sql

from ..engine import findings

# References that name one document; an order may be paid month by month.
NAMING_TYPES = ("invoice", "structured")
PAYER_TYPES = ("iban", "email")
# What was noted, and is said better by naming the first payment.
LESS_SPECIFIC = ("ambiguous", "amount_over")
# Shorter numbers of documents occur in any text by chance.
SHORTEST_NUMBER = 5


class SettlementMatcher(models.AbstractModel):
    """Second payments of what is paid: found before anything else is guessed."""

    _inherit = "settlement.matcher"

    @api.model
    def _stage_duplicate(self, run):
        """Note the open payments that repeat one which has paid its document.

        Nothing is matched: what becomes of the money is for a person to say.

        :return: dict of counters.
        """
        rows = self._repeated_rows(run)
        for row in rows:
            first = findings.Payment(
                row["first_id"],
                self._money(row["source_open"], row["source_currency_id"]),
                row["first_day"].isoformat(),
            )
            sentence = findings.duplicate(
                self._payment_of(row), first, row["documents"], row["text"]
            )
            if run.wanted is None or row["id"] in run.wanted:
                # That it is too much is known: this says why.
                run.notes[row["id"]] = ("duplicate", sentence)
        return {"matched": 0, "duplicates": len(rows)}

    @api.model
    def _repeated_rows(self, run):
        """Return open payments with the first earlier one that they repeat."""
        self._refill("settlement_repeated", self._repeatable_sql(run))
        self._refill("settlement_same_amount", self._same_amount_sql(run.company))
        self._refill("settlement_settled", self._settled_payments_sql())
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT DISTINCT ON (second.id)
                       second.id, second.source_open, second.source_currency_id,
                       second.external_id, second.booked_on, repeated.text,
                       first.external_id AS first_id, first.booked_on AS first_day,
                       first.documents
                  FROM (%(by_reference)s UNION %(by_text)s) repeated
                  JOIN settlement_repeated second ON second.id = repeated.second_id
                  JOIN settlement_settled first ON first.id = repeated.first_id
                 ORDER BY second.id, first.booked_on, first.id, repeated.text
                """,
                by_reference=self._repeated_by_reference_sql(),
                by_text=self._repeated_by_text_sql(),
            )
        )

    @api.model
    def _repeatable_sql(self, run):
        """Return open payments of which nothing is known that says more.

        That something similar is open says less than that the document is paid.
        """
        known = [row for row, note in run.notes.items() if note[0] not in LESS_SPECIFIC]
        return SQL(
            """
            SELECT open.transaction_id AS id, open.source_open,
                   open.currency_id AS source_currency_id, fact.external_id,
                   fact.booked_on,
                   %(text)s AS said
              FROM (%(open)s) open
              JOIN settlement_transaction fact ON fact.id = open.transaction_id
             WHERE open.source_open = open.gross_minor
               AND NOT open.transaction_id = ANY(%(known)s)
            """,
            text=reference_text_sql(
                "invoice",
                SQL(
                    "concat_ws(' ', fact.description, fact.payment_reference, "
                    "fact.invoice_reference, fact.end_to_end_reference)"
                ),
            ),
            open=self._open_transactions_sql(run.company),
            known=known,
        )

    @api.model
    def _same_amount_sql(self, company):
        """Return matched payments of an amount that is open again."""
        return SQL(
            """
            SELECT state.transaction_id AS id, state.currency_id, state.gross_minor
              FROM settlement_transaction_state state
             WHERE state.company_id = %s
               AND state.match_state = 'matched'
               AND (state.currency_id, state.gross_minor) IN (
                    SELECT source_currency_id, source_open FROM settlement_repeated)
            """,
            company.id,
        )

    @api.model
    def _settled_payments_sql(self):
        """Return those of ``settlement_same_amount`` with what they paid.

        Only what paid documents of which nothing is open any more. Joined as a whole:
        looked up payment by payment, a wrong guess of the planner would multiply.
        """
        return SQL(
            """
            SELECT fact.id, same.currency_id, same.gross_minor, fact.external_id,
                   fact.booked_on, paid.documents
              FROM (
                SELECT same.id, array_agg(DISTINCT entry.move_name) AS documents
                  FROM settlement_same_amount same
                  JOIN settlement_match_line money
                    ON money.transaction_id = same.id AND money.side = 'source'
                  JOIN settlement_match match
                    ON match.id = money.match_id
                   AND match.state IN ('confirmed', 'posted')
                  JOIN settlement_match_line target
                    ON target.match_id = match.id AND target.side = 'target'
                  JOIN account_move_line entry ON entry.id = target.move_line_id
                  LEFT JOIN settlement_claim claim ON claim.move_line_id = entry.id
                 GROUP BY same.id
                HAVING bool_and(entry.reconciled
                                OR claim.claimed_minor = claim.total_minor)
                   ) paid
              JOIN settlement_same_amount same USING (id)
              JOIN settlement_transaction fact ON fact.id = same.id AND fact.is_current
            """
        )

    @api.model
    def _repeated_by_reference_sql(self):
        """Return payments that carry the same reference in a field of its own."""
        return SQL(
            """
            SELECT second.id AS second_id, first.id AS first_id, there.text
              FROM settlement_repeated second
              JOIN settlement_settled first
                ON first.currency_id = second.source_currency_id
               AND first.gross_minor = second.source_open
              JOIN settlement_transaction_reference here
                ON here.transaction_id = second.id AND here.type IN %(types)s
              JOIN settlement_transaction_reference there
                ON there.transaction_id = first.id AND %(same)s
            """,
            types=NAMING_TYPES,
            same=self._same_reference_sql("here", "there"),
        )

    @api.model
    def _repeated_by_text_sql(self):
        """Return payments of the same payer that name the same document in words."""
        number = reference_text_sql("invoice", SQL("document.name"))
        return SQL(
            """
            SELECT second.id AS second_id, first.id AS first_id, document.name
              FROM settlement_repeated second
              JOIN settlement_settled first
                ON first.currency_id = second.source_currency_id
               AND first.gross_minor = second.source_open
              JOIN settlement_transaction_reference here
                ON here.transaction_id = second.id AND here.type IN %(types)s
              JOIN settlement_transaction_reference there
                ON there.transaction_id = first.id AND %(same)s
             CROSS JOIN LATERAL unnest(first.documents) AS document (name)
             WHERE length(%(number)s) >= %(shortest)s
               AND strpos(second.said, %(number)s) > 0
            """,
            types=PAYER_TYPES,
            same=self._same_reference_sql("here", "there"),
            number=number,
            shortest=SHORTEST_NUMBER,
        )
