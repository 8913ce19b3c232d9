from odoo import api, models
from odoo.tools import SQL


class SettlementReplay(models.AbstractModel):
    """Each payment sees its documents as they were open on its day.

    What was open of a document on one day is an episode of it. The first episode
    that anybody asks for is the document itself, the others are stand-ins of it with
    ids of their own: so payments of different days are no rivals of each other, just
    as they were none then. ``settlement_replay_episode`` has one row per document
    and day, ``settlement_replay_episode_item`` one per journal item of it.
    """

    _inherit = "settlement.replay"

    @api.model
    def _gather_history(self, scope):
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE settlement_replay_episode (
                    document_id int4, day date, stand_in_id int4,
                    PRIMARY KEY (document_id, day)) ON COMMIT DROP;
                CREATE TEMPORARY TABLE settlement_replay_episode_item (
                    item_id int4, day date, stand_in_id int4 UNIQUE,
                    PRIMARY KEY (item_id, day)) ON COMMIT DROP;
                CREATE TEMPORARY TABLE settlement_replay_allowed (
                    transaction_id int4 PRIMARY KEY) ON COMMIT DROP;
                CREATE TEMPORARY TABLE settlement_replay_today (
                    day date, partner_id int4) ON COMMIT DROP;
                CREATE TEMPORARY SEQUENCE settlement_replay_stand_in
                    START WITH 1000000000
                """
            )
        )
        return super()._gather_history(scope)

    @api.model
    def _as_of(self, run, named):
        """Return ``named`` with each document as it was on the payment's day.

        Payments that came earlier and were still open stand beside, as rivals.
        """
        self._temporary("settlement_replay_named", self._named_then_sql(named))
        self._make_episodes()
        return SQL(
            """
            SELECT named.transaction_id, named.currency_id, named.gross_minor,
                   named.source_open, episode.stand_in_id AS move_line_id,
                   named.rank, named.text
              FROM settlement_replay_named named
              JOIN settlement_replay_episode_item episode
                ON episode.item_id = named.item_id AND episode.day = named.day
             UNION ALL
            SELECT -rival.transaction_id, rival.currency_id, rival.gross_minor,
                   rival.source_open, episode.stand_in_id, rival.rank, rival.text
              FROM (%s) rival
              JOIN settlement_replay_episode_item episode
                ON episode.item_id = rival.item_id AND episode.day = rival.day
            """,
            self._earlier_rivals_sql(),
        )

    @api.model
    def _named_then_sql(self, named):
        """Return which journal items the payments name, and as of which day.

        A payment that nothing was matched with yet also waits for documents that
        were written after it came.
        """
        return SQL(
            """
            SELECT named.*, item.id AS item_id, item.document_id,
                   GREATEST(source.day, item.date) AS day, source.closed_on
              FROM (%s) named
              LEFT JOIN settlement_replay_episode_item episode
                ON episode.stand_in_id = named.move_line_id
              JOIN settlement_replay_item item
                ON item.id = COALESCE(episode.item_id, named.move_line_id)
              JOIN settlement_replay_source source
                ON source.transaction_id = named.transaction_id
             WHERE item.date <= source.until
            """,
            named,
        )

    @api.model
    def _earlier_rivals_sql(self):
        """Return the payments that name a document and were open on a later day."""
        return SQL(
            """
            SELECT DISTINCT rival.transaction_id, rival.currency_id, rival.gross_minor,
                   rival.source_open, rival.rank, rival.text, rival.item_id, later.day
              FROM settlement_replay_named rival
              JOIN settlement_replay_named later
                ON later.item_id = rival.item_id
               AND later.day > rival.day
               AND later.day < rival.closed_on
               AND later.transaction_id <> rival.transaction_id
            """
        )

    @api.model
    def _make_episodes(self):
        """Provide each document on each day on which a payment names it."""
        cr = self.env.cr
        cr.execute(self._new_episodes_sql())
        if not cr.rowcount:
            return
        cr.execute(self._new_items_sql())
        self._copy_stand_ins()
        cr.execute(self._residuals_then_sql())
        for name in ("settlement_replay_episode", "settlement_replay_episode_item"):
            self._analyze_replay(name)

    @api.model
    def _new_episodes_sql(self):
        """Return the statement that numbers the documents as of new days."""
        return SQL(
            """
            INSERT INTO settlement_replay_episode (document_id, day, stand_in_id)
            SELECT wanted.document_id, wanted.day,
                   CASE WHEN NOT wanted.is_known AND wanted.place = 1
                        THEN wanted.document_id
                        ELSE nextval('settlement_replay_stand_in')::int4 END
              FROM (
                SELECT named.document_id, named.day,
                       row_number() OVER (
                            PARTITION BY named.document_id ORDER BY named.day) AS place,
                       EXISTS (
                            SELECT FROM settlement_replay_episode known
                             WHERE known.document_id = named.document_id) AS is_known
                  FROM (SELECT DISTINCT document_id, day
                          FROM settlement_replay_named) named
                 WHERE NOT EXISTS (
                        SELECT FROM settlement_replay_episode known
                         WHERE known.document_id = named.document_id
                           AND known.day = named.day)
              ) wanted
            """
        )

    @api.model
    def _new_items_sql(self):
        """Return the statement that numbers the items of documents as of new days."""
        return SQL(
            """
            INSERT INTO settlement_replay_episode_item (item_id, day, stand_in_id)
            SELECT item.id, episode.day,
                   CASE WHEN episode.stand_in_id = episode.document_id THEN item.id
                        ELSE nextval('settlement_replay_stand_in')::int4 END
              FROM settlement_replay_episode episode
              JOIN settlement_replay_item item
                ON item.document_id = episode.document_id
                ON CONFLICT DO NOTHING
            """
        )

    @api.model
    def _copy_stand_ins(self):
        """Put the stand-ins of documents beside the documents themselves."""
        self._fill_front(
            "account_move",
            SQL(
                """
                %(table)s origin
                  JOIN settlement_replay_episode episode
                    ON episode.document_id = origin.id
                   AND episode.stand_in_id <> origin.id
                 WHERE NOT EXISTS (
                        SELECT FROM %(table)s there
                         WHERE there.id = episode.stand_in_id)
                """,
                table=SQL.identifier("pg_temp", "account_move"),
            ),
            id=SQL("episode.stand_in_id"),
        )
        self._fill_front(
            "account_move_line",
            SQL(
                """
                %(table)s origin
                  JOIN settlement_replay_episode_item item
                    ON item.item_id = origin.id
                   AND item.stand_in_id <> origin.id
                  JOIN settlement_replay_episode episode
                    ON episode.document_id = origin.move_id
                   AND episode.day = item.day
                 WHERE NOT EXISTS (
                        SELECT FROM %(table)s there
                         WHERE there.id = item.stand_in_id)
                """,
                table=SQL.identifier("pg_temp", "account_move_line"),
            ),
            id=SQL("item.stand_in_id"),
            move_id=SQL("episode.stand_in_id"),
        )

    @api.model
    def _residuals_then_sql(self):
        """Return the statement that lets each episode be open as it was on its day.

        What came on the same day is a rival and does not count as settled yet.
        """
        return SQL(
            """
            UPDATE account_move_line AS entry
               SET amount_residual_currency
                   = found.minor / 10::numeric ^ found.decimal_places,
                   amount_residual = round(entry.balance * found.minor / found.full, 2)
              FROM (
                SELECT episode.stand_in_id, currency.decimal_places,
                       item.minor AS full,
                       CASE WHEN item.minor < 0 THEN -1 ELSE 1 END
                       * GREATEST(0, abs(item.minor)
                            - COALESCE(sum(settled.minor) FILTER (
                                  WHERE NOT settled.is_outside), 0)
                            - LEAST(item.outside_minor, COALESCE(
                                  sum(settled.minor) FILTER (
                                      WHERE settled.is_outside), 0))) AS minor
                  FROM settlement_replay_episode_item episode
                  JOIN settlement_replay_item item ON item.id = episode.item_id
                  JOIN res_currency currency ON currency.id = item.currency_id
                  JOIN settlement_replay_settled settled
                    ON settled.item_id = item.id AND settled.day < episode.day
                 GROUP BY episode.stand_in_id, currency.decimal_places, item.minor,
                       item.outside_minor
              ) found
             WHERE entry.id = found.stand_in_id
            """
        )

    @api.model
    def _open_then_sql(self, day):
        """Return what was open of the journal item ``item`` on a day, signed.

        :param day: SQL expression.
        """
        return SQL(
            """
            SELECT (CASE WHEN item.minor < 0 THEN -1 ELSE 1 END
                    * GREATEST(0, abs(item.minor)
                        - COALESCE(sum(settled.minor) FILTER (
                              WHERE NOT settled.is_outside), 0)
                        - LEAST(item.outside_minor, COALESCE(
                              sum(settled.minor) FILTER (
                                  WHERE settled.is_outside), 0))))::int8 AS minor
              FROM settlement_replay_settled settled
             WHERE settled.item_id = item.id AND settled.day < %s
            """,
            day,
        )
