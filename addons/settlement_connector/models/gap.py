from odoo import api, fields, models
from odoo.tools import SQL


class SettlementGap(models.Model):
    """A period of a stream that no complete pull covers.

    It is read from the windows at the moment of asking: a gap that was pulled since
    is not there any more.
    """

    _name = "settlement.gap"
    _description = "Missing Period"
    _auto = False
    _depends = {
        "settlement.window": [
            "backend_id",
            "company_id",
            "finished_at",
            "is_backfill",
            "since",
            "state",
            "stream",
            "until",
        ]
    }
    _order = "since, backend_id, stream"
    _rec_name = "stream"

    backend_id = fields.Many2one("settlement.backend", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    stream = fields.Char(readonly=True)
    since = fields.Datetime(readonly=True)
    until = fields.Datetime(readonly=True)
    hours = fields.Float(readonly=True, digits=(16, 1))
    window_id = fields.Many2one(
        "settlement.window", "Last Attempt", readonly=True, help="That asked for it."
    )
    error = fields.Text(related="window_id.error", string="What Stopped It")

    @property
    def _table_query(self):
        """Return the periods between the first and the last moment ever asked for.

        All streams of a backend are measured against the same period: one that a
        pull did not come to is as incomplete as one in which it broke off.
        """
        return SQL(
            """
            WITH asked AS (
                SELECT backend_id, company_id, min(since) AS since, max(until) AS until
                  FROM settlement_window
                 WHERE is_backfill IS NOT TRUE
                 GROUP BY backend_id, company_id
            ), streams AS (
                SELECT DISTINCT backend_id, stream FROM settlement_window
            ), covered AS (
                SELECT backend_id, stream,
                       range_agg(tsrange(since, until)) AS periods
                  FROM settlement_window
                 WHERE state <> 'failed' AND finished_at IS NOT NULL
                 GROUP BY backend_id, stream
            ), gap AS (
                SELECT asked.backend_id, asked.company_id, streams.stream,
                       unnest(tsmultirange(tsrange(asked.since, asked.until))
                              - COALESCE(covered.periods, '{}'::tsmultirange)
                       ) AS period
                  FROM asked
                  JOIN streams ON streams.backend_id = asked.backend_id
                  LEFT JOIN covered ON covered.backend_id = streams.backend_id
                                   AND covered.stream = streams.stream
            )
            SELECT %(id)s AS id, gap.backend_id, gap.company_id, gap.stream,
                   lower(gap.period) AS since, upper(gap.period) AS until,
                   extract(epoch FROM upper(gap.period) - lower(gap.period)) / 3600
                       AS hours,
                   attempt.id AS window_id
              FROM gap
              LEFT JOIN LATERAL (
                    SELECT failed.id FROM settlement_window failed
                     WHERE failed.backend_id = gap.backend_id
                       AND failed.stream = gap.stream
                       AND failed.state = 'failed'
                       AND tsrange(failed.since, failed.until, '[]') && gap.period
                     ORDER BY failed.id DESC
                     LIMIT 1) attempt ON TRUE
            """,
            id=self._id_sql(),
        )

    @api.model
    def _id_sql(self):
        """Return an id that stays the same while the gap is the same."""
        return SQL(
            "(hashtextextended(gap.backend_id || ':' || gap.stream || ':' "
            "|| lower(gap.period), 0) & 2147483647)::int"
        )

    def action_pull_again(self):
        """Button: ask for this period in a dialogue."""
        self.ensure_one()
        return self.backend_id._open_pull(self.since, self.until, self.stream)
