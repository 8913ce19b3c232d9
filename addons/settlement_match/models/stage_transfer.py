from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical import kinds, references
from odoo.addons.settlement.models.reference_sql import reference_text_sql

from ..engine import evidence, findings, payouts, rule, sentences, transfers

# Stored on its matches; it runs before the stages that look for documents.
STAGE = 8
# Two currencies are never quite the day's rate: banks take their share.
RATE_TOLERANCE_PERCENT = Decimal(3)
# Shorter references are found on rows that have nothing to do with each other.
SHORTEST_REFERENCE = 6
REFERENCE_TYPES = ("end_to_end", "bank", "provider")


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
        found = [
            (ends[went], ends[came], transfers.LEVELS[rank], text)
            for went, came, rank, text in [
                *self.env.execute_query(self._naming_pairs_sql()),
                *self.env.execute_query(self._reference_pairs_sql(run.company)),
                *self._provider_pairs(),
            ]
        ]
        pairs = transfers.both_ways(found)
        return self._at_the_rate(run.company, pairs)

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
    def _naming_pairs_sql(self):
        """Return (went, came, rank, text) where one row names the other's account.

        In two currencies both rows have to, and where a bank kept a fee: amounts
        alone would prove nothing. Two joins, for only a join by the amount stays
        small between busy accounts.
        """
        return SQL(
            """
            SELECT CASE WHEN teller.amount < 0 THEN teller.id ELSE other.id END,
                   CASE WHEN teller.amount < 0 THEN other.id ELSE teller.id END,
                   %(rank)s AS rank, said.text
              FROM settlement_named_own said
              JOIN settlement_end teller ON teller.id = said.id
              JOIN settlement_end other
                ON other.wallet_id = said.named_id
               AND other.currency_id = teller.currency_id
               AND other.amount = -teller.amount
             WHERE %(near)s
             UNION
            SELECT CASE WHEN teller.amount < 0 THEN teller.id ELSE other.id END,
                   CASE WHEN teller.amount < 0 THEN other.id ELSE teller.id END,
                   %(rank)s AS rank, said.text
              FROM settlement_named_own said
              JOIN settlement_end teller ON teller.id = said.id
              JOIN settlement_named_own back
                ON back.wallet_id = said.named_id
               AND back.named_id = said.wallet_id
              JOIN settlement_end other ON other.id = back.id
             WHERE %(near)s
               AND (other.currency_id <> teller.currency_id OR %(withheld)s)
               AND 'topup' NOT IN (other.kind, teller.kind)
             ORDER BY 1, 2, 4
            """,
            rank=transfers.ONE_END.rank,
            near=SQL(
                "(other.amount < 0) <> (teller.amount < 0) "
                "AND abs(other.booked_on - teller.booked_on) <= %s",
                max(transfers.EARLY, transfers.LATE).days,
            ),
            withheld=self._withheld_sql("teller", "other"),
        )

    @api.model
    def _reference_pairs_sql(self, company):
        """Return (went, came, rank, text) of rows that carry the same number."""
        return SQL(
            """
            SELECT went.id, came.id, %(rank)s AS rank, there.text
              FROM settlement_end went
              JOIN settlement_transaction_reference there
                ON there.transaction_id = went.id AND there.type IN %(types)s
              JOIN settlement_transaction_reference here
                ON %(same)s AND here.company_id = %(company)s
              JOIN settlement_end came
                ON came.id = here.transaction_id
               AND came.wallet_id <> went.wallet_id
             WHERE went.amount < 0
               AND came.amount > 0
               AND length(there.text) >= %(shortest)s
               AND there.text <> 'NOTPROVIDED'
               AND (came.currency_id = went.currency_id
                    AND came.amount = -went.amount
                 OR (came.currency_id <> went.currency_id OR %(withheld)s)
                    AND 'topup' NOT IN (came.kind, went.kind))
             ORDER BY 1, 2, 4
            """,
            rank=transfers.REFERENCE.rank,
            types=REFERENCE_TYPES,
            same=self._same_reference_sql("there", "here"),
            company=company.id,
            shortest=SHORTEST_REFERENCE,
            withheld=self._withheld_sql("went", "came"),
        )

    @api.model
    def _provider_pairs(self):
        """Return (went, came, rank, name) of bank rows that name whom they fill up."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT went.id, came.id, ARRAY[backend.connector, backend.name],
                       concat_ws(' ', fact.description, fact.counterparty_name,
                            fact.payment_reference)
                  FROM settlement_end came
                  JOIN settlement_transaction sent ON sent.id = came.id
                  JOIN settlement_backend backend ON backend.id = sent.backend_id
                  JOIN settlement_end went
                    ON went.amount = -came.amount
                   AND went.currency_id = came.currency_id
                   AND went.wallet_id <> came.wallet_id
                   AND went.kind = 'bank_debit'
                  JOIN settlement_transaction fact ON fact.id = went.id
                 WHERE came.kind = 'topup'
                   AND came.amount > 0
                 ORDER BY 1, 2
                """
            )
        )
        return [
            (went, came, transfers.PROVIDER.rank, name)
            for went, came, names, text in rows
            if (name := self._named_in(names, text))
        ]

    @api.model
    def _named_in(self, names, text):
        """Return the first of ``names`` that a text contains, "" if none is."""
        plain = references.normalise("invoice", text)
        for name in names:
            wanted = references.normalise("invoice", name or "")
            if len(wanted) >= payouts.SHORTEST_NAME and wanted in plain:
                return name
        return ""

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
