import json
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .proof_case import ProofCase


@tagged("post_install", "-at_install")
class TestDashboard(ProofCase):
    """The card of a provider's journal on the accounting dashboard."""

    def card(self, user=None):
        journal = self.wallet.journal_id.with_user(user or self.env.user)
        return journal._get_journal_dashboard_data_batched()[journal.id]

    def test_it_shows_what_the_wallet_holds(self):
        self.store(self.loose(gross="250", day=10), self.balance("250", 12))
        self.wallet.action_post_cutoff(date(2026, 1, 31))
        card = self.card()
        self.assertIn("250.00", card["account_balance"])
        self.assertEqual(card["nb_misc_operations"], 0)
        self.assertIn("250.00", card["settlement"]["provider_balance"])
        self.assertIn("2026-01-12", card["settlement"]["balance_title"])

    def test_nothing_known_is_not_shown_as_zero(self):
        details = self.card()["settlement"]
        self.assertIsNone(details["provider_balance"])
        self.assertIsNone(details["difference"])

    def test_a_proved_wallet_says_so(self):
        self.store(*self.payout(self.row(gross="100"), day=12), self.balance("0", 12))
        self.post()
        self.wallet.action_prove()
        self.assertEqual(self.card()["settlement"]["difference"], "")

    def test_what_is_unexplained_stands_on_it(self):
        self.store(*self.payout(self.row(gross="100"), day=12), self.balance("30", 12))
        self.post()
        self.wallet.action_prove()
        details = self.card()["settlement"]
        self.assertIn("30.00", details["difference"])
        self.assertEqual(details["exceptions"], 1)
        action = self.wallet.journal_id.action_open_settlement_exceptions()
        found = self.env["settlement.exception"].search(action["domain"])
        self.assertEqual(found.wallet_id, self.wallet)

    def test_money_in_transit_opens_its_items(self):
        self.store(*self.payout(self.row(gross="100", fee="3"), day=12))
        self.post()
        self.assertIn("97.00", self.card()["settlement"]["in_transit"])
        action = self.wallet.journal_id.action_open_settlement_transit()
        items = self.env["account.move.line"].search(action["domain"])
        self.assertEqual(items.mapped("balance"), [97])

    def test_the_number_of_waiting_rows_is_the_list_behind_it(self):
        self.store(
            self.loose(gross="5", day=10),
            self.loose(gross="0", day=10),
            # Before the opening nothing is posted.
            self.loose(gross="6", day=date(2025, 12, 31)),
        )
        self.assertEqual(self.card()["settlement"]["waiting"], 1)
        action = self.wallet.journal_id.action_open_settlement_waiting()
        rows = self.env["settlement.transaction"].search(action["domain"])
        self.assertEqual(rows.mapped("gross_amount"), [5])

    def test_a_click_on_its_name_opens_the_rows(self):
        self.store(self.loose(gross="5", day=10))
        action = self.wallet.journal_id.open_action()
        self.assertEqual(action["res_model"], "settlement.transaction")
        rows = self.env["settlement.transaction"].search(action["domain"])
        self.assertEqual(rows.mapped("gross_amount"), [5])

    def test_journals_of_banks_stay_as_they_are(self):
        bank = self.add_bank()
        action = bank.journal_id.open_action()
        self.assertNotEqual(action["res_model"], "settlement.transaction")
        card = bank.journal_id._get_journal_dashboard_data_batched()
        self.assertNotIn("settlement", card[bank.journal_id.id])

    def test_the_way_to_the_proof(self):
        self.store(self.balance("0", 12))
        action = self.wallet.journal_id.action_open_settlement_proof()
        self.assertEqual(action["res_model"], "settlement.wallet.day")

    # ------------------------------------------------------------------
    # The line of the card
    # ------------------------------------------------------------------

    def graph(self):
        (graph,) = json.loads(self.wallet.journal_id.kanban_dashboard_graph)
        return graph

    @freeze_time("2026-01-20")
    def test_the_line_ends_with_the_balance(self):
        self.store(self.loose(gross="250", day=10))
        self.store(self.loose(gross="-40", day=15, kind="refund"))
        for day in (12, 18):
            self.wallet.action_post_cutoff(date(2026, 1, day))
        graph = self.graph()
        self.assertFalse(graph["is_sample_data"])
        self.assertEqual([point["y"] for point in graph["values"]], [0, 250, 210, 210])

    @freeze_time("2026-01-20")
    def test_what_is_older_than_the_line_is_in_its_start(self):
        self.by_hand(70, date(2026, 1, 20) - timedelta(days=31))
        self.by_hand(5, 20)
        self.assertEqual([point["y"] for point in self.graph()["values"]], [70, 75])

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_people_without_a_role_see_the_balance_only(self):
        user = new_test_user(
            self.env,
            login="bookkeeper",
            groups="base.group_user,account.group_account_user",
            company_id=self.company.id,
        )
        self.by_hand(70, 10)
        card = self.card(user)
        self.assertIn("70.00", card["account_balance"])
        self.assertEqual(card["settlement"], {"visible": False})
        with self.assertRaises(AccessError):
            self.wallet.journal_id.with_user(user).action_open_settlement_rows()

    def test_each_role_sees_the_card(self):
        for role in ("viewer", "auditor", "integration_admin", "accountant"):
            with self.subTest(role=role):
                card = self.card(self.new_user(f"group_{role}"))
                self.assertTrue(card["settlement"]["visible"])

    def test_the_card_loads_with_its_template(self):
        view = self.env.ref("account.account_journal_dashboard_kanban_view")
        arch = self.env["account.journal"].get_view(view.id, "kanban")["arch"]
        self.assertIn("action_open_settlement_proof", arch)
