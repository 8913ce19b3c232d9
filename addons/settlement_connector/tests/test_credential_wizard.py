from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .. import secrets_store
from .common import OTHER_SECRET, SECRET, ConnectorCase


@tagged("post_install", "-at_install")
class TestCredentialWizard(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.admin = self.new_user("group_integration_admin")
        action = self.backend.with_user(self.admin).action_enter_credential()
        self.wizards = (
            self.env[action["res_model"]]
            .with_user(self.admin)
            .with_context(**action["context"])
        )

    def reveal(self):
        return secrets_store.reveal(self.env, self.backend, "api_key")

    def enter(self, value, **values):
        with Form(self.wizards) as form:
            form.name = "api_key"
            form.value = value
            for name, other in values.items():
                form[name] = other
        return form.record

    def test_the_dialog_stores_the_value(self):
        wizard = self.enter(SECRET, expires_on="2030-01-01")
        self.assertEqual(self.reveal(), [SECRET])
        self.assertEqual(str(self.backend.credential_ids.expires_on), "2030-01-01")
        self.assertEqual(wizard.action_done()["type"], "ir.actions.act_window_close")

    def test_the_dialog_keeps_nothing(self):
        wizard = self.enter(SECRET)
        self.assertFalse(wizard.value)
        self.env.invalidate_all()
        self.assertFalse(wizard.value)
        self.assertFalse(self.wizards._fields["value"].store)
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'settlement_credential_wizard'"
        )
        self.assertNotIn(("value",), self.env.cr.fetchall())

    def test_the_value_so_far_may_be_kept(self):
        self.enter(SECRET)
        self.enter(OTHER_SECRET, keep_previous=True)
        self.assertEqual(self.reveal(), [OTHER_SECRET, SECRET])

    def test_the_names_of_the_connector_are_offered(self):
        names = self.wizards.fields_get(["name"])["name"]["selection"]
        self.assertEqual(
            names, [("api_key", "Api key"), ("webhook_secret", "Webhook secret")]
        )

    def test_without_a_backend_all_names_are_offered(self):
        wizards = self.wizards.with_context(default_backend_id=False)
        names = dict(wizards.fields_get(["name"])["name"]["selection"])
        self.assertIn("api_key", names)

    def test_an_empty_value_is_refused(self):
        with self.assertRaises(UserError):
            self.wizards.create(
                {"backend_id": self.backend.id, "name": "api_key", "value": " "}
            )

    def test_changing_the_dialog_later_changes_the_credential(self):
        wizard = self.enter(SECRET)
        wizard.value = OTHER_SECRET
        self.assertEqual(self.reveal(), [OTHER_SECRET])

    def test_roles(self):
        for role in ("group_viewer", "group_auditor", "group_accountant"):
            user = self.new_user(role)
            with self.assertRaises(AccessError):
                self.backend.with_user(user).action_enter_credential()
            with self.assertRaises(AccessError):
                self.wizards.with_user(user).create(
                    {"backend_id": self.backend.id, "name": "api_key", "value": SECRET}
                )

    def test_other_companies(self):
        stranger = self.env["res.company"].create({"name": "Stranger"})
        user = self.new_user("group_integration_admin", company=stranger)
        with self.assertRaises(AccessError):
            self.wizards.with_user(user).create(
                {"backend_id": self.backend.id, "name": "api_key", "value": SECRET}
            )
