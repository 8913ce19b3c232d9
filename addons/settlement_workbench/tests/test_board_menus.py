from odoo.tests import TransactionCase, tagged

# In this order, and nothing beside them.
MENUS = [
    "Board",
    "Exceptions",
    "Transactions",
    "Batches",
    "Matches",
    "Close",
    "Configuration",
    "Audit",
]
PATHS = {
    "settlement_workbench.action_settlement_board": "settlement-board",
    "settlement.action_settlement_exception": "settlement-exceptions",
    "settlement.action_settlement_transaction": "settlement-transactions",
    "settlement.action_settlement_batch": "settlement-batches",
    "settlement_match.action_settlement_match": "settlement-matches",
}


@tagged("post_install", "-at_install")
class TestBoardMenus(TransactionCase):
    """Where everything lives."""

    def test_settlements_has_its_menus_in_order(self):
        root = self.env.ref("settlement.menu_settlement")
        names = root.child_id.sorted(lambda menu: (menu.sequence, menu.id)).mapped(
            "name"
        )
        # The checklist of a close brings its own menu.
        wanted = [name for name in MENUS if name in names or name != "Close"]
        self.assertEqual(names, wanted)

    def test_addresses_stay(self):
        for xmlid, path in PATHS.items():
            with self.subTest(xmlid=xmlid):
                self.assertEqual(self.env.ref(xmlid).path, path)

    def test_every_menu_leads_somewhere(self):
        root = self.env.ref("settlement.menu_settlement")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", root.id)])
        for menu in menus - root:
            with self.subTest(menu=menu.complete_name):
                self.assertTrue(menu.action or menu.child_id)

    def test_what_people_need_daily_is_still_there(self):
        root = self.env.ref("settlement.menu_settlement")
        for xmlid in (
            "settlement.menu_settlement_wallets",
            "settlement.menu_settlement_expected",
            "settlement.menu_settlement_disputes",
            "settlement.menu_settlement_reserves",
            "settlement.menu_settlement_import",
            "settlement.menu_settlement_exception_guide",
            "settlement_account.menu_settlement_postings",
            "settlement_account.menu_settlement_posting_requests",
            "settlement_account.menu_account_bank_statement_line",
        ):
            with self.subTest(xmlid=xmlid):
                menu = self.env.ref(xmlid)
                self.assertTrue(menu.active and menu.action)
                self.assertIn(str(root.id), menu.parent_path.split("/"))
