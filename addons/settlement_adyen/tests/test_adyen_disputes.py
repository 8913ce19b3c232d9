from odoo.tests import tagged

from . import adyen_paper as paper
from . import adyen_stand_in as ay
from .common import AdyenCase

PAYMENT = 101
DISPUTE = 901
AMOUNT = {"currency": "EUR", "value": 10000}


@tagged("post_install", "-at_install")
class TestAdyenDisputes(AdyenCase):
    """What events say of a dispute, and the rows that move its money."""

    def dispute(self):
        return self.env["settlement.dispute"].search(
            [("backend_id", "=", self.backend.id)]
        )

    def tell(self, code, day, success="true", **data):
        """Send what happened to the dispute on a day of March."""
        item = ay.item(
            code,
            paper.psp_reference(DISPUTE),
            originalReference=paper.psp_reference(PAYMENT),
            amount=AMOUNT,
            eventDate=f"2026-03-{day}T10:00:00+02:00",
            additionalData={"chargebackReasonCode": "13.1", **data},
            success=success,
        )
        self.assertEqual(self.send(ay.notification(item)), 200)
        self.work()

    def report(self, number, *rows):
        """Issue a report with rows (type, minor units) and fetch it."""
        made = paper.Paper()
        batch = made.batch(number)
        for type_name, amount in rows:
            is_sale = type_name == "Settled"
            cells = paper.references(PAYMENT, PAYMENT if is_sale else DISPUTE)
            fees = {"processing": 1500} if type_name == "Chargeback" else {}
            batch.add(type_name, amount, fees, **cells)
        batch.add("Settled", 50000, **paper.references(number * 1000))
        batch.close()
        self.server.issue(number, made.content())
        self.pull()

    def assert_one(self, **values):
        charge = self.transactions(
            kind="charge", source_external_id=paper.psp_reference(PAYMENT)
        )
        expected = {
            "external_id": paper.psp_reference(DISPUTE),
            "charge_transaction_id": charge.id,
            "reason": "not_received",
            **values,
        }
        self.assertRecordValues(self.dispute(), [expected])

    def test_a_dispute_that_is_won(self):
        self.report(1, ("Settled", 10000))
        self.tell("NOTIFICATION_OF_CHARGEBACK", 10)
        self.assert_one(status="evidence_due", amount=0.0, disputed_amount=100.0)
        self.tell("CHARGEBACK", 12, defensePeriodEndsAt="2026-04-10T10:00:00+02:00")
        self.report(2, ("Chargeback", -10000))
        self.assert_one(status="evidence_due", amount=100.0, fee_amount=15.0)
        self.assertEqual(str(self.dispute().evidence_due_at), "2026-04-10 08:00:00")
        self.tell("INFORMATION_SUPPLIED", 15)
        self.assert_one(status="under_review", evidence_sent=True)
        self.tell("CHARGEBACK_REVERSED", 20, disputeStatus="Won")
        self.report(3, ("ChargebackReversed", 10000))
        self.assert_one(status="won", open_amount=0.0, lost_amount=0.0)
        # Each event is dated, the dispute itself is not: the first word opened it.
        self.assertEqual(str(self.dispute().opened_on), "2026-03-10")

    def test_a_dispute_that_is_lost_in_the_second_round(self):
        self.report(1, ("Settled", 10000))
        self.tell("CHARGEBACK", 12)
        self.report(2, ("Chargeback", -10000))
        self.tell("CHARGEBACK_REVERSED", 15, disputeStatus="Pending")
        self.report(3, ("ChargebackReversed", 10000))
        self.tell("SECOND_CHARGEBACK", 20)
        self.report(4, ("SecondChargeback", -10000))
        self.assert_one(status="lost", open_amount=0.0, lost_amount=100.0)

    def test_the_rows_may_come_first(self):
        self.report(1, ("Settled", 10000))
        self.report(2, ("Chargeback", -10000))
        self.assertEqual(self.dispute().status, "opened")
        self.tell("CHARGEBACK", 12)
        self.assert_one(status="evidence_due", open_amount=100.0)

    def test_a_question_of_the_issuer_moves_no_money(self):
        self.report(1, ("Settled", 10000))
        self.tell(
            "REQUEST_FOR_INFORMATION", 10, chargebackReasonCode="", rfiReasonCode="13.1"
        )
        self.assert_one(status="warning", open_amount=0.0)

    def test_prearbitration(self):
        self.report(1, ("Settled", 10000), ("Chargeback", -10000))
        self.tell("CHARGEBACK", 12)
        self.tell("PREARBITRATION_OPEN", 20)
        self.assert_one(status="under_review", open_amount=100.0)
        self.tell("PREARBITRATION_LOST", 25)
        self.assert_one(status="lost", lost_amount=100.0)

    def test_an_old_word_undoes_no_newer_one(self):
        self.report(1, ("Settled", 10000), ("Chargeback", -10000))
        self.tell("PREARBITRATION_LOST", 25)
        self.tell("CHARGEBACK", 12)
        self.tell("CHARGEBACK", 12)
        self.assert_one(status="lost", lost_amount=100.0)
        self.assertEqual(len(self.dispute().version_ids), 2)

    def test_a_dispute_of_another_account_is_not_ours(self):
        item = ay.item(
            "CHARGEBACK",
            paper.psp_reference(DISPUTE),
            merchantAccountCode="ExampleShopUS",
            amount=AMOUNT,
        )
        self.send(ay.notification(item))
        self.work()
        self.assertFalse(self.dispute())
