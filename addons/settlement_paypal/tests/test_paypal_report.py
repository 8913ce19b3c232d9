from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..stand_in import paypal_report as paper
from .common import PaypalFileCase

SALE = paper.row(
    1,
    fee=320,
    paypal_reference_id="5O190127TN364715T",
    paypal_reference_id_type="ODR",
    invoice_id="INV/2026/00001",
)
REFUND = paper.row(
    2,
    "T1107",
    -2_000,
    fee=-64,
    paypal_reference_id=SALE["Transaction ID"],
    paypal_reference_id_type="TXN",
)
WITHDRAWAL = paper.row(3, "T0400", -5_000, bank_reference_id="BANKREF0001")


@tagged("post_install", "-at_install")
class TestPaypalReport(PaypalFileCase):
    """Settlement reports become transactions, batches, payouts and balances."""

    def test_a_day(self):
        self.take(paper.file_of(SALE, REFUND, WITHDRAWAL, opening=100_000))
        sale = self.transactions(kind="charge")
        self.assertRecordValues(
            sale,
            [
                {
                    "external_id": SALE["Transaction ID"],
                    "gross_amount": 100.0,
                    "fee_amount": 3.2,
                    "net_amount": 96.8,
                    "booked_on": date(2026, 1, 6),
                    "occurred_at": datetime(2026, 1, 6, 8, 1),
                    "payment_reference": "5O190127TN364715T",
                    "source_code": "T0006",
                    "match_state": "open",
                }
            ],
        )
        self.assertEqual(sale.fee_line_ids.mapped("kind"), ["processing"])
        self.assertEqual(
            {(one.type, one.text) for one in sale.reference_ids},
            {
                ("provider", SALE["Transaction ID"]),
                ("provider", "5O190127TN364715T"),
                ("invoice", "INV202600001"),
            },
        )
        refund = self.transactions(kind="refund")
        self.assertEqual((refund.gross_amount, refund.net_amount), (-20.0, -19.36))
        self.assertEqual(refund.parent_id, sale)
        batch = self.batches()
        self.assertRecordValues(
            batch,
            [
                {
                    "external_id": "2026-01-06",
                    "state": "validated",
                    "total": 77.44,
                    "difference": 0.0,
                    "opening_balance": 1000.0,
                    "closing_balance": 1077.44,
                }
            ],
        )
        self.assertEqual(batch.transaction_ids, sale | refund)
        self.assertFalse(self.exceptions())

    def test_a_withdrawal_is_a_payout(self):
        self.take(paper.file_of(SALE, WITHDRAWAL))
        payout = self.batches("payout")
        self.assertRecordValues(
            payout,
            [
                {
                    "external_id": WITHDRAWAL["Transaction ID"],
                    "total": 50.0,
                    "reference": "BANKREF0001",
                    "lists_rows": False,
                    "provider_state": "settled",
                }
            ],
        )
        self.assertEqual(payout.payout_transaction_id.net_amount, -50.0)

    def test_the_balance_is_told(self):
        self.take(paper.file_of(SALE, WITHDRAWAL, opening=100_000))
        wallet = self.backend.wallet_ids.filtered(
            lambda each: each.currency_id.name == "USD"
        )
        self.assertEqual(wallet.provider_balance, 1046.8)
        self.assertEqual(wallet.provider_balance_at, datetime(2026, 1, 7, 7, 59, 59))

    def test_a_returned_withdrawal_in_either_order(self):
        back = paper.row(
            4,
            "T1101",
            5_000,
            at="2026/01/09 10:00:00",
            paypal_reference_id=WITHDRAWAL["Transaction ID"],
            paypal_reference_id_type="TXN",
        )
        later = {
            "day": ("2026/01/09 00:00:00 -0800", "2026/01/09 23:59:59 -0800"),
            "opening": -5_000,
        }
        self.take(paper.file_of(back, **later))
        self.take(paper.file_of(WITHDRAWAL))
        failure = self.transactions(kind="payout_failure")
        self.assertEqual(failure.parent_id, self.transactions(kind="payout"))
        payout = self.batches("payout")
        self.assertEqual(payout.provider_state, "rejected")
        self.assertEqual(payout.reference, "BANKREF0001")
        self.assertEqual(self.exceptions().reason, "payment_rejected")

    def test_a_withdrawal_that_came_back_keeps_its_bank_reference(self):
        self.take(paper.file_of(WITHDRAWAL))
        back = paper.row(
            4,
            "T1101",
            5_000,
            at="2026/01/09 10:00:00",
            paypal_reference_id=WITHDRAWAL["Transaction ID"],
            paypal_reference_id_type="TXN",
        )
        day = ("2026/01/09 00:00:00 -0800", "2026/01/09 23:59:59 -0800")
        self.take(paper.file_of(back, day=day, opening=-5_000))
        payout = self.batches("payout")
        self.assertRecordValues(
            payout, [{"provider_state": "rejected", "reference": "BANKREF0001"}]
        )

    def test_a_footer_that_does_not_fit_its_rows(self):
        wrong = [paper.totals("SF", "USD", [SALE, SALE])]
        self.take(paper.file_of(SALE, footers=wrong))
        self.assertEqual(self.batches().state, "open")
        self.assertEqual(self.exceptions().reason, "batch_unbalanced")
        self.take(paper.written(paper.report(paper.section([SALE]), made_at=LATER)))
        self.assertEqual(self.batches().state, "validated")
        self.assertFalse(self.exceptions())

    def test_a_bad_row_waits_and_the_good_ones_come_in(self):
        bad = {**REFUND, "Gross Transaction Amount": "12,00"}
        footer = [paper.totals("SF", "USD", [SALE, REFUND])]
        message = self.take(paper.file_of(SALE, bad, footers=footer))
        self.assertEqual(self.transactions().mapped("kind"), ["charge"])
        self.assertEqual(message.row_ids.mapped("external_id"), ["00002AB12345CD678"])
        self.assertEqual(
            set(self.exceptions().mapped("reason")),
            {"malformed_input", "batch_unbalanced"},
        )

    def test_the_same_report_twice_changes_nothing(self):
        content = paper.file_of(SALE, REFUND, WITHDRAWAL)
        self.take(content)
        before = self.transactions()
        self.take(content)
        self.take(content.replace(b"\r\n", b"\n"))
        self.assertEqual(self.transactions(), before)
        self.assertEqual(set(before.mapped("revision")), {1})

    def test_a_report_that_is_issued_again_corrects(self):
        self.take(paper.file_of(SALE))
        corrected = {**SALE, "Gross Transaction Amount": "9000"}
        again = paper.report(paper.section([corrected]), made_at=LATER)
        self.take(paper.written(again))
        self.assertRecordValues(
            self.transactions(), [{"gross_amount": 90.0, "revision": 2}]
        )
        self.assertEqual(
            (self.batches().total, self.batches().state), (86.8, "validated")
        )
        self.assertFalse(self.exceptions())

    def test_the_order_of_issues_does_not_matter(self):
        corrected = {**SALE, "Gross Transaction Amount": "9000"}
        again = paper.report(paper.section([corrected]), made_at=LATER)
        self.take(paper.written(again))
        self.take(paper.file_of(SALE))
        self.assertEqual(self.transactions().gross_amount, 90.0)
        self.assertEqual(
            (self.batches().total, self.batches().state), (86.8, "validated")
        )

    def test_a_corrected_balance_counts_in_either_order(self):
        corrected = {**SALE, "Gross Transaction Amount": "9000"}
        again = paper.written(paper.report(paper.section([corrected]), made_at=LATER))
        orders = ((paper.file_of(SALE), again), (again, paper.file_of(SALE)))
        for number, files in enumerate(orders):
            backend = self.backend = self.new_backend(name=f"PayPal {number}")
            for content in files:
                self.take(content)
            wallet = backend.wallet_ids.filtered(
                lambda each: each.currency_id.name == "USD"
            )
            self.assertEqual(wallet.balance_ids.mapped("available"), [86.8])
            self.assertEqual(wallet.provider_balance, 86.8)

    def test_several_files_of_a_day(self):
        self.take(paper.file_of(SALE))
        second = paper.report(paper.section([REFUND]), number=2)
        self.take(paper.written(second), "STL-20260106.02.009.CSV")
        self.assertEqual(
            self.batches().mapped("external_id"), ["2026-01-06", "2026-01-06/2"]
        )
        self.assertEqual(set(self.batches().mapped("state")), {"validated"})
        self.assertFalse(self.exceptions())

    def test_sections_of_several_currencies(self):
        sale = paper.row(10, currency="BRL", gross=50_000, fee=1_500)
        reference = {
            "paypal_reference_id": sale["Transaction ID"],
            "paypal_reference_id_type": "TXN",
        }
        out = paper.row(11, "T0200", -48_500, currency="BRL", **reference)
        into = paper.row(12, "T0200", 9_000, currency="USD", **reference)
        usd = [paper.totals("SF", "USD", [into])]
        self.take(paper.file_of(sale, out, into, footers=usd))
        self.assertEqual(len(self.batches()), 2)
        self.assertEqual(set(self.batches().mapped("state")), {"validated"})
        legs = self.transactions(kind="conversion")
        self.assertEqual(legs.parent_id, self.transactions(kind="charge"))
        self.assertFalse(self.exceptions())

    def test_a_day_without_bookings(self):
        empty = [paper.totals("SF", "USD", [], opening=7_000)]
        self.take(paper.file_of(footers=empty))
        self.assertRecordValues(
            self.batches(),
            [{"state": "validated", "total": 0.0, "closing_balance": 70.0}],
        )

    def test_an_account_that_nobody_knows_is_refused_in_words(self):
        message = self.take(paper.file_of(SALE, account="ZOTHERACCOUNT"))
        self.assertFalse(self.transactions())
        self.assertIn("ZOTHERACCOUNT", message.row_ids[0].reason)

    def test_an_unknown_code_waits_for_a_meaning(self):
        self.take(paper.file_of(paper.row(1, "T7777")))
        self.assertEqual(self.transactions().kind, "adjustment")
        self.assertEqual(self.exceptions().reason, "unknown_mapping")
        self.assertIn("T7777", self.exceptions().cause)

    def test_a_currency_that_reports_write_in_whole_units(self):
        self.env.ref("base.JPY").active = True
        self.env["settlement.wallet"].create(
            {
                "backend_id": self.backend.id,
                "account_identifier": paper.ACCOUNT,
                "currency_id": self.env.ref("base.JPY").id,
            }
        )
        message = self.take(paper.file_of(paper.row(1, gross=15_050, currency="JPY")))
        self.assertFalse(self.transactions(), "Yen have no decimals.")
        self.assertTrue(message.waiting_row_ids)
        self.backend.paypal_whole_currencies = "HUF, JPY"
        message.replay()
        self.assertEqual(self.transactions().gross_amount, 15_050)
        self.assertFalse(message.waiting_row_ids)
        self.assertEqual(self.batches().total, 15_050)

    def test_only_currency_codes_name_them(self):
        for text in ("yen", "JPY HUF", "JPY,", "JPY,Yen"):
            with self.subTest(text), self.assertRaises(ValidationError):
                self.backend.paypal_whole_currencies = text

    def test_who_goes_leaves_what_was_reported(self):
        self.take(paper.file_of(SALE))
        self.backend._retire()
        self.assertEqual((self.backend.state, self.backend.active), ("paused", False))
        self.assertTrue(self.transactions())

    def test_a_detail_report_adds_names_and_books_nothing(self):
        self.take(paper.file_of(SALE))
        told = paper.row(
            1,
            fee=320,
            transactional_status="S",
            first_name="Anna",
            last_name="Müller",
            payers_account_id="anna@example.com",
        )
        waiting = paper.row(8, transactional_status="P")
        self.take(paper.detail_of(told, waiting), "TRR-20260106.01.009.CSV")
        sale = self.transactions(external_id=SALE["Transaction ID"])
        self.assertRecordValues(
            sale,
            [
                {
                    "counterparty_email": "anna@example.com",
                    "counterparty_name": "Anna Müller",
                    "net_amount": 96.8,
                    "revision": 2,
                    "batch_id": self.batches().id,
                }
            ],
        )
        pending = self.transactions() - sale
        self.assertEqual(
            (pending.provider_state, pending.match_state, pending.batch_id.id),
            ("initiated", "not_needed", False),
        )
        self.assertEqual(self.batches().state, "validated")
        self.assertFalse(self.exceptions())

    def test_a_detail_report_that_comes_first(self):
        told = paper.row(1, fee=320, transactional_status="P", first_name="Anna")
        self.take(paper.detail_of(told), "TRR-20260106.01.009.CSV")
        self.take(paper.file_of(SALE))
        self.assertEqual(self.transactions().provider_state, "settled")
        self.assertEqual(self.batches().transaction_ids, self.transactions())
        self.assertEqual(self.batches().state, "validated")

    def test_a_file_that_stops_says_so_and_is_made_good(self):
        content = paper.file_of(SALE, REFUND)
        message = self.take(content[: content.index(b'"SF"')])
        self.assertEqual(message.row_ids.mapped("code"), ["missing_data"])
        self.assertEqual(self.batches().state, "open")
        self.take(content)
        self.assertEqual(self.batches().state, "validated")
        self.assertEqual(len(self.transactions()), 2)

    def test_a_preview_changes_nothing(self):
        self.backend.preview_file("STL.CSV", paper.file_of(SALE, REFUND))
        self.assertFalse(self.transactions())
        self.assertFalse(self.batches())

    def test_a_hold_and_its_release(self):
        hold = paper.row(5, "T2103", -1_000)
        name = {
            "paypal_reference_id": hold["Transaction ID"],
            "paypal_reference_id_type": "TXN",
        }
        self.take(paper.file_of(hold, paper.row(6, "T2104", 400, **name)))
        reserve = self.env["settlement.reserve"].search(
            [("backend_id", "=", self.backend.id)]
        )
        self.assertEqual((reserve.amount, reserve.open_amount), (10.0, 6.0))

    def test_accounts_of_two_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            login="paypal of the other company",
            groups="base.group_user,settlement.group_accountant",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        with self.assertRaises(AccessError):
            self.backend.with_user(user).import_file("a.csv", paper.file_of(SALE))

    def test_a_viewer_imports_nothing(self):
        user = new_test_user(
            self.env,
            login="viewer of paypal",
            groups="base.group_user,settlement.group_viewer",
        )
        with self.assertRaises(AccessError):
            self.backend.with_user(user).import_file("a.csv", paper.file_of(SALE))

    def test_other_files_are_refused_at_once(self):
        with self.assertRaisesRegex(UserError, "no file that"):
            self.backend.import_file("list.csv", b"date,amount\n2026-01-01,5\n")


LATER = "2026/01/08 09:00:00 -0800"
