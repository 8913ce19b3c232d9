import json

from odoo import api, models
from odoo.tools import SQL

# What a plan may leave out.
DEFAULTS = {
    "alternatives": None,
    "difference_kind": None,
    "difference_minor": 0,
    "rest_to_credit": False,
    "rule_version_id": None,
}


class SettlementMatcher(models.AbstractModel):
    """From plans made in Python to the one that is written."""

    _inherit = "settlement.matcher"

    @api.model
    def _plan_given(self, plans, stage, method):
        """Return the plan of matches that were decided in Python, as a SELECT.

        :param plans: dicts with ``currency_id, amount_minor`` (sum of the money),
            ``score, evidence, unique_proof, kind, lines`` and, where they are not
            empty, those of ``DEFAULTS``. A line has ``side, amount_minor``, one of
            the item columns and, unless it is that of the match, ``currency_id``.
        :param stage: number of the stage, stored on the matches.
        :param method: method of the matches.
        """
        numbered = [
            {**DEFAULTS, **plan, "number": number, "lines": self._in_order(plan)}
            for number, plan in enumerate(plans)
        ]
        given = self._given_matches_sql(numbered, stage, method)
        self._temporary("settlement_given_plan", given)
        self._temporary("settlement_plan_line", self._given_lines_sql())
        return SQL("SELECT * FROM settlement_given_plan")

    @api.model
    def _in_order(self, plan):
        return [
            {**line, "position": position}
            for position, line in enumerate(plan["lines"])
        ]

    @api.model
    def _given_matches_sql(self, plans, stage, method):
        """Return the matches; what they concern stands in their lines alone."""
        return SQL(
            """
            SELECT nextval('settlement_match_id_seq')::int4 AS id,
                   %(company)s::int4 AS company_id, %(method)s::varchar AS method,
                   %(stage)s::int4 AS stage,
                   NULL::int4 AS transaction_id, NULL::int8 AS gross_minor,
                   NULL::int4 AS move_line_id, NULL::int4 AS target_currency_id,
                   NULL::int8 AS target_minor, NULL::int8 AS residual_minor,
                   NULL::varchar AS move_name, NULL::date AS date,
                   NULL::int4 AS account_id, NULL::int4 AS partner_id, plan.*
              FROM jsonb_to_recordset(%(plans)s::jsonb) AS plan (
                   number int4, currency_id int4, amount_minor int8, score numeric,
                   evidence jsonb, unique_proof jsonb, kind varchar,
                   rule_version_id int4, difference_minor int8,
                   difference_kind varchar, alternatives jsonb,
                   rest_to_credit boolean, lines jsonb)
             ORDER BY plan.number
            """,
            company=self.env.company.id,
            method=method,
            stage=stage,
            plans=json.dumps(plans),
        )

    @api.model
    def _given_lines_sql(self):
        """Return the lines, with what a snapshot keeps of the items."""
        return SQL(
            """
            SELECT plan.id AS match_id, plan.company_id, line.side,
                   line.transaction_id, line.batch_id, line.move_line_id,
                   line.statement_line_id, line.expected_payment_id,
                   COALESCE(line.currency_id, plan.currency_id) AS currency_id,
                   line.amount_minor,
                   COALESCE(entry.move_name, bank_entry.name, expected.name)
                        AS move_name,
                   entry.date, entry.account_id, entry.partner_id, line.position
              FROM settlement_given_plan plan
             CROSS JOIN LATERAL jsonb_to_recordset(plan.lines) AS line (
                   side varchar, transaction_id int4, batch_id int4,
                   move_line_id int4, statement_line_id int4,
                   expected_payment_id int4, currency_id int4, amount_minor int8,
                   position int4)
              LEFT JOIN account_move_line entry ON entry.id = line.move_line_id
              LEFT JOIN account_bank_statement_line bank
                ON bank.id = line.statement_line_id
              LEFT JOIN account_move bank_entry ON bank_entry.id = bank.move_id
              LEFT JOIN settlement_expected_payment expected
                ON expected.id = line.expected_payment_id
            """
        )
