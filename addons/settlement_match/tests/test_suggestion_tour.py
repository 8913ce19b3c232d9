from odoo.tests import HttpCase, tagged

from .test_suggestion import SuggestionCase


@tagged("post_install", "-at_install")
class TestSuggestionTour(SuggestionCase, HttpCase):
    """The dialog as people use it."""

    def tour(self, name, role):
        user = self.new_user(role)
        user.password = user.login
        user.email = f"{user.login}@example.com"
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{self.invoice.id}",
            name,
            login=user.login,
        )

    def setUp(self):
        super().setUp()
        self.customer.email = "ada@example.com"
        self.invoice = self.new_invoice(100.0)
        self.rows = self.store(
            self.fact("txn_1", "60.00", invoice_reference=self.invoice.name),
            self.fact("txn_2", "40.00", counterparty_email="ada@example.com"),
        )

    def test_from_the_invoice_to_the_match(self):
        self.tour("settlement_suggest", "group_accountant")
        match = self.match_of(self.open_line(self.invoice))
        self.assertEqual(match.state, "confirmed")
        self.assertEqual(match.line_ids.transaction_id, self.rows)

    def test_who_only_looks(self):
        self.tour("settlement_suggest_viewer", "group_viewer")
        self.assertFalse(self.match_of(self.open_line(self.invoice)))
