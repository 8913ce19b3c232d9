from odoo.tests import HttpCase, tagged

from .board_case import BoardCase


@tagged("post_install", "-at_install")
class TestBoardTour(BoardCase, HttpCase):
    """The board as people use it."""

    def tour(self, name, role, company=None):
        user = self.new_user(role, company)
        user.password = user.login
        user.email = f"{user.login}@example.com"
        self.start_tour("/odoo/settlement-board", name, login=user.login, timeout=180)

    def test_figures_open_their_lists(self):
        self.seed()
        self.env["settlement.board"].sudo()._cron_verify_chain()
        self.tour("settlement_board", "group_auditor")

    def test_nothing_connected(self):
        self.tour("settlement_board_empty", "group_integration_admin", self.other)

    def test_nothing_connected_and_nothing_to_do(self):
        self.tour("settlement_board_empty_viewer", "group_viewer", self.other)

    def test_unknown_is_said_in_words(self):
        self.tour("settlement_board_unknown", "group_viewer")
