from odoo.tests import HttpCase, tagged

from .close_case import LAST, CloseCase


@tagged("post_install", "-at_install")
class TestCloseTour(CloseCase, HttpCase):
    """The close, its evidence and the way of the money as people use them."""

    def setUp(self):
        super().setUp()
        self.january()

    def tour(self, name, user, url):
        user.password = user.login
        user.email = f"{user.login}@example.com"
        self.start_tour(url, name, login=user.login)

    def url(self, close):
        return f"/odoo/settlement-close/{close.id}"

    def test_from_not_ready_to_ready_to_closed(self):
        self.store(self.loose("fee", "-7", day=30))
        close = self.close()
        others = close.row_ids.filtered(
            lambda row: row.needs_signature and row.code != "segregation"
        )
        others.action_sign("Looked at")
        wallets = close.row_ids.filtered(lambda row: row.code == "wallet")
        self.assertIn("blocking", wallets.mapped("state"), "7.00 is not told of")
        self.store(self.balance("-7", LAST, hour=23))
        close.action_refresh()
        self.tour("settlement_close_sign", self.accountant, self.url(close))
        self.assertEqual(close.state, "ready", close.answer)
        signed = close.row_ids.filtered(lambda row: row.code == "segregation")
        self.assertEqual(signed.signed_by_id, self.accountant)
        self.assertEqual(signed.comment, "One person tests everything here")
        self.tour("settlement_close_close", self.approver, self.url(close))
        self.assertEqual(close.state, "closed")
        self.assertEqual(close.closed_by_id, self.approver)
        self.assertEqual(self.company.fiscalyear_lock_date, LAST)

    def test_the_evidence_in_one_click(self):
        close = self.close()
        self.tour("settlement_close_pack", self.auditor, self.url(close))
        pack = close.pack_ids
        self.assertEqual(pack.state, "done")
        self.assertEqual(pack.requested_by_id, self.auditor)

    def test_from_a_figure_to_the_payload(self):
        self.tour("settlement_close_drill", self.auditor, self.url(self.close()))

    def test_the_same_payout_from_either_end(self):
        url = "/odoo/action-account.action_move_out_invoice_type"
        self.tour("settlement_money_trail", self.viewer, f"{url}/{self.document.id}")
