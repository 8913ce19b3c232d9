from datetime import date, datetime
from decimal import Decimal
from unittest.mock import patch

from psycopg2 import IntegrityError
from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..services.entry_writer import EntryWriter
from ..services.reconciler import Reconciler
from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestPostSafety(SettlementAccountCase):
    """Exactly once, all or nothing, and never another entry than planned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0

    def two_payouts(self):
        """Store two payouts with one matched charge each; return their invoices."""
        charges = [
            self.row(gross="100", batch_external_id=f"po_{number}") for number in (1, 2)
        ]
        invoices = []
        for number, charge in enumerate(charges, start=1):
            self.store(*self.payout(charge, name=f"po_{number}"))
            invoices.append(self.invoice(100))
            self.match(charge, invoices[-1])
        return charges, invoices

    def pay_otherwise(self, invoice):
        """Settle an invoice by a payment that nobody matched."""
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": date(2026, 1, 9)})._create_payments()

    # ------------------------------------------------------------------
    # Exactly once
    # ------------------------------------------------------------------

    def test_two_runs_post_once(self):
        self.two_payouts()
        first = self.post()
        self.assertEqual(len(first), 2)
        self.assertEqual(self.post(), first)

    def test_the_database_refuses_a_second_posting_of_a_row(self):
        self.two_payouts()
        posting = self.post()[:1]
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env["settlement.posting.line"].sudo().create(
                {
                    "posting_id": posting.id,
                    "company_id": posting.company_id.id,
                    "transaction_id": posting.line_ids[:1].transaction_id.id,
                }
            )

    def test_the_database_refuses_the_same_slice_twice(self):
        self.two_payouts()
        first, second = self.post()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            second.sudo().write({"batch_id": first.batch_id.id})
            second.flush_recordset()

    def test_a_conflict_with_another_worker_is_not_swallowed(self):
        self.two_payouts()
        with (
            patch.object(EntryWriter, "post", side_effect=SerializationFailure),
            self.assertRaises(SerializationFailure),
        ):
            self.post()

    def test_a_posting_is_never_deleted(self):
        self.two_payouts()
        with self.assertRaisesRegex(UserError, "audit trail"):
            self.post().sudo().unlink()

    # ------------------------------------------------------------------
    # All or nothing, one by one
    # ------------------------------------------------------------------

    def test_one_payout_that_cannot_be_posted_holds_up_no_other(self):
        _charges, (first, second) = self.two_payouts()
        self.pay_otherwise(first)
        posting = self.post()
        self.assertEqual(posting.batch_id, self.batch("po_2"))
        self.assertEqual(second.payment_state, "paid")
        exception = self.exceptions("posting_failed", self.batch("po_1"))
        self.assertIn("settled otherwise", exception.cause)
        self.assertEqual(self.batch("po_1").state, "validated")
        self.assertFalse(self.batch("po_1").posting_ids)
        states = self.batch("po_1").transaction_ids.mapped("posting_state")
        self.assertEqual(set(states), {"none"})

    def test_once_it_can_be_posted_its_exception_is_closed(self):
        (charge, _other), (first, _second) = self.two_payouts()
        self.pay_otherwise(first)
        self.post()
        match = self.stored(charge).match_line_ids.match_id
        match.action_undo("paid otherwise")
        self.post()
        self.assertFalse(self.exceptions("posting_failed"))
        self.assertEqual(self.batch("po_1").state, "posted")

    def test_an_entry_other_than_planned_is_taken_back(self):
        self.two_payouts()
        line_values = EntryWriter._line_values

        def changed(writer, number, line, analytic):
            values = line_values(writer, number, line, analytic)
            if line.role == "in_transit":
                values["account_id"] = self.policy.suspense_account_id.id
            return values

        moves = self.env["account.move"].search_count([])
        with patch.object(EntryWriter, "_line_values", changed):
            self.assertFalse(self.post())
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        exception = self.exceptions("posting_failed", self.batch("po_1"))
        self.assertIn("account_id", exception.cause)

    def test_nothing_stays_if_reconciling_fails(self):
        self.two_payouts()
        moves = self.env["account.move"].search_count([])
        with patch.object(Reconciler, "settle", side_effect=UserError("no")):
            self.assertFalse(self.post())
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        self.assertFalse(self.env["settlement.posting.line"].search([]))

    def test_a_missing_account_is_named(self):
        self.policy.dispute_account_id = False
        rows = [self.row(gross="500"), self.row("dispute", "-100")]
        self.store(*self.payout(*rows))
        self.assertFalse(self.post())
        exception = self.exceptions("unknown_mapping", self.batch())
        self.assertIn("dispute_account_id", exception.cause)

    def test_without_a_policy_the_backend_says_so(self):
        self.policy.sudo().unlink()
        self.store(*self.payout(self.row(gross="100")))
        self.assertFalse(self.post())
        exception = self.exceptions("unknown_mapping", self.backend)
        self.assertIn("posting policy", exception.cause)

    def test_an_unbalanced_payout_is_never_posted(self):
        facts = self.payout(self.row(gross="100"), total=Decimal(99))
        self.store(*facts)
        self.assertFalse(self.post())
        self.assertTrue(self.exceptions("batch_unbalanced", self.batch()))
        with self.assertRaisesRegex(UserError, "not validated"):
            self.batch().action_post()

    # ------------------------------------------------------------------
    # Revisions
    # ------------------------------------------------------------------

    def revised(self, fact, **values):
        """Return a later version of a fact."""
        names = fact.__dataclass_fields__
        known = {name: getattr(fact, name) for name in names}
        later = {"source_version_at": datetime(2026, 2, 1), **values}
        return fact.__class__(**{**known, **later})

    def test_a_revision_of_the_same_money_keeps_its_entry(self):
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        posting = self.post()
        old = self.stored(charge)
        self.store(self.revised(charge, description="better text"))
        new = self.stored(charge)
        self.assertNotEqual(new, old)
        self.assertIn(new, posting.line_ids.transaction_id)
        self.assertEqual(new.posting_state, "posted")
        self.assertFalse(self.exceptions("changed_after_posting"))
        self.assertEqual(self.post(), posting)

    def test_changed_money_after_posting_is_an_exception_and_named_in_the_proof(self):
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        posting = self.post()
        old = self.stored(charge)
        changed = self.revised(charge, gross_amount=Decimal(90), net_amount=Decimal(90))
        self.store(changed)
        new = self.stored(charge)
        exception = self.exceptions("changed_after_posting", new)
        self.assertIn("90.00", exception.cause)
        proof = self.wallet._proof()
        self.assertEqual(
            [(row["id"], row["net_minor"]) for row in proof["missing"]],
            [(new.id, 9000)],
        )
        self.assertEqual(
            [(row["id"], row["net_minor"]) for row in proof["early"]],
            [(old.id, 10000)],
        )
        self.assertEqual(proof["difference_minor"], 0)
        self.assertEqual(self.post(), posting)

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------

    def test_more_rows_do_not_take_more_queries(self):
        def queries(number, size):
            for batch in range(number):
                name = f"po_{number}_{size}_{batch}"
                rows = [
                    self.row(gross="10", fee="1", batch_external_id=name)
                    for _row in range(size)
                ]
                self.store(*self.payout(*rows, name=name))
            self.backend.sudo()._step_validate(None)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.backend.sudo()._step_post(None)
            return self.cr.sql_log_count - before

        queries(1, 1)
        few, many = queries(5, 2), queries(5, 20)
        self.assertLess(many, few * 1.2)
