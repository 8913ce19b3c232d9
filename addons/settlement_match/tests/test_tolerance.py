from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .rule_case import RuleCase


class ToleranceCase(RuleCase):
    def charge(self, external_id, gross, invoice=None, **values):
        if invoice:
            values.setdefault("invoice_reference", invoice.name)
        (row,) = self.store(self.fact(external_id, gross, **values))
        return row

    @contextmanager
    def proved(self, *kinds):
        """Take these kinds of matches, or all, as proved."""
        asked = []

        def _is_proved(matcher, company, kind, rule_id):
            asked.append((kind, rule_id))
            return not kinds or kind in kinds

        with patch.object(type(self.matcher), "_is_proved", _is_proved):
            yield asked

    def run_proved(self):
        with self.proved():
            self.run_match()

    def assertInFull(self, source, targets, difference, kind, version=None):
        """Assert a match that settles its targets in full, with a difference."""
        match = self.match_of(source)
        self.assertEqual(len(match), 1, self.reasons(source))
        self.assertEqual(match.difference_minor, difference)
        self.assertEqual(match.kind, kind)
        self.assertEqual(match.difference_kind, kind.rpartition(":")[2])
        self.assertEqual(match.rule_version_id, version or self.versions)
        lines = match.line_ids.filtered(lambda line: line.side == "target")
        self.assertEqual(lines.move_line_id, targets)
        paid = sum((match.line_ids - lines).mapped("amount_minor"))
        self.assertEqual(paid + difference, sum(lines.mapped("amount_minor")))
        self.assertFalse(match.rest_to_credit)
        self.assertFalse(self.env["settlement.match"]._altered_rows())
        self.assertFalse(self.reasons(source))
        return match


