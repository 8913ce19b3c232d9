from itertools import product

from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence
from .resolver import ACCEPTED, TOLERATED


class SettlementMatcher(models.AbstractModel):
    """From decisions to a plan: which matches to write, with which lines.

    A plan is a SELECT with one row per match. Its source transaction and its target
    journal item stand in it, if there is one of each, as it nearly always is: so a
    million matches need no table in between. ``settlement_plan_line`` has all other
    lines.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _plan_decisions(self, stage, method, is_proposed=False):
        """Return the plan that ``settlement_decision`` makes, as a SELECT.

        :param stage: number of the stage, stored on the matches.
        :param method: method of the matches, unless a structured reference decided.
        :param is_proposed: plan what a person has to confirm, instead of the rest.
        """
        targets = self._further_targets_sql(is_proposed)
        self._temporary("settlement_plan_line", targets)
        return SQL(
            """
            SELECT leader.match_id AS id, %(company)s::int4 AS company_id,
                   leader.transaction_id, leader.currency_id, leader.gross_minor,
                   %(amount)s::int8 AS amount_minor,
                   CASE WHEN named.rank = %(structured)s
                        THEN 'structured' ELSE %(method)s END::varchar AS method,
                   (CASE WHEN named.rank = %(structured)s
                        THEN 'structured' ELSE %(method)s END
                    || '/' || %(detail)s || %(doubt)s
                    || CASE WHEN leader.rate_off IS NULL THEN '' ELSE ':rate' END
                   )::varchar AS kind,
                   leader.rule_version_id, leader.difference_minor,
                   leader.difference_kind, NULL::jsonb AS alternatives,
                   %(stage)s::int4 AS stage, weight.score,
                   CASE WHEN leader.difference_kind IS NOT NULL
                        THEN jsonb_set(%(evidence)s, '{contributions,-1,text}',
                             to_jsonb(leader.difference_text))
                        WHEN leader.rate_off IS NOT NULL
                        THEN jsonb_set(%(evidence)s, '{contributions,-1,text}',
                             to_jsonb(round(leader.rate_off / 10.0, 1) || ' %%'))
                        ELSE %(evidence)s END AS evidence,
                   weight.proof AS unique_proof,
                   leader.outcome = 'over' AS rest_to_credit,
                   CASE WHEN %(is_single)s THEN leader.move_line_id END AS move_line_id,
                   leader.document_currency_id AS target_currency_id,
                   leader.residual_minor,
                   CASE leader.outcome WHEN 'part' THEN leader.offered
                        ELSE leader.open_minor END AS target_minor,
                   leader.move_name, leader.date, leader.account_id, leader.partner_id
              FROM settlement_decision leader
              LEFT JOIN (%(sums)s) summed
                ON summed.transaction_id = leader.transaction_id
               AND leader.outcome = 'sum'
             CROSS JOIN LATERAL (SELECT
                    COALESCE(summed.rank, left(leader.strongest, 1)) AS rank,
                    COALESCE(summed.text, substr(leader.strongest, 2)) AS text) named
              JOIN (VALUES %(weights)s) AS weight (
                    rank, outcome, basis, evidence, score, proof)
                ON weight.rank = named.rank
               AND weight.outcome = leader.outcome
               AND weight.basis = %(basis)s
             WHERE leader.match_id IS NOT NULL
               AND leader.is_proposed = %(is_proposed)s
            """,
            company=self.env.company.id,
            amount=self._matched_amount_sql(),
            basis=self._basis_sql(),
            detail=self._detail_sql(),
            evidence=SQL(
                "jsonb_set(weight.evidence, '{contributions,0,text}', "
                "to_jsonb(named.text))"
            ),
            is_proposed=is_proposed,
            structured=str(evidence.STRUCTURED.rank),
            doubt=self._doubt_sql(),
            sums=self._named_together_sql(),
            method=method,
            stage=stage,
            is_single=self._is_single_sql(),
            weights=self._weights_sql(),
        )

    @api.model
    def _doubt_sql(self):
        """Return what the kind of a match says of its reading ``named``, if anything.

        How often what had to be corrected is right is counted on its own.
        """
        whens = SQL(" ").join(
            SQL("WHEN %s THEN %s", str(kind.rank), f":{kind.name}")
            for kind in evidence.REFERENCE_KINDS
            if kind.name in evidence.DOUBTS
        )
        return SQL("CASE named.rank %s ELSE '' END", whens)

    @api.model
    def _named_together_sql(self):
        """Return what names the documents of a sum, as weak as the weakest of it."""
        return SQL(
            """
            SELECT transaction_id, max(left(strongest, 1)) AS rank,
                   string_agg(substr(strongest, 2), ', ' ORDER BY move_line_id) AS text
              FROM settlement_decision
             WHERE outcome = 'sum' AND is_first
             GROUP BY transaction_id
            """
        )

    @api.model
    def _matched_amount_sql(self):
        """Return how much of the payment ``leader`` is matched."""
        return SQL(
            "CASE leader.outcome WHEN 'over' THEN leader.document_open "
            "ELSE leader.source_open END"
        )

    @api.model
    def _detail_sql(self):
        """Return how the amount of the payment ``leader`` stands to its documents."""
        return SQL(
            "CASE leader.outcome WHEN 'short' THEN 'short:' || leader.difference_kind "
            "WHEN 'excess' THEN 'over:' || leader.difference_kind "
            "ELSE leader.outcome END"
        )

    @api.model
    def _is_single_sql(self):
        """Return whether the decision ``leader`` has one target only: its own item."""
        return SQL(
            "(leader.is_alone AND leader.outcome <> 'sum' "
            "AND (leader.outcome NOT IN %s OR leader.live = 1))",
            TOLERATED,
        )

    @api.model
    def _basis_sql(self):
        """Return in what the money of ``leader`` is compared with its document."""
        return SQL(
            """
            CASE WHEN leader.currency_id = leader.document_currency_id THEN %s
                 WHEN leader.rate_off IS NULL THEN %s
                 WHEN leader.is_stated_rate THEN %s
                 ELSE %s END
            """,
            *evidence.BASES,
        )

    @api.model
    def _weights_sql(self):
        """Return evidence, score and proof of each kind of match, as VALUES."""
        rows = []
        outcomes = (*ACCEPTED, *TOLERATED)
        cases = product(evidence.REFERENCE_KINDS, outcomes, evidence.BASES)
        for kind, outcome, basis in cases:
            pieces = evidence.of_reference(kind, outcome, basis)
            rows.append(
                SQL(
                    "(%s, %s, %s, %s::jsonb, %s::numeric, %s::jsonb)",
                    str(kind.rank),
                    outcome,
                    basis,
                    evidence.as_json({"contributions": pieces}),
                    evidence.score(pieces),
                    evidence.as_json(evidence.proof(outcome)),
                )
            )
        return SQL(", ").join(rows)

    @api.model
    def _further_targets_sql(self, is_proposed=False):
        """Return the targets of matches that have several of them.

        A document is settled item by item in order of due dates: an item takes what
        its stretch of the document shares with the stretch that the payment covers.
        """
        return SQL(
            """
            SELECT leader.match_id, %(company)s::int4 AS company_id,
                   'target'::varchar AS side, NULL::int4 AS transaction_id,
                   NULL::int4 AS batch_id, item.move_line_id,
                   NULL::int4 AS statement_line_id, NULL::int4 AS expected_payment_id,
                   item.document_currency_id AS currency_id,
                   (CASE WHEN item.open_minor < 0 THEN -1 ELSE 1 END
                    * (LEAST(paid.ends, item.starts + abs(item.open_minor))
                       - GREATEST(paid.starts, item.starts)))::int8 AS amount_minor,
                   item.move_name, item.date, item.account_id, item.partner_id,
                   row_number() OVER (
                        PARTITION BY leader.match_id
                        ORDER BY item.document_id, item.starts, item.move_line_id)
                        AS position
              FROM settlement_decision leader
              JOIN (%(stretches)s) paid ON paid.transaction_id = leader.transaction_id
              JOIN settlement_decision item
                ON item.transaction_id = paid.transaction_id
               AND item.document_id = paid.document_id
               AND item.starts < paid.ends
               AND item.starts + abs(item.open_minor) > paid.starts
             WHERE leader.match_id IS NOT NULL
               AND leader.is_proposed = %(is_proposed)s
               AND NOT %(is_single)s
            """,
            company=self.env.company.id,
            stretches=self._stretches_sql(),
            is_single=self._is_single_sql(),
            is_proposed=is_proposed,
        )

    @api.model
    def _stretches_sql(self):
        """Return which stretch of each document each accepted payment covers."""
        return SQL(
            """
            SELECT transaction_id, document_id, 0::numeric AS starts,
                   9223372036854775807::numeric AS ends
              FROM settlement_decision
             WHERE outcome IN ('exact', 'sum', 'over', 'short', 'excess') AND is_first
             UNION ALL
            SELECT transaction_id, document_id,
                   sum(abs(offered)) OVER payments - abs(offered),
                   sum(abs(offered)) OVER payments
              FROM settlement_decision
             WHERE outcome = 'part' AND is_first
            WINDOW payments AS (PARTITION BY document_id ORDER BY transaction_id)
            """
        )
