"""What rows mean: codes, currencies, days, and rows that cannot be read."""

import inspect
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from ...contract.fact_laws import broken_codes
from .base import NOW, needs

# Exponents of ISO 4217 that are not two.
OTHER_EXPONENTS = {"JPY": "1500", "KWD": "12.340"}


class MeaningContract:
    """Unknown codes and bad rows are shown to people and cost the others nothing."""

    # -- codes ---------------------------------------------------------------------

    def test_known_codes(self):
        codes = self.handler._known_codes()
        self.assertEqual(broken_codes(codes), [])
        self.assertIsNone(self.handler._known_code(self.unknown_code))

    def test_the_manual_shows_the_codes(self):
        """``odoo settlement codes CODE --write`` writes the page anew."""
        if not self.handler._known_codes():
            self.skipTest(f"{self.connector} has no table of codes.")
        path = Path(inspect.getfile(type(self))).parents[1] / "readme" / "KINDS.md"
        self.assertEqual(path.read_text(), self.handler._codes_page())

    @needs("pull")
    def test_an_unknown_code_waits_for_a_person(self):
        rows = self.rows(3)
        odd = self.row(code=self.unknown_code)
        self.show(self.server, [*rows, odd])
        self.pull()
        self.assertEqual(self.of_row(odd).kind, "adjustment")
        found = self.exceptions(reason="unknown_mapping")
        self.assertEqual(len(found), 1, "One exception for one unknown code.")
        self.assertIn(self.unknown_code, found.cause)
        for row in rows:
            self.assert_row(row)

    # -- currencies ----------------------------------------------------------------

    @needs("pull")
    def test_currencies_without_and_with_three_decimals(self):
        rows = [
            self.row(500 + index, amount=amount, currency=code)
            for index, (code, amount) in enumerate(OTHER_EXPONENTS.items())
        ]
        self.show(self.server, rows)
        self.pull()
        self.assert_complete(rows)

    @needs("pull", flaw="exponent")
    def test_an_amount_that_its_currency_does_not_have(self):
        bad = self.row(amount="1500.50", currency=self.whole_currency, flaw="exponent")
        self._put_aside(bad)

    # -- bad rows ------------------------------------------------------------------

    @needs("pull", flaw="sum")
    def test_a_row_that_does_not_add_up(self):
        self._put_aside(self.row(flaw="sum"))

    @needs("pull", flaw="amount")
    def test_a_row_whose_amount_is_none(self):
        self._put_aside(self.row(flaw="amount"))

    def _put_aside(self, bad):
        """Assert that a bad row is put aside with a reason and costs no other row."""
        rows = self.rows(4)
        self.show(self.server, rows)
        self.pull()
        total = self.total(rows)
        self.show(self.server, [bad])
        self.pull()
        for row in rows:
            self.assert_row(row)
        self.assertEqual(self.total(rows), total)
        self.assertFalse(self.of_row(bad), "A bad row is no transaction.")
        aside = self.put_aside()
        self.assertIn(self.name_of(bad), " ".join(aside.mapped("reason")))
        self.assertTrue(self.exceptions(reason="malformed_input"))
        self._mend(bad)

    def _mend(self, bad):
        """Assert that the row comes in once the provider states it right."""
        good = replace(bad, flaw="", amount=bad.amount.to_integral_value())
        self.show(self.server, [good])
        self.pull()
        self.assert_row(good)
        self.assertFalse(self.put_aside().mapped("reason"))
        self.assertFalse(self.exceptions(reason="malformed_input").mapped("cause"))

    # -- moments and days -------------------------------------------------------------

    @needs("pull")
    def test_days_on_which_clocks_change(self):
        """Europe: 29 March 2026 lacks an hour, 25 October 2026 has one twice."""
        changes = (datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1))
        for change in changes:
            with self.subTest(change=change):
                self._assert_moments(change, (-3, -2, -1, 0, 1, 21, 22, 23))

    @needs("pull")
    def test_midnight_here_and_at_the_provider(self):
        self._assert_moments(datetime(2026, 3, 20), (-2, -1, 0, 1))

    def _assert_moments(self, moment, hours):
        """Assert that rows of the last second before and of some full hours are right.

        :param hours: after ``moment``.
        """
        rows = []
        for hour in hours:
            at = moment + timedelta(hours=hour)
            for second in (-1, 0):
                rows.append(self.row(len(rows) + 1, at + timedelta(seconds=second)))
        server = self.start_stand_in()
        self.travel(moment + timedelta(days=3), server)
        self.show(server, rows)
        backend = self.new_backend(server, history_since=moment - timedelta(days=2))
        self.pull(backend)
        self.assert_complete(rows, backend)

    @needs("pull")
    def test_clocks_that_differ(self):
        """Rows of the next minutes come in once, now or later."""
        ahead = self.row(601, NOW + timedelta(minutes=4))
        rows = [*self.rows(2), self.row(600, NOW), ahead]
        self.travel(NOW + timedelta(minutes=5))
        self.show(self.server, rows)
        # Ours goes slow: to us it is earlier than the latest row.
        self.clock.move_to(NOW)
        self.pull()
        self.travel(NOW + timedelta(hours=1))
        behind = self.row(602, NOW + timedelta(minutes=50), amount="7.70")
        self.show(self.server, [behind])
        self.pull()
        self.assert_complete([*rows, behind])

    @needs("pull")
    def test_amounts_are_exact(self):
        amounts = ("0.01", "0.10", "19.99", "1000000.01", "99999999.99")
        rows = [
            self.row(700 + index, amount=amount) for index, amount in enumerate(amounts)
        ]
        self.show(self.server, rows)
        self.pull()
        self.assert_complete(rows)
        gross = sum(self.money(self.of_row(row).gross_amount) for row in rows)
        self.assertEqual(gross, sum(map(Decimal, amounts)))
