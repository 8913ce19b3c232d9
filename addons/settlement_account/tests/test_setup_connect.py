from odoo.exceptions import UserError
from odoo.tests import tagged

from .setup_case import KEY, SetupCase


@tagged("post_install", "-at_install")
class TestSetupConnect(SetupCase):
    """Steps 1 to 3: what is connected, whether it answers, which wallets."""

    # ------------------------------------------------------------------
    # 1 connect
    # ------------------------------------------------------------------

    def test_only_installed_connectors_are_offered_each_with_a_sentence(self):
        codes = dict(self.env["settlement.setup"]._selection_connector())
        self.assertIn("canonical", codes)
        for code in codes:
            self.assertIn(f"settlement.connector.{code}", self.env)
            self.assertTrue(self.env[f"settlement.connector.{code}"]._about(), code)
        self.teach_files()
        setup = self.start()
        self.assertIn("JSON", setup.connector_about)
        self.assertTrue(setup.takes_files)
        self.assertFalse(setup.is_pulled)

    def test_connecting_creates_the_backend_and_goes_on(self):
        setup = self.start()
        self.assertFalse(setup.backend_id)
        setup.action_connect()
        backend = setup.backend_id
        self.assertEqual(
            (backend.name, backend.connector, backend.state, backend.company_id),
            ("New Provider", "canonical", "draft", self.company),
        )
        self.assertEqual(setup.step, "access")
        self.assertEqual(backend.create_uid, self.admin)
        self.assertEqual(len(self.events("started", setup)), 1)
        self.assertEqual(self.events("connect", setup).user_id, self.admin)

    def test_a_name_that_is_taken_is_refused_in_words(self):
        setup = self.start(name=self.backend.name)
        with self.assertRaisesRegex(UserError, "already"):
            setup.action_connect()
        self.assertEqual(setup.step, "connect")

    def test_going_back_and_renaming_changes_the_backend(self):
        setup = self.reach("accounts")
        setup.action_go_to("connect")
        setup.name = "Renamed"
        setup.action_connect()
        self.assertEqual(setup.backend_id.name, "Renamed")
        self.assertEqual(setup.backend_id.search_count([("name", "=", "Renamed")]), 1)
        setup.action_go_to("accounts")

    def test_another_environment_has_to_be_checked_anew(self):
        setup = self.reach("accounts")
        setup.action_go_to("connect")
        setup.environment = "live"
        setup.action_connect()
        self.assertEqual(setup.backend_id.environment, "live")
        self.assertFalse(setup.checked_at)
        self.assertIn("void", setup.credential_html)
        with self.assertRaisesRegex(UserError, "comes later"):
            setup.action_go_to("accounts")

    def test_the_environment_of_a_live_backend_stays(self):
        setup = self.reach("go_live")
        self.by(self.accountant, setup).action_go_live()
        setup.action_go_to("connect")
        setup.environment = "live"
        with self.assertRaisesRegex(UserError, "is live"):
            setup.action_connect()

    def test_company_and_connector_stay_once_the_backend_exists(self):
        setup = self.reach("access")
        other = self.setup_other_company(name="Elsewhere")["company"]
        self.admin.company_ids += other
        setup = setup.with_context(allowed_company_ids=(self.company | other).ids)
        setup.action_go_to("connect")
        setup.company_id = other
        with self.assertRaisesRegex(UserError, "cannot change"):
            setup.action_connect()

    def test_one_set_up_for_each_backend(self):
        action = self.by(self.admin, self.backend).action_open_setup()
        again = self.by(self.accountant, self.backend).action_open_setup()
        self.assertEqual(action["res_id"], again["res_id"])
        setup = self.env["settlement.setup"].browse(action["res_id"])
        self.assertEqual(setup.step, "access")
        self.assertEqual(setup.wallet_line_ids.wallet_id, self.wallet)

    # ------------------------------------------------------------------
    # 2 access
    # ------------------------------------------------------------------

    def test_a_credential_is_stored_and_never_shown(self):
        setup = self.reach("access")
        self.assertIn("not entered", setup.credential_html)
        setup.set_credential("api_key", KEY)
        setup.invalidate_recordset()
        self.assertIn("entered", setup.credential_html)
        self.assertNotIn(KEY, setup.credential_html)
        self.assertNotIn(KEY, str(setup.read()))
        with self.assertRaisesRegex(UserError, "no use"):
            setup.set_credential("password", KEY)

    def test_the_dialog_asks_for_what_is_missing(self):
        setup = self.reach("access")
        action = setup.action_enter_credential()
        self.assertEqual(action["res_model"], "settlement.credential.wizard")
        self.assertEqual(action["context"]["default_name"], "api_key")
        setup.set_credential("api_key", KEY)
        action = setup.action_enter_credential()
        self.assertEqual(action["context"]["default_name"], "webhook_secret")

    def test_a_missing_encryption_key_is_said_before_anything_is_typed(self):
        setup = self.reach("access")
        self.assertFalse(setup.key_problem)
        self.set_keys()
        setup.invalidate_recordset()
        self.assertIn("SETTLEMENT_CREDENTIAL_KEYS", setup.key_problem)
        for act in (
            setup.action_enter_credential,
            lambda: setup.set_credential("api_key", KEY),
        ):
            with self.assertRaisesRegex(UserError, "SETTLEMENT_CREDENTIAL_KEYS"):
                act()

    def test_the_refusal_stays_on_the_screen_in_the_providers_words(self):
        setup = self.reach("access")
        setup.set_credential("api_key", KEY)
        self.provider.refusal = "Invalid API Key provided: sk_test_…etUp"
        self.assertFalse(setup.action_check_access())
        self.assertEqual(setup.check_error, self.provider.refusal)
        self.assertEqual(setup.step, "access")
        self.assertEqual(len(self.events("refused", setup)), 1)
        with self.assertRaisesRegex(UserError, "comes later"):
            setup.action_use_wallets()
        self.provider.refusal = None
        self.assertTrue(setup.action_check_access())
        self.assertFalse(setup.check_error)
        self.assertEqual(setup.step, "wallets")

    def test_checking_again_and_being_refused_takes_the_answer_back(self):
        setup = self.reach("accounts")
        setup.action_go_to("access")
        self.provider.refusal = "Expired API Key"
        setup.action_check_access()
        self.assertFalse(setup.answer)
        with self.assertRaisesRegex(UserError, "comes later"):
            setup.action_go_to("accounts")

    def test_the_answer_is_shown_and_nothing_is_pulled_yet(self):
        setup = self.reach("wallets")
        self.assertIn("acct_1", setup.answer_html)
        self.assertIn("Shop", setup.answer_html)
        self.assertEqual(setup.backend_id.state, "draft")

    def test_checking_a_live_backend_again_leaves_it_live(self):
        setup = self.reach("go_live")
        self.by(self.accountant, setup).action_go_live()
        setup.action_go_to("access")
        setup.action_check_access()
        self.assertEqual(setup.backend_id.state, "connected")

    # ------------------------------------------------------------------
    # 2 access by file
    # ------------------------------------------------------------------

    def test_the_first_file_names_the_accounts_and_waits(self):
        self.teach_files()
        setup = self.start()
        setup.action_connect()
        with self.assertRaisesRegex(UserError, "Choose a file"):
            setup.action_take_files()
        self.upload(
            setup,
            self.charge(1, 3, account_identifier="A-1"),
            self.charge(2, 2, account_identifier="A-2"),
            {**self.balance("55.10"), "account_identifier": "A-2"},
        )
        self.assertEqual(
            setup.wallet_line_ids.mapped("account_identifier"), ["A-1", "A-2"]
        )
        self.assertEqual(setup.wallet_line_ids[1].provider_balance, 55.10)
        self.assertFalse(setup.wallet_line_ids[0].has_balance)
        self.assertEqual(setup.message_ids.mapped("filename"), ["facts.jsonl"])
        self.assertEqual(setup.message_ids.state, "ignored")
        self.assertFalse(setup.read(["upload"])[0]["upload"])
        # The pipeline passes the file by until the books are open.
        setup.backend_id.with_user(self.accountant).run_pipeline()
        self.assertFalse(
            self.env["settlement.transaction"].search_count(
                [("backend_id", "=", setup.backend_id.id)]
            )
        )
        setup.action_take_files()
        self.assertEqual(setup.step, "wallets")

    def test_the_same_file_twice_is_one_file(self):
        self.teach_files()
        setup = self.start()
        setup.action_connect()
        for _time in range(2):
            self.upload(setup, self.charge(1, 3))
        self.assertEqual(len(setup.message_ids), 1)
        self.assertEqual(len(setup.wallet_line_ids), 1)
        # An account without a name of its own goes by that of the backend.
        self.assertEqual(setup.wallet_line_ids.account_identifier, "New Provider")

    def test_a_file_of_somebody_else_is_refused_in_words(self):
        self.teach_files()
        setup = self.start()
        setup.action_connect()
        with self.assertRaisesRegex(UserError, "no file that New Provider can read"):
            setup.receive_file("holiday.jpg", b"\xff\xd8\xff")
        self.assertFalse(setup.wallet_line_ids)
        self.assertFalse(setup.message_ids)

    def test_a_file_without_rows_names_no_account(self):
        self.teach_files()
        setup = self.start()
        setup.action_connect()
        setup.receive_file("empty.jsonl", b'{"type": "nonsense"}\n')
        self.assertFalse(setup.wallet_line_ids)
        with self.assertRaisesRegex(UserError, "Choose a file"):
            setup.action_take_files()

    # ------------------------------------------------------------------
    # 3 wallets
    # ------------------------------------------------------------------

    def test_balances_of_the_answer_are_shown(self):
        self.provider.answer["balances"] = {self.currency.name: "12.34"}
        setup = self.reach("wallets")
        line = setup.wallet_line_ids
        self.assertEqual(
            (line.account_identifier, line.provider_balance, line.has_balance),
            ("acct_1", 12.34, True),
        )

    def test_only_ticked_accounts_become_wallets(self):
        euro = self.env.ref("base.EUR")
        euro.active = False
        yen = self.env.ref("base.JPY")
        yen.active = False
        self.provider.answer["currencies"] = [self.currency.name, "EUR", "JPY", "XXZ"]
        setup = self.reach("wallets")
        lines = {line.currency_id.name: line for line in setup.wallet_line_ids}
        self.assertEqual(set(lines), {self.currency.name, "EUR", "JPY"})
        lines["JPY"].is_used = False
        setup.action_use_wallets()
        self.assertEqual(
            set(setup.backend_id.wallet_ids.mapped("currency_id.name")),
            {self.currency.name, "EUR"},
        )
        self.assertTrue(euro.active)
        self.assertFalse(yen.active)

    def test_no_account_at_all_is_refused(self):
        setup = self.reach("wallets")
        setup.wallet_line_ids.is_used = False
        with self.assertRaisesRegex(UserError, "Tick at least one"):
            setup.action_use_wallets()

    def test_an_account_can_be_added_by_hand_and_left_again(self):
        self.provider.answer["currencies"] = []
        setup = self.reach("wallets")
        self.assertFalse(setup.wallet_line_ids)
        lines = self.env["settlement.setup.wallet"].with_user(self.admin)
        values = {"setup_id": setup.id, "currency_id": self.currency.id}
        line = lines.create({**values, "account_identifier": "acct_9"})
        other = lines.create({**values, "account_identifier": "acct_8"})
        setup.action_use_wallets()
        self.assertEqual(len(setup.backend_id.wallet_ids), 2)
        with self.assertRaisesRegex(UserError, "wallet already"):
            other.unlink()
        setup.action_go_to("wallets")
        other.is_used = False
        setup.action_use_wallets()
        self.assertEqual(setup.backend_id.wallet_ids, line.wallet_id)
        self.assertFalse(other.wallet_id.active)
        setup.action_go_to("wallets")
        other.is_used = True
        setup.action_use_wallets()
        self.assertTrue(other.wallet_id.active)

    def test_a_rounding_that_disagrees_with_iso_stops(self):
        self.env.ref("base.JPY").rounding = 0.01
        self.provider.answer["currencies"] = ["JPY"]
        setup = self.reach("wallets")
        self.assertIn("0 decimals by ISO 4217", setup.wallet_line_ids.problem)
        with self.assertRaisesRegex(UserError, "ISO 4217"):
            setup.action_use_wallets()
        self.env.ref("base.JPY").rounding = 1
        self.assertFalse(setup.wallet_line_ids.problem)
        setup.action_use_wallets()

    def test_a_live_wallet_cannot_be_left_out(self):
        self.provider.answer["currencies"] = [self.currency.name, "EUR"]
        setup = self.reach("go_live")
        self.by(self.accountant, setup).action_go_to("go_live")
        lines = self.by(self.accountant, setup.wallet_line_ids)
        lines.opening_date = self.day(2)
        self.by(self.accountant, setup).action_go_live()
        setup.action_go_to("wallets")
        setup.wallet_line_ids[0].is_used = False
        with self.assertRaisesRegex(UserError, "live already"):
            setup.action_use_wallets()

    # ------------------------------------------------------------------
    # Leaving and coming back
    # ------------------------------------------------------------------

    def test_unfinished_set_ups_are_listed_first_with_their_progress(self):
        first, second = self.start(), self.reach("codes", name="Other")
        listed = self.env["settlement.setup"].search([("is_done", "=", False)])
        self.assertEqual(listed[:2], second | first)
        self.assertEqual(first.progress, 0)
        self.assertEqual(second.progress, 50)

    def test_steps_are_reached_one_after_the_other(self):
        setup = self.reach("accounts")
        for step in ("connect", "access", "wallets", "accounts"):
            setup.action_go_to(step)
            self.assertEqual(setup.step, step)
        setup.action_back()
        self.assertEqual(setup.step, "wallets")
        setup.step = "accounts"
        for step in ("codes", "go_live", "done", "nonsense"):
            with self.assertRaisesRegex(UserError, "comes later"):
                setup.action_go_to(step)
            self.refused(lambda s=step: setup.write({"step": s}), UserError, ValueError)

    def test_an_unfinished_set_up_may_be_dropped_a_live_one_stays(self):
        setup = self.start()
        identity = setup.id
        setup.unlink()
        self.assertTrue(
            self.env["settlement.event"]
            .sudo()
            .search([("action", "=", "setup.dropped"), ("res_id", "=", identity)])
        )
        setup = self.reach("go_live")
        self.by(self.accountant, setup).action_go_live()
        with self.assertRaisesRegex(UserError, "stays"):
            setup.unlink()

    def test_what_is_found_cannot_be_entered(self):
        setup = self.reach("wallets")
        for values in (
            {"furthest": 8},
            {"answer": {}},
            {"rehearsal": {}},
            {"backend_id": self.backend.id},
            {"checked_at": "2026-01-01 00:00:00"},
        ):
            self.refused(lambda v=values: setup.write(v), UserError)
            self.refused(lambda v=values: self.start(**v), UserError)
        with self.assertRaises(UserError):
            setup.wallet_line_ids.write({"provider_balance": 5})
        self.assertEqual(self.start(step="done").step, "connect")

    def test_two_people_at_once_do_not_do_a_step_twice(self):
        setup = self.start()
        self.patch(
            type(setup), "try_lock_for_update", lambda records, **_how: records.browse()
        )
        with self.assertRaisesRegex(UserError, "Somebody else works"):
            setup.action_connect()
        self.assertFalse(setup.backend_id)
