from unittest.mock import patch

from odoo.tests import tagged

from ..models.matcher import STAGES
from .common import MatchCase


@tagged("post_install", "-at_install")
class TestPipeline(MatchCase):
    def charge(self, external_id, gross, invoice, backend=None):
        (row,) = self.store(
            self.fact(external_id, gross, invoice_reference=invoice.name),
            backend=backend,
        )
        return row

    def test_step_counts_what_it_did(self):
        row = self.charge("txn_1", "100.00", self.new_invoice(100.0))
        run = self.backend.run_pipeline("match")
        counters = run.counters["match"]
        self.assertEqual(counters["matched"], 1)
        self.assertEqual(counters["ambiguous"], 0)
        self.assertEqual(counters["stages"]["reference"]["matched"], 1)
        self.assertIn("seconds", counters["stages"]["batch"])
        self.assertEqual(row.match_state, "matched")

    def test_each_stage_is_a_unit_of_its_own(self):
        self.charge("txn_1", "100.00", self.new_invoice(100.0))
        commits = []
        self.matcher._match_company(self.company, lambda: commits.append(1))
        self.assertEqual(len(commits), len(STAGES))

    def test_run_goes_on_where_another_one_stopped(self):
        first = self.charge("txn_1", "100.00", self.new_invoice(100.0))
        online = self.online_payment(40.0, "pi_1")
        (second,) = self.store(self.fact("txn_2", "40.00", payment_reference="pi_1"))

        class Killed(Exception):
            """The worker died."""

        def die():
            raise Killed

        # assertRaises would undo what was done before the worker died.
        try:
            self.matcher._match_company(self.company, die)
        except Killed:
            self.env.invalidate_all()
        self.assertEqual(second.match_state, "matched")
        self.assertEqual(first.match_state, "open")
        self.run_match()
        self.assertEqual(first.match_state, "matched")
        self.assertEqual(self.claim_of(self.outstanding_line(online)), (4000, 4000))

    def test_worker_passes_over_a_company_that_another_one_matches(self):
        row = self.charge("txn_1", "100.00", self.new_invoice(100.0))
        with patch.object(type(self.matcher), "_lock", lambda *_args, **_values: False):
            counters = self.matcher._match_company(self.company, lambda: None)
        self.assertEqual(counters, {"busy": {"companies": 1}})
        self.assertEqual(row.match_state, "open")

    def test_lock_holds_until_the_end_of_the_transaction(self):
        self.matcher._lock(self.company, wait=True)
        with self.registry.cursor() as other:
            matcher = self.matcher.with_env(self.env(cr=other))
            self.assertFalse(matcher._lock(self.company, wait=False))
            stranger = self.company.browse(self.company.id + 1000)
            self.assertTrue(matcher._lock(stranger, wait=False))

    def test_companies_do_not_mix(self):
        other = self.setup_other_company(name="Other")["company"]
        backend = self.new_backend("Other provider", other)
        self.new_wallet(backend, "acct_2")
        invoice = self.new_invoice(100.0)
        theirs = self.charge("txn_1", "100.00", invoice, backend)
        self.run_match(other)
        self.assertOpen(theirs, "unmatched")
        ours = self.charge("txn_1", "100.00", invoice)
        self.run_match()
        self.assertMatched(ours, self.open_line(invoice), 10000)
        self.assertEqual(theirs.match_state, "open")

    def test_only_the_companies_of_the_backends_are_matched(self):
        other = self.setup_other_company(name="Other")["company"]
        backend = self.new_backend("Other provider", other)
        self.new_wallet(backend, "acct_2")
        row = self.charge("txn_1", "100.00", self.new_invoice(100.0))
        backend._step_match(None)
        self.assertEqual(row.match_state, "open")

    def test_rivals_of_a_single_row_count(self):
        invoice = self.new_invoice(100.0)
        first = self.charge("txn_1", "60.00", invoice)
        second = self.charge("txn_2", "60.00", invoice)
        counters = first.action_match()
        self.assertEqual(counters["reference"]["matched"], 0)
        self.assertOpen(first, "ambiguous")
        self.assertOpen(second)

    def test_only_the_chosen_rows_are_matched(self):
        first = self.charge("txn_1", "100.00", self.new_invoice(100.0))
        second = self.charge("txn_2", "70.00", self.new_invoice(70.0))
        first.action_match()
        self.assertEqual(first.match_state, "matched")
        self.assertOpen(second)

    def test_many_rows_take_few_statements(self):
        invoices = [self.new_invoice(10.0) for _number in range(12)]
        self.store(
            *(
                self.fact(f"txn_{number}", "10.00", invoice_reference=invoice.name)
                for number, invoice in enumerate(invoices)
            )
        )
        self.env.flush_all()
        self.run_match()
        rows = self.current_row(*(f"txn_{number}" for number in range(12)))
        self.assertEqual(set(rows.mapped("match_state")), {"matched"})
        (extra,) = self.store(
            self.fact("last", "10.00", invoice_reference=self.new_invoice(10.0).name)
        )
        self.env.flush_all()
        with self.assertQueryCount(500):
            self.matcher._match_company(self.company)
        self.assertEqual(extra.match_state, "matched")

    def test_payout_that_the_provider_corrects(self):
        self.store(self.payout("po_1", "98.00", reference="TRACE778899"))
        (row,) = self.store(
            self.bank_fact("b1", "98.00", description="TRACE778899"), backend=self.bank
        )
        self.run_match()
        match = self.match_of(row)
        self.assertEqual(match.state, "confirmed")
        self.store(self.payout("po_1", "97.00", reference="TRACE778899"))
        self.run_match()
        self.assertEqual(match.state, "undone")
        self.assertEqual(row.match_state, "open")
