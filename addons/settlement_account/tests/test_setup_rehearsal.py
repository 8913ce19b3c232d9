from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..services import rehearsal
from .setup_case import SetupCase


@tagged("post_install", "-at_install")
class TestSetupRehearsal(SetupCase):
    """Steps 5 and 6: everything is tried out and nothing is written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ready = cls.reach("rehearsal")
        # Unmatched rows hold nothing up.
        cls.ready.policy_id.sudo().hold_days = 0

    def open_invoice(self, amount, ago):
        """Return the number of an open invoice."""
        return self.invoice(amount, day=self.day(ago)).name

    def fill(self):
        """Give the provider a history: a payout, loose rows, a strange code."""
        named = [
            self.charge(
                number, 8, "100.00", invoice_reference=self.open_invoice(100, 9)
            )
            for number in (1, 2)
        ]
        self.provider.objects = [
            *self.paid_out(1, 8, *named, self.charge(3, 8, "40.00")),
            self.charge(
                4,
                7,
                "5.00",
                kind="adjustment",
                source_code="unknown:mystery",
                description="Something new",
            ),
            self.charge(5, 7, "1.00"),
            self.balance("6.00"),
        ]

    def mine(self, step="rehearsal"):
        """Return a set-up at a step, as the accountant sees it."""
        mine = self.by(self.accountant, self.ready)
        mine.action_go_to(step)
        return mine

    # ------------------------------------------------------------------
    # Nothing is written
    # ------------------------------------------------------------------

    def test_no_table_gains_or_loses_a_row(self):
        setup = self.mine()
        self.fill()
        before = self.row_counts()
        report = setup.rehearse()
        self.assertGreater(report["entries"]["count"], 0)
        self.assertEqual(self.row_counts(), before)

    def test_nothing_is_left_on_wallet_backend_or_callbacks(self):
        setup = self.mine()
        self.fill()
        backend = setup.backend_id
        names = ["state", "last_error", "last_success_at", "retry_at", "write_date"]
        before = backend.read(names), backend.wallet_ids.read()
        waiting = len(self.env.cr.postcommit._funcs)
        setup.rehearse()
        self.assertEqual((backend.read(names), backend.wallet_ids.read()), before)
        self.assertEqual(len(self.env.cr.postcommit._funcs), waiting)

    def test_reading_the_codes_writes_nothing_either(self):
        setup = self.mine("codes")
        self.fill()
        before = self.row_counts()
        self.assertEqual([each["code"] for each in setup.read_codes()], ["mystery"])
        self.assertEqual(self.row_counts(), before)

    def test_a_rehearsal_that_breaks_leaves_nothing(self):
        setup = self.mine()
        self.fill()
        before = self.row_counts()

        def fail(backend, checkpoint):
            raise ZeroDivisionError

        self.patch(type(setup.backend_id), "_step_validate", fail)
        with self.assertRaises(ZeroDivisionError):
            setup.rehearse()
        self.assertEqual(self.row_counts(), before)
        self.assertFalse(setup.rehearsed_at)

    # ------------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------------

    def test_it_says_what_would_match_be_posted_and_wait(self):
        setup = self.mine()
        self.fill()
        report = setup.rehearse()
        self.assertEqual(report["rows"]["count"], 6)
        self.assertEqual(
            {k: report["matching"][k] for k in ("matched", "wanted", "percent")},
            {"matched": 2, "wanted": 4, "percent": 50},
        )
        entry = report["entries"]["shown"][0]
        self.assertEqual(entry["reference"], "po_1")
        self.assertEqual(entry["date"], self.day(8).isoformat())
        accounts = " ".join(line["account"] for line in entry["lines"])
        self.assertIn(self.receivable.code, accounts)
        partners = {line["partner"] for line in entry["lines"]}
        self.assertIn(self.customer.name, partners)
        reasons = {group["label"]: group["count"] for group in report["reasons"]}
        self.assertIn("Unknown mapping", reasons)
        self.assertTrue(all(group["causes"] for group in report["reasons"]))
        html = setup.rehearsal_html
        for words in ("50 %", "would match", "Nothing of it was written", "po_1"):
            self.assertIn(words, html)

    def test_what_it_promised_is_what_happens(self):
        setup = self.mine()
        self.fill()
        promised = setup.rehearse()["entries"]
        setup.action_confirm_rehearsal()
        self.by(self.approver, setup).action_set_limits()
        lines = setup.wallet_line_ids
        lines.opening_date = self.day(29)
        lines.opening_balance = 0
        setup.action_go_live()
        setup.action_advance()
        posted = self.env["settlement.posting"].search(
            [("backend_id", "=", setup.backend_id.id), ("kind", "!=", "opening")],
            order="date, id",
        )
        self.assertEqual(len(posted), promised["count"])
        for posting, entry in zip(posted, promised["shown"], strict=True):
            booked = [
                (line.account_id.display_name, line.name)
                for line in posting.move_id.line_ids.sorted("sequence")
            ]
            told = [(line["account"], line["label"]) for line in entry["lines"]]
            self.assertEqual(booked, told)

    def test_no_rows_are_said_in_words(self):
        setup = self.mine()
        self.provider.objects = []
        report = setup.rehearse()
        self.assertEqual(report["rows"]["count"], 0)
        self.assertIsNone(report["matching"]["percent"])
        self.assertIn("no rows in this time", setup.rehearsal_html)

    def test_the_codes_are_shown_with_example_and_sum(self):
        setup = self.mine("codes")
        self.fill()
        (code,) = setup.read_codes()
        self.assertEqual(
            (code["code"], code["count"], float(code["sum"]), code["example"]),
            ("mystery", 1, 5.0, "Something new"),
        )
        self.assertIn("mystery", setup.codes_html)
        setup.action_confirm_codes()
        after = self.events("codes", setup)[:1].after
        self.assertEqual(after, {"unknown": ["mystery"]})

    def test_a_code_is_mapped_from_here_and_known_after_its_approval(self):
        setup = self.mine("codes")
        with self.assertRaisesRegex(UserError, "No code waits"):
            setup.action_map_code()
        self.fill()
        setup.read_codes()
        self.assertIn("none yet", setup.codes_html)
        context = setup.action_map_code()["context"]
        self.assertEqual(context["default_source_code"], "mystery")
        mapping = (
            self.env["settlement.mapping"]
            .with_user(self.accountant)
            .with_context(**context)
            .create({"kind": "fee"})
        )
        mapping.action_submit()
        setup.invalidate_recordset()
        self.assertIn("Waiting for approval", setup.codes_html)
        with self.assertRaisesRegex(UserError, "No code waits"):
            setup.action_map_code()
        approval = (
            self.env["settlement.approval"]
            .with_user(self.approver)
            .search([("subject_model", "=", mapping._name), ("state", "=", "waiting")])
        )
        approval.action_approve()
        self.assertEqual(mapping.state, "approved")
        self.assertEqual(setup.read_codes(), [])

    def test_all_codes_known_is_said_in_words(self):
        setup = self.mine("codes")
        self.fill()
        self.provider.objects = [
            o for o in self.provider.objects if "source_code" not in o
        ]
        self.assertEqual(setup.read_codes(), [])
        self.assertIn("have a meaning", setup.codes_html)

    def test_a_provider_that_refuses_is_quoted(self):
        setup = self.mine()
        self.fill()
        self.provider.refusal = "Invalid API Key"
        before = self.row_counts()
        report = setup.rehearse()
        self.assertIn("Invalid API Key", report["trouble"])
        self.assertIn("Invalid API Key", setup.rehearsal_html)
        self.assertEqual(self.row_counts(), before)
        self.assertEqual(setup.backend_id.state, "draft")

    # ------------------------------------------------------------------
    # Bounded
    # ------------------------------------------------------------------

    def test_history_beyond_the_days_is_not_asked_for(self):
        setup = self.mine()
        self.fill()
        self.provider.objects.append(self.charge(90, 45))
        self.assertEqual(setup.rehearse()["rows"]["count"], 6)
        self.assertEqual(setup.rehearse(days=60)["rows"]["count"], 7)
        self.assertEqual(setup.rehearse(days=2)["rows"]["count"], 0)
        setup.history_days = 2
        self.assertEqual(setup.rehearse()["rows"]["count"], 0)
        for days in (0, 400):
            with self.assertRaisesRegex(UserError, "366"):
                setup.rehearse(days=days)

    def test_enough_rows_are_enough(self):
        setup = self.mine()
        self.provider.objects = [self.charge(n, n) for n in range(28)]
        mine = setup.sudo()
        report = rehearsal.Rehearsal(mine, days=30, most_rows=10).run()
        # Pieces of six days: the second one makes it ten.
        self.assertEqual(report["rows"]["count"], 12)
        self.assertIn("12 rows are enough", report["stopped"])

    def test_time_is_bounded_and_the_newest_days_come_first(self):
        setup = self.mine()
        self.provider.objects = [self.charge(n, n) for n in range(28)]
        clock = iter(range(0, 10**6, 7))
        with patch.object(rehearsal.time, "monotonic", lambda: next(clock)):
            report = rehearsal.Rehearsal(setup.sudo(), seconds=30).run()
        self.assertIn("the rest was left", report["stopped"])
        self.assertLess(report["rows"]["count"], 28)

    def test_a_paused_backend_is_not_rehearsed(self):
        setup = self.mine()
        setup.backend_id.sudo()._set_state("paused")
        with self.assertRaisesRegex(UserError, "paused"):
            setup.rehearse()

    def test_going_on_without_a_rehearsal_is_refused(self):
        setup = self.mine()
        with self.assertRaisesRegex(UserError, "dry run first"):
            setup.action_confirm_rehearsal()

    # ------------------------------------------------------------------
    # Openings and files
    # ------------------------------------------------------------------

    def test_the_opening_is_what_the_balance_lacks_of_the_rows(self):
        setup = self.mine()
        self.provider.objects = [
            self.charge(1, 20, "10.00"),
            self.charge(2, 3, "7.00"),
            self.balance("30.00"),
        ]
        setup.rehearse()
        setup.action_confirm_rehearsal()
        line = setup.wallet_line_ids
        for ago, balance in ((2, 30.0), (3, 23.0), (19, 23.0), (20, 13.0), (29, 13.0)):
            line.opening_date = self.day(ago)
            line._onchange_opening_date()
            self.assertEqual((line.opening_balance, line.is_computed), (balance, True))
        line.opening_date = self.day(30)
        line._onchange_opening_date()
        self.assertFalse(line.is_computed)

    def test_a_file_is_rehearsed_as_a_whole_however_old_it_is(self):
        self.teach_files()
        setup = self.start(name="Files")
        setup.action_connect()
        number = self.open_invoice(70, 400)
        self.upload(setup, self.charge(1, 399, "70.00", invoice_reference=number))
        setup.action_take_files()
        setup.action_use_wallets()
        mine = self.by(self.accountant, setup)
        mine.action_set_accounts()
        mine.action_confirm_codes()
        before = self.row_counts()
        report = mine.rehearse()
        self.assertEqual(
            (report["rows"]["count"], report["matching"]["percent"]), (1, 100)
        )
        self.assertEqual(self.row_counts(), before)
        self.assertEqual(setup.message_ids.state, "ignored")

    def test_a_pull_really_asks_the_provider(self):
        """Only the requests are real: a budget of calls holds for them, too."""
        setup = self.mine()
        asked = []
        pull = self.provider.pull

        def count(*args):
            asked.append(args[2:4])
            return pull(*args)

        self.patch(self.provider, "pull", count)
        setup.rehearse()
        first = min(since for since, _until in asked)
        newest = max(until for _since, until in asked)
        self.assertAlmostEqual(
            newest, fields.Datetime.now(), delta=timedelta(minutes=2)
        )
        self.assertEqual(first.date(), self.day(29))
