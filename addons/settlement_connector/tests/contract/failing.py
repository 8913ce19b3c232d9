"""What goes wrong on the way: nothing is lost, nothing is doubled."""

from datetime import timedelta

from odoo.exceptions import UserError

from .base import NOW, needs

MEBIBYTE = 1024 * 1024
# More than this of a body without end nobody reads; sockets buffer some, too.
MOST_READ = 128 * MEBIBYTE
# Seconds for the next bytes, and how late a late answer is.
PATIENCE, TOO_LATE = 0.2, 0.8


class FailingContract:
    """Every fault, once and lasting."""

    def trouble(self, kind, **values):
        """Plan a fault where the rows are fetched."""
        return self.server.faults.add(kind, path=self.rows_path, **values)

    def assert_got_over(self, rows, pulls=2):
        """Pull until it is well and assert that all is as if nothing had been."""
        for _pull in range(pulls):
            self.pull()
        self.assert_complete(rows)
        self.assertEqual(self.state_of(), self.undisturbed(rows))
        self.assert_nothing_hurts()

    @needs("pull")
    def test_short_failures(self):
        rows = self.rows(7)
        faults = [{"kind": "status", "status": status} for status in (500, 502, 503)]
        for kind in ("cut", "reset", "content_type", "garbage"):
            faults.append({"kind": kind})
        for fault in faults:
            for skip in (0, 1):
                with self.subTest(**fault, skip=skip):
                    self.server = self.start_stand_in(rows)
                    self.backend = self.new_backend(self.server)
                    self.trouble(**fault, skip=skip)
                    self.assert_got_over(rows)

    @needs("pull")
    def test_an_answer_that_comes_too_late(self):
        rows = self.rows(4)
        self.show(self.server, rows)
        self.client_options["timeout"] = (PATIENCE * 5, PATIENCE)
        self.trouble("slow", seconds=TOO_LATE)
        self.pull()
        self.client_options.clear()
        self.assert_got_over(rows, pulls=1)

    @needs("pull")
    def test_a_lasting_failure_is_no_bother_and_is_resumed(self):
        rows = self.rows(3 * self.page_size)
        self.show(self.server, rows)
        self.trouble("status", status=503, skip=1, times=99)
        self.pull()
        failed = self.windows(state="failed")[:1]
        self.assertEqual(failed.error_class, "transient")
        self.assertGreater(failed.pages, 0)
        self.assertTrue(failed.cursor)
        self.assertNotEqual(self.backend.state, "failing")
        self.assertFalse(self.exceptions(reason="connector_failed"))
        self.assertGreater(self.backend.retry_at, NOW)
        self.server.faults.clear()
        self.travel(NOW + timedelta(minutes=10))
        self.pull()
        resumed = self.windows(stream=failed.stream).filtered(
            lambda window: window.id > failed.id and window.since == failed.since
        )[:1]
        self.assertEqual((resumed.until, resumed.state), (failed.until, "ok"))
        whole = self.new_backend(self.start_stand_in(rows))
        self.pull(whole)
        pages = self.windows(whole, stream=failed.stream)[:1].pages
        self.assertEqual(failed.pages + resumed.pages, pages)
        self.assert_complete(rows)
        self.assert_nothing_hurts()

    @needs("pull")
    def test_refused_credentials_stop_the_backend(self):
        rows = self.rows(4)
        self.show(self.server, rows)
        self.trouble("status", status=401, times=99)
        self.pull()
        self.assertEqual(self.backend.state, "failing")
        self.assertIn("authentication", self.windows().mapped("error_class"))
        found = self.exceptions(reason="connector_failed")
        self.assertEqual(found.mapped("severity"), ["high"])
        self.server.faults.clear()
        self.renew_credentials()
        self.assert_got_over(rows, pulls=1)

    @needs("pull")
    def test_a_missing_permission_is_shown_to_a_person(self):
        rows = self.rows(4)
        self.show(self.server, rows)
        self.trouble("status", status=403, times=99)
        self.pull()
        self.assertEqual(len(self.exceptions(reason="connector_failed")), 1)
        self.assertFalse(self.transactions())
        self.server.faults.clear()
        self.renew_credentials()
        self.assert_got_over(rows, pulls=1)

    def renew_credentials(self):
        """Enter the credentials anew."""
        for name, value in self.credentials.items():
            self.backend.set_credential(name, value)

    @needs("pull")
    def test_wrong_credentials(self):
        wrong = {
            name: f"wrong-{value[::-1]}" for name, value in self.credentials.items()
        }
        backend = self.new_backend(self.server, wrong)
        with self.assertRaises(UserError):
            backend.check_connection()
        self.pull(backend)
        self.assertEqual(backend.state, "failing")

    @needs("pull")
    def test_no_credentials(self):
        if not self.handler._credential_names():
            self.skipTest(f"{self.connector} needs no credentials.")
        backend = self.new_backend(self.server, {})
        self.pull(backend)
        self.assertEqual(backend.state, "failing")
        self.assertFalse(self.server.log, "Nobody is asked without credentials.")

    @needs("pull")
    def test_too_many_calls_with_a_time_to_wait(self):
        rows = self.rows(4)
        self.show(self.server, rows)
        self.trouble("status", status=429, headers={"Retry-After": "7"})
        self.pull()
        self.assertIn(7.0, self.slept)
        self.assert_complete(rows)
        self.assert_nothing_hurts()

    @needs("pull")
    def test_too_many_calls_without_a_time_to_wait(self):
        rows = self.rows(4)
        self.show(self.server, rows)
        self.trouble("status", status=429, times=2)
        self.pull()
        self.assertGreaterEqual(len(self.slept), 2)
        self.assertTrue(all(0 < seconds <= 60 for seconds in self.slept))
        self.assert_complete(rows)
        self.assert_nothing_hurts()

    @needs("pull")
    def test_too_many_calls_for_an_hour(self):
        rows = self.rows(4)
        self.show(self.server, rows)
        self.trouble("status", status=429, times=99, headers={"Retry-After": "3600"})
        self.pull()
        self.assertLess(max([0, *self.slept]), 3600, "No worker waits for an hour.")
        self.assertGreaterEqual(self.backend.retry_at, NOW + timedelta(hours=1))
        self.server.faults.clear()
        self.travel(NOW + timedelta(hours=1))
        self.assert_got_over(rows, pulls=1)

    @needs("pull")
    def test_a_body_without_end(self):
        rows = self.rows(4)
        self.show(self.server, rows)
        self.trouble("huge")
        self.pull()
        self.assertLess(self.server.huge_bytes, MOST_READ)
        self.assertIn("failed", self.windows().mapped("state"))
        self.assert_got_over(rows, pulls=1)
