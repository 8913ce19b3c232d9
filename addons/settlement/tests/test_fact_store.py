import itertools
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..canonical import money
from ..canonical.facts import BatchFact, RejectedRow
from .common import SettlementCase


@tagged("post_install", "-at_install")
class TestFactStore(SettlementCase):
    def test_a_fact_becomes_a_row_with_fees_state_and_references(self):
        counters = self.store_facts(
            self.charge(
                invoice_reference="INV/2026/00012",
                payment_reference="pi_Abc",
                counterparty_email="Ann@Example.com",
            )
        )
        row = self.stored()
        self.assertEqual(counters["transactions"], 1)
        self.assertRecordValues(
            row,
            [
                {
                    "gross_amount": 100.0,
                    "fee_amount": 2.0,
                    "net_amount": 98.0,
                    "revision": 1,
                    "is_current": True,
                    "wallet_id": self.wallet.id,
                    "match_state": "open",
                    "posting_state": "none",
                    "state": "settled",
                }
            ],
        )
        self.assertRecordValues(
            row.fee_line_ids, [{"kind": "processing", "amount": 2.0, "tax_amount": 0.0}]
        )
        self.assertEqual(row.state_ids.amount_minor, 9800)
        self.assertEqual(row.state_ids.gross_minor, 10000)
        self.assertEqual(
            set(row.reference_ids.mapped(lambda ref: (ref.type, ref.text))),
            {
                ("provider", "pi_Abc"),
                ("invoice", "INV202600012"),
                ("email", "ann@example.com"),
            },
        )

    def test_characters_that_no_database_keeps_are_replaced(self):
        """A damaged byte in one cell takes no other row of a message along."""
        facts = (
            self.charge(
                external_id="txn\0_1", description="Caf\ud800 \0", occurrence=0
            ),
            self.charge(external_id="txn_2"),
            BatchFact(
                currency=self.wallet.currency_id.name,
                kind="payout",
                external_id="po\0_1",
                date=date(2026, 1, 5),
                total=Decimal(0),
                descriptor="Payout\0 \ud800",
            ),
            RejectedRow(3, "raw\0 \udfff", "No amount\0.", external_id="txn\0_3"),
        )
        counters = self.store_facts(*facts)
        self.assertEqual(
            (counters["transactions"], counters["batches"], counters["rejected"]),
            (2, 1, 1),
        )
        self.assertEqual(self.stored("txn\ufffd_1").description, "Caf? \ufffd")
        self.assertTrue(self.stored("txn_2"))
        again = self.store_facts(*facts)
        self.assertEqual((again["transactions"], again["batches"]), (0, 0))

    def test_the_same_fact_again_changes_nothing(self):
        self.store_facts(self.charge())
        before = self.snapshot()
        counters = self.store_facts(self.charge(), self.charge())
        self.assertEqual(counters["transactions"], 0)
        self.assertEqual(self.snapshot(), before)

    def test_a_fact_twice_in_one_chunk_is_one_row(self):
        self.store_facts(self.charge(), self.charge())
        self.assertEqual(len(self.stored()), 1)

    def test_twins_with_an_occurrence_are_two_rows(self):
        self.store_facts(self.charge(), self.charge(occurrence=1))
        self.assertEqual(len(self.stored()), 2)
        self.assertEqual(self.stored().mapped("is_current"), [True, True])

    def test_the_current_revision_is_the_latest_of_the_source_in_any_order(self):
        versions = [
            self.charge(gross=gross, source_version_at=datetime(2026, 1, day))
            for day, gross in ((1, "100.00"), (3, "90.00"), (2, "95.00"))
        ]
        for number, order in enumerate(itertools.permutations(versions)):
            identity = f"txn_order_{number}"
            for fact in order:
                self.store_facts(replace(fact, external_id=identity))
            rows = self.stored(identity)
            with self.subTest(order=[str(fact.gross_amount) for fact in order]):
                self.assertEqual(len(rows), 3)
                current = rows.filtered("is_current")
                self.assertEqual(current.mapped("gross_amount"), [90.0])
                self.assertEqual(current.state_ids.gross_minor, 9000)
                self.assertEqual(
                    self.env["settlement.transaction.state"].search_count(
                        [("transaction_id", "in", rows.ids)]
                    ),
                    1,
                )
                self.assertFalse((rows - current).reference_ids)

    def test_revisions_inside_one_chunk_settle_too(self):
        self.store_facts(
            self.charge(gross="100.00", source_version_at=datetime(2026, 1, 2)),
            self.charge(gross="80.00", source_version_at=datetime(2026, 1, 1)),
        )
        current = self.stored().filtered("is_current")
        self.assertEqual(current.gross_amount, 100.0)

    def test_money_that_does_not_add_up_is_put_aside_and_the_rest_goes_on(self):
        bad = replace(self.charge("txn_bad"), net_amount=Decimal("98.01"))
        message = self.receive()
        counters = self.store_facts(bad, self.charge("txn_good"), message=message)
        self.assertEqual((counters["transactions"], counters["rejected"]), (1, 1))
        self.assertIn("98.01", message.row_ids.reason)
        self.assertTrue(self.stored("txn_good"))

    def test_an_amount_finer_than_its_currency_is_put_aside(self):
        message = self.receive()
        self.store_facts(self.charge(gross="1.005", fee="0"), message=message)
        self.assertIn("more decimals", message.row_ids.reason)

    def test_an_account_nobody_knows_is_refused_with_a_sentence(self):
        message = self.receive()
        self.store_facts(self.charge(account_identifier="OTHER"), message=message)
        self.assertIn("OTHER", message.row_ids.reason)
        self.assertIn("Add the wallet", message.row_ids.reason)

    def test_no_row_that_is_put_aside_hides_another(self):
        unknown = {"account_identifier": "OTHER"}
        twins = [self.charge(occurrence=number, **unknown) for number in range(2)]
        facts = [*twins, self.payout(**unknown)]
        message = self.receive()
        for _time in range(2):
            self.store_facts(*facts, message=message)
        self.assertEqual(len(message.row_ids), 3)

    def test_replay_after_adding_the_wallet_leaves_nothing_aside(self):
        line = self.charge_line(account_identifier="ACC-9")
        message = self.backend.import_file("f.jsonl", self.lines(line))
        self.backend.run_pipeline(until="parse")
        self.assertTrue(message.row_ids)
        self.new_wallet(self.backend, account="ACC-9")
        message.replay()
        self.assertEqual(message.row_ids.state, "corrected")
        self.assertTrue(self.stored())
        self.assertFalse(
            self.env["settlement.exception"].search(
                [("message_id", "=", message.id), ("state", "=", "open")]
            )
        )

    def test_the_only_account_needs_no_name_but_two_do(self):
        self.store_facts(self.charge())
        self.assertEqual(self.stored().wallet_id, self.wallet)
        self.new_wallet(self.backend, account="ACC-2")
        message = self.receive()
        self.store_facts(self.charge("txn_2"), message=message)
        self.assertFalse(self.stored("txn_2"))
        self.assertTrue(message.row_ids)

    def test_currencies_with_no_and_three_decimals(self):
        for code, gross, minor in (("JPY", "1500", 1500), ("KWD", "1.234", 1234)):
            currency = self.env.ref(f"base.{code}")
            currency.write({"active": True, "rounding": 10 ** -currency_decimals(code)})
            self.new_wallet(self.backend, currency=currency)
            self.store_facts(
                self.charge(f"txn_{code}", gross=gross, fee="0", currency=code)
            )
            self.assertEqual(self.stored(f"txn_{code}").state_ids.gross_minor, minor)

    def test_minor_units_beyond_32_bits(self):
        self.store_facts(self.charge(gross="98765432109.87", fee="0"))
        self.assertEqual(self.stored().state_ids.gross_minor, 9876543210987)

    def test_rows_join_their_batch_whoever_comes_first(self):
        listed = {"batch_kind": "payout", "batch_external_id": "po_1"}
        self.store_facts(self.charge())
        self.store_facts(self.charge(**listed))
        self.store_facts(self.payout())
        batch = self.stored().batch_id
        self.assertEqual(batch.external_id, "po_1")
        self.assertEqual(len(self.stored()), 1)
        self.assertTrue(batch.is_stated)
        self.assertEqual(batch.difference, 0.0)

    def test_a_list_counts_whichever_revision_of_its_row_is_current(self):
        listed = {"batch_kind": "payout", "batch_external_id": "po_1"}
        currents = set()
        for number in range(8):
            name = f"txn_{number}"
            self.store_facts(self.charge(name, description=f"edited {number}"))
            self.store_facts(self.charge(name, description=f"first {number}", **listed))
            current = self.stored(name).filtered("is_current")
            currents.add(current.revision)
            self.assertEqual(current.batch_id.external_id, "po_1")
        # Which of both is current depends on their hashes: both cases were there.
        self.assertEqual(currents, {1, 2})

    def test_a_child_finds_its_parent_in_any_order(self):
        refund = self.charge(
            "txn_refund",
            gross="-10.00",
            fee="0",
            kind="refund",
            parent_external_id="ch_1",
        )
        self.store_facts(refund)
        self.store_facts(self.charge(source_external_id="ch_1"))
        self.assertEqual(self.stored("txn_refund").parent_id, self.stored())

    def test_one_event_pins_the_rows_of_a_chunk(self):
        self.store_facts(self.charge("txn_1"), self.charge("txn_2"))
        event = self.env["settlement.event"].search(
            [("action", "=", "transaction.stored")], limit=1
        )
        self.assertEqual(event.count, 2)
        self.assertEqual(event.company_id, self.company)

    def test_a_fact_is_never_edited(self):
        self.store_facts(self.charge())
        with self.assertRaisesRegex(UserError, "never edited"):
            self.stored().write({"gross_amount": 1.0})

    @mute_logger("odoo.sql_db")
    def test_the_database_itself_refuses_net_that_does_not_add_up(self):
        self.store_facts(self.charge())
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env.cr.execute("UPDATE settlement_transaction SET net_amount = 1")

    def test_unknown_kinds_of_rows_call_for_a_mapping(self):
        self.store_facts(self.charge(source_code="unknown:mystery", kind="adjustment"))
        exception = self.env["settlement.exception"].search(
            [("backend_id", "=", self.backend.id), ("reason", "=", "unknown_mapping")]
        )
        self.assertEqual(exception.source_code_id.code, "mystery")
        self.assertIn("mystery", exception.cause)

    def test_a_dispute_is_shown_until_its_money_comes_back(self):
        dispute = self.charge(
            "txn_dispute",
            gross="-50.00",
            fee="15.00",
            kind="dispute",
            source_external_id="dp_1",
            source_code="dispute",
        )
        reversal = replace(
            dispute,
            external_id="txn_reversal",
            kind="dispute_reversal",
            gross_amount=Decimal("50.00"),
            net_amount=Decimal("35.00"),
        )
        exceptions = self.env["settlement.exception"]
        for order in ((dispute, reversal), (reversal, dispute)):
            for number, fact in enumerate(order):
                self.store_facts(
                    replace(
                        fact,
                        source_external_id=f"dp_{order[0].kind}",
                        external_id=f"{order[0].kind}{number}",
                    )
                )
            row = self.stored(f"{order[0].kind}{order.index(dispute)}")
            found = exceptions.search([("transaction_id", "=", row.id)])
            with self.subTest(first=order[0].kind):
                self.assertEqual(found.reason, "dispute_opened")
                self.assertIn("50.00", found.cause)
                self.assertNotIn("-", found.cause.partition("(")[0])
                self.assertEqual(found.state, "resolved")

    def test_what_is_open_goes_on_with_the_current_revision(self):
        self.store_facts(self.charge(source_version_at=datetime(2026, 1, 1)))
        opened = self.env["settlement.exception"]._raise_for(
            self.stored(), "ambiguous", "Two invoices fit."
        )
        newer = self.charge(gross="90.00", source_version_at=datetime(2026, 1, 2))
        self.store_facts(newer)
        current = self.stored().filtered("is_current")
        self.assertEqual(opened.transaction_id, current)
        self.assertEqual(opened.subject_id, current.id)

    def test_a_chunk_costs_a_fixed_number_of_queries(self):
        few = [self.charge(f"txn_few_{number}") for number in range(10)]
        many = [self.charge(f"txn_many_{number}") for number in range(400)]
        message = self.receive()
        self.store_facts(self.charge("txn_warm"), message=message)
        start = self.cr.sql_log_count
        self.store_facts(*few, message=message)
        for_few = self.cr.sql_log_count - start
        start = self.cr.sql_log_count
        self.store_facts(*many, message=message)
        self.assertLessEqual(self.cr.sql_log_count - start, for_few + 2)

    def snapshot(self):
        """Return the content of the tables a fact may touch, without attempt logs."""
        tables = ("transaction", "transaction_fee", "transaction_state", "batch")
        content = {}
        for table in tables:
            content[table] = self.env.execute_query(
                SQL(
                    "SELECT row::text FROM %s AS row ORDER BY id",
                    SQL.identifier(f"settlement_{table}"),
                )
            )
        return content


def currency_decimals(code):
    """Return ISO 4217 decimals."""
    return money.exponent(code)
