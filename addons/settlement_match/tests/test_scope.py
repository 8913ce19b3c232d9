from datetime import datetime
from unittest.mock import patch

from odoo.tests import tagged

from ..models import scope
from ..models.matcher import SCOPED_STAGES
from .common import MatchCase


@tagged("post_install", "-at_install")
class TestScope(MatchCase):
    """A run judges again what is new or changed, and nothing else."""

    def setUp(self):
        super().setUp()
        # Things that nobody will ever be able to match.
        self.strangers = self.store(
            *(
                self.bank_fact(f"x{number}", "7.77", description=f"KD-99881{number}")
                for number in range(5)
            ),
            backend=self.bank,
        )
        self.run_match()

    def examined(self):
        """Run the matcher; return how many rows references and texts were judged of."""
        counters = self.run_match()
        rows = {counters[stage]["rows"] for stage in SCOPED_STAGES[1:2]}
        (count,) = rows
        return count

    def credit(self, external_id, gross, text, **values):
        (row,) = self.store(
            self.bank_fact(external_id, gross, description=text, **values),
            backend=self.bank,
        )
        return row

    def test_nothing_new_is_nothing_to_judge(self):
        self.assertEqual(self.examined(), 0)
        for row in self.strangers:
            self.assertOpen(row, "missing_reference")

    def test_a_new_payment_is_judged_alone(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", invoice.name)
        self.assertEqual(self.examined(), 1)
        self.assertMatched(row, self.open_line(invoice))
        self.assertEqual(self.examined(), 0)

    def test_texts_of_untouched_rows_are_not_read(self):
        self.credit("b1", "100.00", "INV/1999/00001")
        read = []
        matcher = type(self.matcher)
        original = matcher._read_chunk

        def spy(self, run, texts, countries):
            read.extend(texts)
            return original(self, run, texts, countries)

        with patch.object(matcher, "_read_chunk", spy):
            self.run_match()
        self.assertEqual(read, self.current_row("b1", backend=self.bank).ids)

    def test_a_late_invoice_is_tried_with_its_field(self):
        (row,) = self.store(self.fact("t1", "100.00", invoice_reference="LATE/2026/7"))
        self.assertEqual(self.examined(), 1)
        self.assertOpen(row, "unmatched")
        self.assertEqual(self.examined(), 0)
        invoice = self.new_invoice(100.0, ref="LATE/2026/7")
        self.assertEqual(self.examined(), 1)
        self.assertMatched(row, self.open_line(invoice))

    def test_a_late_invoice_is_tried_with_texts(self):
        good = self.credit("b1", "100.00", "for LATE/2026/0077 thanks")
        bad = self.credit("b2", "50.00", "for MORE-2O26-88 thanks")
        self.run_match()
        self.assertOpen(good, "missing_reference")
        first = self.new_invoice(100.0, ref="LATE/2026/0077")
        second = self.new_invoice(50.0, ref="MORE-2026-88")
        self.assertEqual(self.examined(), 2)
        self.assertMatched(good, self.open_line(first))
        self.assertMatched(bad, self.open_line(second))

    def test_a_late_invoice_of_a_known_payer(self):
        self.env["res.partner.bank"].create(
            {
                "acc_number": "DE89370400440532013000",
                "partner_id": self.customer.id,
            }
        )
        row = self.credit(
            "b1",
            "33.00",
            "2026/777",
            counterparty_account="DE89370400440532013000",
        )
        self.run_match()
        self.assertEqual(row.match_state, "open")
        invoice = self.new_invoice(33.0, name="INV/2026/00777")
        self.assertEqual(self.examined(), 1)
        self.assertEqual(self.match_of(row), self.match_of(self.open_line(invoice)))
        self.assertTrue(self.match_of(row))

    def test_rivals_are_judged_together(self):
        invoice = self.new_invoice(100.0)
        first = self.credit("b1", "90.00", f"A {invoice.name}")
        second = self.credit("b2", "90.00", f"B {invoice.name}")
        self.run_match()
        self.assertOpen(first, "ambiguous")
        third = self.credit("b3", "100.00", f"C {invoice.name}")
        self.run_match()
        for row in first | second | third:
            self.assertOpen(row, "ambiguous")
        self.assertEqual(self.examined(), 0)
        self.assertOpen(first, "ambiguous")

    def test_a_rival_that_went_away(self):
        invoice = self.new_invoice(100.0)
        first = self.credit("b1", "100.00", f"A {invoice.name}")
        second = self.credit("b2", "100.00", f"B {invoice.name}")
        self.run_match()
        second._state_rows()._set_match_state("ignored")
        self.assertEqual(self.examined(), 1)
        self.assertMatched(first, self.open_line(invoice))

    def test_a_document_of_which_less_is_open(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.credit("b1", "120.00", f"{first.name} and {second.name}")
        self.run_match()
        self.assertOpen(row, "ambiguous")
        self.credit("b2", "50.00", f"{first.name}")
        self.run_match()
        self.assertEqual(self.reasons(row), ["ambiguous"])

    def test_a_corrected_payment_opens_what_it_touched(self):
        invoice, other = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.credit("b1", "100.00", invoice.name)
        untouched = self.credit("b2", "70.00", other.name)
        self.run_match()
        kept = self.assertMatched(untouched, self.open_line(other))
        later = datetime(2026, 2, 1)
        corrected = self.credit("b1", "60.00", invoice.name, source_version_at=later)
        self.assertNotEqual(row, corrected)
        self.assertEqual(self.examined(), 1)
        self.assertMatched(corrected, self.open_line(invoice), 6000)
        self.assertEqual(self.match_of(untouched), kept)

    def test_an_undone_match_is_judged_again(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", invoice.name)
        self.run_match()
        self.match_of(row)._undo("The provider corrected it.")
        self.assertEqual(self.examined(), 1)
        self.assertMatched(row, self.open_line(invoice))

    def test_rules_and_accounts_change_everything(self):
        for change in (
            lambda: self.env["res.partner.bank"].create(
                {"acc_number": "DE1", "partner_id": self.customer.id}
            ),
            lambda: self.company.write({"name": "Another name"}),
        ):
            self.assertEqual(self.examined(), 0)
            change()
            self.assertEqual(self.examined(), 5)

    def test_everything_is_looked_at_once_a_day(self):
        marks = self.env["settlement.match.watermark"]
        mark = marks.search([("company_id", "=", self.company.id)])
        mark.complete_at -= scope.COMPLETE_EVERY * 2
        self.assertEqual(self.examined(), 5)
        self.assertEqual(self.examined(), 0)

    def test_too_much_that_is_new_is_everything(self):
        with patch.object(scope, "MOST_TOUCHED", 1):
            self.credit("b1", "1.00", "A-12345")
            self.credit("b2", "1.00", "A-12346")
            self.assertEqual(self.examined(), 7)

    def test_what_is_too_much_to_keep_is_judged_again(self):
        with patch.object(scope, "MOST_KEPT", 3):
            self.company.write({"name": "Another name"})
            self.assertEqual(self.examined(), 5)
        kept = self.env["settlement.match.leftover"]
        self.assertFalse(kept.search([("company_id", "=", self.company.id)]))
        self.assertEqual(self.examined(), 5)

    def test_sentence_about_a_long_text_stays(self):
        row = self.credit("b1", "1.00", "4711 " * 3_000)
        for _time in range(2):
            self.run_match()
            self.assertIn("very long", self.open_exceptions(row).cause)

    def test_single_payments_leave_the_memory_alone(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", invoice.name)
        row.action_match()
        self.assertMatched(row, self.open_line(invoice))
        self.assertEqual(self.examined(), 0)

    def test_roles_and_companies(self):
        other = self.setup_other_company(name="Other")["company"]
        roles = ("group_viewer", "group_accountant", "group_auditor")
        users = [self.new_user(role) for role in roles]
        stranger = self.new_user("group_viewer", other)
        for name in ("leftover", "trace", "watermark"):
            rows = self.env[f"settlement.match.{name}"].search(
                [("company_id", "=", self.company.id)]
            )
            self.assertTrue(rows)
            for user in users:
                own = rows.with_user(user)
                self.assertTrue(own.search([]))
                for operation in ("create", "write", "unlink"):
                    self.assertFalse(own.has_access(operation))
            foreign = rows.with_user(stranger)
            self.assertFalse(foreign.search([("id", "in", rows.ids)]))
