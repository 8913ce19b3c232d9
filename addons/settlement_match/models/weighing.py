from odoo import api, models
from odoo.tools import SQL


class SettlementMatcher(models.AbstractModel):
    """What else the payment and the document of each pair have: who rivals whom."""

    _inherit = "settlement.matcher"

    @api.model
    def _weighed_sql(self):
        """Return the pairs with what else their payment and their document have.

        Nearly all have nothing else: these need no counting.
        """
        return SQL(
            """
            WITH several AS MATERIALIZED (
                SELECT transaction_id FROM settlement_pair
                 GROUP BY transaction_id HAVING count(*) > 1
            ), shared AS MATERIALIZED (
                SELECT document_id FROM settlement_pair
                 GROUP BY document_id HAVING count(*) > 1
            ), told AS (
                SELECT pair.*,
                       transaction_id NOT IN (SELECT transaction_id FROM several)
                       AND document_id NOT IN (SELECT document_id FROM shared)
                            AS is_lone
                  FROM settlement_pair pair
            )
            SELECT * FROM (%(lone)s) lone UNION ALL SELECT * FROM (%(counted)s) counted
            """,
            lone=self._lone_sql(),
            counted=self._counted_sql(),
        )

    @api.model
    def _lone_sql(self):
        """Return the same as :meth:`_counted_sql` where there is nothing to count."""
        return SQL(
            """
            SELECT fitted.*, 1::int8 AS namers, same_way::int::int8 AS sources,
                   CASE WHEN same_way THEN COALESCE(offered, document_open) END
                        AS claimed_open,
                   (document_open <> 0)::int::int8 AS live,
                   fits::int::int8 AS fitting,
                   (document_open <> 0 AND currency_id = document_currency_id)
                        ::int::int8 AS same_currency,
                   FALSE AS contested, document_open AS total_open, TRUE AS is_leader
              FROM (SELECT placed.*, same_way AND offered IS NOT NULL AS fits
                      FROM (
                        SELECT told.*, open_minor AS document_open, TRUE AS is_alone,
                               TRUE AS is_first, 0::int8 AS starts,
                               open_minor <> 0 AND (source_open > 0) = (open_minor > 0)
                                    AS same_way
                          FROM told WHERE is_lone) placed) fitted
            """
        )

    @api.model
    def _counted_sql(self):
        """Return the pairs that share their payment or their document with others.

        Counted are documents, by their first item: ``starts`` is where an item begins
        on the document's own scale of money, so that part payments go to the
        instalment that is due first.
        """
        return SQL(
            """
            SELECT named.*,
                   count(*) FILTER (WHERE is_first AND document_open <> 0)
                        OVER payment AS live,
                   count(*) FILTER (WHERE is_first AND fits) OVER payment AS fitting,
                   count(*) FILTER (
                        WHERE is_first AND document_open <> 0
                        AND currency_id = document_currency_id)
                        OVER payment AS same_currency,
                   bool_or(namers > 1) OVER payment AS contested,
                   (sum(open_minor) OVER payment)::int8 AS total_open,
                   row_number() OVER payment_order = 1 AS is_leader
              FROM (
                SELECT fitted.*,
                       count(*) FILTER (WHERE is_first) OVER document AS namers,
                       count(*) FILTER (WHERE is_first AND same_way)
                            OVER document AS sources,
                       (sum(COALESCE(offered, document_open))
                            FILTER (WHERE is_first AND same_way)
                            OVER document)::int8 AS claimed_open
                  FROM (
                    SELECT placed.*, same_way AND offered IS NOT NULL AS fits
                      FROM (%(placed)s) placed
                  ) fitted
                WINDOW document AS (PARTITION BY document_id)
              ) named
            WINDOW payment AS (PARTITION BY transaction_id),
                   payment_order AS (PARTITION BY transaction_id
                        ORDER BY fits DESC, document_id, starts, move_line_id)
            """,
            placed=self._placed_sql(),
        )

    @api.model
    def _placed_sql(self):
        """Return the pairs with the place of each item inside its document."""
        return SQL(
            """
            SELECT summed.*,
                   document_open <> 0 AND (source_open > 0) = (document_open > 0)
                        AS same_way
              FROM (
                SELECT pair.*,
                       (sum(open_minor) OVER items)::int8 AS document_open,
                       count(*) OVER items = 1 AS is_alone,
                       row_number() OVER due = 1 AS is_first,
                       (sum(abs(open_minor)) OVER due)::int8 - abs(open_minor)
                            AS starts
                  FROM told pair
                 WHERE NOT is_lone
                WINDOW items AS (PARTITION BY document_id, transaction_id),
                       due AS (PARTITION BY document_id, transaction_id
                            ORDER BY date_maturity, move_line_id)
              ) summed
            """
        )
