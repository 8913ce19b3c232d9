from odoo import api, fields, models, tools
from odoo.tools import SQL

from ..engine import calibration
from .claim import ALL_COLUMNS

# Kinds with more matches are counted once an hour, for whoever only looks at them.
LARGE = 100_000
KINDS = "kinds"


class SettlementPrecision(models.AbstractModel):
    """Counting matches by what is known about them, from an index."""

    _inherit = "settlement.precision"

    @api.model
    def _cache(self):
        return self.env.cr.cache.setdefault(self._name, {})

    @api.model
    def _counts(self, company, kinds=None, is_live=False):
        """Return (kind, version id or 0) → Tally of a company, counted once per run.

        :param kinds: the only kinds to count, or None for all.
        :param is_live: count kinds with very many matches as well, and do not take
            what was counted within this hour.
        """
        self.env["settlement.match"].flush_model()
        wanted = self._kinds(company) if kinds is None else kinds
        known = self._cache().setdefault((company.id, is_live), {})
        missing = [kind for kind in wanted if kind not in known]
        if missing:
            large = [] if is_live else self._large_kinds(company, missing)
            known.update({kind: self._lately(company, kind) for kind in large})
            small = [kind for kind in missing if kind not in large]
            known.update(self._count(company, small))
        return {
            (kind, version_id): tally
            for kind in wanted
            for version_id, tally in known[kind].items()
        }

    @api.model
    def _count(self, company, kinds):
        """Return kind → version id or 0 → Tally, as it is now."""
        found = {kind: {} for kind in kinds}
        if kinds:
            rows = self.env.execute_query(self._counts_sql(company, kinds))
            for kind, version_id, *counts in rows:
                found[kind][version_id] = calibration.Tally(*counts)
        return found

    @api.model
    def _lately(self, company, kind):
        """Return version id or 0 → Tally of a kind, as it was within this hour."""
        hour = fields.Datetime.now().replace(minute=0, second=0)
        return dict(self._counted_in_hour(company.id, kind, hour))

    @api.model
    @tools.ormcache("company_id", "kind", "hour")
    def _counted_in_hour(self, company_id, kind, hour):
        company = self.env["res.company"].browse(company_id)
        return tuple(self._count(company, [kind])[kind].items())

    @api.model
    def _kinds(self, company):
        """Return the kinds that occur in a company, jumping from one to the next."""
        cache = self._cache()
        if (KINDS, company.id) not in cache:
            rows = self.env.execute_query(
                SQL(
                    """
                    WITH RECURSIVE found AS (
                        (SELECT kind FROM settlement_match
                          WHERE company_id = %(company)s
                          ORDER BY kind LIMIT 1)
                         UNION ALL
                        SELECT (SELECT next.kind FROM settlement_match next
                                 WHERE next.company_id = %(company)s
                                   AND next.kind > found.kind
                                 ORDER BY next.kind LIMIT 1)
                          FROM found
                         WHERE found.kind IS NOT NULL
                    )
                    SELECT kind FROM found WHERE kind IS NOT NULL
                    """,
                    company=company.id,
                )
            )
            cache[KINDS, company.id] = [kind for (kind,) in rows]
        return cache[KINDS, company.id]

    @api.model
    def _large_kinds(self, company, kinds):
        """Return the kinds with more matches than are counted while somebody waits."""
        query = SQL(
            """
            SELECT wanted.kind
              FROM unnest(%(kinds)s::text[]) AS wanted (kind)
             WHERE EXISTS (
                SELECT FROM settlement_match match
                 WHERE match.company_id = %(company)s
                   AND match.kind = wanted.kind
                OFFSET %(large)s)
            """,
            kinds=list(kinds),
            company=company.id,
            large=LARGE,
        )
        return [kind for (kind,) in self.env.execute_query(query)]

    @api.model
    def _counts_sql(self, company, kinds):
        """Return ``kind, version_id`` and the parts of their tally.

        What is decided is counted from an index alone; proposals are few.

        :param kinds: the kinds to count.
        """
        days = company.settlement_evidence_days
        decided = self._judged_sql(
            company,
            SQL("match.state <> 'proposed' AND match.kind = ANY(%s)", list(kinds)),
            self._decided_sql("match", days),
        )
        proposed = self._judged_sql(
            company,
            SQL("match.state = 'proposed' AND match.kind = ANY(%s)", list(kinds)),
            self._proposed_sql("match"),
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
