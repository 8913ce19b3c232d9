from odoo.tests import tagged
from odoo.tools import SQL

from .common import MatchCase

# One way to falsify each kind of row: table, assignment, law that is broken.
FALSIFICATIONS = (
    ("settlement_match", "score = 1", 11),
    ("settlement_match", "evidence = '{\"contributions\": [1]}'", 11),
    ("settlement_match", "evidence = '{}'", 7),
    ("settlement_match", "unique_proof = NULL", 7),
    ("settlement_match", "unique_proof = jsonb_set(unique_proof, '{targets}', '2')", 7),
    ("settlement_match", "amount_minor = 1", 5),
    ("settlement_match", "is_automatic = FALSE", 11),
    ("settlement_match", "method = 'manual'", 11),
    ("settlement_match", "state = 'undone'", 11),
    ("settlement_match", "state = 'proposed'", 5),
    ("settlement_match", "company_id = 1", 9),
    ("settlement_match_line", "amount_minor = amount_minor + 1", 5),
    ("settlement_match_line", "snapshot = jsonb_set(snapshot, '{name}', '\"X\"')", 11),
    ("settlement_match_line", "transaction_id = NULL", 11),
    ("settlement_match_line", "revision_id = NULL", 11),
    ("settlement_match_line", "move_line_id = move_line_id + 1", 11),
    ("settlement_match_line", "side = 'target'", 5),
    ("settlement_match_line", "match_id = 0", 11),
    ("settlement_claim", "claimed_minor = claimed_minor - 1", 5),
    ("settlement_claim", "posted_minor = 1", 5),
    (
        "settlement_claim",
        "total_minor = total_minor + 1, claimed_minor = total_minor",
        5,
    ),
    ("settlement_transaction_state", "match_state = 'open'", 2),
)


@tagged("post_install", "-at_install")
class TestMatchVerification(MatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls

    def setUp(self):
        super().setUp()
        self.paid = self.new_invoice(100.0)
        self.online_payment(40.0, "pi_1")
        self.rows = self.store(
            self.fact("txn_1", "100.00", invoice_reference=self.paid.name),
            self.fact("txn_2", "40.00", payment_reference="pi_1"),
        )
        self.store(self.payout("po_1", "98.00", reference="TRACE778899"))
        self.store(
            self.bank_fact("b1", "98.00", description="TRACE778899"), backend=self.bank
        )
        self.run_match()
        by_hand = self.store(self.fact("txn_3", "10.00"))
        line = self.open_line(self.new_invoice(10.0))
        match = self.matches._propose([by_hand], [line])
        match.action_confirm()
        other = self.matches._propose(
            [self.store(self.fact("txn_4", "20.00"))],
            [self.open_line(self.new_invoice(20.0))],
        )
        other.action_confirm()
        other.action_undo("Wrong")

    def laws(self):
        """Return the laws that are broken, and the findings."""
        self.env.invalidate_all()
        findings = self.env["settlement.verification"].run()["findings"]
        return {finding["law"] for finding in findings}, findings

    def test_a_sound_database_has_no_findings(self):
        laws, findings = self.laws()
        self.assertFalse(laws, findings)
        self.assertEqual(self.matches.search_count([("is_automatic", "=", True)]), 3)

    def test_every_falsification_is_found(self):
        self.env.flush_all()
        for table, assignment, law in FALSIFICATIONS:
            savepoint = self.env.cr.savepoint()
            with self.subTest(table=table, assignment=assignment):
                self.env.cr.execute(self.falsify(table, assignment))
                laws, findings = self.laws()
                self.assertIn(law, laws, findings)
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def falsify(self, table, assignment):
        """Return an UPDATE that changes one row of an automatic match."""
        match = self.match_of(self.rows[0])
        condition = {
            "settlement_match": SQL("id = %s", match.id),
            "settlement_claim": SQL("transaction_id = %s", self.rows[0].id),
            "settlement_transaction_state": SQL("transaction_id = %s", self.rows[0].id),
        }.get(table)
        if condition is None:
            has_snapshot = "snapshot" in assignment or "move_line" in assignment
            condition = SQL(
                "match_id = %s AND (snapshot IS NOT NULL) = %s", match.id, has_snapshot
            )
        return SQL(
            "UPDATE %s SET %s WHERE %s",
            SQL.identifier(table),
            SQL(assignment),
            condition,
        )

    def test_match_that_nobody_confirmed(self):
        match = self.match_of(self.rows[0])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO settlement_match (company_id, currency_id, method, kind,
                       stage, score, amount_minor, difference_minor, evidence, state,
                       row_hash)
                SELECT company_id, currency_id, method, kind, stage, score,
                       amount_minor, difference_minor, evidence, state, row_hash
                  FROM settlement_match WHERE id = %s
                """,
                match.id,
            )
        )
        laws, findings = self.laws()
        self.assertIn(11, laws, findings)

    def test_journal_item_settled_otherwise_is_named(self):
        self._register_payment(self.paid)
        laws, findings = self.laws()
        self.assertIn(5, laws)
        self.assertIn("account.move.line", {each["model"] for each in findings})
        self.run_match()
        self.assertFalse(self.laws()[0])

    def test_status_tells_methods_and_rate(self):
        status = self.backend._status_of()["matching"]
        self.assertEqual(
            status["by_method"], {"identifier": 1, "reference": 1, "manual": 1}
        )
        self.assertEqual((status["needed"], status["matched"]), (4, 3))
        self.assertEqual(status["rate_percent"], 75.0)
        self.assertEqual(self.bank._status_of()["matching"]["by_method"], {"batch": 1})
