from odoo.exceptions import UserError
from odoo.tests import tagged

from .pane_case import PaneCase


@tagged("post_install", "-at_install")
class TestPaneCandidates(PaneCase):
    """What it may be matched with, and what a choice leaves."""

    def opened(self, gross="100", **values):
        row = self.waiting_charge(gross, **values)
        return self.raised(row), row

    def test_reasons_add_up_to_the_number(self):
        invoice = self.invoice(100)
        exception, _row = self.opened(invoice_reference=invoice.name)
        (best, *_others) = exception.pane_data()["candidates"]
        self.assertEqual([best["model"], best["id"]], self.key(invoice))
        self.assertEqual(sum(chip["weight"] for chip in best["chips"]), best["score"])
        self.assertTrue(all(chip["words"] for chip in best["chips"]))

    def test_the_only_candidate_is_marked_and_said_to_be_that(self):
        invoice = self.invoice(100)
        exception, _row = self.opened(invoice_reference=invoice.name)
        data = exception.pane_data()
        self.assertEqual(data["candidates"][0]["badge"], "only")
        self.assertEqual(data["preselected"], [self.key(invoice)])
        self.assertTrue(data["difference"]["is_zero"])
        self.assertEqual(data["difference"]["words"], "No difference: it fits exactly.")

    def test_two_as_good_are_never_marked(self):
        for _number in range(2):
            self.invoice(100)
        exception, _row = self.opened()
        data = exception.pane_data()
        self.assertEqual({each["badge"] for each in data["candidates"]}, {"several"})
        self.assertEqual(data["preselected"], [])
        self.assertEqual(data["difference"]["outcome"], "nothing")

    def test_what_is_in_doubt_is_never_marked(self):
        invoice = self.invoice(100)
        exception, row = self.opened(invoice_reference=invoice.name)
        self.assertTrue(exception.pane_data()["preselected"])
        for reason in ("ambiguous", "paid_not_in_ledger", "partner_conflict"):
            doubtful = self.raised(row, reason)
            self.assertEqual(doubtful.pane_data()["preselected"], [], reason)

    def test_ten_at_most(self):
        for _number in range(14):
            self.invoice(100)
        exception, _row = self.opened()
        self.assertEqual(len(exception.pane_data()["candidates"]), 10)

    def test_no_candidates_says_what_was_looked_for(self):
        exception, _row = self.opened(invoice_reference="INV-UNKNOWN-1")
        data = exception.pane_data()
        self.assertEqual(data["candidates"], [])
        self.assertTrue(data["has_candidates"])
        self.assertIn("INVUNKNOWN1", " ".join(data["searched"]).replace("-", ""))

    def test_what_cannot_be_matched_has_no_candidates(self):
        data = self.raised(self.backend, "stale_feed").pane_data()
        self.assertFalse(data["has_candidates"])
        self.assertIsNone(data["difference"])

    def test_what_is_used_up_has_no_candidates(self):
        charge = self.row(gross="60")
        self.store(*self.payout(charge))
        invoice = self.invoice(100)
        self.match(charge, invoice)
        self.post()
        data = self.raised(self.stored(charge), "amount_short").pane_data()
        self.assertFalse(data["has_candidates"])
        verbs = {verb["name"]: verb for verb in data["verbs"]}
        self.assertEqual(verbs["fx_difference"]["takes"], "")
        self.assertTrue(verbs["write_off"]["enabled"])

    def test_the_proposal_is_shown_with_its_items(self):
        invoice = self.invoice(100)
        exception, row = self.opened()
        matches = self.env["settlement.match"].sudo()
        match = matches._propose([row], [self.open_item(invoice)], score=55)
        (proposal,) = exception.pane_data()["proposals"]
        self.assertEqual(proposal["id"], match.id)
        self.assertIn(self.key(invoice), proposal["items"])
        verbs = {verb["name"]: verb for verb in exception.pane_data()["verbs"]}
        self.assertTrue(verbs["accept"]["enabled"])

    # ------------------------------------------------------------------
    # The difference
    # ------------------------------------------------------------------

    def choice(self, exception, *keys, parts=None):
        return exception.pane_choice(list(keys), parts)

    def test_zero_is_said_in_words(self):
        invoice = self.invoice(100)
        exception, _row = self.opened()
        found = self.choice(exception, self.key(invoice))
        self.assertEqual((found["outcome"], found["rest_minor"]), ("exact", 0))
        self.assertEqual(found["words"], "No difference: it fits exactly.")

    def test_short_and_over(self):
        small, large = self.invoice(60), self.invoice(130)
        exception, _row = self.opened()
        over = self.choice(exception, self.key(small))
        self.assertEqual((over["outcome"], over["rest_minor"]), ("over", 4000))
        self.assertIn("40.00", over["words"])
        short = self.choice(exception, self.key(large))
        self.assertEqual((short["outcome"], short["rest_minor"]), ("short", -3000))
        both = self.choice(exception, self.key(small), self.key(large))
        self.assertEqual(both["rest_minor"], -9000)
        self.assertEqual(both["count"], 2)

    def test_money_out_against_money_in(self):
        note = self.invoice(100, "out_refund")
        exception, _row = self.opened()
        found = self.choice(exception, self.key(note))
        self.assertEqual(found["outcome"], "against")

    def test_parts_count_as_they_are_typed(self):
        invoice = self.invoice(100)
        exception, _row = self.opened()
        key = self.key(invoice)
        found = self.choice(exception, key, parts=[[*key, "30.50"]])
        self.assertEqual(found["rest_minor"], 6950)
        with self.assertRaises(UserError):
            self.choice(exception, key, parts=[[*key, "thirty"]])

    def test_other_currencies_are_said_in_both(self):
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])
        invoice = self.invoice(50, currency_id=euro.id)
        exception, _row = self.opened()
        found = self.choice(exception, self.key(invoice))
        self.assertEqual(found["outcome"], "rate")
        self.assertEqual(found["rest_minor"], 0)
        self.assertIn("exchange", found["words"])
        self.assertEqual(found["company_currency"], self.currency.name)

    def test_of_another_company_or_kind_is_refused(self):
        exception, _row = self.opened()
        with self.assertRaises(UserError):
            self.choice(exception, ["res.users", 1])
        with self.assertRaises(UserError):
            self.choice(exception, ["account.move.line"])
        other = self.setup_other_company()["company"]
        foreign = (
            self.env["account.move"]
            .with_company(other)
            .sudo()
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "company_id": other.id,
                    "invoice_date": "2026-01-02",
                    "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": 100})],
                }
            )
        )
        foreign.action_post()
        with self.assertRaises(UserError):
            self.choice(exception, self.key(foreign))

    def test_the_viewer_may_compare_too(self):
        invoice = self.invoice(100)
        exception, _row = self.opened()
        found = exception.with_user(self.viewer).pane_choice([self.key(invoice)])
        self.assertEqual(found["outcome"], "exact")
