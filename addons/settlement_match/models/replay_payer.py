from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..engine import counterparts


class SettlementReplay(models.AbstractModel):
    """What rules about payers say, day by day.

    They search what a partner has open for sums. Over a year that would be another
    question than on the day of a payment: so each day is asked on its own, with what
    was open that day and with the payments that waited then.
    """

    _inherit = "settlement.replay"

    @api.model
    def _ruled_payers_outcome(self, run, rows):
        """Return what payments of payers known by rules settle, day by day."""
        by_day = defaultdict(list)
        for row in rows:
            by_day[row["booked_on"]].append(row)
        outcome = counterparts.Outcome()
        for day, of_day in sorted(by_day.items()):
            self._begin_day(day, of_day)
            found = super()._ruled_payers_outcome(run, of_day)
            outcome.found.extend(found.found)
            outcome.ambiguous.extend(found.ambiguous)
            outcome.unsearched.extend(found.unsearched)
        return outcome

    @api.model
    def _begin_day(self, day, rows):
        partners = sorted({each for row in rows for each in row["partner_ids"]})
        self.env.cr.execute(SQL("DELETE FROM settlement_replay_today"))
        self.env.cr.execute(
            SQL(
                "INSERT INTO settlement_replay_today (day, partner_id) "
                "SELECT %s, unnest(%s::int4[])",
                day,
                partners,
            )
        )

    @api.model
    def _open_items_sql(self, company):
        """Return what the partners of the day had open that day.

        What a stronger stage matched for a payment of the same day is taken.
        """
        return SQL(
            """
            SELECT found.move_line_id, found.document_id, found.currency_id,
                   found.move_name, found.contact_id, found.partner_id,
                   found.written_on, found.due_on, open.minor
              FROM (%(items)s) found
              JOIN settlement_replay_today today
                ON today.partner_id = found.partner_id
              JOIN settlement_replay_item item ON item.id = found.move_line_id
             CROSS JOIN LATERAL (%(then)s) then_open
              LEFT JOIN settlement_replay_episode_item episode
                ON episode.item_id = item.id AND episode.day = today.day
              LEFT JOIN settlement_claim claim
                ON claim.move_line_id = episode.stand_in_id
             CROSS JOIN LATERAL (
                    SELECT then_open.minor - sign(then_open.minor)::int8
                           * COALESCE(claim.claimed_minor, 0) AS minor) open
             WHERE item.date <= today.day
               AND open.minor <> 0
            """,
            items=super()._open_items_sql(company),
            then=self._open_then_sql(SQL("today.day")),
        )

    @api.model
    def _rival_rows(self, run, rows, joined):
        """Return the other payments of that day, and those that were still open."""
        rivals = super()._rival_rows(run, rows, joined)
        waiting = self.env.execute_query(
            SQL(
                """
                SELECT source.transaction_id
                  FROM settlement_replay_source source
                  JOIN (SELECT DISTINCT day FROM settlement_replay_today) today
                    ON today.day = source.day
                    OR today.day > source.day AND today.day < source.closed_on
                 WHERE source.transaction_id = ANY(%s)
                """,
                [row["id"] for row in rivals],
            )
        )
        waiting = {row[0] for row in waiting}
        return [row for row in rivals if row["id"] in waiting]

    @api.model
    def _withdraw_outdated(self, run, stage, plans):
        """Withdraw nothing: all proposals of a replay come from this run."""
        return plans

    @api.model
    def _may_pay(self, versions, row):
        """Note the payments that only the version under test lets settle others'."""
        may_pay = super()._may_pay(versions, row)
        tested = self.env.context.get("settlement_replay_version")
        others = [each for each in versions if each[0].id != tested]
        if may_pay and len(others) < len(versions):
            if not super()._may_pay(others, row):
                self._note_allowed(row["transaction_id"])
        return may_pay

    @api.model
    def _note_allowed(self, transaction_id):
        self.env.cr.execute(
            SQL(
                "INSERT INTO settlement_replay_allowed VALUES (%s) "
                "ON CONFLICT DO NOTHING",
                transaction_id,
            )
        )
