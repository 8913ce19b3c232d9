from datetime import date, datetime, timedelta, timezone

from odoo.tests import tagged

from ..stand_in import paypal_report as paper
from ..stand_in import paypal_server as pp
from .common import PaypalApiCase

SALE = pp.transaction(
    1,
    fee="-3.20",
    paypal_reference_id="5O190127TN364715T",
    paypal_reference_id_type="ODR",
    invoice_id="INV/2026/00001",
    payer={
        "email_address": "anna@example.com",
        "country_code": "DE",
        "payer_name": {"alternate_full_name": "Anna Müller"},
    },
)
SALE_ID = pp.PaypalStandIn.name(SALE)
ROWS_PATH = "/v1/reporting/transactions"
REFUND = pp.transaction(
    2,
    "T1107",
    "-20.00",
    fee="0.64",
    paypal_reference_id=SALE_ID,
    paypal_reference_id_type="TXN",
)


@tagged("post_install", "-at_install")
class TestPaypalPull(PaypalApiCase):
    def test_rows_become_transactions(self):
        self.server.rows = [SALE, REFUND]
        self.server.balances = {"USD": ("77.44", "70.00")}
        self.pull()
        sale = self.transactions(kind="charge")
        self.assertRecordValues(
            sale,
            [
                {
                    "external_id": SALE_ID,
                    "gross_amount": 100.0,
                    "fee_amount": 3.2,
                    "net_amount": 96.8,
                    "occurred_at": datetime(2026, 1, 6, 8, 1),
                    "booked_on": date(2026, 1, 6),
                    "counterparty_name": "Anna Müller",
                    "counterparty_email": "anna@example.com",
                    "card_country": "DE",
                    "payment_reference": "5O190127TN364715T",
                }
            ],
        )
        refund = self.transactions(kind="refund")
        self.assertEqual((refund.net_amount, refund.parent_id), (-19.36, sale))
        wallet = sale.wallet_id
        self.assertEqual(wallet.provider_balance, 77.44)
        self.assertEqual(wallet.provider_balance_at, datetime(2026, 1, 31, 8, 30))
        self.assertFalse(self.exceptions())
        self.assertFalse(self.backend.last_error)

    def test_capture_and_order_are_keys_of_a_payment(self):
        self.server.rows = [SALE]
        self.pull()
        references = {(one.type, one.text) for one in self.transactions().reference_ids}
        self.assertLessEqual(
            {("provider", SALE_ID), ("provider", "5O190127TN364715T")}, references
        )

    def test_a_second_pull_adds_nothing(self):
        self.server.rows = [SALE, REFUND]
        self.pull()
        before = self.transactions()
        self.assertFalse(self.pull())
        self.assertEqual(self.transactions(), before)

    def test_periods_are_cut_and_pages_turned(self):
        start = datetime(2025, 6, 1, tzinfo=timezone.utc)
        self.server.rows = [
            pp.transaction(
                number, at=f"{start + timedelta(hours=16 * number):%Y-%m-%dT%H:%M:%SZ}"
            )
            for number in range(250)
        ]
        self.server.rows += [
            pp.transaction(1000 + number, at="2026-01-06T08:00:00Z")
            for number in range(205)
        ]
        self.pull("2025-05-30")
        self.assertEqual(len(self.transactions()), 455)
        searches = [one.params for one in self.server.log.below(ROWS_PATH)]
        self.assertGreater(len({params["start_date"] for params in searches}), 7)
        self.assertEqual(max(int(params["page"]) for params in searches), 3)

    def test_too_many_rows_split_the_period(self):
        self.server.rows = [
            pp.transaction(number, at=f"2026-01-{number % 28 + 1:02}T08:00:00Z")
            for number in range(120)
        ]
        self.server.most_rows = 50
        self.pull()
        self.assertEqual(len(self.transactions()), 120)

    def test_late_rows_are_found(self):
        self.pull()
        self.server.rows = [pp.transaction(7, at="2026-01-31T06:30:00Z")]
        self.backend.pull()
        self.backend.run_pipeline(until="parse")
        self.assertEqual(len(self.transactions()), 1)

    def test_a_period_without_data_is_empty(self):
        self.server.oldest = datetime(2026, 2, 1, tzinfo=timezone.utc)
        self.pull()
        self.assertFalse(self.windows("failed"))
        self.assertFalse(self.backend.last_error)

    def test_the_same_row_at_the_seam_of_pages_is_one(self):
        rows = [pp.transaction(number) for number in range(150)]
        self.server.rows = rows[:100] + rows[99:]
        self.pull()
        self.assertEqual(len(self.transactions()), 150)

    def test_rows_with_one_id_are_all_kept(self):
        info = {"transaction_id": "00009AB12345CD678", "at": "2026-01-06T09:00:00Z"}
        self.server.rows = [
            pp.transaction(9, "T0200", "-485.00", currency="BRL", **info),
            pp.transaction(9, "T0200", "90.00", **info),
            pp.transaction(9, "T1106", "-10.00", **info),
            pp.transaction(9, "T1106", "-11.00", **info),
        ]
        self.pull()
        self.assertEqual(
            sorted(self.transactions().mapped("net_amount")), [-485, -11, -10, 90]
        )

    def test_asked_to_wait(self):
        self.server.rows = [SALE]
        wait = {"Retry-After": "0"}
        self.server.faults.add("status", status=429, headers=wait, path=ROWS_PATH)
        self.pull()
        self.assertEqual(len(self.transactions()), 1)

    def test_a_fault_in_the_middle_loses_nothing(self):
        self.server.rows = [pp.transaction(number) for number in range(150)]
        self.server.faults.add("garbage", path=ROWS_PATH, skip=1)
        self.backend.pull(since="2026-01-01")
        self.assertTrue(self.backend.last_error)
        self.pull()
        self.assertEqual(len(self.transactions()), 150)

    def test_a_row_that_cannot_be_read_is_put_aside(self):
        bad = pp.transaction(3, value="12,00")
        self.server.rows = [SALE, bad]
        messages = self.pull()
        self.assertEqual(self.transactions().mapped("external_id"), [SALE_ID])
        self.assertEqual(messages.row_ids.external_id, pp.PaypalStandIn.name(bad))

    def test_no_key_and_no_token_in_what_is_kept(self):
        self.server.rows = [SALE]
        self.server.faults.add("echo", status=400, path="/v1/reporting/balances")
        with self.assertLogs(level="DEBUG") as logs:
            self.pull()
        texts = [self.backend.last_error or "", *logs.output]
        texts += self.env["settlement.window"].search([]).mapped("error")
        texts += self.env["settlement.message"].search([]).mapped("preview")
        secrets = (pp.CLIENT_SECRET, pp.CLIENT_ID, "A21AA-token")
        for secret in secrets:
            self.assertFalse([one for one in texts if one and secret in one])

    # -- beside the files --------------------------------------------------------

    def take(self, content):
        self.backend.import_file("STL-20260106.01.009.CSV", content)
        self.backend.run_pipeline(until="validate")

    def report(self):
        """Return the rows of the API as the settlement report states them."""
        at = "2026/01/06 00:01:00"
        sale = paper.row(
            1,
            fee=320,
            at=at,
            paypal_reference_id="5O190127TN364715T",
            paypal_reference_id_type="ODR",
            invoice_id="INV/2026/00001",
        )
        refund = paper.row(
            2,
            "T1107",
            -2_000,
            fee=-64,
            at="2026/01/06 00:02:00",
            paypal_reference_id=SALE_ID,
            paypal_reference_id_type="TXN",
        )
        return paper.file_of(sale, refund)

    def assert_once(self):
        self.assertEqual(
            sorted(self.transactions().mapped("net_amount")), [-19.36, 96.8]
        )
        sale = self.transactions(kind="charge")
        self.assertEqual(sale.counterparty_email, "anna@example.com")
        self.assertEqual(self.batches().transaction_ids, self.transactions())
        self.assertEqual(self.batches().state, "validated")
        self.assertFalse(self.exceptions())

    def test_a_file_after_the_api_doubles_nothing(self):
        self.server.rows = [SALE, REFUND]
        self.pull()
        before = self.transactions()
        self.take(self.report())
        self.assertEqual(self.transactions(), before)
        self.assert_once()

    def test_the_api_after_a_file_doubles_nothing(self):
        self.take(self.report())
        self.server.rows = [SALE, REFUND]
        self.pull()
        self.assert_once()