@tagged("post_install", "-at_install")
class TestTolerance(ToleranceCase):
    def automatic(self, *args, **values):
        return self.approved(*args, **{"mode": "automatic", **values})

    # ------------------------------------------------------------------
    # What is allowed
    # ------------------------------------------------------------------

    def test_a_fee_that_the_bank_withheld(self):
        version = self.automatic(limits=[(self.currency, 5)])
        invoice = self.new_invoice(100.0)
        row = self.charge("txn_1", "98.00", invoice)
        self.run_proved()
        items = self.open_line(invoice)
        match = self.assertInFull(row, items, 200, "reference/short:fee", version)
        self.assertEqual((match.state, row.match_state), ("confirmed", "matched"))
        self.assertIn("Bank fees (v1)", match.sentence)
        self.assertIn("2.00 is a fee.", match.sentence)
        self.assertEqual(self.claim_of(items), (10000, 10000))
        self.assertEqual(self.claim_of(row), (9800, 9800))

    def test_without_a_rule_it_is_a_part_payment(self):
        invoice = self.new_invoice(100.0)
        row = self.charge("txn_1", "98.00", invoice)
        self.run_proved()
        self.assertMatched(row, self.open_line(invoice), 9800)
        self.assertEqual(self.reasons(row), ["amount_short"])

    def test_the_limit_to_the_cent(self):
        self.automatic(limits=[(self.currency, 2)])
        for paid, is_full in (("98.00", True), ("97.99", False)):
            invoice = self.new_invoice(100.0)
            row = self.charge(f"txn_{paid}", paid, invoice)
            self.run_proved()
            with self.subTest(paid=paid):
                self.assertEqual(bool(self.match_of(row).difference_minor), is_full)

    def test_every_limit_is_kept(self):
        self.automatic(limits=[(self.currency, 5)], tolerance_percent=1)
        for paid, is_full in (("99.00", True), ("98.99", False)):
            row = self.charge(f"txn_{paid}", paid, self.new_invoice(100.0))
            self.run_proved()
            with self.subTest(paid=paid):
                self.assertEqual(bool(self.match_of(row).difference_minor), is_full)

    def test_too_much_is_no_fee(self):
        self.automatic(limits=[(self.currency, 5)])
        row = self.charge("txn_1", "101.00", self.new_invoice(100.0))
        self.run_proved()
        self.assertTrue(self.match_of(row).rest_to_credit)

    def test_too_much_within_rounding(self):
        version = self.automatic(
            difference_kind="rounding", limits=[(self.currency, 0.05)]
        )
        invoice = self.new_invoice(100.0)
        row = self.charge("txn_1", "100.03", invoice)
        self.run_proved()
        items = self.open_line(invoice)
        self.assertInFull(row, items, -3, "reference/over:rounding", version)

    def test_a_bill_with_the_fee_of_the_transfer(self):
        version = self.automatic(limits=[(self.currency, 5)])
        bill = self.new_invoice(55.0, "in_invoice", ref="RE778899")
        (row,) = self.store(
            self.bank_fact("b1", "-57.50", invoice_reference="RE778899"),
            backend=self.bank,
        )
        self.run_proved()
        items = self.open_line(bill)
        self.assertInFull(row, items, 250, "reference/over:fee", version)

    def test_a_number_in_free_text(self):
        version = self.automatic(limits=[(self.currency, 5)])
        invoice = self.new_invoice(100.0)
        (row,) = self.store(
            self.bank_fact("b1", "98.00", description=f"Invoice {invoice.name}"),
            backend=self.bank,
        )
        self.run_proved()
        items = self.open_line(invoice)
        match = self.assertInFull(row, items, 200, "reference/short:fee", version)
        self.assertEqual(match.stage, 3)

    def test_another_reference_in_free_text_is_too_weak(self):
        self.automatic(limits=[(self.currency, 5)])
        self.new_invoice(100.0, ref="4711000")
        (row,) = self.store(
            self.bank_fact("b1", "98.00", description="our number 4711000"),
            backend=self.bank,
        )
        self.run_proved()
        self.assertOpen(row, "unmatched")

    def test_a_structured_reference(self):
        version = self.automatic(limits=[(self.currency, 5)])
        invoice = self.new_invoice(100.0, payment_reference="RF18539007547034")
        row = self.charge("txn_1", "98.00", structured_reference="RF18539007547034")
        self.run_proved()
        items = self.open_line(invoice)
        self.assertInFull(row, items, 200, "structured/short:fee", version)

    def test_several_documents_in_one_payment(self):
        version = self.automatic(limits=[(self.currency, 5)])
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.charge(
            "txn_1", "168.00", first, extra_references=(("invoice", second.name),)
        )
        self.run_proved()
        items = self.open_line(first) | self.open_line(second)
        self.assertInFull(row, items, 200, "reference/short:fee", version)

    def test_several_documents_of_somebody_else(self):
        self.automatic(limits=[(self.currency, 5)])
        payer = self.env["res.partner"].create({"name": "Payer"})
        self.env["res.partner.bank"].create(
            {"partner_id": payer.id, "acc_number": "DE75512108001245126199"}
        )
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.charge(
            "txn_1",
            "168.00",
            first,
            extra_references=(("invoice", second.name),),
            counterparty_account="DE75512108001245126199",
        )
        self.run_proved()
        self.assertFalse(self.match_of(row).filtered("difference_minor"))
        self.assertNotEqual(row.match_state, "matched")

    def test_one_document_might_be_left_out(self):
        """A document as small as the tolerance may be what was not paid."""
        self.automatic(limits=[(self.currency, 5)])
        first, second = self.new_invoice(100.0), self.new_invoice(3.0)
        row = self.charge(
            "txn_1", "100.00", first, extra_references=(("invoice", second.name),)
        )
        self.run_proved()
        self.assertOpen(row, "ambiguous")

    def test_instalments_are_settled_together(self):
        version = self.automatic(limits=[(self.currency, 5)])
        invoice = self.new_invoice(100.0, invoice_payment_term_id=self.pay_terms_b.id)
        row = self.charge("txn_1", "98.00", invoice)
        self.run_proved()
        items = self.open_line(invoice)
        self.assertEqual(len(items), 2)
        self.assertInFull(row, items, 200, "reference/short:fee", version)

    def test_what_is_left_of_a_document(self):
        version = self.automatic(limits=[(self.currency, 5)])
        invoice = self.new_invoice(100.0)
        self.charge("txn_1", "40.00", invoice)
        self.run_proved()
        row = self.charge("txn_2", "58.00", invoice)
        self.run_proved()
        items = self.open_line(invoice)
        self.assertInFull(row, items, 200, "reference/short:fee", version)
        self.assertEqual(self.claim_of(items), (10000, 10000))

    def test_two_payments_of_one_document(self):
        self.automatic(limits=[(self.currency, 5)])
        invoice = self.new_invoice(100.0)
        rows = self.charge("txn_1", "98.00", invoice)
        rows |= self.charge("txn_2", "98.00", invoice)
        self.run_proved()
        for row in rows:
            self.assertOpen(row, "ambiguous")

    # ------------------------------------------------------------------
    # Which rule
    # ------------------------------------------------------------------

    def test_of_two_rules_the_first_decides(self):
        self.automatic(
            "Second", 20, limits=[(self.currency, 5)], difference_kind="write_off"
        )
        first = self.automatic("First", 10, limits=[(self.currency, 5)])
        invoice = self.new_invoice(100.0)
        row = self.charge("txn_1", "98.00", invoice)
        self.run_proved()
        items = self.open_line(invoice)
        self.assertInFull(row, items, 200, "reference/short:fee", first)

    def test_the_second_decides_where_the_first_does_not_fit(self):
        self.automatic("First", 10, limits=[(self.currency, 1)])
        second = self.automatic(
            "Second", 20, limits=[(self.currency, 5)], difference_kind="write_off"
        )
        invoice = self.new_invoice(100.0)
        row = self.charge("txn_1", "98.00", invoice)
        self.run_proved()
        items = self.open_line(invoice)
        self.assertInFull(row, items, 200, "reference/short:write_off", second)

    def test_conditions_that_sets_can_tell(self):
        other = self.new_backend("Other")
        for values in (
            {"backend_ids": [Command.set(other.ids)]},
            {"direction": "out"},
            {"amount_from": 98.01},
            {"amount_to": 97.99},
            {"currency_ids": [Command.set(self.env.ref("base.JPY").ids)]},
            {"effective_from": "2026-01-11"},
            {"effective_to": "2026-01-09"},
        ):
            self.assertFits(values, False)
        for values in (
            {"backend_ids": [Command.set((other | self.backend).ids)]},
            {"direction": "in"},
            {"amount_from": 98, "amount_to": 98},
            {"currency_ids": [Command.set(self.currency.ids)]},
            {"effective_from": "2026-01-10", "effective_to": "2026-01-10"},
        ):
            self.assertFits(values, True)

    def test_conditions_that_are_read(self):
        other = self.env["res.partner"].create({"name": "Other"})
        for values in (
            {"partner_ids": [Command.set(other.ids)]},
            {"text_pattern": "express"},
            {"counterparty_account": "DE02120300000000202051"},
        ):
            self.assertFits(values, False)
        for values in (
            {"partner_ids": [Command.set((other | self.customer).ids)]},
            {"text_pattern": "express|through our ba??"},
            {"counterparty_account": "de75 5121 0800 1245 1261 99"},
        ):
            self.assertFits(values, True)

    def test_what_is_archived_still_limits_a_rule(self):
        other = self.env["res.partner"].create({"name": "Other"})
        version = self.automatic(
            limits=[(self.currency, 5)], partner_ids=[Command.set(other.ids)]
        )
        other.active = False
        self.env.invalidate_all()
        row = self.charge("txn_1", "98.00", self.new_invoice(100.0))
        self.run_proved()
        self.assertFalse(self.match_of(row).difference_minor)
        self.assertEqual(version._content_hash(), version.fingerprint)

    def assertFits(self, values, is_fitting):
        version = self.automatic(limits=[(self.currency, 5)], **values)
        row = self.charge(
            f"txn_{version.id}",
            "98.00",
            self.new_invoice(100.0),
            description="Through our BANK",
            counterparty_account="DE75512108001245126199",
        )
        self.run_proved()
        with self.subTest(values=values):
            self.assertEqual(self.match_of(row).rule_version_id == version, is_fitting)
        version.with_user(self.accountant).action_retire("Done.")

    def test_the_version_of_the_day_of_the_payment(self):
        first = self.automatic(limits=[(self.currency, 5)])
        second = self.automatic(
            rule=first.rule_id, limits=[(self.currency, 5)], effective_from="2026-02-01"
        )
        for day, version in ((date(2026, 1, 31), first), (date(2026, 2, 1), second)):
            invoice = self.new_invoice(100.0)
            row = self.charge(f"txn_{day}", "98.00", invoice, booked_on=day)
            self.run_proved()
            items = self.open_line(invoice)
            self.assertInFull(row, items, 200, "reference/short:fee", version)

    def test_drafts_and_other_companies_allow_nothing(self):
        self.draft(limits=[(self.currency, 5)]).action_submit()
        other = self.env["res.company"].create(
            {"name": "Other", "currency_id": self.currency.id}
        )
        version = self.automatic("Elsewhere", limits=[(self.currency, 5)])
        self.env.flush_all()
        for table in ("settlement_rule", "settlement_rule_version"):
            self.env.cr.execute(
                f"UPDATE {table} SET company_id = %s WHERE id = %s",  # pylint: disable=sql-injection
                [
                    other.id,
                    version.id if table.endswith("version") else version.rule_id.id,
                ],
            )
        self.env.invalidate_all()
        row = self.charge("txn_1", "98.00", self.new_invoice(100.0))
        self.run_proved()
        self.assertFalse(self.match_of(row).difference_minor)

    # ------------------------------------------------------------------
    # Currencies
    # ------------------------------------------------------------------

    def test_yen_and_dinars(self):
        for code, decimals, invoiced, paid, limit, difference in (
            ("JPY", 0, 10000, "9900", 100, 100),
            ("KWD", 3, 12.345, "12.300", 0.045, 45),
        ):
            currency = self.env.ref(f"base.{code}")
            currency.active = True
            self.assertEqual(currency.decimal_places, decimals)
            self.new_wallet(self.backend, f"acct_{code}", currency)
            version = self.automatic(code, limits=[(currency, limit)])
            invoice = self.new_invoice(invoiced, currency_id=currency.id)
            row = self.charge(f"txn_{code}", paid, invoice, currency=code)
            self.run_proved()
            items = self.open_line(invoice)
            kind = "reference/short:fee"
            self.assertInFull(row, items, difference, kind, version)

    def test_a_currency_without_a_limit(self):
        version = self.automatic(limits=[(self.env.ref("base.JPY"), 500)])
        row = self.charge("txn_1", "98.00", self.new_invoice(100.0))
        self.run_proved()
        self.assertFalse(self.match_of(row).difference_minor)
        version.with_user(self.accountant).action_retire("Done.")
        self.automatic("Percent", tolerance_percent=2)
        row = self.charge("txn_2", "98.00", self.new_invoice(100.0))
        self.run_proved()
        self.assertEqual(self.match_of(row).difference_minor, 200)

    # ------------------------------------------------------------------
    # By itself, or by a person
    # ------------------------------------------------------------------

    def test_without_proof_it_is_proposed(self):
        version = self.automatic(limits=[(self.currency, 5)])
        invoice = self.new_invoice(100.0)
        row = self.charge("txn_1", "98.00", invoice)
        with self.proved("structured/short:fee") as asked:
            self.run_match()
        self.assertIn(("reference/short:fee", version.rule_id.id), asked)
        items = self.open_line(invoice)
        match = self.assertInFull(row, items, 200, "reference/short:fee", version)
        self.assertEqual((match.state, row.match_state), ("proposed", "proposed"))
        self.assertFalse(match.is_automatic)
        self.assertEqual(self.claim_of(items), (False, False))
        match.action_confirm()
        self.assertEqual((match.state, row.match_state), ("confirmed", "matched"))
        self.assertEqual(self.claim_of(items), (10000, 10000))

    def test_a_rule_that_proposes_asks_for_no_proof(self):
        version = self.approved(limits=[(self.currency, 5)])
        row = self.charge("txn_1", "98.00", self.new_invoice(100.0))
        with self.proved() as asked:
            self.run_match()
        self.assertFalse(asked)
        self.assertEqual(self.match_of(row).rule_version_id, version)
        self.assertEqual(row.match_state, "proposed")

    def test_a_proposal_ends_when_another_payment_names_its_document(self):
        """Both together are ambiguous: so they are one after the other."""
        self.approved(limits=[(self.currency, 5)])
        invoice = self.new_invoice(100.0)
        row = self.charge("txn_1", "98.00", invoice)
        self.run_match()
        self.assertEqual(row.match_state, "proposed")
        other = self.charge("txn_2", "100.00", invoice)
        self.run_match()
        self.assertOpen(row, "ambiguous")
        self.assertOpen(other, "ambiguous")

    def test_a_proposal_ends_when_its_document_is_paid_otherwise(self):
        self.approved(limits=[(self.currency, 5)])
        invoice = self.new_invoice(100.0)
        row = self.charge("txn_1", "98.00", invoice)
        self.run_match()
        self.assertEqual(row.match_state, "proposed")
        self.matches._propose(
            [self.charge("txn_2", "100.00")], self.open_line(invoice)
        )._confirm()
        self.run_match()
        self.assertOpen(row, "amount_over")

    def test_what_a_person_took_apart_is_not_proposed_again(self):
        self.automatic(limits=[(self.currency, 5)])
        row = self.charge("txn_1", "98.00", self.new_invoice(100.0))
        self.run_proved()
        match = self.match_of(row)
        match.with_user(self.accountant).action_undo("It is a part payment.")
        self.run_proved()
        self.assertOpen(row, "unmatched")
        self.assertEqual(match.undo_reason, "It is a part payment.")

    def test_the_rule_counts_its_matches(self):
        version = self.automatic(limits=[(self.currency, 5)])
        row = self.charge("txn_1", "98.00", self.new_invoice(100.0))
        self.charge("txn_2", "99.00", self.new_invoice(100.0))
        self.run_proved()
        rule = version.rule_id
        self.assertEqual(rule.hit_count, 2)
        self.assertIn("197.00", rule.hit_amount)
        self.assertIn("3.00", rule.difference_amount)
        opened = self.env["settlement.match"].search(
            rule.action_open_matches()["domain"]
        )
        self.assertEqual(len(opened), 2)
        self.match_of(row)._undo("Wrong.")
        rule.invalidate_recordset()
        self.assertEqual(rule.hit_count, 1)


