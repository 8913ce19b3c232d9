from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .difference_case import DifferenceCase


@tagged("post_install", "-at_install")
class TestPostDiscount(DifferenceCase):
    """Early-payment discounts are booked as Odoo's own payment wizard books them."""

    def terms(self, computation):
        return self.env["account.payment.term"].create(
            {
                "name": f"2 % {computation}",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": computation,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )

    def document(self, computation, lines, move_type="out_invoice", **values):
        """Return a posted document; ``lines`` are pairs of price and taxes."""
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.customer.id,
                "invoice_date": date(2026, 1, 2),
                "invoice_payment_term_id": self.terms(computation).id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Goods",
                            "price_unit": price,
                            "tax_ids": [Command.set(taxes.ids)],
                        }
                    )
                    for price, taxes in lines
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def discounted(self, document):
        return self.open_item(document).discount_amount_currency

    def paid_by_wizard(self, document):
        """Return what Odoo's own wizard books besides money and receivable."""
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=document.ids)
            .create({"payment_date": date(2026, 1, 10)})
        )
        payment = wizard._create_payments()
        self.assertEqual(document.payment_state, "paid")
        lines = payment.move_id.line_ids
        taken = payment._seek_for_lines()
        return self.comparable(lines - taken[0] - taken[1])

    def comparable(self, lines):
        return sorted(
            (
                line.account_id.code,
                line.balance,
                tuple(line.tax_ids.ids),
                tuple(line.tax_tag_ids.ids),
                line.tax_repartition_line_id.id,
            )
            for line in lines
        )

    def matched(self, document):
        """Settle a document by a match with its discount; return what was booked."""
        paid = self.discounted(document)
        charge = self.charge(f"{paid:.2f}")
        minor = round((document.amount_total - paid) * 100)
        self.match(charge, document, difference=(minor, "discount"), kind="reference/x")
        self.post_all()
        self.assertFalse(self.exceptions().mapped("cause"))
        self.assertEqual(document.payment_state, "paid")
        self.assert_lawful()
        match = self.stored(charge).match_line_ids.match_id
        posting = self.difference_of(match)
        return match, self.comparable(
            posting.move_id.line_ids.filtered(
                lambda line: line.settlement_role != "settled"
            )
        )

    def assertAsOdoo(self, computation, lines, **values):
        wanted = self.paid_by_wizard(self.document(computation, lines, **values))
        document = self.document(computation, lines, **values)
        match, booked = self.matched(document)
        self.assertEqual(booked, wanted)
        return document, match

    def test_tax_is_corrected_where_the_discount_includes_it(self):
        tax = self.new_tax(20.0)
        document, match = self.assertAsOdoo("included", [(100, tax)])
        lines = self.difference_of(match).move_id.line_ids
        self.assertEqual(
            sorted(lines.mapped("balance")), [-2.4, 0.4, 2.0], "2 % of 120"
        )
        match.action_undo("wrong")
        self.assertEqual(document.amount_residual, 120.0)
        self.assert_lawful()

    def test_several_taxes_on_several_lines(self):
        taxes = self.new_tax(20.0), self.new_tax(7.0, "Reduced")
        self.assertAsOdoo(
            "included",
            [(99.99, taxes[0]), (33.33, taxes[1]), (10.01, taxes[0].browse())],
        )

    def test_without_tax(self):
        self.assertAsOdoo("included", [(100, self.env["account.tax"])])

    def test_the_discount_excludes_tax(self):
        self.assertAsOdoo("excluded", [(100, self.new_tax(20.0))])

    def test_the_tax_was_reduced_from_the_start(self):
        self.assertAsOdoo("mixed", [(100, self.new_tax(20.0))])

    def test_several_documents_with_their_discounts(self):
        tax = self.new_tax(20.0)
        documents = [
            self.document("included", [(100, tax)]),
            self.document("included", [(50, tax)]),
            self.invoice(30),
        ]
        charge = self.charge("206.40")
        match = self.match(
            charge, documents, difference=(360, "discount"), kind="reference/x"
        )
        self.post_all()
        self.assertFalse(self.exceptions().mapped("cause"))
        self.assertEqual({each.payment_state for each in documents}, {"paid"})
        lines = self.difference_of(match).move_id.line_ids
        self.assertEqual(
            sorted(lines.filtered("tax_repartition_line_id").mapped("balance")),
            [0.2, 0.4],
        )
        self.assert_lawful()
        match.action_undo("wrong")
        self.assertEqual(sum(each.amount_residual for each in documents), 210.0)
        self.assert_lawful()

    def test_a_discount_a_day_late_stops_the_posting(self):
        document = self.document("included", [(100, self.new_tax(20.0))])
        charge = self.charge("117.60", day=13)
        self.match(charge, document, difference=(240, "discount"), kind="reference/x")
        self.post_all()
        self.assertEqual(document.payment_state, "not_paid")
        self.assertEqual(len(self.exceptions("tax_mismatch")), 1)

    def test_a_tax_that_is_not_certain_stops_the_posting(self):
        taxes = self.new_tax(20.0) | self.new_tax(5.0, "City")
        document = self.document("included", [(100, taxes)])
        paid = self.discounted(document)
        charge = self.charge(f"{paid:.2f}")
        self.match(charge, document, difference=(250, "discount"), kind="reference/x")
        self.post_all()
        self.assertEqual(document.payment_state, "not_paid")
        self.assertFalse(self.batch().posting_ids)
        self.assertEqual(len(self.exceptions("tax_mismatch")), 1)
        self.assertIn(document.name, self.exceptions("tax_mismatch").cause)
        self.stored(charge).match_line_ids.match_id.action_undo("register it by hand")
        self.match(charge, document, kind="reference/part")
        self.post_all()
        self.assertFalse(self.exceptions("tax_mismatch"))
        self.assertEqual(document.payment_state, "partial")

    def test_another_amount_than_the_terms_grant_stops_the_posting(self):
        document = self.document("included", [(100, self.new_tax(20.0))])
        charge = self.charge("110")
        self.match(charge, document, difference=(1000, "discount"), kind="reference/x")
        self.post_all()
        self.assertEqual(document.payment_state, "not_paid")
        self.assertEqual(len(self.exceptions("tax_mismatch")), 1)

    def test_a_tax_that_is_due_on_payment_stops_the_posting(self):
        self.company.tax_exigibility = True
        tax = self.new_tax(20.0)
        transition = self.env["account.account"].create(
            {
                "name": "Tax not due yet",
                "code": "259999",
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        tax.write(
            {
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": transition.id,
            }
        )
        document = self.document("included", [(100, tax)])
        paid = self.discounted(document)
        charge = self.charge(f"{paid:.2f}")
        self.match(charge, document, difference=(240, "discount"), kind="reference/x")
        self.post_all()
        self.assertEqual(document.payment_state, "not_paid")
        self.assertEqual(len(self.exceptions("tax_mismatch")), 1)
