from collections import defaultdict
from contextlib import closing
from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ..engine.backtest import Case
from .scope import SCOPE

# The stages that guess, in their order, and what they store on their matches.
GUESSING = ("counterparty", "subset")
GUESSED_STAGES = (5, 6)


class SettlementReplay(models.AbstractModel):
    """What a rule does to payments that it is not about.

    A document that it settles is nobody else's any more, and a payment that it takes
    is no rival any more. So the days on which payments of the same partners came are
    replayed twice, with the change and without it, the stages included that look at
    payers, amounts and sums. Who the payer of a payment is, is told here by its
    account, its e-mail address, its source, or its name word for word.
    """

    _inherit = "settlement.replay"

    @api.model
    def _behind_stages(self, scope, run):
        """Run the stages of guesses as well, where they have anything to decide."""
        guesses = self.env.context["settlement_replay_guesses"]
        if not guesses.concerned:
            self._ask_for_rivals(scope, guesses)
        if guesses.days:
            self._guess(run, guesses)

    @api.model
    def _ask_for_rivals(self, scope, guesses):
        """Find out which days and partners to ask about."""
        self.env.flush_all()
        self._temporary("settlement_replay_touched", self._touched_by_rule_sql(scope))
        query = SQL("SELECT DISTINCT transaction_id FROM settlement_replay_touched")
        guesses.concerned = frozenset(
            row[0] for row in self.env.execute_query(query) if row[0] > 0
        )
        if not guesses.concerned:
            return
        self._temporary("settlement_replay_payer", self._payers_of_history_sql())
        for day, partner_ids in self.env.execute_query(self._days_with_rivals_sql()):
            guesses.days[day] = partner_ids

    @api.model
    def _guess(self, run, guesses):
        """Run the guessing stages day by day; note what they match by themselves."""
        for day, partner_ids in sorted(guesses.days.items()):
            self._begin_partners(day, partner_ids)
            ids = [row[0] for row in self.env.execute_query(self._came_sql(day))]
            worker = self.with_context(**{SCOPE: tuple(ids)})
            for stage in GUESSING:
                worker._timed_stage(stage, run)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT money.transaction_id, target.move_line_id,
                       target.amount_minor
                  FROM settlement_match match
                  JOIN settlement_match_line money
                    ON money.match_id = match.id AND money.transaction_id IS NOT NULL
                  JOIN settlement_match_line target
                    ON target.match_id = match.id AND target.move_line_id IS NOT NULL
                 WHERE match.stage IN %s AND match.state = 'confirmed'
                """,
                GUESSED_STAGES,
            )
        )
        found = defaultdict(set)
        for row_id, item_id, minor in rows:
            found[row_id].add((item_id, minor))
        guesses.found = {row_id: frozenset(items) for row_id, items in found.items()}

    @api.model
    def _begin_partners(self, day, partner_ids):
        """Let the open items of a day be those of some partners."""
        self.env.cr.execute(SQL("DELETE FROM settlement_replay_today"))
        self.env.cr.execute(
            SQL(
                "INSERT INTO settlement_replay_today (day, partner_id) "
                "SELECT %s, unnest(%s::int4[])",
                day,
                partner_ids,
            )
        )

    # ------------------------------------------------------------------
    # Whom to ask about
    # ------------------------------------------------------------------

    @api.model
    def _touched_by_rule_sql(self, scope):
        """Return ``transaction_id, item_id`` of what the rule has or would have."""
        return SQL(
            """
            SELECT money.transaction_id,
                   COALESCE(episode.item_id, target.move_line_id) AS item_id
              FROM settlement_match match
              JOIN settlement_match_line money
                ON money.match_id = match.id AND money.transaction_id IS NOT NULL
              LEFT JOIN settlement_match_line target
                ON target.match_id = match.id AND target.move_line_id IS NOT NULL
              LEFT JOIN settlement_replay_episode_item episode
                ON episode.stand_in_id = target.move_line_id
             WHERE match.rule_version_id = %(version)s
                OR money.transaction_id IN (
                    SELECT transaction_id FROM settlement_replay_allowed)
             UNION
            SELECT known.transaction_id, target.move_line_id
              FROM settlement_replay_known known
              LEFT JOIN %(lines)s target
                ON target.match_id = known.match_id
               AND target.move_line_id IS NOT NULL
             WHERE known.holds AND known.rule_id = %(rule)s AND known.rule_id <> 0
            """,
            version=scope.version.id or 0,
            rule=scope.rule.id or 0,
            lines=self._real_table("settlement_match_line"),
        )

    @api.model
    def _payers_of_history_sql(self):
        """Return ``transaction_id, partner_id``: who the payers of payments are."""
        return SQL(
            """
            SELECT source.transaction_id, partner.commercial_partner_id AS partner_id
              FROM settlement_replay_source source
              JOIN settlement_transaction fact ON fact.id = source.transaction_id
              JOIN res_partner partner ON partner.id = fact.partner_id
             UNION
            SELECT source.transaction_id, partner.commercial_partner_id
              FROM settlement_replay_source source
              JOIN settlement_transaction_reference given
                ON given.transaction_id = source.transaction_id
               AND given.type = 'iban'
              JOIN res_partner_bank bank
                ON bank.sanitized_acc_number = given.text
               AND bank.active
               AND (bank.company_id IS NULL OR bank.company_id = %(company)s)
              JOIN res_partner partner ON partner.id = bank.partner_id
             UNION
            SELECT source.transaction_id, partner.commercial_partner_id
              FROM settlement_replay_source source
              JOIN settlement_transaction_reference given
                ON given.transaction_id = source.transaction_id
               AND given.type = 'email'
              JOIN res_partner partner
                ON partner.email_normalized = given.text AND partner.active
             UNION
            SELECT source.transaction_id, partner.commercial_partner_id
              FROM settlement_replay_source source
              JOIN settlement_transaction fact ON fact.id = source.transaction_id
              JOIN res_partner partner
                ON lower(partner.name) = lower(fact.counterparty_name)
             WHERE fact.counterparty_name IS NOT NULL
            """,
            company=self.env.company.id,
        )

    @api.model
    def _effective_day_sql(self):
        """Return the day on which a payment of ``source`` is replayed."""
        return SQL(
            "CASE WHEN source.until = 'infinity'::date THEN source.day "
            "ELSE source.until END"
        )

    @api.model
    def _days_with_rivals_sql(self):
        """Return (day, partners) where other payments of the same partners came.

        A payment that only the rule in force has matched is one of them: without the
        rule something else may lead to the same.
        """
        return SQL(
            """
            WITH coming AS (
                SELECT source.transaction_id, %(day)s AS day
                  FROM settlement_replay_source source
            ), partners AS (
                SELECT coming.day, partner.commercial_partner_id AS partner_id
                  FROM settlement_replay_touched touched
                  JOIN coming USING (transaction_id)
                  JOIN %(items)s entry ON entry.id = touched.item_id
                  JOIN res_partner partner ON partner.id = entry.partner_id
                 UNION
                SELECT coming.day, payer.partner_id
                  FROM settlement_replay_touched touched
                  JOIN coming USING (transaction_id)
                  JOIN settlement_replay_payer payer USING (transaction_id)
            )
            SELECT partners.day, array_agg(DISTINCT partners.partner_id)
              FROM partners
              JOIN coming ON coming.day = partners.day
              JOIN settlement_replay_payer payer
                ON payer.transaction_id = coming.transaction_id
               AND payer.partner_id = partners.partner_id
              JOIN settlement_transaction_state state
                ON state.transaction_id = coming.transaction_id
             WHERE state.match_state = 'open'
                OR coming.transaction_id NOT IN (
                    SELECT transaction_id FROM settlement_replay_touched)
             GROUP BY partners.day
             ORDER BY partners.day
            """,
            day=self._effective_day_sql(),
            items=self._real_table("account_move_line"),
        )

    @api.model
    def _came_sql(self, day):
        """Return the payments of a day."""
        return SQL(
            "SELECT source.transaction_id FROM settlement_replay_source source "
            "WHERE %s = %s",
            self._effective_day_sql(),
            day,
        )

    # ------------------------------------------------------------------
    # With the change and without it
    # ------------------------------------------------------------------

    @api.model
    def _changed_guesses(self, scope, guesses):
        """Replay the same days without the change; return where it matters.

        :param guesses: what was found with the change.
        :return: list of ``engine.backtest.Case``.
        """
        before = replace(guesses, found={})
        replay = self.with_context(settlement_replay_guesses=before)
        with closing(self.env.cr.savepoint()):
            replay._gather_history(scope)
            replay._put_history_in_front()
            replay._run_stages(scope)
            differs = [
                row_id
                for row_id in sorted(guesses.found.keys() | before.found.keys())
                if row_id not in guesses.concerned
                and guesses.found.get(row_id) != before.found.get(row_id)
            ]
            return replay._guess_cases(differs, guesses, before) if differs else []

    @api.model
    def _guess_cases(self, ids, guesses, before):
        """Return payments that are guessed otherwise, beside what is known of them."""
        self._temporary(
            "settlement_replay_concerned",
            SQL("SELECT unnest(%s::int4[]) AS transaction_id", ids),
        )
        known, refused = (
            self._decisions_by_payment(
                self._history_held_sql(condition), self._known_targets_sql()
            )
            for condition in (SQL("known.holds"), SQL("NOT known.holds"))
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT transaction_id, currency_id, gross_minor "
                "FROM settlement_replay_source WHERE transaction_id = ANY(%s) "
                "ORDER BY transaction_id",
                ids,
            )
        )
        return [
            Case.of_guess(
                row,
                guesses.found.get(row[0], ()),
                before.found.get(row[0], ()),
                tuple(decision for _version, decision in known.get(row[0], ())),
                tuple(decision for _version, decision in refused.get(row[0], ())),
            )
            for row in rows
        ]
