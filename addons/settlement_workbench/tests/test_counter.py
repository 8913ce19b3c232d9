import random

from odoo.tests import tagged
from odoo.tools import SQL

from ..counting import sources
from .board_case import BoardCase

MATCH_STATES = ("open", "proposed", "matched", "not_needed", "ignored")
POSTING_STATES = ("none", "posted", "reconciled", "reversed")
SEVERITIES = ("low", "medium", "high", "critical")


@tagged("post_install", "-at_install")
class TestCounter(BoardCase):
    """Maintained counts are what counting would give, whoever writes and however."""

    def setUp(self):
        super().setUp()
        self.counters = self.env["settlement.counter"].sudo()
        self.random = random.Random(20261122)

    def wrong(self):
        return [
            (subject, kept, there)
            for subject, _company, kept, there in self.counters._wrong_counts()
        ]

    def size(self):
        self.env.cr.execute("SELECT count(*) FROM settlement_counter")
        return self.env.cr.fetchone()[0]

    # ------------------------------------------------------------------
    # Every writer is counted
    # ------------------------------------------------------------------

    def test_the_pipeline_is_counted(self):
        self.assertEqual(self.wrong(), [])
        self.seed()
        self.assertEqual(self.wrong(), [])
        sums = self.counters._sums("transaction", self.company, ("state",))
        self.assertEqual(sums["matched",][0], 1)

    def test_random_writes_are_counted(self):
        self.store(*[self.loose(gross=str(number + 1)) for number in range(40)])
        self.seed()
        steps = [
            self.write_states,
            self.write_exceptions,
            self.write_matches,
            self.write_invoices,
            self.revise,
            self.delete_states,
            self.counters._fold,
        ]
        for _number in range(30):
            step = self.random.choice(steps)
            step()
            self.assertEqual(self.wrong(), [], step.__name__)

    def write_states(self):
        """Change the states of any rows by SQL, as the stages do."""
        self.sql(
            "UPDATE settlement_transaction_state SET match_state = %s, "
            "posting_state = %s WHERE random() < %s",
            self.random.choice(MATCH_STATES),
            self.random.choice(POSTING_STATES),
            self.random.random(),
        )

    def write_exceptions(self):
        """Move and worsen exceptions, some through the ORM."""
        found = self.env["settlement.exception"].sudo().search([])
        if not found:
            return
        one = self.random.choice(found)
        one._set_state(self.random.choice(("in_progress", "open")))
        one.write({"severity": self.random.choice(SEVERITIES)})
        self.sql(
            "UPDATE settlement_exception SET company_amount = company_amount + 1 "
            "WHERE id = %s",
            self.random.choice(found).id,
        )

    def write_matches(self):
        """Confirm and undo matches by SQL."""
        self.sql(
            "UPDATE settlement_match SET state = %s, is_automatic = NOT is_automatic, "
            "decided_at = decided_at - interval '1 day' WHERE random() < 0.5",
            self.random.choice(("proposed", "confirmed", "posted", "undone")),
        )

    def write_invoices(self):
        """Post an invoice, or have one paid."""
        if self.random.random() < 0.3:
            self.invoice(self.random.randint(1, 500))
        self.sql(
            "UPDATE account_move SET payment_state = %s WHERE id = %s",
            self.random.choice(("paid", "not_paid", "partial")),
            self.unpaid.id,
        )

    def revise(self):
        """Let the source correct a row: another amount, day or kind."""
        self.store(
            self.loose(
                self.random.choice(("charge", "adjustment")),
                str(self.random.randint(1, 99)),
                day=self.random.randint(1, 28),
                external_id=f"txn_fixed_{self.random.randint(1, 3)}",
            )
        )

    def delete_states(self):
        """Take a row out of the table, as nobody should."""
        self.sql(
            "DELETE FROM settlement_transaction_state WHERE id = "
            "(SELECT max(id) FROM settlement_transaction_state "
            "  WHERE transaction_id NOT IN "
            "        (SELECT transaction_id FROM settlement_posting_line))"
        )

    # ------------------------------------------------------------------
    # Folding
    # ------------------------------------------------------------------

    def test_folding_keeps_every_sum(self):
        self.seed()
        for _number in range(5):
            self.write_states()
        names = sources.DIMENSIONS[1:]
        before = self.counters._sums("transaction", self.company, names)
        size = self.size()
        saved = self.counters._fold()
        self.assertGreater(saved, 0)
        self.assertEqual(self.size(), size - saved)
        after = self.counters._sums("transaction", self.company, names)
        self.assertEqual(after, before)
        self.assertEqual(self.wrong(), [])
        self.assertEqual(self.counters._fold(), 0)

    def test_one_worker_folds(self):
        self.seed()
        with self.registry.cursor() as other:
            other.execute("SELECT pg_advisory_xact_lock(7305811460)")
            self.assertEqual(self.counters._fold(), 0)
            self.assertFalse(self.counters._recount())

    def test_the_scheduled_action_folds_and_remembers(self):
        self.seed()
        bot = self.env.ref("settlement.user_bot")
        self.env["settlement.counter"].with_user(bot)._cron_fold()
        memory = self.env["settlement.board.memory"].sudo()
        self.assertTrue(memory.search_count([("company_id", "=", self.company.id)]))

    # ------------------------------------------------------------------
    # The law
    # ------------------------------------------------------------------

    def broken(self):
        return [
            finding
            for finding in self.findings()
            if "counts" in finding["sentence"] and finding["model"] == "res.company"
        ]

    def test_the_law_finds_a_count_that_is_wrong(self):
        self.seed()
        self.assertEqual(self.broken(), [])
        for assignment in (
            SQL("rows = rows + 1"),
            SQL("amount = amount + 1"),
            SQL("state = 'other'"),
            SQL("day = day - 1"),
        ):
            with self.subTest(assignment=assignment.code):
                self.env.cr.execute(
                    SQL(
                        "UPDATE settlement_counter SET %s WHERE id = (SELECT max(id) "
                        "FROM settlement_counter WHERE subject = 'transaction')",
                        assignment,
                    )
                )
                self.assertEqual(len(self.broken()), 1)
                self.counters._recount()
                self.assertEqual(self.broken(), [])

    def test_rows_written_past_the_triggers_are_found(self):
        self.seed()
        self.sql("ALTER TABLE settlement_exception DISABLE TRIGGER USER")
        self.sql("UPDATE settlement_exception SET severity = 'low'")
        self.assertEqual([subject for subject, *_n in self.wrong()], ["exception"])

    def test_without_triggers_rows_can_still_be_written(self):
        self.seed()
        self.counters._drop_triggers()
        self.sql("UPDATE settlement_transaction_state SET match_state = 'open'")
        self.assertTrue(self.wrong())
        self.counters.init()
        self.counters._recount()
        self.assertEqual(self.wrong(), [])

    def test_installing_on_rows_that_are_there_counts_them(self):
        self.seed()
        self.sql("DELETE FROM settlement_counter")
        self.counters.init()
        self.assertEqual(self.wrong(), [])
        size = self.size()
        self.counters.init()
        self.assertEqual(self.size(), size)

    def test_a_statement_that_changes_nothing_counts_nothing(self):
        self.seed()
        size = self.size()
        self.sql("UPDATE settlement_transaction_state SET wallet_id = wallet_id")
        self.assertEqual(self.size(), size)
