from datetime import datetime
from decimal import Decimal

from odoo.tests import tagged
from odoo.tools import SQL

from ..canonical.facts import BalanceFact
from .common import SettlementCase

# One way to falsify each kind of row, as (table, assignment, model that is named).
FALSIFICATIONS = (
    ("settlement_transaction", "description = 'other'", "settlement.transaction"),
    ("settlement_transaction", "booked_on = '2020-01-01'", "settlement.transaction"),
    (
        "settlement_transaction",
        "gross_amount = 7, net_amount = 5",
        "settlement.transaction",
    ),
    ("settlement_transaction", "is_current = FALSE", "settlement.transaction"),
    ("settlement_transaction_state", "amount_minor = 1", "settlement.transaction"),
    ("settlement_transaction_state", "gross_minor = 1", "settlement.transaction"),
    (
        "settlement_transaction_state",
        "booked_on = '2020-01-01'",
        "settlement.transaction",
    ),
    (
        "settlement_transaction_state",
        "needs_target = NOT needs_target",
        "settlement.transaction",
    ),
    ("settlement_transaction_fee", "amount = 1", "settlement.transaction"),
    ("settlement_transaction_reference", "text = 'X'", "settlement.transaction"),
    ("settlement_transaction_reference", "key = 1", "settlement.transaction"),
    ("settlement_batch", "total = 1", "settlement.batch"),
    ("settlement_batch", "total_minor = 1", "settlement.batch"),
    ("settlement_message", "payload = 'x'", "settlement.message"),
    ("settlement_message", "sha256 = 'x'", "settlement.message"),
    ("settlement_balance", "available = 1", "settlement.balance"),
    ("settlement_transaction_fee", "company_id = 1", "settlement.transaction.fee"),
    ("settlement_transaction_state", "company_id = 1", "settlement.transaction.state"),
)


@tagged("post_install", "-at_install")
class TestVerification(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        message = cls.receive()
        cls.store_facts(
            cls.charge(
                batch_kind="payout", batch_external_id="po_1", invoice_reference="INV/1"
            ),
            cls.payout(),
            message=message,
        )
        cls.store_facts(
            BalanceFact(
                currency="EUR",
                observed_at=datetime(2026, 1, 31),
                available=Decimal("98.00"),
            )
        )
        cls.env["settlement.batch"].search([])._validate()
        cls.env.flush_all()

    def findings(self):
        self.env.invalidate_all()
        return self.env["settlement.verification"].run()["findings"]

    def test_an_untouched_database_passes(self):
        self.assertEqual(self.findings(), [])

    def test_every_falsified_row_is_named(self):
        for table, assignment, model in FALSIFICATIONS:
            with self.subTest(table=table, assignment=assignment):
                self.env.flush_all()
                savepoint = self.cr.savepoint()
                self.cr.execute(
                    SQL(
                        "UPDATE %s SET %s WHERE company_id = %s",
                        SQL.identifier(table),
                        SQL(assignment),
                        self.company.id,
                    )
                )
                named = {(finding["model"]) for finding in self.findings()}
                savepoint.close(rollback=True)
                self.assertIn(model, named)

    def test_a_row_rewritten_with_a_fitting_hash_is_named(self):
        for record, assignment in (
            (self.stored(), "description = 'x'"),
            (self.stored().batch_id, "descriptor = 'x'"),
            (self.stored().message_id, "filename = 'x'"),
        ):
            with self.subTest(model=record._name):
                self.cr.execute(
                    SQL(
                        "UPDATE %s SET %s WHERE id = %s",
                        SQL.identifier(record._table),
                        SQL(assignment),
                        record.id,
                    )
                )
                record.invalidate_recordset()
                record._seal_rows()
                self.assertIn(
                    (record._name, record.id),
                    [(finding["model"], finding["id"]) for finding in self.findings()],
                )

    def test_a_deleted_row_is_named(self):
        row = self.stored()
        self.cr.execute(SQL("DELETE FROM settlement_transaction WHERE id = %s", row.id))
        self.assertIn(
            ("settlement.transaction", row.id),
            [(finding["model"], finding["id"]) for finding in self.findings()],
        )

    def test_a_row_slipped_in_is_named(self):
        self.cr.execute(
            SQL(
                """
                INSERT INTO settlement_balance (wallet_id, company_id, observed_at)
                VALUES (%s, %s, now())
                """,
                self.wallet.id,
                self.company.id,
            )
        )
        models = [finding["model"] for finding in self.findings()]
        self.assertIn("settlement.balance", models)
