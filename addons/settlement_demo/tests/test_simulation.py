from odoo.exceptions import UserError
from odoo.tests import tagged

from ..comparison import documents, exceptions, ledger, matches, rows
from ..comparison.comparison import Comparison
from ..world import build
from .common import WorldCase
from .comparison_notices import ComparisonNotices

# Vendors that providers are, by their reference.
BILLERS = ("nord-adyen", "nord-paypal")


@tagged("post_install", "-at_install")
class TestSimulation(ComparisonNotices, WorldCase):
    """The whole job on the small month, over real protocols, against the truth."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world, cls.truth = build(1)
        cls.stand_ins, cls.connected = cls.build_world(cls.world)
        cls.simulation._happen(cls.world, cls.stand_ins, cls.connected)

    def differences(self, *parts):
        return Comparison(self.env, self.truth).differences(parts)

    def test_every_row_came_once_and_is_right(self):
        self.assertEqual(self.differences(rows.row_differences), [])

    def test_payouts_and_statements_are_done(self):
        self.assertEqual(self.differences(rows.statement_differences), [])

    def test_no_wrong_match(self):
        self.assertEqual(self.differences(matches.wrong_matches), [])

    def test_all_that_can_be_matched_is_matched_to_the_cent(self):
        self.assertEqual(self.differences(matches.match_differences), [])

    def test_each_trouble_is_an_exception_and_nothing_else_is(self):
        self.assertEqual(self.differences(exceptions.exception_differences), [])

    def test_documents_and_payments_are_settled(self):
        self.assertEqual(self.differences(documents.document_differences), [])

    def test_wallet_proof_of_every_day(self):
        self.assertEqual(self.differences(ledger.balance_differences), [])

    def test_balances_of_accounts_at_the_end(self):
        self.assertEqual(self.differences(ledger.total_differences), [])

    def test_all_laws_hold(self):
        self.assertEqual(self.env["settlement.verification"].run()["findings"], [])

    def test_what_failed_on_the_way_was_made_good(self):
        backends = self.env["settlement.backend"].search([])
        self.assertEqual(set(backends.mapped("state")), {"connected"})
        messages = self.env["settlement.message"].search([("state", "!=", "parsed")])
        cut = {
            each.world.spoilt_file(trouble.day).filename
            for each in self.connected
            for trouble in self.world.troubles
            if (trouble.company, trouble.name) == (each.world.plan.code, "file_cut")
        }
        self.assertEqual(set(messages.mapped("filename")), cut)
        self.assertEqual(set(messages.mapped("state")), {"failed"})
        windows = self.env["settlement.window"]
        self.assertTrue(windows.search([("state", "=", "failed")]))
        for backend in backends.filtered(lambda each: each.connector == "stripe"):
            for stream in backend._pulled_streams():
                self.assertEqual(backend._coverage(stream), [], stream)
        put_aside = self.env["settlement.message.row"].search([])
        names = set(put_aside.message_id.mapped("filename"))
        self.assertEqual(names, self.cut_reports())

    def cut_reports(self):
        """Return the names of the report files that broke off on their way."""
        return {
            each.world.spoilt_report(trouble.provider, trouble.day).name
            for each in self.connected
            for trouble in self.world.troubles
            if (trouble.company, trouble.name) == (each.world.plan.code, "report_cut")
        }

    def test_what_providers_withheld_pays_their_invoices(self):
        bills = self.env["account.move"].search(
            [("move_type", "=", "in_invoice"), ("partner_id.ref", "in", BILLERS)]
        )
        self.assertEqual(set(bills.partner_id.mapped("ref")), set(BILLERS))
        self.assertEqual(set(bills.mapped("payment_state")), {"paid"})
        due = bills.line_ids.filtered(lambda line: line.display_type == "payment_term")
        paying = due.matched_debit_ids.debit_move_id
        self.assertEqual(set(paying.mapped("settlement_role")) - {False}, {"settled"})

    def test_outages_and_refusals_stopped_a_pull(self):
        planned = {
            trouble.company
            for trouble in self.world.troubles
            if trouble.name in ("unavailable", "key_refused")
        }
        failed = self.env["settlement.window"].search([("state", "=", "failed")])
        for code in planned:
            (each,) = (c for c in self.connected if c.world.plan.code == code)
            self.assertIn(each.stripe, failed.backend_id)

    def test_event_that_came_three_times_is_one_message(self):
        messages = self.env["settlement.message"].search([("channel", "=", "webhook")])
        repeated = [t for t in self.world.troubles if t.name == "event_repeated"]
        self.assertTrue(messages)
        self.assertLessEqual(len(messages), len(repeated))
        self.assertEqual(set(messages.mapped("state")), {"parsed"})

    def test_forged_events_leave_no_message(self):
        refusals = self.env["settlement.webhook.refusal"].search([])
        forged = [t for t in self.world.troubles if t.name == "event_forged"]
        self.assertEqual(sum(refusals.mapped("requests")), 2 * len(forged))

    def test_every_automatic_match_has_evidence(self):
        found = self.env["settlement.match"].search([("is_automatic", "=", True)])
        self.assertTrue(found)
        for match in found:
            self.assertTrue(match.evidence and match.unique_proof, match.display_name)
            self.assertTrue(match.sentence)

    def test_second_run_changes_nothing(self):
        before = self.snapshot()
        again = self.simulation._build(self.world, self.stand_ins)
        self.simulation._happen(self.world, self.stand_ins, again)
        after = self.snapshot()
        changed = {name for name in before if before[name] != after[name]}
        self.assertEqual(changed, set())

    def test_one_database_one_world(self):
        self.simulation._claim_database(1, self.world.period.start, 1)
        self.simulation._claim_database(1, self.world.period.start, 1)
        with self.assertRaisesRegex(UserError, "seed 1, .*seed 2"):
            self.simulation._claim_database(2, self.world.period.start, 1)
