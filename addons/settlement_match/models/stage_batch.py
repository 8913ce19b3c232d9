from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence, payouts

STAGE = 4


class SettlementMatcher(models.AbstractModel):
    """Stage 4: a payout and the bank row, or rows, by which it arrived."""

    _inherit = "settlement.matcher"

    @api.model
    def _stage_batch(self, run):
        """Match payouts with the bank rows by which they arrived.

        :return: dict of counters.
        """
        undecided = self._undecided_payouts(run.company)
        waiting = self._waiting_payouts(run.company, [each[0] for each in undecided])
        rows = self._bank_rows(run, waiting, [each[1] for each in undecided])
        outcome = payouts.decide(waiting, rows)
        self._withdraw_payouts(outcome, undecided)
        if run.wanted is not None:
            outcome = outcome.only_rows(set(run.wanted))
        plans = [self._pair_plan(pair) for pair in outcome.accepted]
        plans += [self._merged_plan(merged) for merged in outcome.merged]
        plans += self._returned_plans(run)
        matched = self._write_plan(run.company, self._plan_given(plans, STAGE, "batch"))
        self._propose_payouts(outcome.proposed)
        self._show_payouts(run, outcome)
        return {
            "candidates": len(waiting),
            "matched": matched,
            "ambiguous": len({pair.payout.id for pair in outcome.ambiguous}),
        }

    # ------------------------------------------------------------------
    # What waits
    # ------------------------------------------------------------------

    @api.model
    def _undecided_payouts(self, company):
        """Return (payout, bank row) → match of what this stage has proposed.

        Later data may speak against it: it is looked at again with everything else,
        so that what comes first does not decide.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT payout.batch_id, row.transaction_id, match.id
                  FROM settlement_match match
                  JOIN settlement_match_line payout
                    ON payout.match_id = match.id AND payout.batch_id IS NOT NULL
                  JOIN settlement_match_line row
                    ON row.match_id = match.id AND row.transaction_id IS NOT NULL
                 WHERE match.company_id = %s
                   AND match.state = 'proposed'
                   AND match.method = 'batch'
                   AND match.stage = %s
                """,
                company.id,
                STAGE,
            )
        )
        return {(batch_id, row_id): match_id for batch_id, row_id, match_id in rows}

    @api.model
    def _withdraw_payouts(self, outcome, undecided):
        """Withdraw proposals that nobody would make any more; keep the others."""
        proposed = {(pair.payout.id, pair.row.id) for pair in outcome.proposed}
        stale = [match for key, match in undecided.items() if key not in proposed]
        if stale:
            self.env["settlement.match"].browse(stale)._undo(
                self.env._("Other data fit better, or as well.")
            )
        outcome.proposed = [
            pair
            for pair in outcome.proposed
            if (pair.payout.id, pair.row.id) not in undecided
        ]

    @api.model
    def _waiting_payouts(self, company, undecided=()):
        """Return the payouts whose money is not found at the bank yet.

        :param undecided: ids of payouts that count although a match is proposed.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT batch.id, batch.wallet_id, batch.currency_id,
                       batch.total_minor AS total,
                       COALESCE(batch.expected_on, batch.date) AS expected_on,
                       batch.external_id, batch.reference, batch.descriptor,
                       ARRAY[backend.connector, backend.name] AS names
                  FROM settlement_batch batch
                  JOIN settlement_backend backend ON backend.id = batch.backend_id
                 WHERE batch.company_id = %(company)s
                   AND %(waiting)s
                 ORDER BY batch.id
                """,
                company=company.id,
                waiting=self._is_waiting_sql(undecided),
            )
        )
        return [
            payouts.Payout(
                **{
                    **row,
                    "reference": row["reference"] or "",
                    "descriptor": row["descriptor"] or "",
                    "names": tuple(row["names"]),
                }
            )
            for row in rows
        ]

    @api.model
    def _is_waiting_sql(self, undecided):
        """Return when a ``batch`` is a payout without bank row or proposal."""
        return SQL(
            """
            batch.kind = 'payout'
            AND batch.is_stated
            AND batch.total_minor <> 0
            AND batch.provider_state NOT IN ('rejected', 'reversed')
            AND COALESCE(batch.expected_on, batch.date) IS NOT NULL
            AND (batch.id = ANY(%s) OR NOT EXISTS (
                SELECT FROM settlement_match_line line
                  JOIN settlement_match match ON match.id = line.match_id
                 WHERE line.batch_id = batch.id AND match.state <> 'undone'))
            """,
            list(undecided),
        )

    @api.model
    def _bank_rows(self, run, waiting, undecided):
        """Return the open bank rows that may be one of the payouts, or several.

        :param undecided: ids of rows that count although a match is proposed.
        """
        amounts = list({payout.total for payout in waiting})
        words = {
            word
            for payout in waiting
            for word in (payout.descriptor, *payout.names)
            if len(word) >= payouts.SHORTEST_NAME
        }
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT * FROM (%(rows)s) row
                 WHERE row.amount = ANY(%(amounts)s)
                    OR concat_ws(' ', VARIADIC row.texts) ILIKE ANY(%(words)s)
                 ORDER BY row.id
                """,
                rows=self._open_bank_rows_sql(run, undecided),
                amounts=amounts,
                words=[f"%{self._like(word)}%" for word in sorted(words)],
            )
        )
        return [
            payouts.BankRow(**{**row, "texts": tuple(row["texts"])}) for row in rows
        ]

    @api.model
    def _like(self, word):
        """Return ``word`` as a LIKE pattern that takes it literally."""
        for character in ("\\", "%", "_"):
            word = word.replace(character, "\\" + character)
        return word

    @api.model
    def _open_bank_rows_sql(self, run, undecided=()):
        """Return the open rows of bank accounts with everything they say."""
        return SQL(
            """
            SELECT open.transaction_id AS id, open.currency_id,
                   open.source_open AS amount, fact.booked_on,
                   array_remove(ARRAY[fact.description, fact.counterparty_name,
                        fact.payment_reference, fact.end_to_end_reference,
                        fact.bank_reference, fact.structured_reference,
                        fact.invoice_reference, fact.order_reference,
                        fact.extra_references], NULL)::text[] AS texts
              FROM (%(open)s
                     UNION ALL
                    SELECT transaction_id, currency_id, gross_minor, gross_minor
                      FROM settlement_transaction_state
                     WHERE transaction_id = ANY(%(undecided)s)
                       AND match_state = 'proposed'
                   ) open
              JOIN settlement_transaction fact ON fact.id = open.transaction_id
             WHERE fact.kind IN ('bank_credit', 'bank_debit')
               AND NOT fact.id = ANY(%(noted)s)
            """,
            open=self._open_transactions_sql(run.company),
            undecided=list(undecided),
            noted=list(run.notes),
        )

    # ------------------------------------------------------------------
    # Plans
    # ------------------------------------------------------------------

    @api.model
    def _pair_plan(self, pair):
        """Return the plan of a match between one payout and one bank row."""
        return self._payout_plan(
            pair.row,
            [(pair.payout.id, pair.payout.total)],
            self._payout_evidence(pair.level, pair.text, [pair.payout], pair.row),
            {"method": "counted", "targets": 1, "sources": 1},
            self._payout_kind(pair.level),
        )

    @api.model
    def _merged_plan(self, merged):
        """Return the plan of a match between several payouts and one bank row."""
        return self._payout_plan(
            merged.row,
            [(payout.id, payout.total) for payout in merged.payouts],
            self._payout_evidence(
                merged.level, merged.text, merged.payouts, merged.row, "sum"
            ),
            {
                "method": "subset",
                "solutions": len(merged.search.solutions),
                "exhaustive": merged.search.exhaustive,
                "items": merged.search.items,
            },
            "batch/sum",
        )

    @api.model
    def _payout_kind(self, level):
        """Return how a payout was found, by the strongest text that speaks for it."""
        word, _weight = payouts.LEVEL_WORDS[level]
        return f"batch/{word or 'amount'}"

    @api.model
    def _payout_plan(self, row, batches, contributions, proof, kind):
        return {
            "kind": kind,
            "currency_id": row.currency_id,
            "amount_minor": row.amount,
            "score": evidence.score(contributions),
            "evidence": {"contributions": contributions},
            "unique_proof": proof,
            "lines": [
                *(
                    {"side": "source", "batch_id": batch_id, "amount_minor": total}
                    for batch_id, total in batches
                ),
                {
                    "side": "target",
                    "transaction_id": row.id,
                    "amount_minor": row.amount,
                },
            ],
        }

    @api.model
    def _payout_evidence(self, level, text, sources, row, amount="amount"):
        """Return the contributions for a payout and its bank row."""
        word, weight = payouts.LEVEL_WORDS[level]
        days = max(abs((row.booked_on - each.expected_on).days) for each in sources)
        distance = f"{days} days from the day it was expected"
        pieces = [evidence.contribution(word, weight, text)] if word else []
        return [
            *pieces,
            evidence.contribution("currency", evidence.CURRENCY_WEIGHT),
            evidence.contribution(amount, evidence.AMOUNT_WEIGHTS["exact"]),
            evidence.contribution("date", evidence.DATE_WEIGHT, distance),
        ]

    @api.model
    def _propose_payouts(self, pairs):
        """Propose what fits by amount and day alone: a person has to look at it."""
        batches = self.env["settlement.batch"]
        transactions = self.env["settlement.transaction"]
        for pair in pairs:
            contributions = self._payout_evidence(
                pair.level, pair.text, [pair.payout], pair.row
            )
            self.env["settlement.match"]._propose(
                [batches.browse(pair.payout.id)],
                [transactions.browse(pair.row.id)],
                "batch",
                kind=self._payout_kind(pair.level),
                stage=STAGE,
                score=evidence.score(contributions),
                evidence={"contributions": contributions},
                unique_proof={"method": "counted", "targets": 1, "sources": 1},
            )

    # ------------------------------------------------------------------
    # Payouts that the bank refused
    # ------------------------------------------------------------------

    @api.model
    def _returned_plans(self, run):
        """Plan matches of money that came and went again for a refused payout."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT batch.id AS batch_id, batch.external_id, row.*
                  FROM settlement_batch batch
                  JOIN (%(rows)s) row
                    ON row.currency_id = batch.currency_id
                   AND abs(row.amount) = abs(batch.total_minor)
                 WHERE batch.company_id = %(company)s
                   AND batch.kind = 'payout'
                   AND batch.provider_state = 'rejected'
                   AND batch.total_minor <> 0
                   AND %(traced)s
                 ORDER BY batch.id, row.id
                """,
                rows=self._open_bank_rows_sql(run),
                company=run.company.id,
                traced=self._is_traced_sql(),
            )
        )
        return payouts.returned(rows, self._returned_plan)

    @api.model
    def _is_traced_sql(self):
        """Return when the text of a bank ``row`` carries the trace of ``batch``."""
        return SQL(
            """
            EXISTS (
                SELECT FROM unnest(ARRAY[batch.reference, batch.external_id]) AS trace
                 WHERE length(trace) >= %s
                   AND strpos(concat_ws(' ', VARIADIC row.texts), trace) > 0)
            """,
            payouts.SHORTEST_TRACE,
        )

    @api.model
    def _returned_plan(self, external_id, came, went):
        """Return the plan of a match between two bank rows that cancel out."""
        contributions = [
            evidence.contribution("trace", evidence.TRACE_WEIGHT, external_id),
            evidence.contribution("currency", evidence.CURRENCY_WEIGHT),
            evidence.contribution("amount", evidence.AMOUNT_WEIGHTS["exact"]),
        ]
        return {
            "kind": "batch/returned",
            "currency_id": came["currency_id"],
            "amount_minor": 0,
            "score": evidence.score(contributions),
            "evidence": {"contributions": contributions},
            "unique_proof": {"method": "counted", "targets": 1, "sources": 1},
            "lines": [
                {
                    "side": "source",
                    "transaction_id": row["id"],
                    "amount_minor": row["amount"],
                }
                for row in (came, went)
            ],
        }
