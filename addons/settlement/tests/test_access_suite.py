from odoo.tests import new_test_user, tagged

from .common import ROLES, SettlementCase

# Models that no record rule narrows down by a company of their own, and why.
WITHOUT_COMPANY = {
    # A seal vouches for the events of all companies; it holds hashes only.
    "settlement.event.seal",
}
# Who may delete what; everything else stays. Of set-ups only those that are not
# finished may go, of rules only the limits of drafts.
DELETED_BY = {
    ("settlement.credential", "group_integration_admin"),
    ("settlement.setup", "group_integration_admin"),
    ("settlement.setup.wallet", "group_integration_admin"),
    ("settlement.rule.tolerance", "group_accountant"),
    ("settlement.rule.tolerance", "group_approver"),
    ("settlement.exception.demand", "group_approver"),
    # Lines of drafts; of what is proposed or approved they are refused.
    *(
        (f"settlement.file.layout.{part}", "group_integration_admin")
        for part in ("cell", "computed", "constant", "kind", "line", "table", "total")
    ),
}


@tagged("post_install", "-at_install")
class TestAccessSuite(SettlementCase):
    """What holds for every model of the suite, whatever addons are installed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls.new_user(role) for role in ROLES}
        names = sorted(name for name in cls.env.registry if cls.is_ours(name))
        models = [cls.env[name] for name in names if not cls.env[name]._abstract]
        cls.models = [model for model in models if not model._transient]
        cls.dialogs = [model for model in models if model._transient]

    @classmethod
    def is_ours(cls, name):
        """Tell whether a model belongs to the suite."""
        module = cls.env.registry[name]._original_module or ""
        return name.startswith("settlement.") and module.startswith("settlement")

    def rules(self, model):
        """Return the rules of ``model`` that hold for everybody."""
        return self.env["ir.rule"].search(
            [("model_id.model", "=", model._name), ("groups", "=", False)]
        )

    def test_every_model_is_narrowed_down_by_company(self):
        self.assertGreater(len(self.models), 15)
        for model in self.models:
            if model._name in WITHOUT_COMPANY:
                continue
            rules = self.rules(model).filtered(
                lambda rule: "company_ids" in (rule.domain_force or "")
            )
            with self.subTest(model=model._name):
                self.assertTrue(rules, "It has no record rule by company.")
                for operation in ("read", "write", "create", "unlink"):
                    self.assertTrue(any(rules.mapped(f"perm_{operation}")), operation)

    def test_viewers_and_auditors_change_nothing(self):
        for role in ("group_viewer", "group_auditor"):
            for model in self.models:
                mine = model.with_user(self.users[role])
                for operation in ("create", "write", "unlink"):
                    with self.subTest(model=model._name, role=role, op=operation):
                        self.assertFalse(mine.has_access(operation))

    def test_nobody_deletes(self):
        for role, user in self.users.items():
            for model in self.models:
                with self.subTest(model=model._name, role=role):
                    self.assertEqual(
                        model.with_user(user).has_access("unlink"),
                        (model._name, role) in DELETED_BY,
                    )

    def test_auditors_read_everything(self):
        for model in self.models:
            with self.subTest(model=model._name):
                auditor = model.with_user(self.users["group_auditor"])
                self.assertTrue(auditor.has_access("read"))

    def test_outsiders_have_no_access_at_all(self):
        outsiders = (
            new_test_user(self.env, "employee", groups="base.group_user"),
            new_test_user(self.env, "customer", groups="base.group_portal"),
            self.env.ref("base.public_user"),
        )
        for user in outsiders:
            for model in self.models:
                for operation in ("read", "create", "write", "unlink"):
                    with self.subTest(model=model._name, user=user.login, op=operation):
                        self.assertFalse(model.with_user(user).has_access(operation))

    def test_a_dialog_belongs_to_who_opened_it(self):
        """A dialog may hold the file of a bank or the words of a decision."""
        for model in self.dialogs:
            with self.subTest(model=model._name):
                self.assertTrue(self.rules(model), "Everybody may read all of them.")

    def test_an_upload_cannot_be_read_by_others(self):
        dialog = (
            self.env["settlement.import.wizard"]
            .with_user(self.users["group_accountant"])
            .create({"backend_id": self.backend.id, "content": b"c2VjcmV0"})
        )
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other, "stranger")
        for user in (stranger, self.users["group_approver"]):
            seen = dialog.with_user(user).with_context(
                allowed_company_ids=user.company_id.ids
            )
            with self.subTest(user=user.login):
                self.assertFalse(seen.has_access("read"))
        self.assertTrue(dialog.has_access("read"))
