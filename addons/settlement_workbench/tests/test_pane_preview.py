from odoo.exceptions import UserError
from odoo.tests import tagged

from .pane_case import PaneCase

LEDGER = ("account_move", "account_move_line", "account_partial_reconcile")


@tagged("post_install", "-at_install")
class TestPanePreview(PaneCase):
    """What is shown is what is done; looking changes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Made once: each test takes back what it does.
        one = cls.maker()
        cls.document = one.invoice(100)
        cls.row_ = one.waiting_charge(invoice_reference=cls.document.name)
        cls.exception = one.raised(cls.row_)
        cls.values = {"chosen": [one.key(cls.document)]}

    def preview(self, verb="match", values=None):
        return self.exception.pane_preview(
            verb, self.values if values is None else values
        )

    def resolve(self, preview, verb="match", values=None):
        values = self.values if values is None else values
        return self.exception.pane_resolve(verb, values, preview["hash"])

    def shown(self, preview):
        return [
            (line["account"], line["partner"], line["debit"], line["credit"])
            for entry in preview["entries"]
            for line in entry["lines"]
        ]

    def posted(self, move):
        lines = move.line_ids.sorted("sequence")
        money = self.currency.format
        return [
            (
                line.account_id.display_name,
                line.partner_id.display_name or "",
                money(line.debit) if line.debit else "",
                money(line.credit) if line.credit else "",
            )
            for line in lines
        ]

    def test_what_is_shown_is_what_is_posted(self):
        preview = self.preview()
        self.assertFalse(preview["refused"])
        self.assertEqual(preview["outcome"], "resolved")
        self.assertEqual(len(preview["entries"]), 1)
        before = self.env["account.move"].search([])
        result = self.resolve(preview)
        self.assertEqual(result["outcome"], "done")
        new = self.env["account.move"].search([]) - before
        self.assertEqual(self.shown(preview), self.posted(new))
        self.assertEqual(preview["entries"][0]["journal"], new.journal_id.display_name)
        self.assertEqual(preview["entries"][0]["date"], new.date.isoformat())
        self.assertEqual(self.document.payment_state, "paid")
        self.assertIn(self.document.name, "".join(preview["settled"]))

    def test_debit_and_credit_are_equal(self):
        for entry in self.preview()["entries"]:
            self.assertEqual(sum(line["balance_minor"] for line in entry["lines"]), 0)

    def test_looking_leaves_no_trace_in_any_table(self):
        before = self.sums()
        later = len(self.env.cr.postcommit._funcs)
        for verb, values in (
            ("match", self.values),
            ("allocate", {}),
            ("ignore", {"reason": "x", "code": "other"}),
            ("split", {"parts": [[*self.key(self.document), 4000]]}),
        ):
            self.assertFalse(self.preview(verb, values)["refused"], verb)
        self.assertEqual(self.sums(), before)
        self.assertEqual(len(self.env.cr.postcommit._funcs), later)
        self.assertEqual(self.exception.state, "open")
        self.assertEqual(self.row_.match_state, "open")

    def test_the_same_situation_has_the_same_hash(self):
        self.assertEqual(self.preview()["hash"], self.preview()["hash"])

    def test_other_values_have_another_hash(self):
        other = {**self.values, "comment": "By phone."}
        self.assertNotEqual(self.preview()["hash"], self.preview(values=other)["hash"])

    def test_a_changed_ledger_shows_the_new_preview_and_posts_nothing(self):
        preview = self.preview()
        self.document.partner_id.name = "Renamed"
        self.assertEqual(self.preview()["hash"], preview["hash"], "a name is no entry")
        self.pay(self.document, 30)
        before = self.sums(*LEDGER)
        result = self.resolve(preview)
        self.assertEqual(result["outcome"], "changed")
        self.assertNotEqual(result["preview"]["hash"], preview["hash"])
        self.assertEqual(self.sums(*LEDGER), before)
        self.assertEqual(self.exception.state, "open")
        again = self.resolve(result["preview"])
        self.assertEqual(again["outcome"], "done", again["preview"])
        self.assertEqual(self.document.amount_residual, 0.0)

    def pay(self, invoice, amount):
        """Let somebody else pay a part of a document meanwhile."""
        charge = self.row(gross=str(amount), batch_external_id="po_9")
        self.store(*self.payout(charge, name="po_9"))
        self.match(charge, invoice)
        self.post()

    def test_a_changed_cause_counts_too(self):
        preview = self.preview()
        self.exception.sudo().cause = "Something else is known now."
        self.assertEqual(self.resolve(preview)["outcome"], "changed")

    def test_somebody_else_was_first(self):
        preview = self.preview()
        self.exception.with_user(self.approver).action_ignore("Done by me.", "agreed")
        result = self.resolve(preview)
        self.assertEqual(result["outcome"], "changed")
        self.assertIn(self.approver.name, result["preview"]["refused"])

    def test_a_hash_of_nobody_does_nothing(self):
        for given in ("", None):
            with self.assertRaises(UserError):
                self.exception.pane_resolve("match", self.values, given)
        result = self.exception.pane_resolve("match", self.values, "0" * 64)
        self.assertEqual(result["outcome"], "changed")
        self.assertEqual(self.exception.state, "open")

    def test_what_cannot_be_done_says_why_and_cannot_be_confirmed(self):
        preview = self.preview("accept", {})
        self.assertIn("Nothing is proposed", preview["refused"])
        self.assertEqual(preview["entries"], [])
        result = self.resolve(preview, "accept", {})
        self.assertEqual(result["outcome"], "changed")
        self.assertEqual(self.exception.state, "open")

    def test_missing_values_are_named(self):
        self.assertIn("code", self.preview("ignore", {"reason": "x"})["refused"])
        self.assertIn("nonsense", self.preview("ignore", {"nonsense": 1})["refused"])

    def test_above_the_limit_the_entries_are_shown_and_wait(self):
        self.policy.approval_limit = 50
        preview = self.preview()
        self.assertTrue(preview["needs_approval"])
        self.assertEqual(len(preview["entries"]), 1)
        self.assertIn("agrees", preview["outcome_words"])
        before = self.sums(*LEDGER)
        self.assertEqual(self.resolve(preview)["outcome"], "waiting")
        self.assertEqual(self.sums(*LEDGER), before)
        approval = self.exception.sudo().approval_id
        approval.with_user(self.approver).sudo(False).action_approve()
        self.assertEqual(self.exception.state, "resolved")

    def test_nobody_skips_the_limit_by_a_context(self):
        """A dry run is known by an object that no caller can name."""
        self.policy.approval_limit = 50
        for value in (True, 1, "DRY"):
            forged = self.exception.with_context(settlement_dry_run=value)
            self.assertTrue(forged.pane_preview("match", self.values)["needs_approval"])
            self.assertTrue(forged._needs_another("match", self.values))

    def test_the_effect_on_wallet_transit_and_profit(self):
        effect = self.preview()["effect"]
        self.assertEqual(set(effect), {"wallet", "in_transit", "profit"})
        self.assertTrue(all(each["is_zero"] for each in effect.values()))

    def test_a_closed_period_is_said_before(self):
        self.company.sudo().fiscalyear_lock_date = "2026-12-31"
        preview = self.preview()
        words = preview["refused"] + " ".join(preview["remarks"])
        self.assertTrue(words or preview["entries"])

    def test_the_trail_names_what_was_done(self):
        self.resolve(self.preview())
        event = self.env["settlement.event"].search(
            [
                ("action", "=", "exception.match"),
                ("res_id", "=", self.exception.id),
            ]
        )
        self.assertEqual(len(event), 1)
        self.assertEqual(event.user_id, self.accountant)

    # ------------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------------

    def test_undo_opens_the_document_and_the_question_again(self):
        self.resolve(self.preview())
        with self.assertRaises(UserError):
            self.exception.pane_undo(" ")
        sentence = self.exception.pane_undo("The wrong customer.")
        self.assertIn("undone", sentence)
        self.assertEqual(self.document.amount_residual, 100.0)
        again = self.exceptions("unmatched", self.row_)
        self.assertEqual(again.previous_id, self.exception)

    def test_only_one_s_own_act_is_undone_here(self):
        self.resolve(self.preview())
        with self.assertRaises(UserError):
            self.exception.with_user(self.approver).pane_undo("Not mine.")

    def test_what_has_no_match_is_not_undone(self):
        self.exception.action_ignore("Agreed.", "agreed")
        with self.assertRaises(UserError):
            self.exception.pane_undo("Why not.")
