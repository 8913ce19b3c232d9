from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.settlement_audit.chain.document import Personal

from .common import ROLES, SettlementCase

# What each role may do, as read, create, write, unlink. The right to write is the
# right to decide or to erase by the methods that are there for it.
RIGHTS = {
    "settlement.event": {"group_auditor": "r"},
    "settlement.event.seal": {"group_auditor": "r"},
    "settlement.event.personal": {
        "group_auditor": "r",
        "group_integration_admin": "rw",
    },
    "settlement.approval": {
        "group_auditor": "r",
        "group_accountant": "r",
        "group_approver": "rw",
    },
}
OPERATIONS = {"read": "r", "create": "c", "write": "w", "unlink": "u"}


@tagged("post_install", "-at_install")
class TestAccessAudit(SettlementCase):
    """Roles and companies on the models of the audit trail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls.new_user(role) for role in ROLES}
        cls.other_company = cls.env["res.company"].create({"name": "Other"})
        cls.strangers = {
            role: cls.new_user(role, cls.other_company, f"other {role}")
            for role in ROLES
        }
        cls.event = cls.env["settlement.event"]._log(
            "payer.named",
            cls.backend,
            before={"payer": Personal("Anna")},
            after={"payer": Personal("Anna Karenina")},
        )
        cls.seal = cls.env["settlement.event.seal"]._seal_pending()[-1]
        requester = cls.new_user("group_accountant", login="requester")
        cls.approval = (
            cls.env["settlement.approval"]
            .with_user(requester)
            ._request(cls.backend.with_user(requester), {"limit": 5}, "Please.")
            .sudo()
        )
        cls.rows = {
            "settlement.event": cls.event,
            "settlement.event.seal": cls.seal,
            "settlement.event.personal": cls.event.personal_ids,
            "settlement.approval": cls.approval,
        }

    def as_user(self, records, user):
        """Return records as ``user`` holds them, in the user's own company."""
        return records.with_user(user).with_context(
            allowed_company_ids=user.company_id.ids
        )

    def test_rights_of_each_role_on_each_model(self):
        for model, rights in RIGHTS.items():
            for role, user in self.users.items():
                for operation, letter in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            self.as_user(self.rows[model], user).has_access(operation),
                            letter in rights.get(role, ""),
                        )

    def test_who_may_read_sees_the_rows(self):
        for model, rights in RIGHTS.items():
            for role in rights:
                with self.subTest(model=model, role=role):
                    seen = self.as_user(self.rows[model], self.users[role])
                    self.assertEqual(seen.search([("id", "in", seen.ids)]), seen)
                    self.assertTrue(seen.read())

    def test_another_company_sees_no_row(self):
        # A seal holds hashes of the events of all companies, and nothing else.
        for model in set(RIGHTS) - {"settlement.event.seal"}:
            for role in RIGHTS[model]:
                with self.subTest(model=model, role=role):
                    seen = self.as_user(self.rows[model], self.strangers[role])
                    self.assertFalse(seen.search([("id", "in", seen.ids)]))
                    with self.assertRaises(AccessError):
                        seen.read()

    def test_nobody_touches_the_audit_trail(self):
        for role, user in self.users.items():
            for model in ("settlement.event", "settlement.event.seal"):
                rows = self.as_user(self.rows[model], user)
                with self.subTest(role=role, model=model):
                    with self.assertRaises(UserError):
                        rows.create({})
                    with self.assertRaises(UserError):
                        rows.write({"id": 1})
                    with self.assertRaises(UserError):
                        rows.unlink()

    def test_approvals_and_personal_data_are_not_edited(self):
        edits = {
            "settlement.approval": {"reason": "Another one."},
            "settlement.event.personal": {"value": "Bertha"},
        }
        for role, user in self.users.items():
            for model, values in edits.items():
                rows = self.as_user(self.rows[model], user)
                with (
                    self.subTest(role=role, model=model),
                    self.assertRaises(UserError),
                ):
                    rows.write(values)
        self.assertEqual(self.approval.reason, "Please.")

    def test_only_auditors_verify_the_chain(self):
        for role, user in self.users.items():
            events = self.as_user(self.env["settlement.event"], user)
            with self.subTest(role=role):
                if role == "group_auditor":
                    self.assertIn("ok", events.verify_chain())
                    continue
                with self.assertRaises(AccessError):
                    events.verify_chain()

    def test_only_approvers_of_the_company_decide(self):
        others = [self.users[role] for role in ROLES if role != "group_approver"]
        for user in (*others, self.strangers["group_approver"]):
            approval = self.as_user(self.approval, user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    approval.action_approve()
                with self.assertRaises(AccessError):
                    approval.action_refuse("No.")
        self.assertEqual(self.approval.state, "waiting")
        approver = self.users["group_approver"]
        self.as_user(self.approval, approver).action_approve()
        self.assertEqual(self.approval.decider_id, approver)

    def test_the_dialog_of_a_refusal_decides_for_approvers_only(self):
        for role, user in self.users.items():
            dialog = self.as_user(self.env["settlement.approval.refusal"], user).create(
                {"approval_id": self.approval.id, "reason": "No."}
            )
            with self.subTest(role=role):
                if role != "group_approver":
                    with self.assertRaises(AccessError):
                        dialog.action_refuse()
                    continue
                dialog.action_refuse()
                self.assertEqual(self.approval.state, "refused")

    def test_only_integration_administrators_of_the_company_erase(self):
        role = "group_integration_admin"
        others = [self.users[other] for other in ROLES if other != role]
        for user in (*others, self.strangers[role]):
            personal = self.as_user(self.event.personal_ids, user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                personal.action_erase("On request.")
        self.assertTrue(all(self.event.personal_ids.mapped("value")))
        self.as_user(self.event.personal_ids, self.users[role]).action_erase("Asked.")
        self.assertFalse(any(self.event.personal_ids.mapped("value")))
