from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical import kinds
from odoo.addons.settlement.models.reference_sql import reference_text_sql

from ..engine import evidence, findings, rule, sentences, transfers

# Stored on its matches; it runs before the stages that look for documents.
STAGE = 8
# Two currencies are never quite the day's rate: banks take their share.
RATE_TOLERANCE_PERCENT = Decimal(3)


class SettlementMatcher(models.AbstractModel):
    """Own transfers: money that left one account of ours and came to another."""

    _inherit = "settlement.matcher"

    @api.model
    def _stage_transfer(self, run):
        """Match the two ends of transfers between accounts of the company.

        :return: dict of counters.
        """
        pairs = self._transfer_pairs(run)
        outcome = transfers.decide_all(pairs)
        identified = [pair for pair in outcome.pairs if pair.is_identified]
        judged = [pair for pair in outcome.pairs if not pair.is_identified]
        certain, uncertain = self._judged_transfers(run, judged)
        counters = self._settle_given(run, STAGE, "amount_date", certain, uncertain)
        plans = [self._transfer_plan(pair) for pair in identified]
        plans = [plan for plan in plans if self._is_wanted(run, plan)]
        matched = self._write_plan(
            run.company, self._plan_given(plans, STAGE, "identifier")
        )
        self._note_transfers(run, judged, outcome.ambiguous)
        return {
            **counters,
            "matched": counters["matched"] + matched,
            "candidates": len(pairs),
            "ambiguous": len({pair.went.id for pair in outcome.ambiguous}),
        }

    @api.model
    def _rate_tolerance_percent(self, company, backend=None):
        """Return how far two currencies may be from the rate, in per cent.

        The addon that posts knows what the company wants.

        :param backend: where the money is; None for transfers between several.
        :return: Decimal.
        """
        return RATE_TOLERANCE_PERCENT

    # ------------------------------------------------------------------
    # Candidates
    # ------------------------------------------------------------------

    @api.model
    def _transfer_pairs(self, run):
        """Return all rows that may be the two ends of one transfer."""
        self._refill("settlement_end", self._ends_sql(run))
        self._refill("settlement_named_own", self._named_own_sql(run.company))
        ends = {
            row["id"]: transfers.End(**row)
            for row in self.env.execute_query_dict(
                SQL(
                    "SELECT id, wallet_id, currency_id, amount, booked_on "
                    "FROM settlement_end"
                )
            )
        }
        # Known of the accounts before any of their rows are compared.
        abroad = SQL(
            "other.currency_id <> teller.currency_id AND EXISTS ("
            "SELECT FROM settlement_wallet named WHERE named.id = said.named_id "
            "AND named.currency_id <> teller.currency_id)"
        )
        rows = [
            *self.env.execute_query(
                SQL(
                    "%s UNION %s ORDER BY 1, 2, 4",
                    self._naming_amount_sql(),
                    self._naming_both_sql(abroad),
                )
            ),
            *self.env.execute_query(
                self._reference_pairs_sql(run.company, self._no_fee_sql())
            ),
            *self._provider_pairs(),
        ]
        pairs = self._at_the_rate(run.company, self._pairs_of(ends, rows))
        return pairs + self._withheld_pairs(run.company, ends, pairs)

    @api.model
    def _pairs_of(self, ends, rows):
        """Return pairs for tuples of (went, came, rank, text), by ids."""
        return transfers.both_ways(
            (ends[went], ends[came], transfers.LEVELS[rank], text)
            for went, came, rank, text in rows
        )

    @api.model
    def _withheld_pairs(self, company, ends, pairs):
        """Return pairs of which a bank may have kept something.

        Only of rows that no other pair takes: between busy accounts nearly every
        amount is within some per cent of many others.

        :param pairs: those of equal amounts, and of two currencies.
        """
        known = transfers.decide(pairs)
        taken = {
            end.id
            for pair in known.pairs + known.ambiguous
            for end in (pair.went, pair.came)
        }
        self.env.cr.execute(
            SQL("DELETE FROM settlement_end WHERE id = ANY(%s)", sorted(taken))
        )
        by_name = self._naming_both_sql(self._withheld_sql("teller", "other"))
        by_number = self._reference_pairs_sql(
            company,
            SQL(
                "%s AND 'topup' NOT IN (came.kind, went.kind)",
                self._withheld_sql("went", "came"),
            ),
        )
        rows = [
            *self.env.execute_query(SQL("%s ORDER BY 1, 2, 4", by_name)),
            *self.env.execute_query(by_number),
        ]
        return self._pairs_of(ends, rows)

    @api.model
    def _ends_sql(self, run):
        """Return rows of accounts of ours that settle nothing yet.

        What was sent to a provider is a row of its own there, which needs no target.
        """
        return SQL(
            """
            SELECT open.transaction_id AS id, fact.wallet_id, open.currency_id,
                   open.source_open AS amount, fact.booked_on, fact.external_id,
                   fact.kind
              FROM (%(open)s) open
              JOIN settlement_transaction fact ON fact.id = open.transaction_id
             WHERE fact.kind IN %(bank_kinds)s
               AND open.source_open = open.gross_minor
               AND NOT open.transaction_id = ANY(%(noted)s)
             UNION ALL
            SELECT state.transaction_id, fact.wallet_id, state.currency_id,
                   state.gross_minor, fact.booked_on, fact.external_id, fact.kind
              FROM settlement_transaction_state state
              JOIN settlement_transaction fact ON fact.id = state.transaction_id
             WHERE state.company_id = %(company)s
               AND fact.kind = 'topup'
               AND fact.is_current
               AND fact.provider_state = 'settled'
               AND state.gross_minor <> 0
               AND state.match_state = 'not_needed'
            """,
            open=self._open_transactions_sql(run.company),
            bank_kinds=kinds.BANK_KINDS,
            noted=[*run.notes, *run.proposed],
            company=run.company.id,
        )

    @api.model
    def _named_own_sql(self, company):
        """Return rows with the account of ours that they name as the other side."""
        text = reference_text_sql("iban", SQL("wallet.account_identifier"))
        return SQL(
            """
            SELECT DISTINCT own.id, own.wallet_id, named.id AS named_id, named.text
              FROM settlement_end own
              JOIN settlement_transaction_reference given
                ON given.transaction_id = own.id AND given.type = 'iban'
              JOIN (SELECT wallet.id, %(text)s AS text
                      FROM settlement_wallet wallet
                     WHERE wallet.company_id = %(company)s) named
                ON named.text = given.text
               AND named.id <> own.wallet_id
            """,
            text=text,
            company=company.id,
        )

    @api.model
    def _at_the_rate(self, company, pairs):
        """Return pairs, those of two currencies only if the day's rate says so."""
        tolerance = self._rate_tolerance_percent(company) * 10
        rates = self._rates_of(company, pairs)
        kept = []
        for pair in pairs:
            if pair.went.currency_id == pair.came.currency_id:
                kept.append(pair)
                continue
            off = transfers.deviation(pair.went, pair.came, lambda *key: rates.get(key))
            if off is not None and off <= tolerance:
                kept.append(replace(pair, deviation=off))
        return kept

    @api.model
    def _rates_of(self, company, pairs):
        """Return (currency, day) → minor units of it for one unit of the company's."""
        wanted = {
            (end.currency_id, pair.went.booked_on)
            for pair in pairs
            if pair.went.currency_id != pair.came.currency_id
            for end in (pair.went, pair.came)
        }
        rates = {}
        for currency_id, day in sorted(wanted):
            currency = self.env["res.currency"].browse(currency_id)
            rate = self._rate_on(company, currency, day)
            if rate:
                rates[currency_id, day] = rate.scaleb(currency.decimal_places)
        return rates

    @api.model
    def _rate_on(self, company, currency, day):
        """Return a currency's rate of a day as Decimal, None if nobody knows it.

        As text: a rate never becomes a float.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT rate::text FROM res_currency_rate
                 WHERE currency_id = %s
                   AND name <= %s
                   AND (company_id IS NULL OR company_id = %s)
                 ORDER BY name DESC, company_id
                 LIMIT 1
                """,
                currency.id,
                day,
                company.root_id.id,
            )
        )
        if rows:
            return Decimal(rows[0][0])
        return Decimal(1) if currency == company.currency_id else None

    # ------------------------------------------------------------------
    # Plans, and what a person should know
    # ------------------------------------------------------------------

    @api.model
    def _transfer_plan(self, pair):
        """Return the plan of a match of two rows that settle one another."""
        pieces = transfers.contributions(pair)
        is_same = pair.deviation is None
        withheld = pair.withheld
        return {
            "kind": transfers.kind(pair),
            "currency_id": pair.went.currency_id,
            "amount_minor": -withheld if is_same else pair.went.amount,
            "difference_minor": withheld,
            "difference_kind": rule.FEE if withheld else None,
            "score": evidence.score(pieces),
            "evidence": {"contributions": pieces},
            "unique_proof": {"method": "counted", "targets": 1, "sources": 1},
            "lines": [
                {
                    "side": "source",
                    "transaction_id": end.id,
                    "currency_id": end.currency_id,
                    "amount_minor": end.amount,
                }
                for end in (pair.went, pair.came)
            ],
        }

    @api.model
    def _note_transfers(self, run, judged, ambiguous):
        """Keep what was proposed, what is ambiguous, and who is named in vain."""
        for pair in judged:
            reasons = [
                sentences.contribution_words(piece)
                for piece in transfers.contributions(pair)
            ]
            for end, other in ((pair.went, pair.came), (pair.came, pair.went)):
                run.proposed[end.id] = findings.proposed_transfer(
                    self._end_payment(other), reasons
                )
        rivals = defaultdict(list)
        for pair in ambiguous:
            rivals[pair.went].append(pair.came)
            rivals[pair.came].append(pair.went)
        banks = set(kinds.BANK_KINDS)
        for end, others in rivals.items():
            fact = self.env["settlement.transaction"].browse(end.id)
            if fact.kind in banks:
                sentence = findings.several_transfers(
                    self._end_payment(end), [self._end_payment(each) for each in others]
                )
                run.note(end.id, "ambiguous", sentence)
        self._remark_own_accounts(run)

    @api.model
    def _remark_own_accounts(self, run):
        """Say of rows that name an account of ours that the other end is missing."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id, min(text) FROM settlement_named_own "
                "WHERE NOT id = ANY(%s) GROUP BY id",
                [*run.notes, *run.proposed],
            )
        )
        for row_id, text in rows:
            run.remarks.setdefault(row_id, findings.other_end_missing(text))

    @api.model
    def _end_payment(self, end):
        fact = self.env["settlement.transaction"].browse(end.id)
        return findings.Payment(
            fact.external_id,
            self._money(end.amount, end.currency_id),
            end.booked_on.isoformat(),
        )
