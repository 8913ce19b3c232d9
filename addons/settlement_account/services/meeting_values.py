from odoo.tools import SQL


class MeetingValues:
    """What both ends of a transfer between two currencies are worth.

    The end in company currency says it, else the rate of the day on which the money
    left. What the other end is worth by its own entry is a difference of rates.
    """

    def __init__(self, builder):
        self.env = builder.env
        self.builder = builder
        self._values = {}

    def of(self, match_id):
        """Return the value in unsigned minor units of the company's currency.

        :return: None if the match is about one currency only.
        :raises PostingError: if there is no rate of the day.
        """
        if match_id not in self._values:
            self._values[match_id] = self._read(match_id)
        return self._values[match_id]

    def expected_from(self, match_id):
        """Return the partner who had announced the money of a match.

        :return: its id, 0 if only a name is known; None if nobody announced it.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT expected.partner_id
                  FROM settlement_match_line line
                  JOIN settlement_expected_payment expected
                    ON expected.id = line.expected_payment_id
                 WHERE line.match_id = %s
                """,
                match_id,
            )
        )
        return (rows[0][0] or 0) if rows else None

    def _read(self, match_id):
        ends = self._ends(match_id)
        if len({currency_id for currency_id, _amount, _day in ends}) < 2:
            return None
        own = self.builder.company.currency_id.id
        for currency_id, amount, _day in ends:
            if currency_id == own:
                return abs(amount)
        currency_id, amount, day = ends[0]
        currency = self.env["res.currency"].browse(currency_id)
        return self.builder.rate(currency, day).to_company(abs(amount))

    def _ends(self, match_id):
        """Return (currency, signed amount, day) of the money, what left first."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT line.currency_id, line.amount_minor, fact.booked_on
                  FROM settlement_match_line line
                  JOIN settlement_transaction fact ON fact.id = line.transaction_id
                 WHERE line.match_id = %s
                 ORDER BY line.amount_minor > 0, line.id
                """,
                match_id,
            )
        )
