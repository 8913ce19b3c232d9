from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence


class SettlementMatcher(models.AbstractModel):
    """A payment names one document, which is in another currency: is it its worth?

    The rate is the one that the bank or the provider states, else the company's of
    that day. Within the tolerance the document is paid in full, and Odoo books the
    exchange difference. ``settlement_at_rate`` has what was found, one row for each
    payment; it is there only if there is any.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _offer_at_rate(self, run):
        """Offer what is open of a document to a payment that is worth it."""
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS settlement_at_rate"))
        query = SQL(
            """
            SELECT DISTINCT fact.backend_id
              FROM settlement_pair pair
              JOIN settlement_transaction fact ON fact.id = pair.transaction_id
             WHERE pair.offered IS NULL
            """
        )
        backend_ids = [row[0] for row in self.env.execute_query(query)]
        if not backend_ids:
            return
        backends = self.env["settlement.backend"].browse(backend_ids)
        percents = {
            backend.id: self._rate_tolerance_percent(run.company, backend)
            for backend in backends
        }
        self._temporary("settlement_at_rate", self._at_rate_sql(run, percents))
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_pair AS pair
                   SET offered = rated.document_open, rate_off = rated.off,
                       is_stated_rate = rated.is_stated
                  FROM settlement_at_rate rated
                 WHERE rated.transaction_id = pair.transaction_id
                   AND rated.document_id = pair.document_id
                   AND rated.is_exact
                   AND abs(rated.source_open - rated.expected) * 100
                       <= rated.percent * abs(rated.expected)
                """
            )
        )

    @api.model
    def _at_rate_sql(self, run, percents):
        """Return payments of one foreign document, with what that is worth.

        :param percents: backend id → tolerance in per cent, Decimal.
        :return: SELECT of ``expected`` in minor units of the payment's currency, and
            ``off``, how far the payment is from it in per mille, rounded up.
        """
        return SQL(
            """
            SELECT worth.*,
                   ceil(abs(source_open - expected) * 1000.0 / abs(expected))::int8
                        AS off
              FROM (
                SELECT named.*, policy.percent, rate.value AS rate,
                       rate.is_stated,
                       round(named.document_open * rate.value
                             * 10::numeric ^ own.decimal_places
                             / 10::numeric ^ theirs.decimal_places)::int8 AS expected
                  FROM (%(named)s) named
                  JOIN settlement_transaction fact ON fact.id = named.transaction_id
                  JOIN res_currency own ON own.id = named.currency_id
                  JOIN res_currency theirs ON theirs.id = named.document_currency_id
                  JOIN (VALUES %(percents)s) AS policy (backend_id, percent)
                    ON policy.backend_id = fact.backend_id
                 CROSS JOIN LATERAL (SELECT fact.exchange_rate > 0
                            AND fact.presentment_currency_id = theirs.id AS is_stated
                       ) given
                 CROSS JOIN LATERAL (
                        SELECT given.is_stated IS TRUE AS is_stated,
                               CASE WHEN given.is_stated
                                    THEN fact.exchange_rate::numeric
                                    ELSE %(own_rate)s / NULLIF(%(their_rate)s, 0)
                               END AS value
                       ) rate
              ) worth
             WHERE expected <> 0
               AND (expected < 0) = (source_open < 0)
            """,
            named=self._foreign_documents_sql(),
            percents=SQL(", ").join(
                SQL("(%s, %s::numeric)", backend_id, str(percent))
                for backend_id, percent in percents.items()
            ),
            own_rate=self._rate_of_day_sql(run.company, SQL("own")),
            their_rate=self._rate_of_day_sql(run.company, SQL("theirs")),
        )

    @api.model
    def _foreign_documents_sql(self):
        """Return payments that name one open document only, in another currency.

        ``is_exact``: by a reference that needs no equal amount to be believed.
        """
        return SQL(
            """
            SELECT transaction_id, min(document_id) AS document_id, currency_id,
                   min(document_currency_id) AS document_currency_id,
                   source_open::int8, sum(open_minor)::int8 AS document_open,
                   bool_and(left(strongest, 1) <> ALL(%s)) AS is_exact
              FROM settlement_pair
             WHERE open_minor <> 0
             GROUP BY transaction_id, currency_id, source_open, gross_minor
            HAVING count(DISTINCT document_id) = 1
               AND bool_and(offered IS NULL)
               AND source_open = gross_minor
            """,
            [str(kind.rank) for kind in evidence.WEAK_KINDS],
        )

    @api.model
    def _rate_of_day_sql(self, company, currency):
        """Return a currency's rate on the day of ``fact``, NULL if nobody knows it."""
        return SQL(
            """
            COALESCE((SELECT known.rate::numeric FROM res_currency_rate known
                       WHERE known.currency_id = %(currency)s.id
                         AND known.name <= fact.booked_on
                         AND (known.company_id IS NULL OR known.company_id = %(root)s)
                       ORDER BY known.name DESC, known.company_id
                       LIMIT 1),
                     CASE WHEN %(currency)s.id = %(home)s THEN 1 END)
            """,
            currency=currency,
            root=company.root_id.id,
            home=company.currency_id.id,
        )

    @api.model
    def _worth_by_payment(self):
        """Return what foreign documents are worth: transaction → dict."""
        if not self._is_temporary("settlement_at_rate"):
            return {}
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT rated.transaction_id, rated.document_id, rated.is_exact,
                       rated.expected, rated.off, rated.percent::text AS percent,
                       trim_scale(round(rated.rate, 6))::text AS rate,
                       rated.is_stated
                  FROM settlement_at_rate rated
                """
            )
        )
        return {row["transaction_id"]: row for row in rows}
