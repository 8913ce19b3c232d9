from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..engine import counterparty, evidence, findings, sentences
from .payers import MOST_PAIRS

STAGE = 5
# What of a payer who is known, but by its name.
IDENTITIES = tuple(clue.rank for clue in counterparty.CLUES if clue.is_identity)


class SettlementMatcher(models.AbstractModel):
    """Stage 5: a known payer, the exact amount and a fitting day."""

    _inherit = "settlement.matcher"

    @api.model
    def _stage_counterparty(self, run):
        """Match payments with the open items of their payer that have their amount.

        :return: dict of counters.
        """
        outcome, rows, crowded = self._counterparty_outcome(run)
        certain, doubtful = [], []
        for choice in outcome.choices:
            plan = self._choice_plan(choice, rows)
            is_certain = choice.is_certain and not rows[choice.candidate][0]["crowded"]
            if is_certain:
                certain.append(plan)
            else:
                doubtful.append(self._in_doubt(plan))
        counters = self._settle_given(run, STAGE, "amount_date", certain, doubtful)
        self._note_choices(run, outcome.choices, rows)
        self._note_ties(run, outcome.ties, rows)
        self._note_crowded(run, crowded)
        tied = {source for tie in outcome.ties for source in tie.sources}
        return {
            **counters,
            "candidates": len(rows),
            "ambiguous": len(tied | {row["id"] for row in crowded}),
        }

    @api.model
    def _counterparty_outcome(self, run):
        """Return the decision, candidate → [its row], and what was too crowded."""
        if not self._fill_open_sources(run):
            return counterparty.decide(()), {}, []
        self._fill_open_items(run.company)
        self._fill_open_units()
        self._fill_payers(run.company)
        self._fill_name_clues()
        self._refill("settlement_payer_group", self._payer_groups_sql())
        rows = self._candidate_rows()
        crowded = self.env.execute_query_dict(self._crowded_payers_sql())
        return counterparty.decide(rows), rows, crowded

    @api.model
    def _payer_groups_sql(self):
        """Return payers and amounts with how many payments and units meet there."""
        return SQL(
            """
            SELECT partner_id, currency_id, minor, paid.payments, owed.units
              FROM (
                SELECT payer.partner_id, source.currency_id, source.minor,
                       count(DISTINCT source.transaction_id) AS payments
                  FROM settlement_payer payer
                  JOIN settlement_open_source source USING (transaction_id)
                 GROUP BY payer.partner_id, source.currency_id, source.minor) paid
              JOIN (
                SELECT partner_id, currency_id, minor, count(*) AS units
                  FROM settlement_open_unit
                 GROUP BY partner_id, currency_id, minor) owed
             USING (partner_id, currency_id, minor)
            """
        )

    @api.model
    def _candidates_sql(self):
        """Return ``transaction_id, unit_id, rank, text``, a row for each clue."""
        return SQL(
            """
            SELECT source.transaction_id, unit.unit_id, payer.rank, payer.text
              FROM settlement_payer payer
              JOIN settlement_open_source source USING (transaction_id)
              JOIN settlement_payer_group met USING (partner_id, currency_id, minor)
              JOIN settlement_open_unit unit USING (partner_id, currency_id, minor)
             WHERE met.payments * met.units <= %s
            """,
            MOST_PAIRS,
        )

    @api.model
    def _candidate_rows(self):
        """Return candidate → [its row] for what lies in the window of days."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT found.*, source.booked_on, source.external_id, source.minor,
                       source.currency_id, source.names_something, unit.move_name,
                       unit.written_on, unit.due_on, unit.item_ids, unit.item_minors,
                       unit.partner_id, partner.name AS partner, known.partner_ids,
                       known.names AS payer, crowded.name IS NOT NULL AS crowded
                  FROM (
                    SELECT transaction_id, unit_id,
                           array_agg(rank ORDER BY rank, text) AS ranks,
                           array_agg(text ORDER BY rank, text) AS texts
                      FROM (SELECT DISTINCT * FROM (%(candidates)s) clue) clue
                     GROUP BY transaction_id, unit_id) found
                  JOIN settlement_open_source source USING (transaction_id)
                  JOIN settlement_open_unit unit USING (unit_id)
                  LEFT JOIN res_partner partner ON partner.id = unit.partner_id
                  LEFT JOIN settlement_crowded_name crowded
                    ON crowded.name = source.name
                   AND crowded.currency_id = source.currency_id
                   AND crowded.minor = source.minor
                  LEFT JOIN (
                    SELECT payer.transaction_id,
                           array_agg(DISTINCT payer.partner_id) AS partner_ids,
                           string_agg(DISTINCT payer.text, ', ') AS names
                      FROM settlement_payer payer
                     WHERE payer.rank = ANY(%(identities)s)
                     GROUP BY payer.transaction_id) known
                    ON known.transaction_id = source.transaction_id
                 ORDER BY found.transaction_id, found.unit_id
                """,
                candidates=self._candidates_sql(),
                identities=list(IDENTITIES),
            )
        )
        in_window = [
            row
            for row in rows
            if counterparty.in_window(
                row["booked_on"], row["written_on"], row["due_on"]
            )
        ]
        return {self._candidate(row): [row] for row in in_window}

    @api.model
    def _candidate(self, row):
        clues = dict(zip(row["ranks"][::-1], row["texts"][::-1], strict=True))
        known = row["partner_ids"] or (row["partner_id"],)
        return counterparty.Candidate(
            source=row["transaction_id"],
            unit=row["unit_id"],
            document=row["move_name"],
            items=tuple(row["item_ids"]),
            clues=tuple(
                counterparty.Found(counterparty.CLUES[rank], clues[rank] or "")
                for rank in sorted(clues)
            ),
            booked_on=row["booked_on"],
            written_on=row["written_on"],
            due_on=row["due_on"],
            other_payer="" if row["partner_id"] in known else row["payer"],
            names_other=row["names_something"],
        )

    @api.model
    def _crowded_payers_sql(self):
        """Return payments of payers with too much of one amount to compare."""
        return SQL(
            """
            SELECT source.transaction_id AS id, source.minor AS source_open,
                   source.currency_id AS source_currency_id, source.external_id,
                   source.booked_on, max(met.units) AS units,
                   max(met.payments) AS payments
              FROM settlement_payer payer
              JOIN settlement_open_source source USING (transaction_id)
              JOIN settlement_payer_group met USING (partner_id, currency_id, minor)
             WHERE met.payments * met.units > %s
             GROUP BY source.transaction_id, source.minor, source.currency_id,
                      source.external_id, source.booked_on
             ORDER BY source.transaction_id
            """,
            MOST_PAIRS,
        )

    # ------------------------------------------------------------------
    # Plans
    # ------------------------------------------------------------------

    @api.model
    def _choice_plan(self, choice, rows):
        """Return the plan of a match between one payment and what it pays."""
        candidate = choice.candidate
        ((row,),) = (rows[candidate],)
        contributions = counterparty.contributions(candidate)
        lost = counterparty.alternatives(
            choice, lambda other: self._alternative(rows[other][0])
        )
        return {
            "kind": counterparty.kind(candidate),
            "currency_id": row["currency_id"],
            "amount_minor": row["minor"],
            "score": evidence.score(contributions),
            "evidence": {"contributions": contributions},
            "alternatives": lost or None,
            "unique_proof": {"method": "counted", "targets": 1, "sources": 1},
            "lines": [
                {
                    "side": "source",
                    "transaction_id": candidate.source,
                    "amount_minor": row["minor"],
                },
                *(
                    {"side": "target", "move_line_id": item, "amount_minor": minor}
                    for item, minor in zip(
                        row["item_ids"], row["item_minors"], strict=True
                    )
                ),
            ],
        }

    @api.model
    def _alternative(self, row):
        """Return what an alternative is: its payment, its document, its amount."""
        return {
            "name": f"{row['external_id']} → {row['move_name']}",
            "amount": self._money(row["minor"], row["currency_id"]),
        }

    # ------------------------------------------------------------------
    # What a person should know
    # ------------------------------------------------------------------

    @api.model
    def _note_choices(self, run, choices, rows):
        """Keep what was proposed for each payment, and who else is known to pay."""
        for choice in choices:
            candidate = choice.candidate
            row = rows[candidate][0]
            reasons = [
                sentences.contribution_words(piece)
                for piece in counterparty.contributions(candidate)
            ]
            document = self._unit_document(row)
            run.proposed[candidate.source] = findings.proposal([document], reasons)
            if candidate.other_payer:
                sentence = findings.other_payer(
                    self._source_payment(row), row["payer"], row["partner"], document
                )
                run.note(candidate.source, "partner_conflict", sentence)

    @api.model
    def _note_ties(self, run, ties, rows):
        """Note the payments that nothing tells apart, with what they may pay."""
        for tie in ties:
            of_source = defaultdict(list)
            for candidate in tie.candidates:
                of_source[candidate.source].append(rows[candidate][0])
            for source, own in of_source.items():
                others = [of_source[each][0] for each in of_source if each != source]
                sentence = findings.tie(
                    self._source_payment(own[0]),
                    [self._unit_document(row) for row in own],
                    [self._source_payment(row) for row in others],
                )
                run.note(source, "ambiguous", sentence)

    @api.model
    def _note_crowded(self, run, rows):
        for row in rows:
            sentence = findings.crowded(
                self._payment_of(row), row["units"], row["payments"]
            )
            run.note(row["id"], "ambiguous", sentence)

    @api.model
    def _source_payment(self, row):
        return findings.Payment(
            row["external_id"],
            self._money(row["minor"], row["currency_id"]),
            row["booked_on"].isoformat(),
        )

    @api.model
    def _unit_document(self, row):
        return findings.Document(
            row["move_name"], self._money(row["minor"], row["currency_id"])
        )
