from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence
from .claim import minor_sql


class SettlementMatcher(models.AbstractModel):
    """From "this payment names that document" to a decision, in sets.

    Temporary tables, each one row per what its name says:

    - ``settlement_named``: payment, journal item, kind of reference
    - ``settlement_item``: journal item with what is open of it
    - ``settlement_pair``: payment and document, with the strongest reference
    - ``settlement_decision``: the same with its outcome

    Open amounts are signed minor units, positive when money comes to us.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _resolve(self, named):
        """Decide on all payments that name a document.

        :param named: SELECT of ``transaction_id, currency_id, gross_minor,
            source_open, move_line_id, rank, text``.
        """
        self._temporary("settlement_named", named)
        self._temporary("settlement_item", self._items_sql())
        self._temporary("settlement_pair", self._pairs_sql())
        self.env.cr.execute(self._drop_weaker_pairs_sql())
        self.env.cr.execute(self._offer_presentment_sql())
        self._temporary("settlement_decision", self._decisions_sql())

    @api.model
    def _open_transactions_sql(self, company):
        """Return ``transaction_id, currency_id, gross_minor, source_open``."""
        return SQL(
            """
            SELECT state.transaction_id, state.currency_id, state.gross_minor,
                   CASE WHEN state.gross_minor < 0
                        THEN state.gross_minor + COALESCE(claim.claimed_minor, 0)
                        ELSE state.gross_minor - COALESCE(claim.claimed_minor, 0)
                   END AS source_open
              FROM settlement_transaction_state state
              LEFT JOIN settlement_claim claim
                ON claim.transaction_id = state.transaction_id
             WHERE state.company_id = %s
               AND state.match_state = 'open'
            """,
            company.id,
        )

    @api.model
    def _rank_sql(self, column):
        """Return the rank of a reference type as SQL."""
        whens = SQL(" ").join(
            SQL("WHEN %s THEN %s", kind.name, kind.rank)
            for kind in evidence.REFERENCE_KINDS
        )
        return SQL("CASE %s %s END", column, whens)

    @api.model
    def _items_sql(self):
        """Return the named journal items with what is open of them.

        ``starts`` is where the item begins on the document's own scale of money, so
        that part payments go to the instalment that is due first.
        """
        return SQL(
            """
            SELECT open.*,
                   sum(open_minor) OVER document AS document_open,
                   count(*) OVER document = 1 AS is_alone,
                   sum(abs(open_minor)) OVER due - abs(open_minor) AS starts
              FROM (
                SELECT entry.id AS move_line_id, entry.move_id AS document_id,
                       entry.currency_id, entry.move_name, entry.date,
                       entry.account_id, entry.partner_id, entry.date_maturity,
                       residual.minor AS residual_minor,
                       residual.minor - CASE WHEN residual.minor < 0
                            THEN -1 ELSE 1 END * COALESCE(
                                claim.claimed_minor - claim.posted_minor, 0)
                            AS open_minor
                  FROM (SELECT DISTINCT move_line_id FROM settlement_named) named
                  JOIN account_move_line entry ON entry.id = named.move_line_id
                  JOIN res_currency currency ON currency.id = entry.currency_id
                 CROSS JOIN LATERAL (SELECT %(residual)s AS minor) residual
                  LEFT JOIN settlement_claim claim ON claim.move_line_id = entry.id
              ) open
            WINDOW document AS (PARTITION BY document_id),
                   due AS (PARTITION BY document_id ORDER BY date_maturity,
                           move_line_id)
            """,
            residual=minor_sql(SQL("entry.amount_residual_currency"), "currency"),
        )

    @api.model
    def _pairs_sql(self):
        """Return payment and document with their strongest reference.

        ``kinds`` has one bit for each kind of reference that names the document.
        ``offered`` is the payment in the currency of the document, if it is known.
        """
        return SQL(
            """
            SELECT named.transaction_id, item.document_id,
                   min(named.currency_id) AS source_currency_id,
                   min(named.source_open) AS source_open,
                   min(named.gross_minor) AS gross_minor,
                   min(item.currency_id) AS document_currency_id,
                   min(item.document_open)::int8 AS document_open,
                   CASE WHEN min(named.currency_id) = min(item.currency_id)
                        THEN min(named.source_open) END AS offered,
                   bit_or(1 << named.rank) AS kinds,
                   min((named.rank::text || named.text) COLLATE "C") AS strongest
              FROM settlement_named named
              JOIN settlement_item item USING (move_line_id)
             GROUP BY named.transaction_id, item.document_id
            """
        )

    @api.model
    def _drop_weaker_pairs_sql(self):
        """Forget documents that only some references name, if all name another.

        An order number may stand for several invoices, of which the invoice number
        names one.
        """
        return SQL(
            """
            WITH several AS (
                SELECT transaction_id, bit_or(kinds) AS kinds
                  FROM settlement_pair
                 GROUP BY transaction_id
                HAVING count(*) > 1
            ), agreed AS (
                SELECT DISTINCT several.transaction_id, several.kinds
                  FROM several
                  JOIN settlement_pair pair
                    ON pair.transaction_id = several.transaction_id
                   AND pair.kinds = several.kinds
            )
            DELETE FROM settlement_pair pair
             USING agreed
             WHERE agreed.transaction_id = pair.transaction_id
               AND agreed.kinds <> pair.kinds
            """
        )

    @api.model
    def _offer_presentment_sql(self):
        """Offer what the customer saw and paid, where that is the document's currency."""
        return SQL(
            """
            UPDATE settlement_pair AS pair
               SET offered = abs(%(presented)s)
                             * CASE WHEN pair.source_open < 0 THEN -1 ELSE 1 END
              FROM settlement_transaction fact
              JOIN res_currency currency ON currency.id = fact.presentment_currency_id
             WHERE fact.id = pair.transaction_id
               AND pair.offered IS NULL
               AND pair.document_currency_id = fact.presentment_currency_id
               AND pair.source_open = pair.gross_minor
               AND fact.presentment_amount <> 0
            """,
            presented=minor_sql(SQL("fact.presentment_amount"), "currency"),
        )

    @api.model
    def _decisions_sql(self):
        """Return each pair with its outcome.

        - ``exact``: the only fitting document, same amount, no rival payment
        - ``sum``: several documents whose sum is exact, none with a rival payment
        - ``part``: the only document; all payments that name it fit into it
        - ``over``: the only document, less is open than was paid, no rival
        - ``currency``: the only document has another currency, at an unknown rate
        - ``settled``: nothing of what it names is open any more
        - ``opposite``: the only document goes the other way
        - ``rivals``: the payments that name the document exceed it
        - ``several``: it names several documents that do not add up
        """
        return SQL(
            """
            SELECT counted.*,
                   CASE
                    WHEN live = 0 THEN 'settled'
                    WHEN document_open = 0 THEN 'other'
                    WHEN live = 1 AND same_way AND offered IS NULL THEN 'currency'
                    WHEN fitting = 1 AND fits AND sources = 1
                         AND offered = document_open THEN 'exact'
                    WHEN live > 1 AND live = same_currency AND NOT contested
                         AND total_open = source_open THEN 'sum'
                    WHEN live = 1 AND NOT fits THEN 'opposite'
                    WHEN live = 1 AND abs(claimed_open) <= abs(document_open)
                        THEN 'part'
                    WHEN live = 1 AND sources = 1 THEN CASE WHEN same_currency = 1
                         THEN 'over' ELSE 'currency' END
                    WHEN live = 1 OR (fitting = 1 AND fits
                         AND offered = document_open) THEN 'rivals'
                    ELSE 'several' END AS outcome
              FROM (
                SELECT ranked.*,
                       count(*) FILTER (WHERE document_open <> 0) OVER payment AS live,
                       count(*) FILTER (WHERE fits) OVER payment AS fitting,
                       count(*) FILTER (
                            WHERE document_open <> 0
                            AND source_currency_id = document_currency_id)
                            OVER payment AS same_currency,
                       bool_or(namers > 1) OVER payment AS contested,
                       sum(document_open) OVER payment AS total_open
                  FROM (
                    SELECT fitted.*,
                           count(*) OVER document AS namers,
                           count(*) FILTER (WHERE same_way) OVER document AS sources,
                           sum(COALESCE(offered, document_open))
                                FILTER (WHERE same_way) OVER document AS claimed_open
                      FROM (
                        SELECT directed.*,
                               same_way AND offered IS NOT NULL AS fits
                          FROM (
                            SELECT pair.*,
                                   document_open <> 0
                                   AND (source_open > 0) = (document_open > 0)
                                        AS same_way
                              FROM settlement_pair pair
                          ) directed
                      ) fitted
                    WINDOW document AS (PARTITION BY document_id)
                  ) ranked
                WINDOW payment AS (PARTITION BY transaction_id)
              ) counted
            """
        )
