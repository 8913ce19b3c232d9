from datetime import datetime, timedelta

from odoo.tests import tagged

from odoo.addons.settlement.storage.payload import INLINE_BYTES

from ..models import backend as backend_module
from . import adyen_paper as paper
from . import adyen_stand_in as ay
from .common import AdyenCase

OLD = datetime(2026, 2, 10, 8)
OTHER = "ExampleShopUS"


@tagged("post_install", "-at_install")
class TestAdyenPull(AdyenCase):
    """From number to number, and over whatever lies between them."""

    def issue(self, number, *amounts, **values):
        self.server.issue(number, paper.report(number, *(amounts or (1000,)), **values))

    def numbers(self):
        """Return the batches that are here, in order."""
        batches = self.env["settlement.batch"].search(
            [("backend_id", "=", self.backend.id)]
        )
        return sorted(map(int, batches.mapped("external_id")))

    def test_all_reports_from_the_first_on(self):
        for number in (1, 2, 3):
            self.issue(number)
        messages = self.pull()
        self.assertEqual(self.asked(), [1, 2, 3, 4, 5, 6])
        self.assertEqual(
            messages.mapped("external_id"), [ay.report_name(n) for n in (1, 2, 3)]
        )
        self.assertEqual(self.numbers(), [1, 2, 3])
        self.assertFalse(self.exceptions().mapped("cause"))
        window = self.windows()
        self.assertRecordValues(
            window,
            [
                {
                    "stream": f"reports/{ay.ACCOUNT}",
                    "state": "ok",
                    "item_count": 3,
                    "new_count": 3,
                    "pages": 6,
                    "cursor": False,
                }
            ],
        )
        self.assertEqual(self.backend._coverage(window.stream), [])

    def test_nothing_there_is_no_failure(self):
        self.pull()
        self.assertEqual(self.windows().mapped("state"), ["empty"])
        self.assertEqual(self.backend.state, "connected")

    def test_the_next_pull_asks_for_new_and_recent_ones_alone(self):
        for number, at in ((1, OLD), (2, OLD), (3, paper.MARCH)):
            self.issue(number, at=at)
        self.pull()
        self.asked()
        self.clock.move_to("2026-03-31 10:00:00")
        self.issue(4)
        messages = self.pull()
        self.assertEqual(self.asked(), [3, 4, 5, 6, 7])
        self.assertEqual(messages.mapped("external_id"), [ay.report_name(4)])

    def test_it_begins_where_a_person_says(self):
        self.backend.wallet_ids[0].adyen_first_batch = 480
        self.issue(480)
        self.pull()
        self.assertEqual(self.asked(), [480, 481, 482, 483])
        self.assertEqual(self.numbers(), [480])

    def test_it_goes_on_behind_a_report_that_was_imported(self):
        content = paper.report(480, 1000)
        self.backend.import_file(ay.report_name(480), content)
        self.backend.run_pipeline(until="parse")
        self.issue(481)
        self.server.issue(480, content)
        self.pull()
        self.assertEqual(self.asked(), [480, 481, 482, 483, 484])
        self.assertEqual(self.numbers(), [480, 481])
        self.assertEqual(len(self.transactions(kind="charge")), 2)

    def test_a_number_that_is_missing_is_found_later(self):
        self.issue(1)
        self.issue(3)
        self.pull()
        self.assertEqual(self.numbers(), [1, 3])
        self.assertFalse(self.exceptions(), "It may still come.")
        self.clock.move_to("2026-03-31 12:00:00")
        self.issue(2)
        self.pull()
        self.assertEqual(self.numbers(), [1, 2, 3])

    def test_a_number_that_stays_missing_is_told(self):
        for number in (1, 3, 4):
            self.issue(number)
        self.pull()
        self.clock.move_to("2026-04-20 12:00:00")
        self.pull()
        found = self.exceptions(reason="missing_data")
        self.assertIn(f"no report of batch 2 of {ay.ACCOUNT}", found.cause)
        self.issue(2)
        self.pull(since="2026-03-20")
        self.assertEqual(self.numbers(), [1, 2, 3, 4])
        self.clock.move_to("2026-04-20 13:00:00")
        self.pull()
        self.assertFalse(self.exceptions(reason="missing_data"))

    def test_a_number_that_nobody_wants_is_not_missed(self):
        for number in (1, 4):
            self.issue(number)
        self.pull()
        self.clock.move_to("2026-04-20 12:00:00")
        self.pull()
        self.assertIn("2–3", self.exceptions(reason="missing_data").cause)
        self.backend.wallet_ids.adyen_first_batch = 4
        self.pull()
        self.assertFalse(self.exceptions(reason="missing_data"))

    def test_a_pull_that_broke_off_goes_on_at_its_number(self):
        for number in (1, 2, 3):
            self.issue(number)
        self.server.faults.add("status", status=400, skip=2, times=1)
        self.server.faults.add("status", status=503, times=99)
        self.backend.pull()
        self.assertEqual(self.windows().mapped("error_class"), ["business"])
        self.server.faults.clear()
        self.asked()
        self.clock.move_to("2026-03-31 10:00:00")
        self.pull()
        self.assertEqual(self.numbers(), [1, 2, 3])
        self.assertEqual(self.backend.last_error or "", "")

    def test_what_passes_by_itself_is_resumed(self):
        for number in (1, 2, 3):
            self.issue(number)
        self.server.faults.add(
            "status", status=429, skip=2, headers={"Retry-After": "3600"}
        )
        self.backend.pull()
        self.assertRecordValues(
            self.windows(), [{"error_class": "transient", "cursor": "2", "pages": 2}]
        )
        self.asked()
        self.clock.move_to("2026-03-31 11:00:00")
        self.backend.pull()
        self.assertEqual(self.asked()[0], 3)

    def test_a_report_that_was_issued_again_takes_the_place_of_the_former(self):
        self.issue(1, 1000, 2000)
        self.pull()
        self.clock.move_to("2026-04-01 09:00:00")
        self.issue(1, 1000, 2500)
        messages = self.pull()
        self.assertEqual(len(messages), 1)
        self.assertEqual(len(self.messages(external_id=ay.report_name(1))), 2)
        after = self.transactions(kind="charge")
        self.assertEqual(after.mapped("net_amount"), [10.0, 25.0])
        self.assertEqual(after.mapped("revision"), [2, 2])
        batch = self.env["settlement.batch"].search(
            [("backend_id", "=", self.backend.id)]
        )
        self.assertEqual((batch.total, batch.difference), (35.0, 0.0))

    def test_the_former_report_again_changes_nothing_back(self):
        self.issue(1, 1000)
        self.pull()
        first = self.server.reports[ay.ACCOUNT, ay.report_name(1)]
        self.clock.move_to("2026-04-01 09:00:00")
        self.issue(1, 2000)
        self.pull()
        self.clock.move_to("2026-04-02 09:00:00")
        self.server.issue(1, first)
        self.assertFalse(self.pull(), "These bytes were here before.")
        self.messages()[0].replay()
        self.assertEqual(self.transactions(kind="charge").net_amount, 20.0)

    def test_the_same_report_by_file_and_by_pull_is_one_version(self):
        self.issue(1, 1000, 2000)
        content = self.server.reports[ay.ACCOUNT, ay.report_name(1)]
        self.backend.import_file("by hand.csv", content)
        self.backend.run_pipeline(until="parse")
        self.clock.move_to("2026-04-01 09:00:00")
        self.pull()
        self.assertEqual(len(self.messages()), 2)
        self.assertEqual(self.transactions().mapped("revision"), [1, 1, 1])

    def test_each_account_has_numbers_and_windows_of_its_own(self):
        self.server.accounts.add(OTHER)
        self.backend = self.new_backend(accounts=(ay.ACCOUNT, OTHER))
        self.issue(1)
        for number in (7, 8):
            content = paper.report(number, 500, account=OTHER)
            self.server.issue(number, content, OTHER)
        first = self.backend.wallet_ids.filtered(
            lambda wallet: wallet.account_identifier == OTHER
        )[0]
        first.adyen_first_batch = 7
        self.pull()
        self.assertEqual(self.asked(), [1, 2, 3, 4, 7, 8, 9, 10, 11])
        self.assertEqual(
            self.windows().mapped("stream"),
            [f"reports/{ay.ACCOUNT}", f"reports/{OTHER}"],
        )
        wallets = self.transactions(kind="charge").wallet_id
        self.assertEqual(set(wallets.mapped("account_identifier")), {ay.ACCOUNT, OTHER})

    def test_an_account_that_may_not_be_read_stops_no_other(self):
        self.backend = self.new_backend(accounts=("AnotherShop", ay.ACCOUNT))
        self.issue(1)
        self.pull()
        self.assertEqual(self.numbers(), [1])
        self.assertEqual(
            self.windows(state="failed").mapped("stream"), ["reports/AnotherShop"]
        )
        self.assertIn(
            "may not download the reports of AnotherShop", self.backend.last_error
        )
        self.assertNotEqual(self.backend.state, "failing")
        found = self.exceptions(reason="connector_failed")
        self.assertIn("Not allowed", found.cause)
        self.server.accounts.add("AnotherShop")
        self.clock.move_to("2026-03-31 10:00:00")
        self.pull()
        self.assertFalse(self.exceptions(reason="connector_failed"))
        self.assertFalse(self.backend.last_error)

    def test_a_large_report_goes_through_the_file_store(self):
        self.issue(1, *range(100, 3100))
        message = self.pull()
        self.assertGreater(message.size, INLINE_BYTES)
        path = message._folder() / message.stored_name
        self.addCleanup(path.unlink)
        self.assertEqual(path.stat().st_size, message.size)
        self.assertEqual(len(self.transactions(kind="charge")), 3000)

    def test_large_reports_are_asked_for_again_once_a_day(self):
        self.patch(backend_module, "LARGE_BYTES", 1000)
        self.issue(1)
        self.issue(2, *range(100, 110))
        self.pull()
        self.asked()
        self.clock.move_to("2026-03-31 10:00:00")
        self.pull()
        self.assertEqual(self.asked(), [1, 3, 4, 5])
        self.pull(since="2026-03-01", until="2026-03-31 10:00:00")
        self.assertEqual(self.asked(), [1, 2, 3, 4, 5])
        self.clock.move_to("2026-04-01 07:00:00")
        self.pull()
        self.assertEqual(self.asked(), [1, 2, 3, 4, 5])

    def test_with_a_login_and_while_its_password_is_replaced(self):
        self.backend = self.new_backend(credentials=False)
        self.backend.set_credential("report_user", ay.USER)
        self.backend.set_credential("report_password", ["the new one", ay.PASSWORD])
        self.issue(1)
        self.pull()
        self.assertEqual(self.numbers(), [1])
        self.assertEqual(self.backend.state, "connected")

    def test_days_are_those_of_the_batch(self):
        self.issue(1)
        self.pull()
        days = self.backend._adyen_days(ay.ACCOUNT)
        self.assertEqual(days, {1: paper.MARCH.date()})

    def test_a_report_that_was_not_read_is_asked_for_again(self):
        self.issue(1)
        self.backend.pull()
        self.assertEqual(self.backend._adyen_days(ay.ACCOUNT), {1: None})
        self.clock.move_to(datetime.fromisoformat("2026-05-31") + timedelta(hours=1))
        self.asked()
        self.backend.pull()
        self.assertEqual(self.asked(), [1, 2, 3, 4])
