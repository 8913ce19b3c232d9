from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.settlement.tests.common import ROLES

from .common import FileCase

PARTS = {
    "line": {"column": "X"},
    "kind": {"value": "X"},
    "constant": {"field": "card_country", "value": "DE"},
    "computed": {"name": "X", "expression": "1"},
    "table": {"name": "X"},
    "total": {"name": "X"},
    "cell": {"name": "X", "line": 1},
}
EDITOR = "group_integration_admin"


@tagged("post_install", "-at_install")
class TestLayoutAccess(FileCase):
    """Administrators edit and propose, approvers decide, everybody else reads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls.new_user(role, login=f"acc-{role}") for role in ROLES}
        cls.layout = cls.new_layout()
        for name, values in PARTS.items():
            cls.env[f"settlement.file.layout.{name}"].create(
                {**values, "layout_id": cls.layout.id}
            )
        cls.rival = cls.env["res.company"].create({"name": "Rival"})
        cls.strangers = {
            role: cls.new_user(role, company=cls.rival, login=f"rival-{role}")
            for role in ROLES
        }

    def parts(self, user):
        """Yield the lists of the layout as a user sees them."""
        for name, values in PARTS.items():
            model = self.env[f"settlement.file.layout.{name}"].with_user(user)
            yield model, values

    def abroad(self, records, user):
        """Return records as a user of the other company asks for them."""
        return records.with_user(user).with_context(allowed_company_ids=self.rival.ids)

    def test_every_role_reads(self):
        for role, user in self.users.items():
            with self.subTest(role=role):
                self.assertTrue(self.layout.with_user(user).read(["name", "problem"]))
                for model, _values in self.parts(user):
                    self.assertTrue(model.search([("layout_id", "=", self.layout.id)]))

    def test_only_administrators_write(self):
        for role, user in self.users.items():
            layout = self.layout.with_user(user)
            for model, values in self.parts(user):
                part = model.search([("layout_id", "=", layout.id)], limit=1)
                with self.subTest(role=role, model=model._name):
                    if role == EDITOR:
                        part.write({"sequence": 5})
                        continue
                    with self.assertRaises(AccessError):
                        part.write({"sequence": 5})
                    with self.assertRaises(AccessError):
                        part.unlink()
                    with self.assertRaises(AccessError):
                        model.create({**values, "layout_id": layout.id})
            with self.subTest(role=role):
                if role == EDITOR:
                    layout.note = "tidied"
                    continue
                with self.assertRaises(AccessError):
                    layout.write({"note": "x"})
                with self.assertRaises(AccessError):
                    layout.create({"name": "Mine"})

    def test_only_administrators_act(self):
        for role, user in self.users.items():
            if role == EDITOR:
                continue
            layout = self.layout.with_user(user)
            for act in (
                layout.action_propose,
                layout.action_withdraw,
                layout.action_back_to_draft,
                layout.action_new_version,
                layout.action_detect,
                layout.action_list_kind_values,
                layout.action_replace_sample,
                layout.action_replay_files,
            ):
                with (
                    self.subTest(role=role, act=act.__name__),
                    self.assertRaises(AccessError),
                ):
                    act()

    def test_only_administrators_open_the_dialogues(self):
        for role, user in self.users.items():
            if role == EDITOR:
                continue
            for name in ("start", "withdrawal"):
                model = self.env[f"settlement.file.layout.{name}"].with_user(user)
                with self.subTest(role=role, model=name):
                    with self.assertRaises(AccessError):
                        model.create({"layout_id": self.layout.id, "name": "x"})

    def test_only_approvers_decide(self):
        layout = self.new_layout("Waiting")
        layout.action_propose()
        for role, user in self.users.items():
            if role == "group_approver":
                continue
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    layout.with_user(user).action_approve()
                with self.assertRaises(AccessError):
                    layout.with_user(user).action_refuse("no")
        layout.with_user(self.users["group_approver"]).action_approve()
        self.assertEqual(layout.state, "approved")

    def test_another_company_sees_and_changes_nothing(self):
        for role, user in self.strangers.items():
            layout = self.abroad(self.layout, user)
            with self.subTest(role=role):
                self.assertFalse(layout.search([]))
                for model, _values in self.parts(user):
                    self.assertFalse(self.abroad(model, user).search([]))
                with self.assertRaises(AccessError):
                    layout.read(["name"])
                for act in (
                    layout.preview_sample,
                    layout.action_propose,
                    layout.action_withdraw,
                    layout.action_new_version,
                    layout.action_detect,
                    layout.action_open_files,
                    layout.action_replay_files,
                    layout.action_approve,
                ):
                    with self.assertRaises(AccessError):
                        act()

    def test_another_company_cannot_follow_or_use_it(self):
        stranger = self.strangers[EDITOR]
        layouts = self.abroad(self.layouts, stranger)
        with self.assertRaises(AccessError):
            layouts.create({"name": "Mine", "previous_id": self.layout.id})
        backend = self.new_backend("Rival", company=self.rival, connector="file")
        with self.assertRaises(AccessError):
            self.abroad(backend, stranger)._use_file_layout(self.layout)
        with self.assertRaises(AccessError):
            layouts.create({"name": "Mine", "company_id": self.company.id})
        with self.assertRaises(AccessError):
            self.abroad(self.layout.kind_ids, stranger).create(
                {"layout_id": self.layout.id, "value": "y"}
            )
        # Two companies may call their layouts alike.
        self.assertTrue(layouts.create({"name": self.layout.name}))

    def test_a_backend_uses_layouts_of_its_own_company(self):
        backend = self.new_backend("Rival", company=self.rival, connector="file")
        with self.assertRaisesRegex(Exception, "company"):
            backend.file_layout_ids = self.layout
