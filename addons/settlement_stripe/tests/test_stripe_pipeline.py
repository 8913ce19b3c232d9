from datetime import date, datetime

from odoo.tests import tagged

from . import stripe_shop as shop
from .common import FIRST, StripeCase


@tagged("post_install", "-at_install")
class TestStripePipeline(StripeCase):
    def pull_and_parse(self):
        messages = self.backend.pull(since=FIRST)
        self.backend.run_pipeline(until="parse")
        return messages

    def test_first_pull_becomes_transactions_batches_and_a_balance(self):
        messages = self.pull_and_parse()
        # 40 rows, 10 payouts, 40 rows in their lists, one balance.
        self.assertEqual(len(messages), 91)
        self.assertEqual(set(messages.mapped("state")), {"parsed"})
        self.assertEqual(len(self.transactions()), 40)
        self.assertEqual(len(self.transactions(kind="charge")), 30)
        self.assertEqual(len(self.transactions(kind="payout")), 10)
        self.assertEqual(set(self.transactions().mapped("revision")), {1})
        self.assertEqual(len(self.batches()), 10)
        self.assertFalse(self.exceptions())
        self.assertFalse(self.backend.last_error)

    def test_row_says_what_stripe_said(self):
        self.pull_and_parse()
        row = self.transactions(external_id="txn_0001")
        self.assertRecordValues(
            row,
            [
                {
                    "kind": "charge",
                    "gross_amount": 100.0,
                    "fee_amount": 3.2,
                    "net_amount": 96.8,
                    "occurred_at": datetime(2026, 3, 1, 9),
                    "booked_on": date(2026, 3, 1),
                    "source_external_id": "ch_0001",
                    "payment_reference": "pi_0001",
                    "invoice_reference": "INV/2026/00001",
                    "counterparty_name": "Änne Müller",
                    "card_country": "DE",
                }
            ],
        )
        self.assertEqual(row.fee_line_ids.mapped("kind"), ["processing"])
        self.assertEqual(row.batch_id.external_id, "po_00")
        references = {(one.type, one.text) for one in row.reference_ids}
        self.assertLessEqual(
            {
                ("provider", "pi_0001"),
                ("provider", "ch_0001"),
                ("invoice", "INV202600001"),
                ("email", "a@example.com"),
            },
            references,
        )

    def test_payouts_are_their_lines(self):
        self.pull_and_parse()
        self.backend.run_pipeline(until="validate")
        for batch in self.batches():
            self.assertEqual(batch.transaction_count, 3)
            self.assertEqual(batch.difference, 0.0)
            self.assertEqual(batch.state, "validated")
            self.assertEqual(batch.payout_transaction_id.net_amount, -batch.total)
        self.assertEqual(self.batches()[0].reference, "TRACE-00")
        self.assertEqual(self.batches()[0].expected_on, date(2026, 3, 4))

    def test_balance_is_the_one_of_the_answer(self):
        self.pull_and_parse()
        wallet = self.backend.wallet_ids
        self.assertEqual(wallet.provider_balance, 0.0)
        self.assertEqual(wallet.provider_balance_at, datetime(2026, 3, 31, 9))

    def test_second_pull_adds_nothing(self):
        self.pull_and_parse()
        before = self.transactions().ids, self.batches().mapped("row_hash")
        self.assertFalse(self.pull_and_parse())
        self.assertEqual(
            (self.transactions().ids, self.batches().mapped("row_hash")), before
        )

    def test_known_lists_are_not_read_again(self):
        self.pull_and_parse()
        self.backend.run_pipeline(until="validate")
        self.server.log.clear()
        self.backend.pull(since=FIRST)
        lists = [entry for entry in self.server.log if "payout" in entry.params]
        self.assertFalse(lists)

    def test_list_that_did_not_add_up_is_read_again(self):
        last = self.world.payouts[-1]
        self.world.change(last["id"], 0, amount=last["amount"] + 1)
        self.pull_and_parse()
        self.backend.run_pipeline(until="validate")
        self.assertEqual(self.exceptions().mapped("reason"), ["batch_unbalanced"])
        self.server.log.clear()
        self.backend.pull(since=FIRST)
        lists = {e.params["payout"] for e in self.server.log if "payout" in e.params}
        self.assertEqual(lists, {last["id"]})

    def test_late_row_inside_the_look_back_is_found(self):
        self.pull_and_parse()
        created = self.world.now - 5 * shop.DAY
        shop.add_charge(
            self.world, 900, created=created, visible_from=self.world.now + 60
        )
        self.world.now += 60
        self.backend.pull()
        self.backend.run_pipeline(until="parse")
        self.assertEqual(len(self.transactions(external_id="txn_0900")), 1)

    def test_life_of_a_payout(self):
        name = self.world.payouts[-1]["id"]
        paid = self.world.now
        self.world.change(
            name,
            0,
            status="in_transit",
            reconciliation_status="in_progress",
            trace_id={"status": "pending", "value": None},
        )
        self.world.change(name, paid, status="paid", reconciliation_status="completed")
        trace = {"status": "supported", "value": "LATE-TRACE"}
        self.world.change(name, paid + 60, trace_id=trace)
        self.world.change(name, paid + 120, status="failed")
        seen = []
        for now in (paid - 60, paid, paid + 60, paid + 120):
            self.world.now = now
            self.pull_and_parse()
            batch = self.batches()[-1]
            seen.append(
                (
                    batch.provider_state,
                    batch.is_complete_at_source,
                    batch.reference or "",
                )
            )
        self.assertEqual(
            seen,
            [
                ("acknowledged", False, ""),
                ("settled", True, ""),
                ("settled", True, "LATE-TRACE"),
                ("rejected", True, "LATE-TRACE"),
            ],
        )

    def test_old_word_about_a_payout_changes_nothing(self):
        name = self.world.payouts[-1]["id"]
        self.world.change(name, 0, status="in_transit")
        self.world.change(name, self.world.now, status="paid")
        self.world.now -= 60
        first = self.backend.pull(since=FIRST)
        self.world.now += 60
        self.pull_and_parse()
        self.assertEqual(self.batches()[-1].provider_state, "settled")
        first.sudo()._set_state("received")
        self.backend.run_pipeline(until="parse")
        self.assertEqual(self.batches()[-1].provider_state, "settled")

    def test_volatile_fields_make_no_revision(self):
        self.pull_and_parse()
        source = self.world.sources["ch_0030"]
        source.update(refunded=True, amount_refunded=10_000, disputed=True)
        # Once as a row, once in the list of its payout.
        self.assertEqual(len(self.pull_and_parse()), 2)
        row = self.transactions(external_id="txn_0030")
        self.assertEqual((len(row), row.revision), (1, 1))

    def test_row_that_does_not_add_up_is_put_aside(self):
        self.world.balance_transactions[0]["net"] += 1
        messages = self.pull_and_parse()
        self.assertEqual(len(self.transactions()), 39)
        rows = messages.row_ids
        self.assertEqual(len(rows), 2)
        self.assertIn("txn_0001", rows[0].reason)
        self.assertEqual(self.exceptions().mapped("reason"), ["malformed_input"] * 2)

    def test_unknown_kind_goes_to_review(self):
        row = shop.add_charge(self.world, 901, created=shop.START)
        row.update(type="quantum_fee", reporting_category="quantum", source=None)
        self.pull_and_parse()
        transaction = self.transactions(external_id="txn_0901")
        self.assertEqual(transaction.kind, "adjustment")
        self.assertEqual(transaction.source_code, "unknown:quantum/quantum_fee")
        self.assertEqual(self.exceptions().mapped("reason"), ["unknown_mapping"])

    def test_fault_in_the_middle_loses_nothing(self):
        self.server.faults.add("garbage", path="/v1/balance_transactions", times=1)
        self.backend.pull(since=FIRST)
        self.assertTrue(self.backend.last_error)
        self.pull_and_parse()
        self.assertEqual(len(self.transactions()), 40)

    def test_no_key_in_messages_windows_or_exceptions(self):
        self.pull_and_parse()
        self.server.faults.add("status", status=400, times=1)
        self.backend.pull(since=FIRST)
        texts = [self.backend.last_error or ""]
        texts += self.env["settlement.window"].search([]).mapped("error")
        texts += self.exceptions().mapped("cause")
        texts += self.env["settlement.message"].search([]).mapped("preview")
        self.assertTrue(any(texts))
        self.assertFalse([text for text in texts if text and shop.KEY in text])
