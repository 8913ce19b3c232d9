from odoo.tests import tagged

from .reconcile_case import ReconcileCase


@tagged("post_install", "-at_install")
class TestReconcileCandidates(ReconcileCase):
    """What stands beside a line in OCA's view, and what a click puts into it."""

    def ask(self, line, limit=5):
        return line.with_user(self.accountant).settlement_candidates(limit)

    def test_candidates_say_why(self):
        invoice = self.invoice(100.0)
        self.invoice(73.0)
        line = self.line(100.0, f"thanks, {invoice.name} of last month")
        found = self.ask(line)
        self.assertTrue(found["is_allowed"])
        best = found["candidates"][0]
        self.assertIn(invoice.name, best["name"])
        self.assertEqual(best["choice"], self.key(self.open_item(invoice)))
        self.assertGreater(best["score"], 50)
        self.assertIn("because of", best["sentence"].lower())
        self.assertIn(invoice.name.replace("/", ""), best["sentence"])
        self.assertIn("the same amount", best["sentence"])
        self.assertFalse(found["proposals"])
        self.assertLessEqual(len(self.ask(line, 1)["candidates"]), 1)

    def test_what_speaks_against_is_said(self):
        sentence = self.line(1.0)._candidate_sentence(
            {
                "contributions": [
                    {"words": "the same amount", "weight": 40},
                    {"words": "two currencies", "weight": -20},
                ]
            }
        )
        self.assertEqual(
            sentence, "Because of the same amount; against it: two currencies."
        )

    def test_nothing_found_says_what_was_looked_for(self):
        line = self.line(11.11, "nobody knows")
        found = self.ask(line)
        self.assertEqual(found["candidates"], [])
        self.assertTrue(found["searched"])

    def test_a_proposal_stands_first_with_its_sentence(self):
        item = self.open_item(self.invoice(100.0))
        line = self.line(100.0, "no reference")
        self.run_ledger("parse")
        match = self.proposed(line, item)
        (shown,) = self.ask(line)["proposals"]
        self.assertEqual((shown["id"], shown["choice"]), (match.id, self.key(item)))
        self.assertEqual(shown["sentence"], match.sentence)

    def test_what_the_view_cannot_settle_has_no_click(self):
        lines = self.env["account.bank.statement.line"]
        item = ("account.move.line", 3)
        self.assertEqual(
            lines._choice_of([item, ("settlement.batch", 4)]),
            "account.move.line,3;settlement.batch,4",
        )
        self.assertEqual(lines._choice_of([item, ("settlement.transaction", 4)]), "")

    # ------------------------------------------------------------------
    # A click
    # ------------------------------------------------------------------

    def test_a_click_puts_the_item_into_the_view(self):
        item = self.open_item(self.invoice(100.0))
        line = self.choose(self.line(100.0), item)
        self.assertEqual(
            self.shown(line),
            [
                ("liquidity", self.journal.default_account_id.id, 100.0),
                ("other", item.id, -100.0),
            ],
        )
        self.assertTrue(line.can_reconcile)
        self.assertFalse(line.is_reconciled)

    def test_a_second_click_adds_where_money_waits(self):
        items = [self.open_item(self.invoice(amount)) for amount in (60.0, 40.0)]
        line = self.choose(self.line(100.0), *items)
        chosen = [each[1:] for each in self.shown(line)[1:]]
        self.assertEqual(chosen, [(items[0].id, -60.0), (items[1].id, -40.0)])

    def test_a_second_click_starts_anew_where_nothing_waits(self):
        items = [self.open_item(self.invoice(100.0)) for _number in range(2)]
        line = self.choose(self.line(100.0), *items)
        self.assertEqual(self.shown(line)[1:], [("other", items[1].id, -100.0)])

    def test_the_same_click_twice_changes_nothing(self):
        item = self.open_item(self.invoice(100.0))
        line = self.choose(self.line(100.0), item, item)
        self.assertEqual(self.shown(line)[1:], [("other", item.id, -100.0)])

    def test_several_items_of_one_candidate_come_together(self):
        items = [self.open_item(self.invoice(amount)) for amount in (60.0, 40.0)]
        lines = self.env["account.bank.statement.line"]
        joined = lines._chosen_items(self.key(*items))
        self.assertEqual(joined, items[0] | items[1])

    def test_what_is_settled_meanwhile_is_not_put_in(self):
        invoice = self.invoice(100.0)
        item = self.open_item(invoice)
        other = self.line(100.0)
        self.reconcile(other, item)
        line = self.choose(self.line(100.0, "again"), item)
        self.assertNotIn(item.id, [each[1] for each in self.shown(line)])

    def test_nonsense_is_ignored(self):
        lines = self.env["account.bank.statement.line"]
        for choice in ("", "res.users,1", "account.move.line"):
            self.assertFalse(lines._chosen_items(choice))
