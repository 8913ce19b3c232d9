from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import calibration, calibration_text
from .claim import ALL_COLUMNS

# What is known about a match.
VERDICTS = [
    ("right", "Right"),
    ("wrong", "Wrong"),
    ("waiting", "Nobody knows yet"),
    ("void", "Withdrawn"),
]
NOTHING = (0, 0, 0.0)
# Versions of rules that may have matched something.
DECIDED_STATES = ("approved", "retired")
MEANINGS = "meanings"


class SettlementPrecision(models.AbstractModel):
    """How often matches of a kind were right, by what people and the ledger say.

    - right: a person confirmed it; or it was confirmed without a person, is settled
      in the ledger and has stood for the days that the company asks for
    - wrong: a person undid or refused it; or it is a proposal whose money a person
      has since matched with something else
    - waiting: nobody has looked at it, or not for long enough
    - void: withdrawn because the data changed, which says nothing about it
    """

    _name = "settlement.precision"
    _description = "Precision of Matching"

    # ------------------------------------------------------------------
    # What others ask
    # ------------------------------------------------------------------

    @api.model
    def _measured(self, company):
        """Return how often matches were right in a company.

        :return: dict of (kind, rule id or 0) → (right, wrong, lower bound of the
            share of right ones, 0 to 1). Of a rule count the matches by versions
            that say the same as the one in force: a rule that was changed has to
            prove itself again.
        """
        found = {}
        for (kind, version_id), tally in self._counts(company).items():
            rule_id, is_current = self._rule_of(version_id)
            if is_current:
                found.setdefault((kind, rule_id), []).append(tally)
        totals = {key: calibration.total(tallies) for key, tallies in found.items()}
        return {
            key: (tally.right, tally.wrong, tally.bound)
            for key, tally in totals.items()
        }

    @api.model
    def _is_proved(self, company, kind, rule_id=0, version_id=0):
        """Return whether matches of a kind may be confirmed without a person.

        :param kind: as on ``settlement.match``, such as ``subset/iban``.
        :param rule_id: id of the rule that allows them, 0 for none.
        :param version_id: id of the version that allows them, if it need not be the
            one that is in force today.
        :return: whether at least the company's limit is proved to be right. Where
            nothing was ever tried nothing is proved.
        """
        if version_id:
            right, wrong, *_rest = self._tally_of(company, kind, version_id)
        else:
            key = (kind, rule_id or 0)
            right, wrong, _bound = self._measured(company).get(key, NOTHING)
        limit = company.settlement_precision_limit
        return calibration.is_proved(right, wrong, limit)

    @api.model
    def _tally_of(self, company, kind, version_id=0):
        """Return the Tally of matches of a kind that one version of a rule allowed.

        Versions that say the same as it count as well.

        :param version_id: id of the version, 0 for matches without a rule.
        """
        counts = self._counts(company)
        same = self._same(version_id or 0)
        return calibration.total(
            counts[kind, version] for version in same if (kind, version) in counts
        )

    @api.model
    def _words(self, company, kind, version_id=0):
        """Return the sentence about how often matches of a kind were right."""
        tally = self._tally_of(company, kind, version_id)
        return calibration_text.record_text(tally.right, tally.wrong)

    @api.model
    def _needed(self, limit):
        """Return how many matches, all of them right, prove a limit; 0 for never.

        :param limit: in percent.
        """
        return calibration.missing(0, 0, limit) or 0

    @api.model
    def _forget(self):
        """Let the next question count again: matches have changed."""
        self.env.cr.cache.pop(self._name, None)

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

    @api.model
    def _same(self, version_id):
        """Return the ids of the versions of a rule that say the same as one of them."""
        if not version_id:
            return (0,)
        meanings = self._meanings()
        meaning = meanings.get(version_id)
        return tuple(
            other for other, theirs in meanings.items() if theirs == meaning
        ) or (version_id,)

    @api.model
    def _rule_of(self, version_id):
        """Return (rule id, whether what this version allowed counts for the rule)."""
        if not version_id:
            return 0, True
        # Everybody's matches are counted, whoever asks.
        version = self.env["settlement.rule.version"].sudo().browse(version_id)
        rule = version.rule_id
        decided = rule.version_ids.filtered(lambda each: each.state in DECIDED_STATES)
        reference = rule.current_version_id or decided[:1]
        return rule.id, version_id in self._same(reference.id)

    @api.model
    def _meanings(self):
        """Return version id → what it says about which payments, as plain values.

        From when on it holds, and whether it confirms by itself, does not matter for
        whether it is right.
        """
        cache = self._cache()
        if MEANINGS not in cache:
            versions = self.env["settlement.rule.version"].sudo()
            cache[MEANINGS] = {
                version.id: version._meaning()
                for version in versions.search([("state", "in", DECIDED_STATES)])
            }
        return cache[MEANINGS]

    # ------------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------------

    @api.model
    def _cache(self):
        return self.env.cr.cache.setdefault(self._name, {})

    @api.model
    def _counts(self, company):
        """Return (kind, version id or 0) → Tally of a company, counted once per run."""
        cache = self._cache()
        if company.id not in cache:
            self.env["settlement.match"].flush_model()
            cache[company.id] = {
                (kind, version_id): calibration.Tally(*counts)
                for kind, version_id, *counts in self.env.execute_query(
                    self._counts_sql(company)
                )
            }
        return cache[company.id]

    @api.model
    def _counts_sql(self, company):
        """Return ``kind, version_id`` and the parts of their tally.

        What is decided is counted from an index alone; proposals are few.
        """
        days = company.settlement_evidence_days
        decided = self._judged_sql(
            company, SQL("match.state <> 'proposed'"), self._decided_sql("match", days)
        )
        proposed = self._judged_sql(
            company, SQL("match.state = 'proposed'"), self._proposed_sql("match")
        )
        return SQL(
            """
            SELECT kind, version_id, sum(right_count)::int8, sum(wrong_count)::int8,
                   sum(waiting_count)::int8, sum(void_count)::int8
              FROM (%s UNION ALL %s) part
             GROUP BY kind, version_id
            """,
            decided,
            proposed,
        )

    @api.model
    def _judged_sql(self, company, condition, verdict):
        """Return how many matches of each kind have which verdict.

        :param condition: SQL condition on ``match``, verdict: SQL expression.
        """
        return SQL(
            """
            SELECT kind, COALESCE(rule_version_id, 0) AS version_id,
                   count(*) FILTER (WHERE verdict = 'right') AS right_count,
                   count(*) FILTER (WHERE verdict = 'wrong') AS wrong_count,
                   count(*) FILTER (WHERE verdict = 'waiting') AS waiting_count,
                   count(*) FILTER (WHERE verdict = 'void') AS void_count
              FROM (
                SELECT match.kind, match.rule_version_id, %(verdict)s AS verdict
                  FROM settlement_match match
                 WHERE match.company_id = %(company)s AND %(condition)s) judged
             GROUP BY 1, 2
            """,
            verdict=verdict,
            company=company.id,
            condition=condition,
        )

    @api.model
    def _verdict_sql(self, alias, days):
        """Return what is known about the match ``alias``, as SQL.

        :param days: how long a match that nobody looked at has to stand.
        """
        return SQL(
            "(CASE WHEN %s = 'proposed' THEN %s ELSE %s END)",
            SQL.identifier(alias, "state"),
            self._proposed_sql(alias),
            self._decided_sql(alias, days),
        )

    @api.model
    def _decided_sql(self, alias, days):
        """Return what is known about a match that is no proposal any more."""
        return SQL(
            """
            (CASE WHEN %(is_refused)s THEN 'wrong'
                  WHEN %(state)s = 'undone' THEN 'void'
                  WHEN %(is_automatic)s IS NOT TRUE THEN 'right'
                  WHEN %(state)s = 'posted'
                       AND %(decided_at)s < %(now)s - %(days)s * INTERVAL '1 day'
                       THEN 'right'
                  ELSE 'waiting' END)
            """,
            days=days,
            now=fields.Datetime.now(),
            **{
                name: SQL.identifier(alias, name)
                for name in ("is_refused", "state", "is_automatic", "decided_at")
            },
        )

    @api.model
    def _proposed_sql(self, alias):
        """Return what is known about a proposal: wrong if it was passed over.

        That is: a person has matched all of its money, with nothing that it had
        meant.
        """
        return SQL(
            """
            (CASE WHEN EXISTS (
                SELECT FROM settlement_match_line money
                  JOIN settlement_claim claim
                    ON claim.transaction_id = money.transaction_id
                   AND claim.claimed_minor = claim.total_minor
                  JOIN settlement_match_line taken
                    ON taken.transaction_id = money.transaction_id
                   AND taken.match_id <> money.match_id
                  JOIN settlement_match chosen
                    ON chosen.id = taken.match_id
                   AND chosen.state IN ('confirmed', 'posted')
                   AND chosen.is_automatic IS NOT TRUE
                 WHERE money.match_id = %(id)s
                   AND (%(difference)s = 'account'
                        AND chosen.difference_kind = 'account') IS NOT TRUE
                   AND NOT EXISTS (
                        SELECT FROM settlement_match_line meant
                          JOIN settlement_match_line paid
                            ON paid.match_id = chosen.id AND %(same)s
                         WHERE meant.match_id = %(id)s))
                  THEN 'wrong' ELSE 'waiting' END)
            """,
            id=SQL.identifier(alias, "id"),
            difference=SQL.identifier(alias, "difference_kind"),
            same=self._same_item_sql(),
        )

    @api.model
    def _same_item_sql(self):
        """Return when ``paid`` and ``meant`` are the same, besides the money itself."""
        same = [
            SQL(
                "%s = %s",
                SQL.identifier("paid", column),
                SQL.identifier("meant", column),
            )
            for column in ALL_COLUMNS
        ]
        return SQL(
            "(%s) AND paid.transaction_id IS DISTINCT FROM money.transaction_id",
            SQL(" OR ").join(same),
        )
