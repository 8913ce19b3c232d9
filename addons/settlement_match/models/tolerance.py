from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence, rule
from .resolver import ALWAYS

CHUNK_ROWS = 10_000
# Every text of a payment that a rule may look at.
TEXT_COLUMNS = (
    "description",
    "counterparty_name",
    "payment_reference",
    "invoice_reference",
    "order_reference",
    "structured_reference",
    "end_to_end_reference",
    "bank_reference",
    "extra_references",
)


class SettlementMatcher(models.AbstractModel):
    """A payment that differs from what it names, and somebody has said what that is.

    Either the document's own terms grant a discount, or a rule that holds on the day
    of the payment allows the difference. Then the document is settled in full. The
    rules of a run stand in ``settlement_rule_now``, the differences that could be
    allowed in ``settlement_tolerable``, who allows them in ``settlement_tolerated``.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _tolerate(self, run, method, certain=ALWAYS):
        """Turn part payments and overpayments into full ones, where that is allowed.

        Changes ``settlement_decision``: the outcomes are ``short`` and ``excess`` then.

        :param certain: SQL condition on decisions: what may be matched at all.
        """
        if not self._has_differences():
            return
        self._temporary("settlement_tolerable", self._tolerable_sql(run, certain))
        self.env.cr.execute(self._drop_others_sql())
        if not self._has_rows("settlement_tolerable"):
            return
        versions = self._difference_rules(run)
        self._load_rules(run, versions, method)
        self._temporary("settlement_tolerated", self._tolerated_sql(method))
        self._drop_unmet({version.id: version for version in versions})
        held = self._beyond_limits(run)
        self.env.cr.execute(self._settle_in_full_sql(held))

    @api.model
    def _beyond_limits(self, run):
        """Return what a person has to agree to in any case.

        The addon that posts knows the limits of write-offs.

        :return: list of (transaction id, id of the version that would allow it).
        """
        return []

    @api.model
    def _has_differences(self):
        """Return whether anything differs; then let decisions be found by payment.

        How many differ is beyond what the planner can guess: without an index it reads
        all decisions for each of them.
        """
        query = SQL(
            "SELECT EXISTS (SELECT FROM settlement_decision "
            "WHERE is_leader AND outcome IN ('part', 'over', 'several'))"
        )
        differs = self.env.execute_query(query)[0][0]
        if differs:
            self.env.cr.execute(
                SQL("CREATE INDEX ON settlement_decision (transaction_id)")
            )
        return differs

    @api.model
    def _has_rows(self, table):
        query = SQL("SELECT EXISTS (SELECT FROM %s)", SQL.identifier(table))
        return self.env.execute_query(query)[0][0]

    @api.model
    def _difference_rules(self, run):
        """Return the versions that may explain a difference in this run."""
        rules = self.env["settlement.rule"]
        return rules._engine_versions(run.company, [rule.DIFFERENCE])

    @api.model
    def _tolerable_sql(self, run, certain):
        """Return payments that differ from what they name, and from nothing else.

        Nobody else claims the documents. ``smallest`` is the least that could be left
        out of them, NULL if they are one item: if a difference comes near it, it
        is not certain what was paid.
        """
        return SQL(
            """
            WITH paid AS MATERIALIZED (
                SELECT transaction_id, document_id, currency_id, source_open,
                       strongest, outcome,
                       CASE outcome WHEN 'several' THEN total_open
                            ELSE document_open END AS target_open
                  FROM settlement_decision
                 WHERE is_leader
                   AND currency_id = document_currency_id
                   AND source_open = gross_minor
                   AND ((outcome IN ('part', 'over') AND match_id IS NOT NULL
                         AND sources = 1)
                     OR (outcome = 'several' AND live = same_currency
                         AND NOT contested AND %(certain)s))
            )
            SELECT paid.transaction_id, paid.document_id, paid.currency_id,
                   paid.source_open::int8, paid.strongest, paid.outcome,
                   paid.target_open::int8, item.smallest::int8, item.partner_ids
              FROM paid
             CROSS JOIN LATERAL (
                    SELECT CASE WHEN count(*) > 1 THEN min(abs(named.open_minor)) END
                               AS smallest,
                           array_agg(DISTINCT named.partner_id) AS partner_ids,
                           bool_and(named.same_way) AS is_one_way,
                           bool_or(left(named.strongest, 1) = ANY(%(weak)s)) AS is_weak
                      FROM settlement_decision named
                     WHERE named.transaction_id = paid.transaction_id
                       AND named.document_open <> 0
                   ) item
             WHERE item.is_one_way
               AND NOT item.is_weak
            """,
            weak=[str(kind.rank) for kind in evidence.WEAK_KINDS],
            certain=self._only_wanted(run, certain),
        )

    @api.model
    def _drop_others_sql(self):
        """Forget payments of several documents that are not their known payer's.

        Of a single document that is decided already.
        """
        return SQL(
            """
            DELETE FROM settlement_tolerable AS paid
             USING (SELECT transaction_id, array_agg(partner_id) AS ids
                      FROM settlement_known_payer
                     GROUP BY transaction_id) payer
             WHERE payer.transaction_id = paid.transaction_id
               AND paid.outcome = 'several'
               AND NOT payer.ids @> ARRAY(
                    SELECT COALESCE(owner.commercial_partner_id, 0)
                      FROM unnest(paid.partner_ids) AS named (id)
                      LEFT JOIN res_partner owner ON owner.id = named.id)
            """
        )

    # ------------------------------------------------------------------
    # Who allows what
    # ------------------------------------------------------------------

    @api.model
    def _tolerated_sql(self, method):
        """Return each allowed difference with who allows it, the first one first."""
        return SQL(
            """
            SELECT allowed.*,
                   CASE WHEN left(strongest, 1) = %(structured)s THEN 'structured'
                        ELSE %(method)s END || '/'
                   || CASE WHEN abs(source_open) < abs(target_open)
                           THEN 'short' ELSE 'over' END
                   || ':' || difference_kind AS kind
              FROM (%(terms)s UNION ALL %(rules)s) allowed
            """,
            structured=str(evidence.STRUCTURED.rank),
            method=method,
            terms=self._discounted_sql(),
            rules=self._allowed_by_rules_sql(),
        )

    @api.model
    def _allowed_by_rules_sql(self):
        """Return the differences that rules allow, as far as SQL can tell."""
        return SQL(
            """
            SELECT paid.*, rule.version_id, rule.position::int4,
                   rule.kind AS difference_kind, NULL::bool AS is_proved, rule.name
              FROM settlement_tolerable paid
              JOIN settlement_transaction fact ON fact.id = paid.transaction_id
              JOIN settlement_rule_now rule ON rule.currency_id = paid.currency_id
             CROSS JOIN LATERAL (
                    SELECT LEAST(rule.limit_minor::numeric,
                                 floor(abs(paid.target_open) * rule.percent / 100))
                        AS most) tolerance
             WHERE fact.booked_on BETWEEN rule.first_day AND rule.last_day
               AND (rule.direction = 'both'
                    OR (rule.direction = 'in') = (paid.source_open > 0))
               AND (rule.backend_ids IS NULL
                    OR fact.backend_id = ANY(rule.backend_ids))
               AND abs(paid.source_open) >= COALESCE(rule.amount_from, 0)
               AND abs(paid.source_open) <= COALESCE(rule.amount_to,
                                                     9223372036854775807)
               AND abs(paid.target_open - paid.source_open) <= tolerance.most
               AND (paid.smallest IS NULL OR paid.smallest > 2 * tolerance.most)
               AND CASE rule.kind
                   WHEN 'fee' THEN paid.target_open > paid.source_open
                   WHEN 'discount'
                   THEN abs(paid.target_open) > abs(paid.source_open)
                   ELSE TRUE END
            """
        )

    @api.model
    def _drop_unmet(self, versions):
        """Forget what SQL could not tell: texts, accounts and partners do not fit."""
        asking = [
            version.id
            for version in versions.values()
            if version.conditions.needs_reading
        ]
        last_id = 0
        while asking and (rows := self._asked_rows(asking, last_id)):
            last_id = rows[-1]["transaction_id"]
            unmet = [
                (row["transaction_id"], row["version_id"])
                for row in rows
                if not versions[row["version_id"]].conditions.hold(self._read(row))
            ]
            self._drop_tolerated(unmet)

    @api.model
    def _drop_tolerated(self, pairs):
        """Forget that these versions would allow something for these payments."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM settlement_tolerated
                 USING unnest(%s::int4[], %s::int4[]) AS unmet (payment_id, version_id)
                 WHERE settlement_tolerated.transaction_id = unmet.payment_id
                   AND settlement_tolerated.version_id = unmet.version_id
                """,
                [payment_id for payment_id, _version_id in pairs],
                [version_id for _payment_id, version_id in pairs],
            )
        )

    @api.model
    def _asked_rows(self, version_ids, last_id):
        """Return the next payments of rules with conditions to be read."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT allowed.transaction_id, allowed.version_id, fact.backend_id,
                       fact.booked_on, allowed.currency_id, allowed.source_open,
                       currency.decimal_places,
                       fact.counterparty_account AS account, %(texts)s AS texts,
                       ARRAY(SELECT unnest(ARRAY[partner.id,
                                        partner.commercial_partner_id])
                               FROM res_partner partner
                              WHERE partner.id = ANY(
                                    allowed.partner_ids || fact.partner_id))
                           AS partner_ids
                  FROM (SELECT DISTINCT transaction_id
                          FROM settlement_tolerated
                         WHERE version_id = ANY(%(versions)s)
                           AND transaction_id > %(last_id)s
                         ORDER BY transaction_id
                         LIMIT %(limit)s) chunk
                  JOIN settlement_tolerated allowed
                    ON allowed.transaction_id = chunk.transaction_id
                   AND allowed.version_id = ANY(%(versions)s)
                  JOIN settlement_transaction fact
                    ON fact.id = allowed.transaction_id
                  JOIN res_currency currency ON currency.id = allowed.currency_id
                 ORDER BY allowed.transaction_id, allowed.position
                """,
                texts=self._all_texts_sql(),
                versions=version_ids,
                last_id=last_id,
                limit=CHUNK_ROWS,
            )
        )

    @api.model
    def _all_texts_sql(self):
        """Return everything that the transaction ``fact`` says in words."""
        columns = [SQL.identifier("fact", name) for name in TEXT_COLUMNS]
        return SQL("array_remove(ARRAY[%s]::text[], NULL)", SQL(", ").join(columns))

    @api.model
    def _read(self, row):
        """Return what the conditions of a rule look at."""
        return rule.Payment(
            backend_id=row["backend_id"],
            currency_id=row["currency_id"],
            amount=row["source_open"],
            decimals=row["decimal_places"],
            booked_on=row["booked_on"],
            partner_ids=frozenset(row["partner_ids"]),
            account=row["account"] or "",
            texts=tuple(row["texts"]),
        )

    @api.model
    def _settle_in_full_sql(self, held):
        """Return the statement that lets the first who allows a difference decide.

        :param held: pairs of payment and version that are proposed at most.
        """
        return SQL(
            """
            UPDATE settlement_decision AS decision
               SET outcome = CASE WHEN abs(first.source_open) < abs(first.target_open)
                                  THEN 'short' ELSE 'excess' END,
                   rule_version_id = first.version_id,
                   difference_minor = first.target_open - first.source_open,
                   difference_kind = first.difference_kind,
                   difference_text = first.name,
                   is_proposed = NOT first.is_automatic,
                   match_id = CASE WHEN decision.is_leader THEN COALESCE(
                        decision.match_id, nextval('settlement_match_id_seq')::int4) END
              FROM (
                SELECT DISTINCT ON (allowed.transaction_id) allowed.*,
                       COALESCE(allowed.is_proved,
                                allowed.kind = ANY(rule.proved_kinds))
                       AND NOT EXISTS (
                            SELECT FROM unnest(%(held)s::int4[], %(versions)s::int4[])
                                AS held (payment_id, version_id)
                             WHERE held.payment_id = allowed.transaction_id
                               AND held.version_id = allowed.version_id)
                       AS is_automatic
                  FROM settlement_tolerated allowed
                  LEFT JOIN settlement_rule_now rule
                    ON rule.version_id = allowed.version_id
                   AND rule.position = allowed.position
                   AND rule.currency_id = allowed.currency_id
                 ORDER BY allowed.transaction_id, allowed.position
              ) first
             WHERE decision.transaction_id = first.transaction_id
               AND decision.document_open <> 0
            """,
            held=[payment_id for payment_id, _version_id in held],
            versions=[version_id for _payment_id, version_id in held],
        )
