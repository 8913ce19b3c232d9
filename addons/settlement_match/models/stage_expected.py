from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.models.expected_payment import WAITING_STATES

from ..engine import counterparty, names

# Stored on its matches; it runs after the stages that look for documents.
STAGE = 9
# By which row of the bank each kind of announced payment comes.
BANK_ROWS = (("incoming", "bank_credit"), ("outgoing", "bank_debit"))
# People expect money on a day, and it comes around it.
EARLY = timedelta(days=30)


class SettlementMatcher(models.AbstractModel):
    """Money that somebody announced, without a reference: known payer and amount.

    What we sent to the bank is announced as well; it leaves as a debit, and its payee
    is who is known.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _stage_expected(self, run):
        """Propose what expected payments came or left as, where no document fits.

        No document is settled by it: so a person always looks at it.

        :return: dict of counters.
        """
        rows = self._expected_rows(run)
        outcome = counterparty.decide(rows)
        plans = [self._expected_plan(choice, rows) for choice in outcome.choices]
        counters = self._settle_given(run, STAGE, "amount_date", [], plans)
        self._note_choices(run, outcome.choices, rows)
        self._note_ties(run, outcome.ties, rows)
        tied = {source for tie in outcome.ties for source in tie.sources}
        return {**counters, "candidates": len(rows), "ambiguous": len(tied)}

    @api.model
    def _expected_rows(self, run):
        """Return candidate → [its row] for rows of banks and what was announced."""
        if not self._waits_for_payments(run.company):
            return {}
        if not self._fill_open_sources(run):
            return {}
        self._fill_payers(run.company)
        rows = self.env.execute_query_dict(self._expected_pairs_sql(run.company))
        found = {}
        for row in rows:
            if clue := self._expected_clue(row):
                found[self._expected_candidate(row, clue)] = [row]
        return found

    @api.model
    def _waits_for_payments(self, company):
        domain = [
            ("company_id", "=", company.id),
            ("state", "in", WAITING_STATES),
            ("kind", "in", [kind for kind, _row_kind in BANK_ROWS]),
        ]
        return self.env["settlement.expected.payment"].search_count(domain, limit=1)

    @api.model
    def _expected_pairs_sql(self, company):
        """Return rows and expected payments of the same amount and currency.

        Both are signed: what should leave is negative.
        """
        return SQL(
            """
            SELECT source.transaction_id, source.booked_on, source.external_id,
                   source.minor, source.currency_id, source.names_something,
                   source.name AS given, expected.id AS expected_id,
                   expected.name AS move_name, expected.due_on,
                   expected.counterparty_name, partner.name AS partner,
                   partner.commercial_partner_id AS partner_id, known.partner_ids,
                   known.payer, ARRAY[]::int[] AS item_ids,
                   ARRAY[]::int8[] AS item_minors
              FROM settlement_expected_payment expected
              JOIN settlement_open_source source
                ON source.currency_id = expected.currency_id
               AND source.minor = expected.amount_minor
               AND (expected.kind, source.kind) IN %s
              LEFT JOIN res_partner partner ON partner.id = expected.partner_id
              LEFT JOIN (
                SELECT transaction_id, array_agg(DISTINCT partner_id) AS partner_ids,
                       string_agg(DISTINCT text, ', ') AS payer
                  FROM settlement_payer GROUP BY transaction_id) known
                ON known.transaction_id = source.transaction_id
             WHERE expected.company_id = %s
               AND expected.state IN %s
               AND (expected.amount_minor > 0) = (expected.kind = 'incoming')
             ORDER BY source.transaction_id, expected.id
            """,
            BANK_ROWS,
            company.id,
            WAITING_STATES,
        )

    @api.model
    def _expected_clue(self, row):
        """Return by what the payer is known as the one who announced it, or None."""
        if not row["due_on"] - EARLY <= row["booked_on"]:
            return None
        if row["partner_id"] and row["partner_id"] in (row["partner_ids"] or ()):
            return counterparty.Found(counterparty.IBAN, row["payer"])
        given = names.canonical(row["given"] or "")
        for name in (row["partner"], row["counterparty_name"]):
            if given and name and names.canonical(name) == given:
                return counterparty.Found(counterparty.NAME, row["given"])
        return None

    @api.model
    def _expected_candidate(self, row, clue):
        known = row["partner_ids"] or (row["partner_id"],)
        return counterparty.Candidate(
            source=row["transaction_id"],
            unit=row["expected_id"],
            document=row["move_name"],
            items=(row["expected_id"],),
            clues=(clue,),
            booked_on=row["booked_on"],
            # It was announced some time before the day it is due on.
            written_on=row["due_on"] - EARLY,
            due_on=row["due_on"],
            other_payer="" if row["partner_id"] in known else row["payer"] or "",
            names_other=row["names_something"],
        )

    @api.model
    def _expected_plan(self, choice, rows):
        """Return the plan of a match of a bank row with what was announced."""
        row = rows[choice.candidate][0]
        plan = self._choice_plan(choice, rows)
        plan["kind"] += ":expected"
        plan["lines"].append(
            {
                "side": "target",
                "expected_payment_id": row["expected_id"],
                "amount_minor": row["minor"],
            }
        )
        return plan
