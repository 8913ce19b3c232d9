from odoo import models
from odoo.tools import SQL


class SettlementVerification(models.AbstractModel):
    """Law 12: what matches settle beyond their money is booked, to the minor unit."""

    _inherit = "settlement.verification"

    def _checks(self):
        return [*super()._checks(), "_check_differences_booked"]

    def _check_differences_booked(self):
        """A posted match and the entry of its difference say the same."""
        yield from self._findings_of(
            12,
            "settlement.match",
            self._unequal_differences_sql(),
            self.env._(
                "Its difference is %(wanted)s minor units, booked are %(booked)s by "
                "%(count)s entries."
            ),
            "wanted",
            "booked",
            "count",
        )

    def _unequal_differences_sql(self):
        """Return ``id, difference, what is booked, entries`` where they differ."""
        return SQL(
            """
            SELECT COALESCE(match.id, booked.match_id), COALESCE(match.minor, 0),
                   COALESCE(booked.minor, 0), COALESCE(booked.entries, 0)
              FROM (SELECT id, difference_minor AS minor
                      FROM settlement_match
                     WHERE state = 'posted' AND difference_minor <> 0) match
              FULL JOIN (
                    SELECT posting.match_id,
                           count(DISTINCT posting.id) AS entries,
                           sum(round(item.amount_currency
                                     * 10::numeric ^ currency.decimal_places))::int8
                               AS minor
                      FROM settlement_posting posting
                      JOIN account_move_line item ON item.move_id = posting.move_id
                      JOIN res_currency currency ON currency.id = item.currency_id
                     WHERE posting.match_id IS NOT NULL
                       AND posting.state = 'posted'
                       AND item.settlement_role IS DISTINCT FROM 'settled'
                     GROUP BY posting.match_id
              ) booked ON booked.match_id = match.id
             WHERE match.id IS NULL
                OR booked.entries IS DISTINCT FROM 1
                OR booked.minor <> match.minor
            """
        )
