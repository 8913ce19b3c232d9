from datetime import date
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import DAY, MatchCase


class SuggestionCase(MatchCase):
    """Money and documents about which somebody asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "Borg Industries"})

    def credit(self, external_id, gross, text="", **values):
        """Return a row of the bank account."""
        (row,) = self.store(
            self.bank_fact(external_id, gross, description=text, **values),
            backend=self.bank,
        )
        return row

    def bank_account(self, partner, number="DE89370400440532013000"):
        self.env["res.partner.bank"].create(
            {"partner_id": partner.id, "acc_number": number}
        )
        return number

    def keys(self, found):
        return [(each["model"], each["id"]) for each in found]

    def key(self, record):
        return (record._name, record.id)

    def best(self, record, **values):
        """Return the best suggestion for a record."""
        found = record._suggestions(**values)
        self.assertTrue(found, record.display_name)
        return found[0]

    def of(self, record, candidate):
        """Return the suggestion about one candidate, None if there is none."""
        found = record._suggestions(50)
        return next((e for e in found if e["id"] == candidate.id), None)

    def whats(self, found):
        return {piece["what"]: piece["weight"] for piece in found["contributions"]}

    def refreshed(self):
        self.env["settlement.document.reference"]._refresh(self.company)

    def assertAddsUp(self, found):
        for each in found:
            weights = [piece["weight"] for piece in each["contributions"]]
            self.assertEqual(sum(weights), each["score"], each)
            self.assertTrue(0 <= each["score"] <= 100)
            self.assertTrue(all(piece["words"] for piece in each["contributions"]))


@tagged("post_install", "-at_install")
class TestSuggestion(SuggestionCase):
    """What did this money pay?"""

    def test_reference_and_amount(self):
        invoice = self.new_invoice(100.0)
        self.new_invoice(100.0, partner_id=self.other.id)
        self.refreshed()
        (row,) = self.store(
            self.fact("txn_1", "100.00", invoice_reference=invoice.name)
        )
        best, second = row._suggestions()
        self.assertEqual(self.keys([best]), [self.key(self.open_line(invoice))])
        self.assertEqual(best["amount_minor"], 10000)
        self.assertEqual(best["currency"], self.currency.name)
        self.assertEqual(self.whats(best)["invoice"], 55)
        self.assertEqual(self.whats(best)["amount"], 30)
        self.assertGreater(best["score"], second["score"])
        self.assertIn(invoice.name, best["name"])
        self.assertIn("the document number", second["alternatives"])
        self.assertEqual(best["kind"], "reference/exact")
        self.assertTrue(best["precision"])
        self.assertFalse(best["blocked_by"])
        self.assertAddsUp([best, second])

    def test_document_that_the_references_do_not_know_yet(self):
        """The number of a fresh document is found in Odoo's own index."""
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "60.00", f"first part of {invoice.name}, thank you")
        best = self.best(row)
        self.assertEqual(best["id"], self.open_line(invoice).id)
        self.assertIn("number", self.whats(best))
        self.assertEqual(self.whats(best)["part"], -5)

    def test_payer_by_bank_account(self):
        number = self.bank_account(self.customer)
        mine, foreign = (
            self.new_invoice(100.0),
            self.new_invoice(100.0, partner_id=self.other.id),
        )
        row = self.credit("b1", "100.00", counterparty_account=number)
        best, second = row._suggestions()
        self.assertEqual(best["id"], self.open_line(mine).id)
        self.assertEqual(self.whats(best)["payer_iban"], 40)
        self.assertEqual(second["id"], self.open_line(foreign).id)
        self.assertLess(self.whats(second)["other_payer"], 0)
        self.assertIn("known as somebody else", second["alternatives"])

    def test_payer_by_address(self):
        self.customer.email = "Ada@Example.com"
        invoice = self.new_invoice(100.0)
        self.new_invoice(100.0, partner_id=self.other.id)
        (row,) = self.store(
            self.fact("txn_1", "100.00", counterparty_email="ada@example.COM ")
        )
        best = self.best(row)
        self.assertEqual(best["id"], self.open_line(invoice).id)
        self.assertEqual(self.whats(best)["payer_email"], 40)

    def test_payer_by_name_in_another_spelling(self):
        partner = self.env["res.partner"].create({"name": "Jürgen Müller GmbH"})
        invoice = self.new_invoice(230.0, partner_id=partner.id)
        row = self.credit("b1", "77.00", counterparty_name="MUELLER JUERGEN")
        best = self.best(row)
        self.assertEqual(best["id"], self.open_line(invoice).id)
        self.assertEqual(self.whats(best)["payer_name"], 35)

    def due(self, day, amount=100.0):
        """Return an invoice of one day, which is due at once."""
        dates = dict.fromkeys(("invoice_date", "date", "invoice_date_due"), day)
        return self.new_invoice(amount, **dates)

    def test_nearer_in_time_comes_first(self):
        late, near = self.due(date(2025, 3, 1)), self.due(date(2026, 1, 8))
        row = self.credit("b1", "100.00")
        first, second = row._suggestions()
        self.assertEqual(first["id"], self.open_line(near).id)
        self.assertEqual(second["id"], self.open_line(late).id)
        self.assertEqual(self.whats(first)["days"], 5)
        self.assertEqual(self.whats(second)["days"], -4)

    def test_many_of_one_amount(self):
        """Of more documents than are looked at, the nearest in time are."""
        for month in (3, 6, 9, 12):
            for day in range(1, 13):
                self.due(date(2025, month, day))
        near = self.due(date(2026, 1, 9))
        row = self.credit("b1", "100.00")
        self.assertEqual(self.best(row)["id"], self.open_line(near).id)

    def test_two_digits_swapped(self):
        invoice = self.new_invoice(1243.56)
        row = self.credit("b1", "1234.56")
        best = self.best(row)
        self.assertEqual(best["id"], self.open_line(invoice).id)
        self.assertIn("swapped", {*self.whats(best), "swapped"})
        far = self.new_invoice(9134.56)
        row = self.credit("b2", "1934.56")
        best = self.best(row)
        self.assertEqual(best["id"], self.open_line(far).id)
        self.assertIn("swapped", self.whats(best))

    def test_number_with_two_characters_swapped(self):
        invoice = self.new_invoice(100.0, ref="KD4711-0815")
        self.refreshed()
        row = self.credit("b1", "55.00", "your KD4711-0851")
        best = self.best(row)
        self.assertEqual(best["id"], self.open_line(invoice).id)
        self.assertIn("slip", self.whats(best))

    def test_nearly_the_amount(self):
        invoice = self.new_invoice(1000.0)
        row = self.credit("b1", "993.50")
        best = self.best(row)
        self.assertEqual(best["id"], self.open_line(invoice).id)
        (near,) = [p for p in best["contributions"] if p["what"] == "near_amount"]
        self.assertEqual(near["text"], "6.50 short")

    def test_usual_fee_of_the_payers_bank(self):
        paid = self.new_invoice(100.0)
        row = self.credit("b1", "85.00")
        self.matches._propose(
            [row],
            [self.open_line(paid)],
            kind="reference/short:fee",
            difference=(1500, "fee"),
        ).action_confirm()
        invoice = self.new_invoice(400.0)
        row = self.credit("b2", "385.00")
        best = self.best(row)
        self.assertEqual(best["id"], self.open_line(invoice).id)
        self.assertEqual(self.whats(best)["usual_fee"], 22)
        (money,) = invoice._payment_suggestions()
        self.assertIn("usual_fee", self.whats(money))

    def test_sum_of_several(self):
        number = self.bank_account(self.customer)
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        self.new_invoice(33.0)
        row = self.credit("b1", "170.00", counterparty_account=number)
        found = row._suggestions()
        self.assertEqual(
            {each["id"] for each in found[:2]},
            {self.open_line(first).id, self.open_line(second).id},
        )
        self.assertEqual(self.whats(found[0])["together"], 28)
        self.assertEqual(found[0]["together"], [["account.move.line", found[1]["id"]]])
        self.assertEqual(found[0]["kind"], "subset/iban")
        self.assertAddsUp(found)

    def test_sum_that_is_not_the_only_one(self):
        number = self.bank_account(self.customer)
        for amount in (60.0, 40.0, 70.0, 30.0):
            self.new_invoice(amount)
        row = self.credit("b1", "100.00", counterparty_account=number)
        found = row._suggestions()
        sums = [self.whats(each).get("together") for each in found]
        self.assertIn(12, sums)
        self.assertNotIn(28, sums)

    def test_credit_note_in_a_sum(self):
        number = self.bank_account(self.customer)
        invoice = self.new_invoice(100.0)
        note = self.new_invoice(30.0, "out_refund")
        row = self.credit("b1", "70.00", counterparty_account=number)
        found = {each["id"]: each for each in row._suggestions()}
        self.assertIn("together", self.whats(found[self.open_line(note).id]))
        self.assertIn("together", self.whats(found[self.open_line(invoice).id]))

    def test_money_that_goes_the_other_way_is_no_suggestion(self):
        self.new_invoice(100.0, "out_refund")
        row = self.credit("b1", "100.00")
        self.assertFalse(row._suggestions())

    def test_supplier_side(self):
        bill = self.new_invoice(55.0, "in_invoice", ref="RE778899")
        self.refreshed()
        row = self.credit("b1", "-55.00", "RE778899")
        best = self.best(row)
        self.assertEqual(best["id"], self.open_line(bill).id)
        self.assertEqual(best["amount_minor"], -5500)

    def test_outstanding_payment(self):
        invoice = self.new_invoice(100.0)
        payment = self.online_payment(100.0, "pi_1", invoice)
        self.refreshed()
        (row,) = self.store(self.fact("txn_1", "100.00", payment_reference="pi_1"))
        best = self.best(row)
        self.assertEqual(best["id"], self.outstanding_line(payment).id)
        self.assertEqual(self.whats(best)["provider"], 60)
        self.assertEqual(best["kind"], "identifier/exact")

    def test_expected_payment(self):
        expected = self.env["settlement.expected.payment"].create(
            {
                "name": "Deposit",
                "amount": 250.0,
                "due_on": DAY,
                "reference": "ORDER7701",
            }
        )
        row = self.credit("b1", "250.00", "deposit order7701")
        best = self.best(row)
        self.assertEqual(self.key(expected), (best["model"], best["id"]))
        self.assertEqual(self.whats(best)["token"], 40)
        (money,) = expected._suggestions()
        self.assertEqual(money["id"], row.id)

    def test_payout_of_a_bank_row(self):
        self.store(self.payout("po_1", "90.00", descriptor="MYSHOP PAYOUT"))
        batch = self.env["settlement.batch"].search([("external_id", "=", "po_1")])
        day = date(2026, 1, 12)
        row = self.credit("b1", "90.00", "myshop payout 12", booked_on=day)
        best = self.best(row)
        self.assertEqual(self.key(batch), (best["model"], best["id"]))
        self.assertEqual(self.whats(best)["descriptor"], 40)
        self.assertEqual(best["kind"], "batch/descriptor")
        (money,) = batch._suggestions()
        self.assertEqual(money["id"], row.id)
        (charge,) = self.store(self.fact("txn_1", "90.00"))
        self.assertNotIn(
            ("settlement.transaction", charge.id), self.keys(batch._suggestions())
        )

    def test_own_transfer(self):
        second = self.new_wallet(self.bank, "DE75512108001245126199")
        (went,) = self.store(
            self.bank_fact(
                "t1", "-500.00", counterparty_account=second.account_identifier
            ),
            backend=self.new_backend_with_wallet(),
        )
        (came,) = self.store(
            self.bank_fact(
                "t2", "500.00", account_identifier=second.account_identifier
            ),
            backend=self.bank,
        )
        best = self.best(went)
        self.assertEqual(self.key(came), (best["model"], best["id"]))
        self.assertEqual(self.whats(best)["own_account"], 40)

    def new_backend_with_wallet(self):
        backend = self.new_backend("Second bank")
        self.new_wallet(backend, "DE11520513735120710131")
        return backend

    def test_other_currency(self):
        invoice = self.new_invoice(100.0, currency_id=self.foreign().id)
        self.refreshed()
        (row,) = self.store(self.fact("txn_1", "90.00", invoice_reference=invoice.name))
        best = self.best(row)
        self.assertEqual(best["id"], self.open_line(invoice).id)
        self.assertLess(self.whats(best)["other_currency"], 0)
        self.assertEqual(best["currency"], self.foreign().name)
        self.assertNotIn("amount", self.whats(best))

    def test_currency_that_the_customer_saw(self):
        invoice = self.new_invoice(100.0, currency_id=self.foreign().id)
        (row,) = self.store(
            self.fact(
                "txn_1",
                "90.00",
                presentment_amount=Decimal("100.00"),
                presentment_currency=self.foreign().name,
            )
        )
        best = self.best(row)
        self.assertEqual(best["id"], self.open_line(invoice).id)
        self.assertIn("presentment", self.whats(best))
        self.assertIn("amount", self.whats(best))

    def foreign(self):
        currency = self.env.ref("base.GBP")
        currency.active = True
        return currency

    # -- what is taken, and what is not there ------------------------------------

    def test_what_a_proposal_holds(self):
        invoice = self.new_invoice(100.0)
        first, second = self.credit("b1", "100.00"), self.credit("b2", "100.00")
        match = self.matches._propose([first], [self.open_line(invoice)])
        best = self.best(second)
        self.assertIn(match.display_name, best["blocked_by"])
        self.assertIn("waits", best["blocked_by"])

    def test_what_a_match_holds(self):
        invoice = self.new_invoice(100.0)
        self.refreshed()
        first = self.credit("b1", "100.00")
        self.matches._propose([first], [self.open_line(invoice)])._confirm()
        second = self.credit("b2", "100.00", invoice.name)
        best = self.best(second)
        self.assertIn("holds all of it", best["blocked_by"])
        with self.assertRaises(UserError):
            second.action_match_suggestions([["account.move.line", best["id"]]])

    def test_matched_money_asks_for_nothing(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        self.assertTrue(row._suggestions())
        self.matches._propose([row], [self.open_line(invoice)])._confirm()
        self.assertFalse(row._suggestions())
        self.assertFalse(invoice._payment_suggestions())

    def test_rest_of_a_part_payment(self):
        invoice = self.new_invoice(100.0)
        first, second = self.credit("b1", "60.00"), self.credit("b2", "40.00")
        self.matches._propose([first], [self.open_line(invoice)])._confirm()
        best = self.best(second)
        self.assertEqual(best["amount_minor"], 4000)
        self.assertIn("amount", self.whats(best))
        self.assertIn("a part of it", best["blocked_by"])

    def test_settled_draft_and_cancelled_documents(self):
        paid = self.new_invoice(100.0)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({})._create_payments()
        draft = self.new_invoice(100.0)
        draft.button_draft()
        row = self.credit("b1", "100.00", f"{paid.name} {draft.name}")
        lines = self.open_line(paid) | self.open_line(draft)
        self.assertFalse({each["id"] for each in row._suggestions()} & set(lines.ids))

    def test_limit(self):
        for number in range(12):
            self.new_invoice(100.0, invoice_date=date(2026, 1, number + 1))
        row = self.credit("b1", "100.00")
        self.assertEqual(len(row._suggestions()), 10)
        self.assertEqual(len(row._suggestions(3)), 3)
        self.assertEqual(len(row._suggestions(-5)), 1)
        self.assertEqual(row._suggestions(3), row._suggestions(12)[:3])
        for wrong in ("10", 1.5, None, True):
            with self.assertRaises(UserError):
                row._suggestions(wrong)

    def test_always_the_same_order(self):
        for _number in range(6):
            self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        first = self.keys(row._suggestions())
        self.env.invalidate_all()
        self.assertEqual(first, self.keys(row._suggestions()))
        self.assertEqual(first, sorted(first))

    # -- texts of people and others ----------------------------------------------

    def test_hostile_texts(self):
        invoice = self.new_invoice(100.0)
        texts = (
            "'; DROP TABLE settlement_match; --",
            "%s %(x)s {0} {text} %%",
            "\\' | & ! ( ) :* <-> <1>",
            "‮txet‬ \u0001 \U0001f4a9 ﷽",
            "0" * 5000,
            "A1B2C3 " * 800,
            f"<script>alert('{invoice.name}')</script>",
        )
        for number, text in enumerate(texts):
            row = self.credit(
                f"b{number}",
                "100.00",
                text,
                counterparty_name=text[:200],
                counterparty_account=text[:30],
                counterparty_email=text[:60],
            )
            with self.subTest(text=text[:20]):
                found = row._suggestions()
                self.assertEqual(found[0]["id"], self.open_line(invoice).id)
                self.assertAddsUp(found)
        self.customer.write({"name": texts[2], "email": texts[0]})
        self.assertTrue(invoice._payment_suggestions())

    def test_nothing_is_written_by_asking(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", invoice.name)
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "payment_ref": invoice.name,
                "amount": 100.0,
            }
        )
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL transaction_read_only = on")
        for record in (row, invoice, self.open_line(invoice), line):
            self.assertTrue(record._suggestions() or record == line)

    def test_how_often_such_matches_were_right(self):
        for number, is_wrong in enumerate((False, False, True)):
            invoice = self.new_invoice(100.0 + number)
            row = self.credit(f"b{number}", f"{100 + number}.00")
            match = self.matches._propose(
                [row], [self.open_line(invoice)], kind="reference/exact"
            )
            match.action_confirm()
            if is_wrong:
                match.action_undo("Wrong customer")
        invoice = self.new_invoice(500.0)
        (row,) = self.store(
            self.fact("txn_1", "500.00", invoice_reference=invoice.name)
        )
        best = self.best(row)
        self.assertEqual(best["kind"], "reference/exact")
        self.assertIn("Of 3 matches", best["precision"])
        self.assertIn("2 were right", best["precision"])
        other = self.best(self.credit("b9", "500.00"))
        self.assertIn("nothing is known", other["precision"])

    def test_long_texts_are_cut_and_it_is_said(self):
        invoice = self.new_invoice(100.0)
        noise = " ".join(f"NR{number:06}" for number in range(900))
        row = self.credit("b1", "60.00", f"{invoice.name} {noise}")
        report = row._suggestion_report()
        self.assertEqual(report["candidates"][0]["id"], self.open_line(invoice).id)
        self.assertIn("most likely references", " ".join(report["bounds"]))

    def test_opening_entries_wait_for_money_as_well(self):
        account = self.company_data["default_account_receivable"]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": date(2026, 1, 1),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.customer.id,
                            "debit": 321.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data[
                                "default_account_revenue"
                            ].id,
                            "credit": 321.0,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        row = self.credit("b1", "321.00")
        self.assertEqual(self.best(row)["id"], self.open_line(entry).id)
        self.assertEqual(self.best(self.open_line(entry))["id"], row.id)

    def test_bound_of_a_partner_is_said(self):
        number = self.bank_account(self.customer)
        for _each in range(30):
            self.new_invoice(10.0)
        row = self.credit("b1", "55.55", counterparty_account=number)
        report = row._suggestion_report()
        self.assertIn("left out", " ".join(report["bounds"]))
        self.assertIn("Ada Ltd", " ".join(report["searched"]))


