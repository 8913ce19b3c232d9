"""Pages, repetition and order of what is pulled."""

import random
from dataclasses import replace
from datetime import timedelta

from ...contract.fact_laws import broken_laws
from .base import NOW, needs


class PullingContract:
    """The same state in the end, however often and in whatever order rows come."""

    @needs("pull")
    def test_every_row_comes_in(self):
        rows = self.rows(7)
        self.show(self.server, rows)
        self.pull()
        self.assert_complete(rows)
        self.assert_nothing_hurts()

    @needs("pull")
    def test_every_fact_keeps_the_laws(self):
        self.show(self.server, self.rows(7))
        for message in self.pull():
            facts = list(self.handler._parse(message))
            self.assertEqual(broken_laws(facts), [])

    @needs("pull")
    def test_page_borders(self):
        size = self.page_size
        for count in (1, size - 1, size, size + 1, 2 * size, 2 * size + 1):
            with self.subTest(rows=count):
                rows = self.rows(count)
                backend = self.new_backend(self.start_stand_in(rows))
                self.pull(backend)
                self.assert_complete(rows, backend)

    @needs("pull")
    def test_nothing_is_there(self):
        self.pull()
        self.assertFalse(self.transactions())
        self.assertNotIn("failed", self.windows().mapped("state"))
        self.assert_nothing_hurts()

    @needs("pull")
    def test_the_same_again_changes_nothing(self):
        rows = self.rows(7)
        self.show(self.server, rows)
        self.pull()
        before, ids = self.state_of(), self.transactions().ids
        for _again in range(2):
            self.pull()
            self.assertEqual(self.state_of(), before)
            self.assertEqual(self.transactions().ids, ids)
        self.assertEqual(set(self.transactions().mapped("revision")), {1})

    @needs("pull")
    def test_a_replay_changes_nothing(self):
        self.show(self.server, self.rows(7))
        messages = self.pull()
        before = self.state_of()
        counts = messages.replay()
        unchanged = {"new": 0, "changed": 0, "rejected": 0, "gone": 0}
        self.assertLessEqual(unchanged.items(), counts.items())
        self.assertEqual(self.state_of(), before)

    @needs("pull")
    def test_any_order_any_split_any_number_of_times(self):
        rows = self.rows(7)
        self.show(self.server, rows)
        self.pull()
        self.show(self.server, [replace(rows[2], note="said again")])
        self.pull()
        items = self.items_of(self.backend)
        other = self.new_backend(self.server)
        states = [self._state_after(other, items, seed) for seed in range(3)]
        self.assertEqual(states[1:], states[:1] * 2)
        # Of two versions that the provider does not date, each backend picks its own.
        known = {self.external_id(row) for row in rows}
        self.assertLessEqual(known, set(self.transactions().mapped("external_id")))
        self.assertEqual(len(states[0]["transactions"]), len(self.transactions()))

    def _state_after(self, backend, items, seed):
        """Return the state of a backend that received items in some order, and undo."""
        savepoint = self.env.cr.savepoint()
        self._receive_shuffled(backend, items, random.Random(seed))
        state = self.state_of(backend)
        savepoint.rollback()
        savepoint.close(rollback=False)
        self.env.invalidate_all()
        return state

    def _receive_shuffled(self, backend, items, dice):
        """Receive items twice each, mixed, in pages of any size, read in between."""
        waiting = [*items, *items]
        dice.shuffle(waiting)
        messages = self.env["settlement.message"].sudo()
        while waiting:
            size = dice.randint(1, 9)
            page, waiting = waiting[:size], waiting[size:]
            for stream, item in page:
                messages._receive_items(backend, stream, [item])
            if dice.random() < 0.5:
                self.parse(backend)
        self.parse(backend)

    @needs("pull")
    def test_rows_repeated_on_the_next_page(self):
        rows = self.rows(2 * self.page_size + 1)
        self.show(self.server, rows)
        self.server.faults.add("duplicate", times=99, path=self.rows_path)
        self.pull()
        self.assert_complete(rows)
        self.assertEqual(self.state_of(), self.undisturbed(rows))

    @needs("pull")
    def test_a_row_that_is_said_again_is_a_revision(self):
        rows = self.rows(4)
        self.show(self.server, rows)
        self.pull()
        total = self.total(rows)
        self.show(self.server, [replace(rows[1], note="corrected by the provider")])
        self.pull()
        self.assert_complete(rows)
        self.assertEqual(self.total(rows), total)
        revisions = self.env["settlement.transaction"].search_count(
            [
                ("backend_id", "=", self.backend.id),
                ("external_id", "=", self.external_id(rows[1])),
            ]
        )
        self.assertEqual(revisions, 2, "What was corrected is kept beside the first.")

    @needs("pull")
    def test_a_late_row_inside_the_look_back_is_found(self):
        rows = self.rows(3)
        self.show(self.server, rows)
        self.pull()
        late = self.row(at=NOW - timedelta(days=3))
        self.show(self.server, [late])
        self.travel(NOW + timedelta(hours=1))
        self.pull()
        self.assert_complete([*rows, late])

    @needs("pull")
    def test_every_call_is_counted(self):
        self.show(self.server, self.rows(7))
        self.pull()
        counts = self.env["settlement.call.count"].search(
            [("backend_id", "=", self.backend.id)]
        )
        self.assertEqual(sum(counts.mapped("calls")), len(self.server.log))

    @needs("pull")
    def test_the_budget_of_calls_is_kept(self):
        rows = self.rows(3 * self.page_size)
        self.show(self.server, rows)
        self.backend.call_budget_per_day = 2
        self.pull()
        self.assertLessEqual(len(self.server.log), 2)
        self.assertIn("failed", self.windows().mapped("state"))
        self.backend.call_budget_per_day = 0
        self.pull()
        self.assert_complete(rows)

    @needs("pull", "balances")
    def test_a_balance_is_kept_once_for_each_moment(self):
        self.show(self.server, self.rows(3))
        for _pull in range(2):
            self.pull()
        wallet = self.backend.wallet_ids.filtered(
            lambda wallet: wallet.currency_id.name == "EUR"
        )
        balances = self.env["settlement.balance"].search(
            [("wallet_id", "=", wallet.id)]
        )
        self.assertEqual(len(balances), 1)
        self.travel(NOW + timedelta(hours=1))
        self.pull()
        self.assertGreater(wallet.provider_balance_at, balances.observed_at)

    @needs("pull")
    def test_who_are_we(self):
        answer = self.backend.check_connection()
        self.assertTrue(any(answer.values()), "The provider says nothing about us.")
        self.assertEqual(self.backend.state, "connected")