@tagged("post_install", "-at_install")
class TestEarlyPaymentDiscount(ToleranceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls.env["account.payment.term"].create(
            {
                "name": "2 % within 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "included",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )

    def discounted(self, amount=100.0, move_type="out_invoice", **values):
        return self.new_invoice(
            amount, move_type, invoice_payment_term_id=self.term.id, **values
        )

    def test_in_time_no_rule_is_needed(self):
        invoice = self.discounted()
        self.assertEqual(self.open_line(invoice).discount_date, date(2026, 1, 15))
        row = self.charge("txn_1", "98.00", invoice, booked_on=date(2026, 1, 15))
        self.run_match()
        items = self.open_line(invoice)
        match = self.assertInFull(row, items, 200, "reference/short:discount")
        self.assertEqual((match.state, match.is_automatic), ("confirmed", True))
        self.assertIn("2 % until 2026-01-15", match.sentence)

    def test_a_day_late_it_is_a_part_payment(self):
        invoice = self.discounted()
        row = self.charge("txn_1", "98.00", invoice, booked_on=date(2026, 1, 16))
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 9800)
        self.assertEqual(self.reasons(row), ["amount_short"])

    def test_another_amount_is_a_part_payment(self):
        for paid in ("97.99", "98.01"):
            invoice = self.discounted()
            row = self.charge(f"txn_{paid}", paid, invoice)
            self.run_match()
            with self.subTest(paid=paid):
                self.assertFalse(self.match_of(row).difference_minor)

    def test_after_a_part_payment_there_is_no_discount(self):
        invoice = self.discounted()
        self.charge("txn_1", "50.00", invoice)
        self.run_match()
        row = self.charge("txn_2", "48.00", invoice)
        self.run_match()
        self.assertFalse(self.match_of(row).difference_minor)

    def test_a_discount_goes_before_a_rule(self):
        self.approved("Anything", 1, limits=[(self.currency, 5)], mode="automatic")
        invoice = self.discounted()
        row = self.charge("txn_1", "98.00", invoice)
        self.run_proved()
        items = self.open_line(invoice)
        self.assertInFull(row, items, 200, "reference/short:discount")

    def test_several_documents_and_all_their_discounts(self):
        first, second = self.discounted(), self.discounted(50.0)
        third = self.new_invoice(30.0)
        row = self.charge(
            "txn_1",
            "177.00",
            first,
            extra_references=(("invoice", second.name), ("invoice", third.name)),
        )
        self.run_match()
        items = self.open_line(first) | self.open_line(second) | self.open_line(third)
        self.assertInFull(row, items, 300, "reference/short:discount")

    def test_of_several_documents_only_some_have_their_discount(self):
        first, second = self.discounted(), self.discounted(50.0)
        row = self.charge(
            "txn_1", "148.00", first, extra_references=(("invoice", second.name),)
        )
        self.run_match()
        self.assertOpen(row, "ambiguous")

    def test_a_supplier_grants_one(self):
        bill = self.discounted(
            50.0,
            "in_invoice",
            ref="RE778899",
        )
        (row,) = self.store(
            self.bank_fact("b1", "-49.00", invoice_reference="RE778899"),
            backend=self.bank,
        )
        self.run_match()
        items = self.open_line(bill)
        self.assertInFull(row, items, -100, "reference/short:discount")
