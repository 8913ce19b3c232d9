from odoo.tests import tagged

from .test_counterparty import IBAN, CounterpartyCase


@tagged("post_install", "-at_install")
class TestTextProposed(CounterpartyCase):
    """What a doubtful reading proposes is shown like what any other stage proposes."""

    def test_it_leaves_an_exception_that_names_it(self):
        invoice = self.new_invoice(120.5)
        number = invoice.name.replace("2026", "2062")
        row = self.bank_row(
            "b1", "120.50", description=f"Invoice {number}", counterparty_account=IBAN
        )
        self.run_match()
        match = self.assertProposed(row, self.open_line(invoice))
        (exception,) = self.open_exceptions(row)
        self.assertEqual(exception.reason, "unmatched")
        self.assertIn("Proposed: ", exception.cause)
        self.assertIn(invoice.name, exception.cause)
        self.run_match()
        self.assertEqual(self.match_of(row), match)
        self.assertEqual(self.reasons(row), ["unmatched"])
        match.action_confirm()
        self.assertFalse(self.reasons(row))
