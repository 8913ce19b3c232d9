from datetime import date, timedelta

from odoo.tests import freeze_time, tagged

from .common import MatchCase


@tagged("post_install", "-at_install")
class TestBatch(MatchCase):
    def paid_out(self, external_id, total, backend=None, **values):
        """Store a payout and return its batch."""
        self.store(self.payout(external_id, total, **values), backend=backend)
        return self.env["settlement.batch"].search([("external_id", "=", external_id)])

    def credit(self, external_id, gross, text="", **values):
        values = {"booked_on": date(2026, 1, 13), **values}
        (row,) = self.store(
            self.bank_fact(external_id, gross, description=text, **values),
            backend=self.bank,
        )
        return row

    def assertArrived(self, row, *batches):
        match = self.match_of(row)
        self.assertEqual(match.state, "confirmed", self.reasons(row))
        self.assertEqual(match.method, "batch")
        self.assertEqual(row.match_state, "matched")
        sources = match.line_ids.filtered(lambda line: line.side == "source")
        self.assertEqual(sorted(sources.batch_id.ids), sorted(b.id for b in batches))
        targets = match.line_ids - sources
        self.assertEqual(targets.transaction_id, row)
        self.assertEqual(
            sum(sources.mapped("amount_minor")), sum(targets.mapped("amount_minor"))
        )
        return match

    def test_trace_on_the_bank_row(self):
        batch = self.paid_out("po_1", "98.00", reference="TRACE778899")
        row = self.credit("b1", "98.00", "PAYOUT TRACE778899 THANKS")
        self.run_match()
        match = self.assertArrived(row, batch)
        self.assertIn("TRACE778899", match.sentence)
        self.assertEqual(self.claim_of(batch), (9800, 9800))
        self.assertEqual(match.score, 100)

    def test_trace_as_end_to_end_reference(self):
        batch = self.paid_out("po_1", "98.00", reference="TRACE778899")
        row = self.credit("b1", "98.00", end_to_end_reference="trace-778899")
        self.run_match()
        self.assertArrived(row, batch)

    def test_descriptor_on_the_bank_row(self):
        batch = self.paid_out("po_1", "98.00", descriptor="ACME SHOP")
        row = self.credit("b1", "98.00", "transfer Acme-Shop")
        self.run_match()
        self.assertArrived(row, batch)

    def test_name_of_the_provider_on_the_bank_row(self):
        batch = self.paid_out("po_1", "98.00")
        row = self.credit("b1", "98.00", counterparty_name="Provider Payments Ltd")
        self.run_match()
        self.assertArrived(row, batch)

    def test_amount_alone_is_only_a_proposal(self):
        batch = self.paid_out("po_1", "98.00")
        row = self.credit("b1", "98.00", "thanks")
        self.run_match()
        match = self.match_of(row)
        self.assertEqual(match.state, "proposed")
        self.assertEqual(row.match_state, "proposed")
        self.run_match()
        self.assertEqual(self.match_of(row), match)
        match.action_confirm()
        self.assertArrived(row, batch)

    def test_a_proposal_gives_way_to_better_evidence(self):
        other = self.paid_out("po_2", "98.00")
        row = self.credit("b1", "98.00", "advice TRACE000001")
        self.run_match()
        proposed = self.match_of(row)
        self.assertEqual(proposed.state, "proposed")
        first = self.paid_out("po_1", "98.00", reference="TRACE000001")
        self.run_match()
        self.assertArrived(row, first)
        self.assertEqual(proposed.state, "undone")
        self.assertFalse(proposed.is_refused)
        self.assertFalse(self.match_of(other))

    def test_a_proposal_falls_when_it_is_not_the_only_one_any_more(self):
        batch = self.paid_out("po_1", "98.00")
        row = self.credit("b1", "98.00", "thanks")
        self.run_match()
        self.assertEqual(row.match_state, "proposed")
        second = self.credit("b2", "98.00", "thank you")
        self.run_match()
        self.assertFalse(self.match_of(batch))
        self.assertEqual(self.reasons(batch), ["ambiguous"])
        self.assertEqual((row | second).mapped("match_state"), ["open", "open"])

    def test_the_order_of_arrival_decides_nothing(self):
        for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
            with self.subTest(order=order), self.env.cr.savepoint() as savepoint:
                steps = (
                    lambda: self.paid_out("po_1", "98.00", reference="TRACE000001"),
                    lambda: self.paid_out("po_2", "98.00"),
                    lambda: self.credit("b1", "98.00", "advice TRACE000001"),
                )
                found = {}
                for number in order:
                    found[number] = steps[number]()
                    self.run_match()
                self.assertArrived(found[2], found[0])
                self.assertFalse(self.match_of(found[1]))
                self.env.invalidate_all()
                savepoint.rollback()

    def test_negative_payout_is_a_debit(self):
        batch = self.paid_out("po_1", "-15.00", reference="TRACE778899")
        row = self.credit("b1", "-15.00", "TRACE778899")
        self.run_match()
        self.assertArrived(row, batch)

    def test_equal_payouts_are_told_apart_by_their_traces(self):
        first = self.paid_out("po_1", "98.00", reference="TRACE000001")
        second = self.paid_out("po_2", "98.00", reference="TRACE000002")
        row_2 = self.credit("b2", "98.00", "Provider TRACE000002")
        row_1 = self.credit("b1", "98.00", "Provider TRACE000001")
        self.run_match()
        self.assertArrived(row_1, first)
        self.assertArrived(row_2, second)

    def test_one_trace_leaves_the_other_row_for_the_other_payout(self):
        first = self.paid_out("po_1", "98.00", reference="TRACE000001")
        second = self.paid_out("po_2", "98.00")
        row_1 = self.credit("b1", "98.00", "Provider TRACE000001")
        row_2 = self.credit("b2", "98.00", "Provider")
        self.run_match()
        self.assertArrived(row_1, first)
        self.assertArrived(row_2, second)

    def test_equal_payouts_without_trace_are_ambiguous(self):
        first = self.paid_out("po_1", "98.00")
        second = self.paid_out("po_2", "98.00")
        rows = self.credit("b1", "98.00", "Provider") | self.credit(
            "b2", "98.00", "Provider", booked_on=date(2026, 1, 14)
        )
        self.run_match()
        for batch in first | second:
            self.assertFalse(self.match_of(batch))
            self.assertEqual(self.reasons(batch), ["ambiguous"])
            self.assertIn("b1", self.open_exceptions(batch).cause)
        for row in rows:
            self.assertOpen(row, "ambiguous")

    def test_row_outside_of_the_window(self):
        batch = self.paid_out("po_1", "98.00")
        early = self.credit("b1", "98.00", "Provider", booked_on=date(2026, 1, 8))
        late = self.credit("b2", "98.00", "Provider", booked_on=date(2026, 1, 23))
        self.run_match()
        self.assertFalse(self.match_of(batch))
        self.assertEqual(early.match_state, "open")
        self.assertEqual(late.match_state, "open")

    def test_other_amount_is_not_the_payout(self):
        batch = self.paid_out("po_1", "98.00", reference="TRACE778899")
        row = self.credit("b1", "98.01", "TRACE778899")
        self.run_match()
        self.assertFalse(self.match_of(batch))
        self.assertEqual(row.match_state, "open")

    def test_several_payouts_in_one_transfer(self):
        first = self.paid_out("po_1", "98.00")
        second = self.paid_out("po_2", "41.50")
        third = self.paid_out("po_3", "7.00")
        row = self.credit("b1", "139.50", "Provider")
        self.run_match()
        match = self.assertArrived(row, first, second)
        self.assertEqual(match.unique_proof["solutions"], 1)
        self.assertTrue(match.unique_proof["exhaustive"])
        self.assertEqual(match.unique_proof["items"], 3)
        self.assertFalse(self.match_of(third))

    def test_several_sums_are_no_match(self):
        batches = self.paid_out("po_1", "60.00") | self.paid_out("po_2", "40.00")
        batches |= self.paid_out("po_3", "70.00") | self.paid_out("po_4", "30.00")
        row = self.credit("b1", "100.00", "Provider")
        self.run_match()
        self.assertEqual(row.match_state, "open")
        self.assertFalse(self.match_of(batches[:1]))

    def test_sum_without_the_name_of_the_provider_is_no_match(self):
        self.paid_out("po_1", "98.00")
        self.paid_out("po_2", "41.50")
        row = self.credit("b1", "139.50", "thanks")
        self.run_match()
        self.assertEqual(row.match_state, "open")

    def test_customer_payment_of_the_same_amount(self):
        batch = self.paid_out("po_1", "98.00")
        invoice = self.new_invoice(98.0)
        customer = self.credit("b1", "98.00", f"Provider service {invoice.name}")
        self.run_match()
        self.assertMatched(customer, self.open_line(invoice), 9800)
        self.assertFalse(self.match_of(batch))

    def test_refused_payout_waits_for_nothing(self):
        batch = self.paid_out("po_1", "98.00", provider_state="rejected")
        row = self.credit("b1", "98.00", "Provider", booked_on=date(2026, 1, 31))
        self.run_match()
        self.assertFalse(self.match_of(batch))
        self.assertFalse(self.reasons(batch))
        self.assertEqual(row.match_state, "open")

    def test_refused_payout_that_came_and_went(self):
        self.paid_out(
            "po_1", "98.00", provider_state="rejected", reference="TRACE778899"
        )
        came = self.credit("b1", "98.00", "TRACE778899")
        went = self.credit("b2", "-98.00", "RETURN TRACE778899")
        self.run_match()
        match = self.match_of(came)
        self.assertEqual(match, self.match_of(went))
        self.assertEqual(set(match.line_ids.mapped("side")), {"source"})
        self.assertEqual(came.match_state, "matched")
        self.assertEqual(went.match_state, "matched")

    def test_payout_that_the_bank_should_have_shown(self):
        batch = self.paid_out("po_1", "98.00")
        self.credit("b1", "12.00", "other", booked_on=date(2026, 1, 17))
        self.run_match()
        with freeze_time("2026-01-18"):
            self.run_match()
        self.assertEqual(self.reasons(batch), ["late_payout"])
        self.credit("b2", "13.00", "other", booked_on=date(2026, 1, 18))
        self.run_match()
        self.assertEqual(self.reasons(batch), ["payout_missing_at_bank"])
        row = self.credit("b3", "98.00", "Provider", booked_on=date(2026, 1, 19))
        self.run_match()
        self.assertArrived(row, batch)
        self.assertFalse(self.reasons(batch))

    def test_payout_of_a_company_without_bank_data(self):
        batch = self.paid_out("po_1", "98.00")
        self.run_match()
        self.assertFalse(self.reasons(batch))

    def test_payout_that_nobody_can_see_yet(self):
        batch = self.paid_out("po_1", "98.00", expected_on=date.today())
        today = date.today() + timedelta(days=1)
        self.credit("b1", "12.00", "other", booked_on=today)
        self.run_match()
        self.assertFalse(self.reasons(batch))

    def test_only_wanted_rows_are_matched(self):
        first = self.paid_out("po_1", "98.00", reference="TRACE000001")
        second = self.paid_out("po_2", "41.00", reference="TRACE000002")
        row_1 = self.credit("b1", "98.00", "TRACE000001")
        row_2 = self.credit("b2", "41.00", "TRACE000002")
        row_1.action_match()
        self.assertArrived(row_1, first)
        self.assertFalse(self.match_of(second))
        self.assertEqual(row_2.match_state, "open")
        self.assertFalse(self.reasons(row_2))

    # -- the source corrects itself ----------------------------------------------

    def named_by_verify(self):
        """Return (law, model) of what verify finds."""
        self.env.flush_all()
        findings = self.env["settlement.verification"].run()["findings"]
        return {(each["law"], each["model"]) for each in findings}

    def test_a_corrected_payout_lets_go_of_its_bank_row_at_once(self):
        batch = self.paid_out("po_1", "98.00", reference="TRACE778899")
        row = self.credit("b1", "98.00", "PAYOUT TRACE778899")
        self.run_match()
        match = self.assertArrived(row, batch)
        self.store(self.payout("po_1", "97.00", reference="TRACE778899"))
        self.assertEqual(match.state, "undone")
        self.assertFalse(match.is_refused)
        self.assertEqual(row.match_state, "open")
        self.assertNotIn((5, "settlement.batch"), self.named_by_verify())

    def test_a_payout_with_other_words_keeps_its_bank_row(self):
        batch = self.paid_out("po_1", "98.00", reference="TRACE778899")
        row = self.credit("b1", "98.00", "PAYOUT TRACE778899")
        self.run_match()
        self.store(self.payout("po_1", "98.00", descriptor="ACME"))
        self.assertArrived(row, batch)

    def test_a_payout_corrected_after_the_bank_had_it_is_not_claimed_too_much(self):
        batch = self.paid_out("po_1", "98.00", reference="TRACE778899")
        row = self.credit("b1", "98.00", "PAYOUT TRACE778899")
        self.run_match()
        match = self.assertArrived(row, batch)
        match._set_posted()
        self.store(self.payout("po_1", "97.00", reference="TRACE778899"))
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.claim_of(batch), (9800, 9800))
        self.assertNotIn((5, "settlement.batch"), self.named_by_verify())