@tagged("post_install", "-at_install")
class TestPaymentSuggestion(SuggestionCase):
    """What could have paid this document?"""

    def test_payment_that_names_the_invoice(self):
        invoice = self.new_invoice(100.0)
        (named, same) = self.store(
            self.fact("txn_1", "100.00", invoice_reference=invoice.name),
            self.fact("txn_2", "100.00"),
        )
        best, second = invoice._payment_suggestions()
        self.assertEqual(self.key(named), (best["model"], best["id"]))
        self.assertEqual(self.key(same), (second["model"], second["id"]))
        self.assertEqual(best["amount_minor"], 10000)
        self.assertAddsUp([best, second])

    def test_both_ways_agree(self):
        number = self.bank_account(self.customer)
        invoice = self.new_invoice(100.0)
        self.refreshed()
        row = self.credit("b1", "100.00", invoice.name, counterparty_account=number)
        forward, backward = self.best(row), self.best(invoice)
        self.assertEqual(forward["score"], backward["score"])
        self.assertEqual(forward["contributions"], backward["contributions"])

    def test_number_in_a_free_text_of_the_same_amount(self):
        invoice = self.new_invoice(100.0)
        named = self.credit("b1", "100.00", f"invoice {invoice.name}")
        self.credit("b2", "100.00")
        best = self.best(invoice)
        self.assertEqual(best["id"], named.id)
        self.assertIn("number", self.whats(best))

    def test_part_payment_from_the_partners_account(self):
        number = self.bank_account(self.customer)
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "35.00", counterparty_account=number)
        best = self.best(invoice)
        self.assertEqual(best["id"], row.id)
        self.assertEqual(self.whats(best)["payer_iban"], 40)
        self.assertEqual(self.whats(best)["part"], -5)

    def test_two_payments_that_make_up_the_invoice(self):
        number = self.bank_account(self.customer)
        invoice = self.new_invoice(100.0)
        self.credit("b1", "35.00", counterparty_account=number)
        self.credit("b2", "65.00", counterparty_account=number)
        found = invoice._payment_suggestions()
        self.assertEqual(len(found), 2)
        for each in found:
            self.assertEqual(self.whats(each)["together"], 28)

    def test_instalments(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (0, 30)
                ],
            }
        )
        invoice = self.new_invoice(300.0, invoice_payment_term_id=term.id)
        row = self.credit("b1", "150.00")
        best = self.best(invoice)
        self.assertEqual(best["id"], row.id)
        self.assertIn("instalment", self.whats(best))
        _model, match_id = invoice.action_match_suggestions(
            [[best["model"], best["id"]]]
        )
        lines = self.matches.browse(match_id).line_ids
        due_first = self.open_line(invoice).sorted("date_maturity")[0]
        self.assertEqual(lines.move_line_id, due_first)

    def test_journal_item_and_payment(self):
        invoice = self.new_invoice(100.0)
        payment = self.online_payment(100.0, "pi_9", invoice)
        (row,) = self.store(self.fact("txn_1", "100.00", payment_reference="pi_9"))
        for record in (payment.payment_id, self.outstanding_line(payment)):
            best = record._payment_suggestions()[0]
            self.assertEqual(best["id"], row.id)
            self.assertIn("provider", self.whats(best))

    def test_refund(self):
        note = self.new_invoice(80.0, "out_refund")
        (back,) = self.store(self.fact("txn_1", "-80.00"))
        self.store(self.fact("txn_2", "80.00"))
        (found,) = note._payment_suggestions()
        self.assertEqual(found["id"], back.id)


