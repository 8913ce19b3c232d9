from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .setup_case import KEY, SetupCase

# Every public act, and who may do it; all others are refused.
ADMINS = {"group_integration_admin"}
BOOKS = {"group_accountant", "group_approver"}
ACTS = {
    "action_connect": ADMINS,
    "action_check_access": ADMINS,
    "action_enter_credential": ADMINS,
    "action_take_files": ADMINS,
    "action_use_wallets": ADMINS,
    "action_propose_accounts": BOOKS,
    "action_set_accounts": BOOKS,
    "action_read_codes": ADMINS | BOOKS,
    "action_confirm_codes": ADMINS | BOOKS,
    "action_map_code": BOOKS,
    "action_rehearse": BOOKS,
    "rehearse": BOOKS,
    "read_codes": ADMINS | BOOKS,
    "action_confirm_rehearsal": BOOKS,
    "action_set_limits": {"group_approver"},
    "action_propose_openings": BOOKS,
    "action_open_outstanding": BOOKS,
    "action_go_live": BOOKS,
    "action_advance": BOOKS,
    "action_back": ADMINS | BOOKS,
}
ROLES = (
    "group_viewer",
    "group_auditor",
    "group_integration_admin",
    "group_accountant",
    "group_approver",
)
MODELS = ("settlement.setup", "settlement.setup.wallet", "settlement.setup.account")


@tagged("post_install", "-at_install")
class TestSetupRoles(SetupCase):
    """Who may do which step, role by role and company by company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "group_integration_admin": cls.admin,
            "group_accountant": cls.accountant,
            "group_approver": cls.approver,
            "group_viewer": cls.new_user("group_viewer"),
            "group_auditor": cls.new_user("group_auditor"),
        }
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.stranger = new_test_user(
            cls.env,
            login="stranger",
            groups="base.group_user,settlement.group_approver,"
            "settlement.group_integration_admin,settlement.group_auditor",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )

        cls.all_but_live = cls.reach("go_live")

    def is_refused(self, act):
        """Return whether an act is refused for the lack of a role."""
        try:
            with self.env.cr.savepoint():
                act()
        except AccessError:
            return True
        except UserError:
            return False
        return False

    def test_each_act_is_for_its_roles(self):
        setup = self.all_but_live
        for act, allowed in ACTS.items():
            for role in ROLES:
                mine = setup.with_user(self.users[role])
                refused = self.is_refused(getattr(mine, act))
                self.assertEqual(refused, role not in allowed, (act, role))

    def test_nobody_else_enters_credentials_or_files(self):
        setup = self.reach("access", name="Second")
        for role in set(ROLES) - ADMINS:
            mine = setup.with_user(self.users[role])
            for act in (
                lambda mine=mine: mine.set_credential("api_key", KEY),
                lambda mine=mine: mine.receive_file("f", b"{}"),
                lambda mine=mine: mine.write({"upload": b"e30="}),
                lambda mine=mine: mine.write({"environment": "live"}),
                lambda mine=mine: mine.write({"name": "Mine"}),
            ):
                self.assertTrue(self.is_refused(act), role)

    def test_the_administrator_does_not_decide_on_the_books(self):
        setup = self.all_but_live
        line = setup.wallet_line_ids
        for act in (
            lambda: setup.write({"journal_id": False}),
            lambda: setup.write({"auto_post_limit": 10**6}),
            lambda: line.write({"journal_id": False}),
            lambda: line.write({"opening_balance": 5}),
            lambda: setup.account_line_ids.write({"new_code": "1"}),
        ):
            self.assertTrue(self.is_refused(act))

    def test_the_accountant_does_not_decide_on_limits_or_wallets(self):
        setup = self.by(self.accountant, self.all_but_live)
        for act in (
            lambda: setup.write({"auto_post_limit": 10**6}),
            lambda: setup.action_set_limits(auto_post_limit=10**6),
            lambda: setup.wallet_line_ids.write({"is_used": False}),
            lambda: setup.wallet_line_ids.unlink(),
            lambda: setup.unlink(),
            lambda: setup.copy(),
        ):
            self.assertTrue(self.is_refused(act))
        with self.assertRaises(UserError):
            setup.account_line_ids[:1].write({"role": "loan_account_id"})

    def test_readers_read_and_change_nothing(self):
        setup = self.all_but_live
        for role in ("group_viewer", "group_auditor"):
            mine = setup.with_user(self.users[role])
            self.assertTrue(mine.read())
            self.assertTrue(mine.missing_role)
            for act in (
                lambda mine=mine: mine.write({"step": "connect"}),
                lambda mine=mine: mine.action_go_to("connect"),
                lambda mine=mine: mine.unlink(),
                lambda mine=mine: self.start(user=mine.env.user, name="Third"),
                lambda mine=mine: mine.backend_id.action_open_setup(),
            ):
                self.assertTrue(self.is_refused(act), role)

    def test_it_says_whose_turn_it_is(self):
        setup = self.reach("accounts", name="Second")
        self.assertEqual(setup.missing_role, "Accountant")
        self.assertFalse(self.by(self.accountant, setup).missing_role)
        self.by(self.accountant, setup).action_go_to("connect")
        mine = self.by(self.accountant, setup)
        mine.invalidate_recordset()
        self.assertEqual(mine.missing_role, "Integration administrator")

    def test_another_company_sees_and_changes_nothing(self):
        setup = self.all_but_live
        for model in MODELS:
            records = self.env[model].with_user(self.stranger)
            self.assertFalse(records.search([("company_id", "=", self.company.id)]))
        mine = setup.with_user(self.stranger)
        for act in (*ACTS, "read", "unlink"):
            self.assertTrue(self.is_refused(getattr(mine, act)), act)
        self.assertTrue(self.is_refused(lambda: mine.set_credential("api_key", KEY)))
        self.assertTrue(self.is_refused(lambda: mine.write({"name": "Theirs"})))
        self.assertTrue(
            self.is_refused(
                lambda: self.backend.with_user(self.stranger).action_open_setup()
            )
        )
        self.assertTrue(
            self.is_refused(
                lambda: self.start(user=self.stranger, company_id=self.company.id)
            )
        )

    def test_the_first_run_offers_to_connect_by_role(self):
        self.stranger.group_ids -= self.env.ref("settlement.group_integration_admin")
        backends = self.env["settlement.backend"]
        theirs = backends.with_user(self.stranger).with_context(
            allowed_company_ids=self.other.ids
        )
        for model in ("settlement.backend", "settlement.exception"):
            text = self.env[model].with_env(theirs.env).get_empty_list_help("")
            self.assertIn("Nothing is connected yet", text)
            self.assertNotIn("settlement_connect", text)
        self.stranger.group_ids += self.env.ref("settlement.group_integration_admin")
        self.assertIn("settlement_connect", theirs.get_empty_list_help(""))
        # Where something is connected, the list says what it says otherwise.
        mine = backends.with_user(self.admin)
        self.assertEqual(mine.get_empty_list_help("as before"), "as before")
