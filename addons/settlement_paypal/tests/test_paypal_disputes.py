from itertools import permutations

from odoo.tests import tagged

from ..stand_in import paypal_server as pp
from .common import PaypalApiCase

PAYMENT = pp.PaypalStandIn.name(pp.transaction(1))


def row(number, code, value, reference=PAYMENT, day=10):
    return pp.transaction(
        number,
        code,
        value,
        at=f"2026-01-{day}T10:{number:02}:00Z",
        paypal_reference_id=reference,
        paypal_reference_id_type="TXN",
    )


CHARGEBACK = row(4, "T1201", "-100.00", day=12)
CHARGEBACK_ID = pp.PaypalStandIn.name(CHARGEBACK)
ROWS = [
    pp.transaction(1),
    row(2, "T1110", "-100.00"),
    row(3, "T1111", "100.00", day=12),
    CHARGEBACK,
    row(5, "T0106", "-20.00", CHARGEBACK_ID, day=12),
]
WON = row(6, "T1202", "100.00", CHARGEBACK_ID, day=20)


@tagged("post_install", "-at_install")
class TestPaypalDisputes(PaypalApiCase):
    """Rows that say nothing of a dispute's id, and the dispute that names a payment."""

    def dispute(self):
        """Return the disputes of the backend that stand for themselves."""
        return self.env["settlement.dispute"].search(
            [("backend_id", "=", self.backend.id)]
        )

    def assert_one(self, status, open_amount):
        self.assertRecordValues(
            self.dispute(),
            [
                {
                    "external_id": "PP-D-1",
                    "status": status,
                    "open_amount": open_amount,
                    "fee_amount": 20.0,
                    "charge_external_id": PAYMENT,
                    "charge_transaction_id": self.transactions(kind="charge").id,
                }
            ],
        )

    def test_rows_and_statement_are_one_dispute(self):
        self.server.rows = ROWS
        self.server.disputes = [pp.dispute(1, "WAITING_FOR_SELLER_RESPONSE")]
        self.pull()
        self.assert_one("evidence_due", 100.0)

    def test_the_statement_may_come_last(self):
        self.server.rows = ROWS
        self.pull()
        self.assertEqual(len(self.dispute()), 1)
        self.server.disputes = [pp.dispute(1, "UNDER_REVIEW")]
        self.pull()
        self.assert_one("under_review", 100.0)

    def test_the_statement_may_come_first(self):
        self.server.disputes = [pp.dispute(1, "UNDER_REVIEW")]
        self.pull()
        for number in range(1, len(ROWS) + 1):
            self.server.rows = ROWS[:number]
            self.pull()
        self.assert_one("under_review", 100.0)

    def test_won(self):
        self.server.rows = [*ROWS, WON]
        later = {"update_time": "2026-01-20T10:00:00Z"}
        self.server.disputes = [
            pp.dispute(1, "RESOLVED", "RESOLVED_SELLER_FAVOUR", **later)
        ]
        self.pull()
        self.assert_one("won", 0.0)
        self.assertEqual(self.dispute().lost_amount, 0.0)

    def test_lost(self):
        self.server.rows = ROWS
        self.server.disputes = [pp.dispute(1, "RESOLVED", "RESOLVED_BUYER_FAVOUR")]
        self.pull()
        self.assert_one("lost", 0.0)
        self.assertEqual(self.dispute().lost_amount, 100.0)

    def test_an_old_word_undoes_no_newer_one(self):
        newer = {"update_time": "2026-01-20T10:00:00Z"}
        lost = pp.dispute(1, "RESOLVED", "RESOLVED_BUYER_FAVOUR", **newer)
        self.server.rows = ROWS
        for stated in (lost, pp.dispute(1, "UNDER_REVIEW")):
            self.server.disputes = [stated]
            self.pull()
        self.assert_one("lost", 0.0)

    def test_disputes_that_may_not_be_read_stop_nothing_else(self):
        self.server.rows = ROWS
        self.server.may_read_disputes = False
        self.pull()
        self.assertEqual(len(self.transactions()), len(ROWS))
        self.assertEqual(self.windows("failed").mapped("stream"), ["disputes"])
        self.assertIn("Customer disputes", self.backend.last_error)
        self.assertNotEqual(self.backend.state, "failing")

    def test_many_disputes_come_page_by_page(self):
        self.server.disputes = [pp.dispute(number) for number in range(60)]
        self.pull()
        self.assertEqual(len(self.dispute()), 60)

    def test_rows_alone_are_one_dispute_in_any_order(self):
        ends = set()
        for number, order in enumerate(list(permutations(ROWS[1:]))[::7]):
            self.backend = self.new_backend(
                name=f"Order {number}", api_url=self.server.url
            )
            self.backend.set_credential("client_id", pp.CLIENT_ID)
            self.backend.set_credential("client_secret", pp.CLIENT_SECRET)
            for one in order:
                self.server.rows = [one]
                self.backend.pull(since="2026-01-01")
                self.backend.run_pipeline(until="parse")
            (dispute,) = self.dispute()
            ends.add((dispute.status, dispute.open_amount, dispute.fee_amount))
        self.assertEqual(ends, {("opened", 100.0, 20.0)})