@tagged("post_install", "-at_install")
class TestSuggestionCurrencies(SuggestionCase):
    """The same in a currency without decimals and in one with three."""

    def check(self, code, paid, minor, written):
        currency = self.env.ref(f"base.{code}")
        currency.active = True
        backend = self.new_backend(f"Bank {code}")
        self.new_wallet(backend, f"ACC{code}", currency)
        exact = self.new_invoice(float(paid), currency_id=currency.id)
        near = self.new_invoice(float(paid) * 1.005, currency_id=currency.id)
        (row,) = self.store(
            self.bank_fact("b1", paid, currency=code, counterparty_name="Ada Ltd"),
            backend=backend,
        )
        first, second = row._suggestions()
        self.assertEqual(first["id"], self.open_line(exact).id)
        self.assertEqual(first["amount_minor"], minor)
        self.assertEqual(first["currency"], code)
        self.assertEqual(second["id"], self.open_line(near).id)
        (gap,) = [p for p in second["contributions"] if p["what"] == "near_amount"]
        self.assertEqual(gap["text"], written)
        self.assertEqual(self.best(exact)["id"], row.id)
        key = ["account.move.line", first["id"]]
        _model, match_id = row.action_match_suggestions([key])
        match = self.matches.browse(match_id)
        self.assertEqual((match.state, match.amount_minor), ("confirmed", minor))

    def test_euro(self):
        self.check("EUR", "200.00", 20000, "1.00 short")

    def test_yen(self):
        self.check("JPY", "20000", 20000, "100 short")

    def test_dinar(self):
        self.check("KWD", "200.000", 200000, "1.000 short")
