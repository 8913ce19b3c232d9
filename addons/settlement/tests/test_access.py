from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ROLES, SettlementCase

# What each role may do beyond reading, as create, write, unlink.
RIGHTS = {
    "settlement.backend": {"group_integration_admin": "cw"},
    "settlement.wallet": {
        "group_integration_admin": "cw",
        "group_accountant": "w",
        "group_approver": "w",
    },
    "settlement.balance": {},
    "settlement.message": {},
    "settlement.message.row": {},
    "settlement.transaction": {},
    "settlement.transaction.fee": {},
    "settlement.transaction.state": {},
    "settlement.transaction.reference": {},
    "settlement.document.reference": {},
    "settlement.batch": {},
    "settlement.expected.payment": {
        "group_accountant": "cw",
        "group_approver": "cw",
    },
    # Only its chatter: whatever else changes, goes through its methods.
    "settlement.exception": {
        "group_integration_admin": "w",
        "group_accountant": "w",
        "group_approver": "w",
    },
    "settlement.exception.level": {"group_approver": "cw"},
    "settlement.exception.team": {"group_approver": "cw"},
    "settlement.exception.route": {"group_approver": "cw"},
    "settlement.run": {},
    "settlement.run.stage": {},
    "settlement.mapping": {"group_accountant": "cw", "group_approver": "cw"},
    "settlement.source.code": {},
    "settlement.code.seen": {},
    "settlement.retention": {"group_integration_admin": "cw"},
}
OPERATIONS = {"create": "c", "write": "w", "unlink": "u"}


@tagged("post_install", "-at_install")
class TestAccess(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls.new_user(role) for role in ROLES}
        cls.store_facts(
            cls.charge(batch_kind="payout", batch_external_id="po_1"),
            cls.charge("txn_bad", gross="1.001", fee="0"),
            cls.payout(),
        )
        cls.env["settlement.exception"]._raise_for(cls.wallet, "ambiguous", "Two fit.")
        cls.backend.run_pipeline("parse")
        cls.other_company = cls.env["res.company"].create({"name": "Other"})

    def test_rights_of_each_role_on_each_model(self):
        for model, rights in RIGHTS.items():
            for role, user in self.users.items():
                records = self.env[model].with_user(user)
                with self.subTest(model=model, role=role):
                    self.assertTrue(records.has_access("read"))
                for operation, letter in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            records.has_access(operation),
                            letter in rights.get(role, ""),
                        )

    def test_users_without_a_role_see_nothing(self):
        user = self.env["res.users"].create(
            {
                "name": "Plain",
                "login": "plain",
                "group_ids": [(6, 0, self.env.ref("base.group_user").ids)],
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
            }
        )
        for model in RIGHTS:
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(user).has_access("read"))

    def as_stranger(self, records):
        """Return records as an approver of another company would hold them."""
        login = "stranger"
        user = self.env["res.users"].search([("login", "=", login)])
        user = user or self.new_user("group_approver", self.other_company, login)
        return records.with_user(user).with_context(
            allowed_company_ids=self.other_company.ids
        )

    def test_another_company_sees_no_row_of_any_model(self):
        with_rows = 0
        for model in RIGHTS:
            records = self.env[model].sudo().search([])
            mine = records.filtered(lambda record: record.company_id == self.company)
            with_rows += bool(mine)
            visible = self.as_stranger(self.env[model]).search([])
            with self.subTest(model=model):
                self.assertFalse(visible & mine)
                if mine:
                    with self.assertRaises(AccessError):
                        self.as_stranger(mine[0]).read(["id", "company_id"])
        self.assertGreaterEqual(with_rows, 9)

    def test_public_methods_refuse_other_companies(self):
        backend = self.as_stranger(self.backend)
        with self.assertRaises(AccessError):
            backend.run_pipeline()
        with self.assertRaises(AccessError):
            backend.import_file("facts.jsonl", b"{}")
        with self.assertRaises(AccessError):
            self.as_stranger(self.stored().message_id).replay()
        with self.assertRaises(AccessError):
            self.as_stranger(self.stored().batch_id).action_validate()

    def test_viewer_and_auditor_can_call_nothing_that_changes(self):
        for role in ("group_viewer", "group_auditor"):
            user = self.users[role]
            calls = (
                lambda user: self.backend.with_user(user).run_pipeline(),
                lambda user: self.backend.with_user(user).import_file("f", b"{}"),
                lambda user: self.backend.with_user(user).action_pause(),
                lambda user: self.backend.with_user(user).action_resume(),
                lambda user: self.stored().message_id.with_user(user).replay(),
                lambda user: self.stored().batch_id.with_user(user).action_validate(),
                lambda user: self.env["settlement.run"]
                .with_user(user)
                .search([], limit=1)
                .action_cancel(),
            )
            for number, call in enumerate(calls):
                with (
                    self.subTest(role=role, call=number),
                    self.assertRaises(AccessError),
                ):
                    call(user)

    def test_only_auditors_read_the_audit_trail(self):
        for role, user in self.users.items():
            with self.subTest(role=role):
                self.assertEqual(
                    self.env["settlement.event"].with_user(user).has_access("read"),
                    role == "group_auditor",
                )

    def test_an_accountant_needs_no_administrator_to_run_a_file(self):
        accountant = self.users["group_accountant"]
        backend = self.backend.with_user(accountant)
        message = backend.import_file(
            "facts.jsonl", self.lines(self.charge_line("txn_accountant"))
        )
        run = backend.run_pipeline()
        self.assertFalse(run.skipped)
        self.assertEqual(message.state, "parsed")
        self.assertTrue(self.stored("txn_accountant"))
