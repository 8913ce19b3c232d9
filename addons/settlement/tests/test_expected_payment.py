from datetime import date, datetime
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..canonical.facts import ExpectedPaymentFact
from .common import SettlementCase


class ExpectedCase(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expected = cls.env["settlement.expected.payment"]
        cls.accountant = cls.new_user("group_accountant")
        cls.startClassPatcher(freeze_time("2026-01-11"))

    def announced(self, external_id="order-1", amount="100.00", **values):
        """Return a payment that another system announced."""
        fact = ExpectedPaymentFact(
            **{
                "currency": "EUR",
                "external_id": external_id,
                "amount": Decimal(amount),
                "due_on": date(2026, 1, 12),
                "references": (("order", "S-00042"),),
                "counterparty_name": "Azure Interior",
                **values,
            }
        )
        self.store_facts(fact)
        return self.expected.search([("external_id", "=", external_id)])

    def entered(self, user=None, **values):
        """Return a payment that a person entered."""
        return self.expected.with_user(user or self.accountant).create(
            {
                "name": "Rent of January",
                "currency_id": self.euro.id,
                "amount": 100.0,
                "due_on": "2026-01-12",
                "reference": "RENT 1",
                **values,
            }
        )

    def follow(self):
        return self.expected.sudo()._follow(self.company)

    def exceptions(self, expected):
        return self.env["settlement.exception"].search(
            [("expected_payment_id", "=", expected.id)], order="id"
        )


@tagged("post_install", "-at_install")
class TestExpectedArrival(ExpectedCase):
    def test_it_arrives_by_reference_and_amount(self):
        expected = self.announced()
        self.assertEqual(expected.control, "waiting")
        self.store_facts(self.charge(order_reference="s00042"))
        self.assertEqual(self.follow()["expected_received"], 1)
        self.assertEqual(expected.state, "received")
        self.assertEqual(expected.transaction_id, self.stored())
        self.assertEqual(expected.received_on, date(2026, 1, 10))
        self.assertEqual(expected.received_amount, 100.0)
        self.assertEqual(expected.control, "unbooked")

    def test_the_pipeline_follows_it(self):
        expected = self.announced()
        self.store_facts(self.charge(order_reference="S00042"))
        run = self.backend.run_pipeline("validate")
        self.assertEqual(expected.state, "received")
        self.assertEqual(run.counters["validate"]["expected_received"], 1)

    def test_other_amount_currency_or_reference_is_something_else(self):
        expected = self.announced()
        self.store_facts(
            self.charge("txn_1", order_reference="S00042", gross="99.99"),
            self.charge("txn_2", order_reference="S00043"),
        )
        self.follow()
        self.assertEqual(expected.state, "open")

    def test_a_rejected_payment_has_not_arrived(self):
        expected = self.announced()
        self.store_facts(
            self.charge(order_reference="S00042", provider_state="rejected")
        )
        self.follow()
        self.assertEqual(expected.state, "open")

    def test_two_candidates_are_left_to_a_person(self):
        expected = self.announced()
        self.store_facts(
            self.charge("txn_1", order_reference="S00042"),
            self.charge("txn_2", order_reference="S00042"),
        )
        self.follow()
        self.assertEqual(expected.state, "open")
        self.as_accountant(expected).action_receive(self.stored("txn_2"))
        self.assertEqual(expected.transaction_id, self.stored("txn_2"))

    def as_accountant(self, records):
        return records.with_user(self.accountant)

    def test_two_expectations_of_one_payment_are_left_to_a_person(self):
        one, two = self.announced("a"), self.announced("b")
        self.store_facts(self.charge(order_reference="S00042"))
        self.follow()
        self.assertEqual((one | two).mapped("state"), ["open", "open"])
        self.as_accountant(one).action_receive(self.stored())
        with self.assertRaisesRegex(UserError, "arrived as already"):
            self.as_accountant(two).action_receive(self.stored())

    def test_a_corrected_row_is_looked_at_again(self):
        expected = self.announced()
        self.store_facts(self.charge(order_reference="S00042"))
        self.follow()
        self.store_facts(
            self.charge(
                order_reference="S00042",
                gross="90.00",
                source_version_at=datetime(2026, 1, 11, 8, 0),
            )
        )
        self.follow()
        self.assertEqual(expected.state, "open")
        self.assertFalse(expected.transaction_id)
        self.store_facts(self.charge("txn_9", order_reference="S00042"))
        self.follow()
        self.assertEqual(expected.transaction_id, self.stored("txn_9"))

    def test_booked_means_at_the_provider_and_in_the_ledger(self):
        expected = self.announced()
        self.store_facts(self.charge(order_reference="S00042"))
        self.follow()
        self.stored()._state_rows().posting_state = "posted"
        expected.invalidate_recordset()
        self.assertEqual(expected.control, "booked")
        self.assertEqual(self.expected.search([("control", "=", "booked")]), expected)
        groups = self.expected._read_group([], ["control"], ["__count"])
        self.assertIn(("booked", 1), groups)

    def test_the_source_may_say_something_else_later(self):
        expected = self.announced()
        self.assertEqual(self.announced(amount="120.00"), expected)
        self.assertEqual(expected.amount_minor, 12000)
        self.assertFalse(expected.is_manual)


@tagged("post_install", "-at_install")
class TestExpectedLate(ExpectedCase):
    def test_late_is_said_once_and_closes_itself(self):
        expected = self.announced()
        self.follow()
        self.assertEqual(expected.state, "open")
        with freeze_time("2026-01-13"):
            self.follow()
            self.follow()
            self.assertEqual(expected.state, "late")
            self.assertEqual(expected.control, "missing")
            exception = self.exceptions(expected)
            self.assertEqual(len(exception), 1)
            self.assertEqual(exception.reason, "missing_data")
            self.assertEqual(exception.amount_minor, 10000)
            self.assertIn("Azure Interior", exception.cause)
            self.store_facts(self.charge(order_reference="S00042"))
            self.follow()
        self.assertEqual(expected.state, "received")
        self.assertEqual(exception.state, "resolved")

    def test_a_late_payout_has_its_own_reason(self):
        expected = self.entered(kind="payout", due_on="2026-01-10")
        self.follow()
        self.assertEqual(self.exceptions(expected).reason, "late_payout")

    def test_a_new_due_date_takes_it_back(self):
        expected = self.entered(due_on="2026-01-10")
        self.follow()
        self.assertEqual(expected.state, "late")
        expected.due_on = "2026-01-20"
        self.follow()
        self.assertEqual(expected.state, "open")
        self.assertEqual(self.exceptions(expected).state, "resolved")

    def test_cancelled_nothing_is_late(self):
        expected = self.entered(due_on="2026-01-10")
        self.follow()
        expected.action_cancel("The contract ended.")
        self.follow()
        self.assertEqual(expected.state, "cancelled")
        self.assertEqual(expected.closing_reason, "The contract ended.")
        self.assertEqual(self.exceptions(expected).state, "resolved")


@tagged("post_install", "-at_install")
class TestExpectedByHand(ExpectedCase):
    def test_a_person_enters_it_in_the_form(self):
        records = self.expected.with_user(self.accountant)
        with Form(records.with_context(default_company_id=self.company.id)) as form:
            form.name = "Deposit of Gemini"
            form.amount = 250.0
            form.due_on = "2026-01-31"
            form.reference = "GEM-7"
        expected = form.record
        self.assertTrue(expected.is_manual)
        self.assertEqual(expected.amount_minor, 25000)
        self.assertTrue(expected.external_id.startswith("EXP/"))
        self.assertIn(["invoice", "GEM-7"], expected.references)

    def test_it_arrives_like_the_others(self):
        expected = self.entered()
        self.store_facts(self.charge(invoice_reference="rent-1"))
        self.follow()
        self.assertEqual(expected.state, "received")

    def test_what_arrived_or_was_announced_is_not_edited(self):
        for expected in (self.announced(), self.entered()):
            if expected.is_manual:
                expected.sudo()._set_state("received")
            with self.assertRaisesRegex(UserError, "not edited"):
                expected.with_user(self.accountant).amount = 1.0

    def test_people_set_neither_state_nor_identity(self):
        expected = self.entered(
            state="received", external_id="mine", amount_minor=1, is_manual=False
        )
        self.assertEqual(expected.state, "open")
        self.assertNotEqual(expected.external_id, "mine")
        self.assertEqual(expected.amount_minor, 10000)
        for values in ({"state": "received"}, {"transaction_id": 1}):
            with self.subTest(values=values), self.assertRaises(UserError):
                expected.write(values)

    def test_every_change_leaves_an_event(self):
        expected = self.entered()
        expected.amount = 90.0
        expected.action_cancel("Wrong.")
        expected.action_reopen()
        actions = (
            self.env["settlement.event"]
            .search(
                [("model", "=", expected._name), ("res_id", "=", expected.id)],
                order="id",
            )
            .mapped("action")
        )
        self.assertEqual(
            actions,
            [
                "expected.created",
                "expected.changed",
                "expected.cancelled",
                "expected.open",
            ],
        )

    def test_who_may(self):
        expected = self.entered()
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            user = self.new_user(role)
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    self.entered(user)
                for call in ("action_cancel", "action_reopen"):
                    with self.assertRaises(AccessError):
                        getattr(expected.with_user(user), call)()
                with self.assertRaises(AccessError):
                    expected.with_user(user).action_receive(1)

    def test_another_company_touches_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other, "stranger")
        expected = self.entered().with_user(stranger)
        expected = expected.with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            expected.action_cancel("No.")
        with self.assertRaises(AccessError):
            expected.read(["name", "amount"])

    def test_a_row_of_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        backend = self.new_backend("Theirs", other)
        self.new_wallet(backend, account="THEIRS")
        self.store_facts(self.charge("txn_theirs"), backend=backend)
        with self.assertRaises(UserError):
            self.entered().action_receive(self.stored("txn_theirs"))
