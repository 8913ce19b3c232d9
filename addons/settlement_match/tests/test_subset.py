from unittest.mock import patch

from odoo.tests import tagged

from .test_counterparty import IBAN, OTHER_IBAN, CounterpartyCase


@tagged("post_install", "-at_install")
class TestSubset(CounterpartyCase):
    def invoices(self, *amounts, **values):
        """Return the open items of new invoices, in this order."""
        lines = self.env["account.move.line"]
        for amount in amounts:
            lines |= self.open_line(self.new_invoice(amount, **values))
        return lines

    def from_ada(self, external_id, gross, **values):
        return self.bank_row(
            external_id, gross, **{"counterparty_account": IBAN, **values}
        )

    def assertSettles(self, rows, lines, state="confirmed"):
        """Assert one match of exactly these rows and items, that balances."""
        match = self.match_of(rows)
        self.assertEqual(match.mapped("state"), [state], self.reasons(rows))
        self.assertEqual(match.method, "subset")
        self.assertEqual(match.line_ids.transaction_id, rows)
        self.assertEqual(match.line_ids.move_line_id, lines)
        sides = match.line_ids.grouped("side")
        totals = {
            side: sum(of_side.mapped("amount_minor")) for side, of_side in sides.items()
        }
        self.assertEqual(totals["source"], totals["target"])
        self.assertEqual(match.amount_minor, totals["source"])
        claimed = abs(rows[0].gross_amount) if state == "confirmed" else 0
        self.assertEqual(self.claim_of(rows[0])[0], round(claimed * 100))
        return match

    # -- what adds up ----------------------------------------------------------------

    def test_one_payment_for_several_invoices(self):
        self.prove("subset/iban")
        lines = self.invoices(100.12, 70.19, 55.55)
        row = self.from_ada("b1", "170.31")
        self.run_match()
        match = self.assertSettles(row, lines[:2])
        self.assertEqual((match.kind, match.stage), ("subset/iban", 6))
        self.assertEqual(
            match.unique_proof,
            {"method": "subset", "solutions": 1, "exhaustive": True, "items": 4},
        )
        self.assertTrue(match.is_automatic)
        self.assertFalse(self.reasons(row))
        self.assertIn("no other sum that fits", match.sentence)
        self.assertIn("1 way(s)", match.proof_text)

    def test_what_is_not_proved_is_proposed(self):
        lines = self.invoices(100.12, 70.19)
        row = self.from_ada("b1", "170.31")
        self.run_match()
        match = self.assertSettles(row, lines, "proposed")
        (exception,) = self.open_exceptions(row)
        self.assertEqual(exception.reason, "unmatched")
        for line in lines:
            self.assertIn(line.move_name, exception.cause)
        match.action_confirm()
        self.assertEqual(row.match_state, "matched")
        self.assertFalse(self.open_exceptions(row))

    def test_several_payments_for_one_invoice(self):
        self.prove()
        lines = self.invoices(100.12)
        rows = self.from_ada("b1", "40.01") | self.from_ada("b2", "60.11")
        self.run_match()
        self.assertSettles(rows, lines)
        self.assertEqual(self.claim_of(lines), (10012, 10012))

    def test_several_for_several(self):
        self.prove()
        lines = self.invoices(70.12, 30.0)
        rows = self.from_ada("b1", "40.01") | self.from_ada("b2", "60.11")
        self.run_match()
        self.assertSettles(rows, lines)

    def test_credit_note_is_set_off(self):
        self.prove()
        lines = self.invoices(100.12)
        lines |= self.invoices(20.01, move_type="out_refund")
        row = self.from_ada("b1", "80.11")
        self.run_match()
        match = self.assertSettles(row, lines)
        self.assertEqual(
            sorted(match.line_ids.mapped("amount_minor")), [-2001, 8011, 10012]
        )

    def test_bills_of_a_supplier(self):
        self.prove()
        lines = self.invoices(
            100.12, 70.19, move_type="in_invoice", partner_id=self.other.id
        )
        row = self.bank_row("b1", "-170.31", counterparty_account=OTHER_IBAN)
        self.run_match()
        self.assertSettles(row, lines)

    def test_payer_known_by_name_alone(self):
        lines = self.invoices(100.12, 70.19, partner_id=self.other.id)
        row = self.bank_row("b1", "170.31", counterparty_name="WESER SPEDITION")
        self.run_match()
        match = self.assertSettles(row, lines, "proposed")
        self.assertEqual(match.kind, "subset/name")

    def test_each_payer_has_documents_of_its_own(self):
        self.prove()
        mine = self.invoices(100.12)
        theirs = self.invoices(70.19, partner_id=self.other.id)
        row = self.from_ada("b1", "170.31")
        self.run_match()
        self.assertOpen(row, "unmatched")
        self.assertFalse(self.match_of(mine) | self.match_of(theirs))

    # -- what is not certain ---------------------------------------------------------

    def test_two_sums_are_shown_and_not_taken(self):
        self.prove()
        lines = self.invoices(60.04, 40.03, 70.06, 30.01)
        row = self.from_ada("b1", "100.07")
        self.run_match()
        match = self.match_of(row)
        self.assertEqual(match.state, "proposed")
        self.assertEqual(match.unique_proof["solutions"], 2)
        # Whether a person takes it or not proves nothing about the only ones.
        self.assertEqual(match.kind, "subset/iban:doubt")
        self.assertEqual(len(match.alternatives), 1)
        self.assertEqual(self.reasons(row), ["ambiguous"])
        self.assertIn("2 sums", self.open_exceptions(row).cause)
        self.assertLess(match.line_ids.move_line_id, lines)

    def test_many_sums_are_counted_only(self):
        self.prove()
        self.invoices(*[10.01] * 6)
        row = self.from_ada("b1", "20.02")
        self.run_match()
        self.assertOpen(row, "ambiguous")
        self.assertIn("15 sums", self.open_exceptions(row).cause)

    def test_round_amounts_are_only_proposed(self):
        self.prove()
        lines = self.invoices(100.0, 200.0)
        row = self.from_ada("b1", "300.00")
        self.run_match()
        match = self.assertSettles(row, lines, "proposed")
        self.assertIn("by chance", match.evidence_text)

    def test_long_lists_say_where_the_search_ended(self):
        self.prove()
        path = "odoo.addons.settlement_match.engine.counterparts.MOST_ITEMS"
        lines = self.invoices(100.12, 70.19, 55.55, 33.33)
        row = self.from_ada("b1", "170.31")
        other = self.from_ada("b2", "999.99")
        with patch(path, 3):
            self.run_match()
        match = self.assertSettles(row, lines[:2], "proposed")
        self.assertFalse(match.unique_proof["exhaustive"])
        self.assertOpen(other, "unmatched")
        self.assertIn("4 open items", self.open_exceptions(other).cause)

    def test_nothing_adds_up(self):
        self.prove()
        self.invoices(100.12, 70.19)
        row = self.from_ada("b1", "170.32")
        self.run_match()
        self.assertOpen(row, "unmatched")

    # -- again -------------------------------------------------------------

    def test_the_same_proposal_is_kept_and_a_better_one_replaces_it(self):
        lines = self.invoices(100.12, 70.19)
        row = self.from_ada("b1", "170.31")
        self.run_match()
        guess = self.assertSettles(row, lines, "proposed")
        self.run_match()
        self.assertEqual(self.match_of(row), guess)
        exact = self.invoices(170.31)
        self.run_match()
        self.assertEqual(guess.state, "undone")
        self.assertProposed(row, exact, kind="amount_date/iban")

    def test_the_order_of_arrival_decides_nothing(self):
        self.prove()
        results = set()
        for order in ((0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)):
            with self.env.cr.savepoint() as savepoint:
                steps = (
                    lambda: self.invoices(70.12),
                    lambda: self.from_ada("b1", "40.01"),
                    lambda: self.invoices(30.0),
                    lambda: self.from_ada("b2", "60.11"),
                )
                for number in order:
                    steps[number]()
                    self.run_match()
                rows = self.current_row("b1", "b2", backend=self.bank)
                states = tuple(rows.mapped("match_state"))
                results.add((states, len(self.match_of(rows).line_ids)))
                self.env.invalidate_all()
                savepoint.rollback()
        self.assertEqual(results, {(("matched", "matched"), 4)})

    def test_undo_gives_everything_back(self):
        self.prove()
        lines = self.invoices(100.12, 70.19)
        row = self.from_ada("b1", "170.31")
        self.run_match()
        match = self.assertSettles(row, lines)
        match._undo("a slip")
        for line in lines:
            self.assertEqual(self.claim_of(line)[0], 0)
        self.assertEqual(row.match_state, "open")

    def test_nothing_breaks_a_law(self):
        self.prove("subset/iban")
        self.invoices(100.12, 70.19)
        self.invoices(33.01, 44.02, partner_id=self.other.id)
        self.from_ada("b1", "170.31")
        self.bank_row("b2", "77.03", counterparty_name="Spedition Weser")
        self.run_match()
        self.assertEqual(self.env["settlement.verification"].run()["findings"], [])
