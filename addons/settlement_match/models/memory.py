from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement.models.reference_sql import (
    reference_key_sql,
    reference_text_sql,
)

from ..engine import memory
from .match import ACTIVE_STATES

# How long back decisions are looked at, and how many of them: the newest.
MEMORY = timedelta(days=365)
MOST_DECISIONS = 20_000
# Matches without a person that are asked whether they contradict, the newest.
MOST_OTHERS = 5_000
MOST_PER_ACCOUNT = 500


class SettlementMemory(models.AbstractModel):
    """What was decided on payments, as the finder of rules looks at it."""

    _name = "settlement.memory"
    _description = "Memory of Decisions"

    @api.model
    def _resolutions(self, company):
        """Return how payments of a company were settled, by people and otherwise.

        What was settled without a person, or by a rule, is no habit of people; but it
        may contradict one. Addons that know of further decisions extend this.

        :return: list of ``memory.Resolution``.
        """
        self.env.flush_all()
        by_people = self._read(self._by_people_sql(company), company)
        accounts = sorted({each.account for each in by_people if each.account})
        return [
            *by_people,
            *self._read(self._others_sql(company), company, by_person=False),
            *self._read(
                self._of_accounts_sql(company, accounts), company, by_person=False
            ),
        ]

    @api.model
    def _read(self, matches, company, by_person=True):
        """Return the resolutions of matches.

        :param matches: SELECT of ``settlement_match`` rows.
        """
        return [
            memory.Resolution(
                key=("settlement.match", row.pop("match_id")),
                by_person=by_person,
                **{name: value or "" for name, value in row.items()}
                | {
                    name: row[name] or 0
                    for name in ("amount", "partner_id", "owner_id", "difference")
                },
            )
            for row in self.env.execute_query_dict(
                self._resolutions_sql(matches, company)
            )
        ]

    # ------------------------------------------------------------------
    # Which matches
    # ------------------------------------------------------------------

    @api.model
    def _by_people_sql(self, company):
        """Return the matches that people decided without a rule, the newest first."""
        return SQL(
            """
            SELECT id, difference_minor, difference_kind
              FROM settlement_match
             WHERE company_id = %s
               AND is_automatic IS NOT TRUE
               AND rule_version_id IS NULL
               AND state IN %s
               AND decided_at >= %s
             ORDER BY id DESC
             LIMIT %s
            """,
            company.id,
            ACTIVE_STATES,
            fields.Datetime.now() - MEMORY,
            MOST_DECISIONS,
        )

    @api.model
    def _others_sql(self, company):
        """Return the newest matches that no person decided, or a rule did."""
        return SQL(
            """
            SELECT id, difference_minor, difference_kind
              FROM settlement_match
             WHERE company_id = %s
               AND (is_automatic OR rule_version_id IS NOT NULL)
               AND state IN %s
             ORDER BY id DESC
             LIMIT %s
            """,
            company.id,
            ACTIVE_STATES,
            MOST_OTHERS,
        )

    @api.model
    def _of_accounts_sql(self, company, accounts):
        """Return matches that no person decided, of payments from these accounts."""
        return SQL(
            """
            SELECT DISTINCT match.id, match.difference_minor, match.difference_kind
              FROM unnest(%(accounts)s::text[]) AS account (text)
             CROSS JOIN LATERAL (
                SELECT given.transaction_id
                  FROM settlement_transaction_reference given
                 WHERE given.key = %(key)s
                   AND given.type = 'iban'
                   AND given.text = account.text
                   AND given.company_id = %(company)s
                 ORDER BY given.transaction_id DESC
                 LIMIT %(limit)s) paid
              JOIN settlement_match_line line
                ON line.transaction_id = paid.transaction_id
              JOIN settlement_match match ON match.id = line.match_id
             WHERE (match.is_automatic OR match.rule_version_id IS NOT NULL)
               AND match.state IN %(active)s
            """,
            accounts=list(accounts),
            key=reference_key_sql(SQL("'iban'"), SQL("account.text")),
            company=company.id,
            limit=MOST_PER_ACCOUNT,
            active=ACTIVE_STATES,
        )

    # ------------------------------------------------------------------
    # What they say
    # ------------------------------------------------------------------

    @api.model
    def _resolutions_sql(self, matches, company):
        """Return one row for each payment of these matches.

        A difference between several payments and their documents is nobody's alone.
        """
        return SQL(
            """
            SELECT match.id AS match_id, money.amount_minor AS amount,
                   money.currency_id, said.account, fact.counterparty_name AS name,
                   COALESCE(NULLIF(fact.description, ''), fact.counterparty_name)
                        AS text,
                   paid.partner_id, owner.partner_id AS owner_id,
                   CASE WHEN count(*) OVER (PARTITION BY match.id) = 1
                        THEN match.difference_minor END AS difference,
                   match.difference_kind
              FROM (%(matches)s) match
              JOIN settlement_match_line money
                ON money.match_id = match.id
               AND money.side = 'source'
               AND money.transaction_id IS NOT NULL
              JOIN settlement_transaction fact ON fact.id = money.transaction_id
             CROSS JOIN LATERAL (SELECT %(account)s AS account) said
             CROSS JOIN LATERAL (%(partner)s) paid
             CROSS JOIN LATERAL (%(owner)s) owner
             ORDER BY match.id, fact.id
            """,
            matches=matches,
            account=reference_text_sql(
                SQL("'iban'"), SQL("COALESCE(fact.counterparty_account, '')")
            ),
            partner=self._only_partner_sql(),
            owner=self._owner_sql(company),
        )

    @api.model
    def _only_partner_sql(self):
        """Return whose documents a match settles, NULL if none's or several."""
        return SQL(
            """
            SELECT CASE WHEN count(DISTINCT partner.commercial_partner_id) = 1
                         AND count(*) = count(partner.id)
                        THEN min(partner.commercial_partner_id) END AS partner_id
              FROM settlement_match_line target
              LEFT JOIN account_move_line entry ON entry.id = target.move_line_id
              LEFT JOIN res_partner partner
                ON partner.id = COALESCE(entry.partner_id,
                                         (target.snapshot ->> 'partner')::int4)
             WHERE target.match_id = match.id
               AND target.side = 'target'
            """
        )

    @api.model
    def _owner_sql(self, company):
        """Return who is known to hold the account, NULL if nobody or several."""
        return SQL(
            """
            SELECT CASE WHEN count(DISTINCT partner.commercial_partner_id) = 1
                        THEN min(partner.commercial_partner_id) END AS partner_id
              FROM res_partner_bank bank
              JOIN res_partner partner ON partner.id = bank.partner_id
             WHERE bank.sanitized_acc_number = said.account
               AND said.account <> ''
               AND bank.active
               AND (bank.company_id IS NULL OR bank.company_id = %s)
            """,
            company.id,
        )
