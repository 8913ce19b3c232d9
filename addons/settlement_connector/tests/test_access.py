from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.settlement.tests.common import ROLES

from .common import SECRET, ConnectorCase

MODELS = {
    "settlement.credential": {"group_integration_admin", "group_auditor"},
    "settlement.window": set(ROLES),
    "settlement.call.count": set(ROLES),
    "settlement.pull.target": set(ROLES),
    "settlement.webhook.refusal": set(ROLES),
}


@tagged("post_install", "-at_install")
class TestAccess(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.backend.set_credential("api_key", SECRET)
        self.backend.pull()
        self.backend._announce(["one"])
        self.env["settlement.webhook.refusal"]._add(self.backend, 1, "Wrong.")

    def records(self, model):
        return self.env[model].search([("backend_id", "=", self.backend.id)])

    def test_who_may_read(self):
        for model, readers in MODELS.items():
            records = self.records(model)
            self.assertTrue(records, model)
            for role in ROLES:
                with self.subTest(model=model, role=role):
                    mine = records.with_user(
                        self.new_user(role, login=f"{role}{model}")
                    )
                    if role in readers:
                        self.assertTrue(mine.read())
                    else:
                        self.assertRaises(AccessError, mine.read)

    def test_nobody_writes_what_the_pull_writes(self):
        for model in set(MODELS) - {"settlement.credential"}:
            for role in ROLES:
                user = self.new_user(role, login=f"{role}{model}")
                records = self.records(model).with_user(user)
                with self.subTest(model=model, role=role):
                    for act in (
                        lambda records=records: records.write({"backend_id": 1}),
                        lambda records=records: records.create({}),
                        lambda records=records: records.unlink(),
                    ):
                        self.assertRaises(AccessError, act)

    def test_who_may_change_credentials(self):
        for role in ROLES:
            credential = self.records("settlement.credential").with_user(
                self.new_user(role)
            )
            with self.subTest(role=role):
                if role == "group_integration_admin":
                    credential.expires_on = "2030-01-01"
                    continue
                with self.assertRaises(AccessError):
                    credential.expires_on = "2030-01-01"
                with self.assertRaises(AccessError):
                    credential.unlink()

    def test_other_companies_see_nothing(self):
        stranger = self.env["res.company"].create({"name": "Stranger"})
        for role in ROLES:
            user = self.new_user(role, company=stranger)
            for model, readers in MODELS.items():
                if role not in readers:
                    continue
                with self.subTest(model=model, role=role):
                    records = self.records(model)
                    records = records.with_context(allowed_company_ids=stranger.ids)
                    records = records.with_user(user)
                    self.assertFalse(records.search([]))
                    self.assertRaises(AccessError, records.read)

    def test_the_form_of_a_backend_opens_for_every_role(self):
        for role in ROLES:
            user = self.new_user(role)
            with self.subTest(role=role):
                backends = self.env["settlement.backend"].with_user(user)
                views = backends.get_views([(False, "form"), (False, "list")])
                shown = (
                    "credential_ids" in views["models"]["settlement.backend"]["fields"]
                )
                self.assertEqual(shown, role in MODELS["settlement.credential"])
                self.backend.with_user(user).read()
                self.env["settlement.window"].with_user(user).get_views(
                    [(False, "form"), (False, "list"), (False, "search")]
                )

    def test_buttons_are_shown_to_who_may_press_them(self):
        expected = {
            "group_viewer": set(),
            "group_auditor": set(),
            "group_accountant": {"action_pull"},
            "group_approver": {"action_pull"},
            "group_integration_admin": {
                "action_pull",
                "action_check_connection",
                "action_enter_credential",
            },
        }
        for role, buttons in expected.items():
            backends = self.env["settlement.backend"].with_user(self.new_user(role))
            arch = backends.get_views([(False, "form")])["views"]["form"]["arch"]
            for button in expected["group_integration_admin"]:
                with self.subTest(role=role, button=button):
                    self.assertEqual(f'name="{button}"' in arch, button in buttons)
