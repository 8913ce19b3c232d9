from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models import bench_suggest
from .common import DAY
from .test_suggestion import SuggestionCase


@tagged("post_install", "-at_install")
class TestSuggestionDecision(SuggestionCase):
    """From suggestions to a match."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("group_accountant")
        cls.viewer = cls.new_user("group_viewer")

    def match(self, record, *chosen, **values):
        """Match a record with journal items or other records by suggestion."""
        keys = [[each._name, each.id] for each in chosen]
        mine = record.with_user(self.accountant).sudo(False)
        model, row_id = mine.action_match_suggestions(keys, **values)
        self.env.invalidate_all()
        return self.env[model].browse(row_id)

    def dialog(self, record, user=None):
        """Return the dialog of suggestions that a user opened."""
        mine = record.with_user(user or self.accountant).sudo(False)
        action = mine.action_open_suggestions()
        self.assertEqual(action["target"], "new")
        return mine.env[action["res_model"]].browse(action["res_id"])

    # -- matching ----------------------------------------------------------------

    def test_match_keeps_the_evidence(self):
        number = self.bank_account(self.customer)
        invoice, rival = self.new_invoice(100.0), self.new_invoice(100.0)
        row = self.credit("b1", "100.00", invoice.name, counterparty_account=number)
        best = self.best(row)
        match = self.match(row, self.open_line(invoice))
        self.assertEqual(match.state, "confirmed")
        self.assertEqual((match.method, match.kind), ("manual", "manual"))
        self.assertFalse(match.is_automatic)
        self.assertEqual(match.decided_by_id, self.accountant)
        self.assertEqual(match.score, best["score"])
        pieces = match.evidence["contributions"]
        self.assertEqual(pieces[-1]["what"], "person")
        self.assertEqual(pieces[-1]["text"], self.accountant.name)
        self.assertEqual(
            [piece["what"] for piece in pieces[:-1]],
            [piece["what"] for piece in best["contributions"]],
        )
        (other,) = match.alternatives
        self.assertEqual(other["id"], self.open_line(rival).id)
        self.assertLess(other["score"], best["score"])
        self.assertIn("bank account", match.sentence)
        self.assertEqual(self.claim_of(self.open_line(invoice)), (10000, 10000))
        self.assertEqual(row.match_state, "matched")
        self.assertFalse(match._altered_rows())

    def test_propose(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        match = self.match(row, self.open_line(invoice), propose=True)
        self.assertEqual(match.state, "proposed")
        self.assertEqual(row.match_state, "proposed")
        self.assertEqual(self.claim_of(self.open_line(invoice)), (0, 0))
        self.assertTrue(row._suggestions())

    def test_invoice_finds_its_money(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        match = self.match(invoice, row)
        sides = {line.side: line for line in match.line_ids}
        self.assertEqual(sides["source"].transaction_id, row)
        self.assertEqual(sides["target"].move_line_id, self.open_line(invoice))

    def test_short(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "40.00", invoice.name)
        match = self.match(row, self.open_line(invoice))
        self.assertEqual(match.amount_minor, 4000)
        self.assertFalse(match.rest_to_credit)
        self.assertEqual(self.claim_of(self.open_line(invoice)), (4000, 10000))

    def test_over_stays_as_credit(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "120.00", invoice.name)
        match = self.match(row, self.open_line(invoice))
        self.assertEqual(match.amount_minor, 10000)
        self.assertTrue(match.rest_to_credit)
        self.assertEqual(row.match_state, "matched")

    def test_over_stays_open_if_wanted(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "120.00", invoice.name)
        match = self.match(row, self.open_line(invoice), rest_to_credit=False)
        self.assertFalse(match.rest_to_credit)
        self.assertEqual(row.match_state, "open")
        (held,) = row._suggestions()
        self.assertIn("holds all of it", held["blocked_by"])

    def test_credit_is_never_of_two_partners(self):
        first = self.new_invoice(50.0)
        second = self.new_invoice(50.0, partner_id=self.other.id)
        row = self.credit("b1", "120.00", f"{first.name} {second.name}")
        items = (self.open_line(first), self.open_line(second))
        match = self.match(row, *items, rest_to_credit=True)
        self.assertFalse(match.rest_to_credit)
        self.assertEqual(match.amount_minor, 10000)

    def test_several_invoices(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.credit("b1", "170.00", f"{first.name} {second.name}")
        match = self.match(row, self.open_line(first), self.open_line(second))
        self.assertEqual(match.amount_minor, 17000)
        self.assertEqual(len(match.line_ids), 3)
        self.assertIn("the exact sum", match.sentence)

    def test_several_invoices_that_are_more(self):
        """The last one that was chosen is paid in part."""
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.credit("b1", "150.00", f"{first.name} {second.name}")
        self.match(row, self.open_line(second), self.open_line(first))
        self.assertEqual(self.claim_of(self.open_line(second)), (7000, 7000))
        self.assertEqual(self.claim_of(self.open_line(first)), (8000, 10000))

    def test_choice_that_is_not_needed(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.credit("b1", "100.00", f"{first.name} {second.name}")
        with self.assertRaisesRegex(UserError, "Nothing is left for"):
            self.match(row, self.open_line(first), self.open_line(second))
        self.assertEqual(row.match_state, "open")

    def test_credit_note_among_invoices(self):
        number = self.bank_account(self.customer)
        invoice, note = self.new_invoice(100.0), self.new_invoice(30.0, "out_refund")
        row = self.credit("b1", "70.00", counterparty_account=number)
        match = self.match(row, self.open_line(invoice), self.open_line(note))
        self.assertEqual(match.amount_minor, 7000)
        self.assertEqual(self.claim_of(self.open_line(note)), (3000, 3000))

    def test_several_payments_of_an_invoice(self):
        invoice = self.new_invoice(100.0)
        first, second = self.store(
            self.fact("txn_1", "60.00", invoice_reference=invoice.name),
            self.fact("txn_2", "60.00", invoice_reference=invoice.name),
        )
        match = self.match(invoice, first, second)
        self.assertEqual(match.amount_minor, 10000)
        self.assertFalse(match.rest_to_credit)
        self.assertEqual(self.claim_of(second), (4000, 6000))

    def test_own_money(self):
        came, went = self.store(
            self.fact("txn_1", "80.00", order_reference="S00042"),
            self.fact("txn_2", "-80.00", order_reference="S00042"),
        )
        best = self.best(came)
        self.assertEqual((best["model"], best["id"]), (went._name, went.id))
        match = self.match(came, went)
        self.assertEqual(match.amount_minor, 0)
        self.assertEqual(came.match_state, "matched")
        self.assertEqual(went.match_state, "matched")

    def test_payout_and_bank_row(self):
        self.store(self.payout("po_1", "90.00"))
        batch = self.env["settlement.batch"].search([("external_id", "=", "po_1")])
        row = self.credit("b1", "90.00")
        match = self.match(row, batch)
        sides = {line.side: line for line in match.line_ids}
        self.assertEqual(sides["source"].batch_id, batch)
        self.assertEqual(sides["target"].transaction_id, row)

    def test_different_things_at_once(self):
        self.store(self.payout("po_1", "90.00"))
        batch = self.env["settlement.batch"].search([("external_id", "=", "po_1")])
        line = self.open_line(self.new_invoice(90.0))
        row = self.credit("b1", "90.00")
        with self.assertRaisesRegex(UserError, "cannot be in one match"):
            self.match(row, batch, line)

    def test_other_currency_is_matched_whole(self):
        currency = self.env.ref("base.GBP")
        currency.active = True
        invoices = [self.new_invoice(100.0, currency_id=currency.id) for _each in "12"]
        lines = [self.open_line(invoice) for invoice in invoices]
        names = " ".join(invoice.name for invoice in invoices)
        row = self.credit("b1", "90.00", names)
        with self.assertRaisesRegex(UserError, "one by one"):
            self.match(row, *lines)
        match = self.match(row, lines[0])
        self.assertEqual(match.amount_minor, 9000)
        self.assertEqual(self.claim_of(lines[0]), (10000, 10000))

    def test_expected_payment_is_received(self):
        """Its money stays open: an expected payment is no document."""
        model = self.env["settlement.expected.payment"]
        first, second = model.create(
            [
                {"name": name, "amount": 250.0, "due_on": DAY, "reference": name}
                for name in ("ORDER7701", "ORDER7702")
            ]
        )
        row, other = self.store(
            self.fact("txn_1", "250.00", order_reference="ORDER7701"),
            self.fact("txn_2", "250.00", order_reference="ORDER7702"),
        )
        with self.assertRaisesRegex(UserError, "its money is noted"):
            self.match(row, first, propose=True)
        self.assertEqual(self.match(row, first), first)
        self.assertEqual((first.state, first.transaction_id), ("received", row))
        self.assertEqual(row.match_state, "open")
        dialog = self.dialog(second)
        action = dialog.line_ids.filtered(
            lambda line: line.item_id == other.id
        ).action_match()
        self.assertEqual(action["res_model"], model._name)
        self.env.invalidate_all()
        self.assertEqual(second.transaction_id, other)

    # -- what cannot be chosen ---------------------------------------------------

    def test_only_suggestions_can_be_chosen(self):
        self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        stranger = self.open_line(self.new_invoice(7000.0))
        with self.assertRaisesRegex(UserError, "has changed"):
            self.match(row, stranger)
        mine = row.with_user(self.accountant).sudo(False)
        wrong = ([], [["res.users", 1]], ["x"], [["account.move.line"]], 5, [[1, "y"]])
        for chosen in wrong:
            with self.subTest(chosen=chosen), self.assertRaises(UserError):
                mine.action_match_suggestions(chosen)
        self.assertEqual(row.match_state, "open")

    def test_money_that_is_matched_meanwhile(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        dialog = self.dialog(row)
        self.match(row, self.open_line(invoice))
        with self.assertRaisesRegex(UserError, "Nothing of"):
            dialog.line_ids.action_match()

    def test_document_that_is_paid_in_part_meanwhile(self):
        invoice = self.new_invoice(100.0)
        row, other = self.credit("b1", "100.00"), self.credit("b2", "30.00")
        dialog = self.dialog(row)
        self.matches._propose([other], [self.open_line(invoice)])._confirm()
        with self.assertRaisesRegex(UserError, "has changed"):
            dialog.line_ids[0].action_match()

    # -- the dialog --------------------------------------------------------------

    def test_dialog_shows_and_matches(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", invoice.name)
        dialog = self.dialog(row)
        (line,) = dialog.line_ids
        self.assertEqual(dialog.amount, 100.0)
        self.assertEqual(line.amount, 100.0)
        self.assertIn("+30  the same amount", line.reasons)
        self.assertEqual(line.alternatives, "The only candidate.")
        self.assertEqual(line.action_open()["res_id"], invoice.id)
        action = line.action_match()
        match = self.matches.browse(action["res_id"])
        self.assertEqual(match.state, "confirmed")
        self.assertEqual(match.line_ids.transaction_id, row)

    def test_dialog_sums_what_is_chosen(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.credit("b1", "150.00", f"{first.name} {second.name}")
        dialog = self.dialog(row)
        self.assertFalse(dialog.difference_text)
        with Form(dialog) as form:
            with form.line_ids.edit(0) as line:
                line.is_chosen = True
            self.assertEqual(form.chosen_amount, 100.0)
            self.assertEqual(form.difference, 50.0)
            self.assertIn("too much", form.difference_text)
            with form.line_ids.edit(1) as line:
                line.is_chosen = True
            self.assertEqual(form.chosen_amount, 170.0)
            self.assertIn("is missing", form.difference_text)
        match = self.matches.browse(dialog.action_propose()["res_id"])
        self.assertEqual(match.state, "proposed")
        self.assertEqual(match.amount_minor, 15000)

    def test_dialog_of_an_invoice(self):
        invoice = self.new_invoice(100.0)
        self.credit("b1", "60.00", invoice.name)
        row = self.credit("b2", "100.00", invoice.name)
        dialog = self.dialog(invoice)
        chosen = dialog.line_ids.filtered(lambda line: line.item_id == row.id)
        chosen.is_chosen = True
        self.assertEqual(dialog.difference_text, "It fits exactly.")
        match = self.matches.browse(dialog.action_match()["res_id"])
        self.assertEqual(match.line_ids.move_line_id, self.open_line(invoice))

    def test_dialog_takes_the_others_of_a_sum(self):
        number = self.bank_account(self.customer)
        self.new_invoice(100.0)
        self.new_invoice(70.0)
        row = self.credit("b1", "170.00", counterparty_account=number)
        dialog = self.dialog(row)
        action = dialog.line_ids[0].action_match()
        self.assertEqual(self.matches.browse(action["res_id"]).amount_minor, 17000)

    def test_dialog_without_any_candidate(self):
        dialog = self.dialog(self.credit("b1", "777.77"))
        self.assertFalse(dialog.line_ids)
        self.assertIn("777.77", dialog.searched)
        with self.assertRaisesRegex(UserError, "Choose at least one"):
            dialog.action_match()

    def test_dialog_of_a_bank_entry(self):
        self.new_invoice(100.0)
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "payment_ref": "something",
                "amount": 100.0,
            }
        )
        for record in (line, line.move_id):
            dialog = self.dialog(record)
            with self.assertRaisesRegex(UserError, "not among the transactions yet"):
                dialog.line_ids[0].action_match()

    def test_exception_leads_to_suggestions(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        self.run_match()
        found = self.open_exceptions(row)
        self.assertEqual(found.has_suggestions, True)
        (candidate,) = found.action_suggestions()["candidates"]
        self.assertEqual(candidate["id"], self.open_line(invoice).id)
        self.assertTrue(self.dialog(found).line_ids)
        other = self.exceptions._raise_for(self.backend, "connector_failed", "Broken")
        self.assertFalse(other.has_suggestions)
        with self.assertRaisesRegex(UserError, "nothing to match"):
            other.action_suggestions()

    # -- who may -----------------------------------------------------------------

    def test_viewer_looks_and_does_not_decide(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        mine = row.with_user(self.viewer).sudo(False)
        self.assertEqual(len(mine.action_suggestions()["candidates"]), 1)
        bill = invoice.with_user(self.viewer).sudo(False)
        self.assertEqual(len(bill.action_payment_suggestions()["candidates"]), 1)
        key = [["account.move.line", self.open_line(invoice).id]]
        with self.assertRaises(AccessError):
            mine.action_match_suggestions(key)
        dialog = self.dialog(row, self.viewer)
        for decide in (dialog.line_ids.action_match, dialog.line_ids.action_propose):
            with self.assertRaises(AccessError):
                decide()
        self.assertEqual(row.match_state, "open")

    def test_every_role_may_look(self):
        self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        for role in ("group_auditor", "group_integration_admin", "group_approver"):
            user = self.new_user(role)
            mine = row.with_user(user).sudo(False)
            with self.subTest(role=role):
                self.assertTrue(mine.action_suggestions()["candidates"])

    def test_without_a_role(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        plain = self.env["res.users"].create(
            {
                "name": "Plain",
                "login": "plain-suggest",
                "group_ids": [
                    (6, 0, self.env.ref("account.group_account_invoice").ids)
                ],
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
            }
        )
        for record in (row, invoice, self.open_line(invoice)):
            mine = record.with_user(plain).sudo(False)
            for ask in (mine.action_suggestions, mine.action_open_suggestions):
                with self.assertRaises(AccessError):
                    ask()

    def test_other_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other)
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", invoice.name)
        for record in (row, invoice, self.open_line(invoice)):
            mine = record.with_user(stranger).sudo(False).with_company(other)
            with self.assertRaises(AccessError):
                mine.action_suggestions()
            with self.assertRaises(AccessError):
                mine.action_match_suggestions([[row._name, row.id]])

    def test_items_of_another_company_are_no_candidates(self):
        other = self.setup_other_company()["company"]
        backend = self.new_backend("Bank of the other", other)
        self.new_wallet(backend, "DE27100777770209299700")
        invoice = self.new_invoice(100.0)
        (row,) = self.store(
            self.bank_fact(
                "b1",
                "100.00",
                currency=other.currency_id.name,
                description=invoice.name,
            ),
            backend=backend,
        )
        mine = self.credit("b2", "100.00", invoice.name)
        everything = self.env(
            context={
                **self.env.context,
                "allowed_company_ids": (self.company | other).ids,
            }
        )
        seen = row.with_env(everything)._suggestions()
        self.assertNotIn("account.move.line", {each["model"] for each in seen})
        found = invoice.with_env(everything)._payment_suggestions()
        self.assertEqual([each["id"] for each in found], mine.ids)

    def test_dialog_opens_nothing_else(self):
        dialog = self.dialog(self.credit("b1", "100.00"))
        user = self.env.ref("base.user_admin")
        dialog.sudo().write({"res_model": user._name, "res_id": user.id})
        with self.assertRaisesRegex(UserError, "no suggestions for such records"):
            dialog._record()

    def test_dialog_belongs_to_who_opened_it(self):
        dialog = self.dialog(self.credit("b1", "100.00"))
        other = dialog.with_user(self.viewer)
        self.assertFalse(other.has_access("read"))
        self.assertFalse(dialog.line_ids.with_user(self.viewer).search([]))


@tagged("post_install", "-at_install")
class TestSuggestionCost(SuggestionCase):
    """Asking costs the same, however many rows there are."""

    def scans(self):
        """Return the large tables that were read from end to end, and how often."""
        return {
            table: count
            for table, count in self.env["settlement.cli"]._scans().items()
            if count
        }

    def test_every_clue_has_its_index(self):
        number = self.bank_account(self.customer)
        self.customer.email = "ada@example.com"
        invoice = self.new_invoice(100.0)
        self.new_invoice(170.0)
        self.refreshed()
        row = self.credit(
            "b1",
            "100.00",
            f"{invoice.name} 4711-0815",
            counterparty_account=number,
            counterparty_email="ada@example.com",
            counterparty_name="Ada Ltd",
        )
        self.store(self.payout("po_1", "100.00"))
        batch = self.env["settlement.batch"].search([("external_id", "=", "po_1")])
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        before = self.scans()
        for record in (row, invoice, batch, self.open_line(invoice)):
            self.assertTrue(record._suggestions())
        self.assertEqual(self.scans(), before)

    def test_queries_do_not_grow_with_candidates(self):
        self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        few = self.count_queries(row)
        for _each in range(15):
            self.new_invoice(100.0)
        self.assertLessEqual(self.count_queries(row), few + 2)
        self.assertLess(few, 40)

    def count_queries(self, record):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertTrue(record._suggestions(50))
        return self.env.cr.sql_log_count - before

    def test_bench_leaves_nothing_behind(self):
        models = ("account.move", "res.partner", "settlement.transaction")
        before = [self.env[model].search_count([]) for model in models]
        self.patch(bench_suggest, "ITEMS", 28)
        figures = self.env["settlement.cli"]._bench_suggest(1000)
        self.assertEqual(figures["questions"], 28)
        self.assertGreater(int(figures["right_first"].split("/")[0]), 20)
        self.assertLess(figures["p50_ms"], 2000)
        after = [self.env[model].search_count([]) for model in models]
        self.assertEqual(before, after)
