from types import FunctionType

from odoo.tests import tagged

from .backtest_case import BacktestCase

# What a replay does in another way than the matcher. Everything else is the matcher.
OVERRIDDEN = {
    "_as_of",
    "_may_pay",
    "_note",
    "_only_wanted",
    "_open_items_sql",
    "_raise_all",
    "_rival_rows",
    "_ruled_payers_outcome",
    "_show_differences",
    "_withdraw_outdated",
}


@tagged("post_install", "-at_install")
class TestReplayHistory(BacktestCase):
    """The stages themselves see every document as it was on the payment's day."""

    def assertReplayed(self, row, kind, *invoices):
        items = [self.open_line(invoice) for invoice in invoices]
        self.assertEqual(
            self.replayed().get(row.id, []),
            sorted((kind, line.id) for lines in items for line in lines),
        )

    def test_what_is_matched_is_open_again(self):
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "100.00", invoice)
        self.run_match()
        self.assertEqual(row.match_state, "matched")
        self.assertReplayed(row, "reference/exact", invoice)

    def test_what_the_ledger_has_settled_is_open_again(self):
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "100.00", invoice)
        self.settle_otherwise(invoice, 100.0, day=3)
        self.env["settlement.document.reference"]._refresh(self.company)
        self.assertReplayed(row, "reference/exact", invoice)

    def test_what_was_settled_before_stays_settled(self):
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "100.00", invoice, day=5)
        self.settle_otherwise(invoice, 100.0, day=3)
        self.assertReplayed(row, "")

    def test_what_was_settled_before_in_part_is_open_in_part(self):
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "60.00", invoice, day=5)
        self.settle_otherwise(invoice, 40.0, day=3)
        self.assertReplayed(row, "reference/exact", invoice)

    def test_each_part_payment_sees_what_was_open_on_its_day(self):
        invoice = self.new_invoice(100.0)
        first = self.pay("txn_1", "98.00", invoice)
        self.run_match()
        second = self.pay("txn_2", "2.00", invoice, day=9)
        self.run_match()
        found = self.replayed()
        item = self.open_line(invoice).id
        self.assertEqual(found[first.id], [("reference/part", item)])
        self.assertEqual(found[second.id], [("reference/exact", item)])

    def test_payments_of_one_day_are_rivals(self):
        invoice = self.new_invoice(100.0)
        rows = self.pay("txn_1", "60.00", invoice) | self.pay("txn_2", "60.00", invoice)
        self.run_match()
        self.assertFalse(self.replayed().keys() & set(rows.ids))

    def test_payments_of_different_days_are_none(self):
        invoice = self.new_invoice(100.0)
        first = self.pay("txn_1", "100.00", invoice)
        self.run_match()
        second = self.pay("txn_2", "100.00", invoice, day=20)
        self.run_match()
        self.assertEqual(second.match_state, "open")
        found = self.replayed()
        item = self.open_line(invoice).id
        self.assertEqual(found, {first.id: [("reference/exact", item)]})

    def test_an_earlier_payment_that_is_still_open_is_a_rival(self):
        invoice = self.new_invoice(100.0)
        early = self.pay("txn_1", "60.00", invoice)
        late = self.pay("txn_2", "60.00", invoice, day=4)
        found = self.replayed()
        item = self.open_line(invoice).id
        # The first one was alone on its day. It was not matched then, so that on the
        # day of the second one there were two.
        self.assertEqual(found, {early.id: [("reference/part", item)]})
        self.assertNotIn(late.id, found)

    def test_a_payment_waits_for_its_document(self):
        invoice = self.new_invoice(100.0, invoice_date="2026-01-20", date="2026-01-20")
        row = self.pay("txn_1", "100.00", invoice)
        self.assertReplayed(row, "reference/exact", invoice)

    def test_what_was_matched_does_not_wait_for_later_documents(self):
        first = self.new_invoice(100.0)
        row = self.pay("txn_1", "100.00", payment_reference=first.name)
        self.run_match()
        later = self.new_invoice(
            100.0,
            invoice_date="2026-02-20",
            date="2026-02-20",
            payment_reference=first.name,
        )
        self.assertTrue(later)
        self.assertReplayed(row, "reference/exact", first)

    def test_several_documents_of_one_text(self):
        first, second = self.new_invoice(100.0), self.new_invoice(50.0)
        text = f"Invoices {first.name} and {second.name}"
        row = self.pay("txn_1", "150.00", description=text)
        self.run_match()
        self.assertEqual(self.match_of(row).kind, "reference/sum")
        self.assertReplayed(row, "reference/sum", first, second)

    def test_what_a_providers_id_explains_is_left_out(self):
        invoice = self.new_invoice(100.0)
        payment = self.online_payment(100.0, "pi_1", invoice)
        (row,) = self.store(
            self.fact("txn_1", "100.00", payment_reference="pi_1"),
        )
        self.run_match()
        self.assertMatched(row, self.outstanding_line(payment))
        self.assertFalse(self.replayed())

    def test_other_companies_are_left_out(self):
        other = self.setup_other_company()["company"]
        backend = self.new_backend("Other", other)
        self.new_wallet(backend, "acct_2")
        self.store(self.fact("txn_1", "100.00"), backend=backend)
        scope = self.scope()
        self.assertEqual(self.replay._cases(scope)[1].rows, 0)

    def test_payments_of_other_days_are_left_out(self):
        self.pay("txn_1", "1.00", day=-30)
        self.pay("txn_2", "1.00", day=200)
        self.pay("txn_3", "1.00")
        self.assertEqual(self.replay._cases(self.scope())[1].rows, 1)

    def test_the_bound_takes_the_latest_payments(self):
        for number in range(4):
            self.pay(f"txn_{number}", "1.00", day=number)
        extent = self.replay._cases(self.scope(most=2))[1]
        self.assertEqual((extent.rows, extent.reached), (2, self.day(2)))

    def test_without_the_bound_nothing_is_said_of_it(self):
        self.pay("txn_1", "1.00")
        self.assertIsNone(self.replay._cases(self.scope(most=2))[1].reached)

    def test_a_replay_is_the_matcher_but_for_a_few_methods(self):
        matcher = self.registry["settlement.matcher"]
        own = {
            name
            for cls in self.registry["settlement.replay"].__mro__
            if cls.__module__.rpartition(".")[2].startswith("replay")
            for name, value in vars(cls).items()
            if isinstance(value, FunctionType)
        }
        self.assertEqual({name for name in own if hasattr(matcher, name)}, OVERRIDDEN)
