from itertools import product

from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence

# Outcomes that are matched without a person.
ACCEPTED = ("exact", "sum", "part", "over")


class SettlementMatcher(models.AbstractModel):
    """From decisions to a plan of matches, in sets.

    - ``settlement_plan``: one row per match to come. It carries the target itself
      where that is a single journal item, as it nearly always is: a million rows are
      then written and read once.
    - ``settlement_plan_line``: the targets of all other matches.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _plan_decisions(self, run, stage, method, certain):
        """Plan a match for each accepted payment of ``settlement_decision``.

        :param stage: number of the stage, stored on the matches.
        :param method: method of the matches, unless a structured reference decided.
        :param certain: SQL condition on the decisions that may be matched.
        """
        condition = SQL("outcome IN %s AND %s", ACCEPTED, certain)
        condition = self._only_wanted(run, condition)
        self._temporary(
            "settlement_plan", self._plan_sql(stage, method, condition), analyze=False
        )
        self._temporary("settlement_plan_line", self._targets_sql(), analyze=False)

    @api.model
    def _only_wanted(self, run, condition):
        """Narrow a condition on ``transaction_id`` to what the run may match.

        What a stronger stage found ambiguous is not for a weaker one to decide.
        """
        if run.notes:
            condition = SQL(
                "%s AND NOT transaction_id = ANY(%s)", condition, list(run.notes)
            )
        if run.wanted is None:
            return condition
        return SQL("%s AND transaction_id = ANY(%s)", condition, run.wanted)

    @api.model
    def _plan_sql(self, stage, method, condition):
        """Return one row per match, numbered, with its evidence and score."""
        return SQL(
            """
            SELECT nextval('settlement_match_id_seq')::int4 AS id,
                   %(company)s::int4 AS company_id,
                   paid.transaction_id, paid.source_currency_id AS currency_id, paid.gross_minor,
                   paid.amount_minor, paid.outcome,
                   CASE WHEN left(paid.strongest, 1) = %(structured)s
                        THEN 'structured' ELSE %(method)s END::varchar AS method,
                   %(stage)s::int4 AS stage, kind.score,
                   jsonb_set(kind.evidence, '{contributions,0,text}',
                        to_jsonb(substr(paid.strongest, 2))) AS evidence,
                   kind.proof AS unique_proof,
                   paid.outcome = 'over' AS rest_to_credit,
                   item.move_line_id, item.currency_id AS target_currency_id,
                   item.residual_minor,
                   CASE paid.outcome WHEN 'part' THEN paid.offered
                        ELSE item.open_minor END AS target_minor,
                   %(snapshot)s AS snapshot
              FROM (%(paid)s) paid
              JOIN (VALUES %(kinds)s) AS kind (
                    rank, outcome, is_foreign, evidence, score, proof)
                ON kind.rank = left(paid.strongest, 1)
               AND kind.outcome = paid.outcome
               AND kind.is_foreign
                   = (paid.source_currency_id <> paid.document_currency_id)
              LEFT JOIN settlement_item item
                ON item.document_id = paid.document_id AND item.is_alone
            """,
            company=self.env.company.id,
            structured=str(evidence.STRUCTURED.rank),
            method=method,
            stage=stage,
            snapshot=self._snapshot_sql(),
            paid=self._paid_sql(condition),
            kinds=self._kinds_sql(),
        )

    @api.model
    def _snapshot_sql(self):
        """Return what is kept of the journal item ``item``, NULL if there is none."""
        return SQL(
            """
            CASE WHEN item.move_line_id IS NOT NULL THEN jsonb_build_object(
                'model', 'account.move.line', 'id', item.move_line_id,
                'name', item.move_name, 'date', item.date,
                'account', item.account_id, 'partner', item.partner_id) END
            """
        )

    @api.model
    def _paid_sql(self, condition):
        """Return each payment once with the amount that is matched of it.

        A payment of several documents has no document of its own here.
        """
        return SQL(
            """
            SELECT transaction_id, document_id, source_currency_id,
                   document_currency_id, gross_minor, outcome, strongest, offered,
                   CASE outcome WHEN 'over' THEN document_open ELSE source_open END
                        AS amount_minor
              FROM settlement_decision
             WHERE %(condition)s AND outcome <> 'sum'
             UNION ALL
            SELECT transaction_id, NULL, min(source_currency_id),
                   min(document_currency_id), min(gross_minor), 'sum', min(strongest),
                   NULL, min(source_open)
              FROM settlement_decision
             WHERE %(condition)s AND outcome = 'sum'
             GROUP BY transaction_id
            """,
            condition=condition,
        )

    @api.model
    def _kinds_sql(self):
        """Return evidence, score and proof of each kind of match, as VALUES."""
        rows = []
        cases = product(evidence.REFERENCE_KINDS, ACCEPTED, (False, True))
        for kind, outcome, is_foreign in cases:
            pieces = evidence.of_reference(kind, outcome, is_foreign)
            rows.append(
                SQL(
                    "(%s, %s, %s, %s::jsonb, %s::numeric, %s::jsonb)",
                    str(kind.rank),
                    outcome,
                    is_foreign,
                    evidence.as_json({"contributions": pieces}),
                    evidence.score(pieces),
                    evidence.as_json(evidence.proof(outcome)),
                )
            )
        return SQL(", ").join(rows)

    @api.model
    def _targets_sql(self):
        """Return the targets of matches with several of them.

        A document is settled item by item in order of due dates: an item takes what
        its stretch of the document shares with the stretch that the payment covers.
        """
        return SQL(
            """
            SELECT plan.id AS match_id, plan.company_id, 'target'::varchar AS side,
                   NULL::int4 AS transaction_id, NULL::int4 AS batch_id,
                   item.move_line_id, NULL::int4 AS statement_line_id,
                   NULL::int4 AS expected_payment_id, item.currency_id,
                   (CASE WHEN item.open_minor < 0 THEN -1 ELSE 1 END
                    * (LEAST(paid.ends, item.starts + abs(item.open_minor))
                       - GREATEST(paid.starts, item.starts)))::int8 AS amount_minor,
                   %(snapshot)s AS snapshot,
                   row_number() OVER (
                        PARTITION BY plan.id
                        ORDER BY item.document_id, item.starts, item.move_line_id)
                        AS position
              FROM settlement_plan plan
              JOIN (%(stretches)s) paid ON paid.transaction_id = plan.transaction_id
              JOIN settlement_item item
                ON item.document_id = paid.document_id
               AND item.starts < paid.ends
               AND item.starts + abs(item.open_minor) > paid.starts
             WHERE plan.move_line_id IS NULL
            """,
            snapshot=self._snapshot_sql(),
            stretches=self._stretches_sql(),
        )

    @api.model
    def _stretches_sql(self):
        """Return which stretch of each document each accepted payment covers."""
        return SQL(
            """
            SELECT transaction_id, document_id, 0::numeric AS starts,
                   9223372036854775807::numeric AS ends
              FROM settlement_decision
             WHERE outcome IN ('exact', 'sum', 'over')
             UNION ALL
            SELECT transaction_id, document_id,
                   sum(abs(offered)) OVER payments - abs(offered),
                   sum(abs(offered)) OVER payments
              FROM settlement_decision
             WHERE outcome = 'part'
            WINDOW payments AS (PARTITION BY document_id ORDER BY transaction_id)
            """
        )
