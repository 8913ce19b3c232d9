from datetime import datetime, timedelta

from odoo.tests import tagged

from odoo.addons.settlement.canonical.errors import TransientError

from .common import NOW, ConnectorCase, item


@tagged("post_install", "-at_install")
class TestCallBudget(ConnectorCase):
    def calls_today(self):
        return self.backend._status_of()["calls_today"]

    def test_calls_are_counted_per_day(self):
        self.source.pages["charges"] = [[item(1)], [item(2)]]
        self.backend.pull()
        self.assertEqual(self.calls_today(), 2)
        self.travel(NOW + timedelta(days=1))
        self.assertEqual(self.calls_today(), 0)

    def test_no_budget_means_no_limit(self):
        for _call in range(50):
            self.backend._count_call()
        self.assertEqual(self.calls_today(), 50)

    def test_the_budget_stops_the_pull_where_it_is(self):
        self.backend.call_budget_per_day = 2
        self.source.pages["charges"] = [[item(1)], [item(2)], [item(3)]]
        self.assertEqual(len(self.backend.pull()), 2)
        self.assertEqual(len(self.source.calls), 2)
        self.assertEqual(self.windows().error_class, "transient")
        self.assertIn("2 calls of today", self.windows().error)

    def test_the_pull_goes_on_after_midnight(self):
        self.backend.call_budget_per_day = 2
        self.source.pages["charges"] = [[item(1)], [item(2)], [item(3)]]
        self.backend.pull()
        self.assertEqual(self.backend.retry_at, datetime(2026, 3, 11))
        self.travel(self.backend.retry_at)
        self.assertEqual(len(self.backend.pull()), 1)
        self.assertEqual(self.source.calls[2][3], "2")

    def test_the_day_is_the_one_of_the_backend(self):
        self.backend.call_budget_per_day = 1
        self.backend.timezone = "Asia/Tokyo"
        self.travel(datetime(2026, 3, 10, 14, 59, 30))
        self.backend._count_call()
        with self.assertRaises(TransientError) as caught:
            self.backend._count_call()
        self.assertEqual(caught.exception.retry_after, 30)
        self.travel(datetime(2026, 3, 10, 15, 0))
        self.backend._count_call()

    def test_days_of_23_and_25_hours(self):
        self.backend.timezone = "Europe/Berlin"
        self.travel(datetime(2026, 3, 28, 23, 0))  # midnight before the change
        self.assertEqual(self.backend._today()[1], datetime(2026, 3, 29, 22, 0))
        self.travel(datetime(2026, 10, 24, 22, 0))
        self.assertEqual(self.backend._today()[1], datetime(2026, 10, 25, 23, 0))

    def test_each_backend_has_its_own_budget(self):
        other = self.new_backend("Other", call_budget_per_day=1)
        self.backend.call_budget_per_day = 1
        self.backend._count_call()
        other._count_call()
        with self.assertRaises(TransientError):
            other._count_call()
