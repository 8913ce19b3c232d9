from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .. import secrets_store
from ..secrets.errors import CredentialVoid, KeyUnavailable
from ..secrets.keyring import KEYS_VARIABLE, new_key_line
from .common import NOW, OTHER_SECRET, SECRET, ConnectorCase


@tagged("post_install", "-at_install")
class TestCredential(ConnectorCase):
    def reveal(self, name="api_key", backend=None):
        return secrets_store.reveal(self.env, backend or self.backend, name)

    def credential(self, name="api_key", backend=None):
        credentials = (backend or self.backend).credential_ids
        return credentials.filtered(lambda credential: credential.name == name)

    # -- storing -----------------------------------------------------------

    def test_what_is_set_can_be_used(self):
        self.assertTrue(self.backend.set_credential("api_key", SECRET))
        self.assertEqual(self.reveal(), [SECRET])
        self.assertRecordValues(
            self.credential(),
            [
                {
                    "name": "api_key",
                    "masked": "…ests",
                    "state": "valid",
                    "rotated_on": NOW,
                    "company_id": self.company.id,
                }
            ],
        )

    def test_spaces_around_a_value_do_not_belong_to_it(self):
        self.backend.set_credential("api_key", f" {SECRET}\n")
        self.assertEqual(self.reveal(), [SECRET])

    def test_several_values_while_one_replaces_another(self):
        self.backend.set_credential("webhook_secret", [OTHER_SECRET, SECRET])
        self.assertEqual(self.reveal("webhook_secret"), [OTHER_SECRET, SECRET])

    def test_a_new_value_replaces_the_old_one(self):
        self.backend.set_credential("api_key", SECRET)
        self.backend.set_credential("api_key", OTHER_SECRET)
        self.assertEqual(self.reveal(), [OTHER_SECRET])
        self.assertEqual(len(self.backend.credential_ids), 1)

    def test_the_value_so_far_may_be_kept(self):
        self.backend.set_credential("api_key", "first of three values")
        self.backend.set_credential("api_key", SECRET, keep_previous=True)
        self.backend.set_credential("api_key", OTHER_SECRET, keep_previous=True)
        self.assertEqual(self.reveal(), [OTHER_SECRET, SECRET])
        self.backend.set_credential("api_key", OTHER_SECRET, keep_previous=True)
        self.assertEqual(self.reveal(), [OTHER_SECRET])

    def test_keeping_a_value_that_is_not_there_or_void(self):
        self.backend.set_credential("api_key", SECRET, keep_previous=True)
        self.backend.environment = "live"
        self.backend.set_credential("api_key", OTHER_SECRET, keep_previous=True)
        self.assertEqual(self.reveal(), [OTHER_SECRET])

    def test_unknown_names_are_refused(self):
        with self.assertRaisesRegex(UserError, "It knows: api_key, webhook_secret"):
            self.backend.set_credential("password", SECRET)

    def test_what_is_no_value_is_refused(self):
        for value in ("", "  ", None, False, 5, [], [SECRET, ""], [SECRET] * 6, {}):
            with self.assertRaises(UserError):
                self.backend.set_credential("api_key", value)
        self.assertFalse(self.backend.credential_ids)

    def test_a_server_without_a_key_says_what_to_set(self):
        self.set_keys("")
        with self.assertRaisesRegex(UserError, KEYS_VARIABLE) as caught:
            self.backend.set_credential("api_key", SECRET)
        self.assertNotIn(SECRET, str(caught.exception))

    def test_a_missing_credential_is_named(self):
        with self.assertRaisesRegex(CredentialVoid, "has no credential 'api_key'"):
            self.reveal()

    # -- the place it belongs to --------------------------------------------

    def test_a_change_of_environment_or_address_voids_it(self):
        self.teach("_allowed_hosts", lambda handler, backend: ["sandbox.example.com"])
        for values in (
            {"environment": "live"},
            {"api_url": "https://sandbox.example.com"},
        ):
            backend = self.new_backend(f"Backend {values}", state="connected")
            backend.set_credential("api_key", SECRET)
            backend.write(values)
            self.assertEqual(self.credential(backend=backend).state, "void")
            self.assertEqual(backend.state, "draft")
            self.assertIn("Enter them again", backend.last_error)
            with self.assertRaisesRegex(CredentialVoid, "Enter it again"):
                self.reveal(backend=backend)
            backend.set_credential("api_key", SECRET)
            self.assertEqual(self.reveal(backend=backend), [SECRET])

    def test_writing_the_same_environment_voids_nothing(self):
        self.backend.set_credential("api_key", SECRET)
        self.backend._set_state("connected")
        self.backend.write({"environment": "test", "api_url": False})
        self.assertEqual(self.backend.state, "connected")
        self.assertFalse(self.events("credential.voided"))

    def test_a_paused_backend_stays_paused(self):
        self.backend.set_credential("api_key", SECRET)
        self.backend._set_state("paused")
        self.backend.environment = "live"
        self.assertEqual(self.backend.state, "paused")

    def test_backends_without_credentials_have_nothing_to_void(self):
        self.backend._set_state("connected")
        self.backend.environment = "live"
        self.assertEqual(self.backend.state, "connected")

    def test_a_sealed_text_in_another_row_is_void(self):
        other = self.new_backend("Other")
        self.backend.set_credential("api_key", SECRET)
        self.backend.set_credential("webhook_secret", OTHER_SECRET)
        other.set_credential("api_key", OTHER_SECRET)
        source = self.credential()
        for target in (
            self.credential("webhook_secret"),
            self.credential(backend=other),
        ):
            self.env.cr.execute(
                "UPDATE settlement_credential target SET sealed = source.sealed "
                "FROM settlement_credential source "
                "WHERE source.id = %s AND target.id = %s",
                [source.id, target.id],
            )
            target.invalidate_recordset()
            self.assertEqual(target.state, "void")
            with self.assertRaises(CredentialVoid):
                self.reveal(target.name, target.backend_id)

    def test_a_row_moved_to_another_backend_is_void(self):
        other = self.new_backend("Other")
        self.backend.set_credential("api_key", SECRET)
        self.env.cr.execute(
            "UPDATE settlement_credential SET backend_id = %s WHERE id = %s",
            [other.id, self.credential().id],
        )
        self.env.invalidate_all()
        with self.assertRaises(CredentialVoid):
            self.reveal(backend=other)

    # -- keys --------------------------------------------------------------

    def test_keys_rotate_without_downtime(self):
        old, new = new_key_line("old"), new_key_line("new")
        self.set_keys(old)
        self.backend.set_credential("api_key", SECRET)
        self.set_keys(new, old)
        self.assertEqual(self.reveal(), [SECRET])
        credentials = self.env["settlement.credential"]
        counts = credentials._rotate_keys()
        self.assertEqual((counts["sealed_again"], counts["failed"]), (1, 0))
        self.assertEqual(credentials._rotate_keys()["sealed_again"], 0)
        self.set_keys(new)
        self.assertEqual(self.reveal(), [SECRET])
        self.assertEqual(len(self.events("credential.keys_rotated")), 1)

    def test_a_key_taken_away_too_early_is_named(self):
        self.set_keys(new_key_line("old"))
        self.backend.set_credential("api_key", SECRET)
        self.set_keys(new_key_line("new"))
        self.assertEqual(self.credential().state, "no_key")
        with self.assertRaisesRegex(KeyUnavailable, "'old'"):
            self.reveal()
        self.assertEqual(self.env["settlement.credential"]._rotate_keys()["failed"], 1)

    # -- who ---------------------------------------------------------------

    def test_roles(self):
        for role in ("group_viewer", "group_auditor", "group_accountant"):
            user = self.new_user(role)
            with self.assertRaises(AccessError):
                self.backend.with_user(user).set_credential("api_key", SECRET)
        admin = self.new_user("group_integration_admin")
        self.backend.with_user(admin).set_credential("api_key", SECRET)
        self.assertEqual(self.reveal(), [SECRET])

    def test_other_companies(self):
        stranger = self.env["res.company"].create({"name": "Stranger"})
        user = self.new_user("group_integration_admin", company=stranger)
        with self.assertRaises(AccessError):
            self.backend.with_user(user).set_credential("api_key", SECRET)

    def test_only_the_expiry_can_be_edited(self):
        self.backend.set_credential("api_key", SECRET)
        admin = self.new_user("group_integration_admin")
        credential = self.credential().with_user(admin)
        credential.expires_on = "2027-01-01"
        other = self.new_backend("Other")
        for values in (
            {"backend_id": other.id},
            {"name": "webhook_secret"},
            {"masked": "…"},
            {"rotated_on": False},
        ):
            with self.assertRaises(AccessError):
                credential.write(values)

    def test_nobody_creates_or_copies_one_by_hand(self):
        self.backend.set_credential("api_key", SECRET)
        credential = self.credential().with_user(
            self.new_user("group_integration_admin")
        )
        with self.assertRaises(AccessError):
            credential.create({"backend_id": self.backend.id, "name": "x"})
        with self.assertRaises(AccessError):
            credential.copy({"name": "x"})

    # -- traces ------------------------------------------------------------

    def test_setting_and_rotating_leave_a_trace(self):
        self.backend.set_credential("api_key", SECRET)
        self.backend.set_credential("api_key", OTHER_SECRET, expires_on="2027-01-01")
        for action, after in (
            ("credential.set", {"name": "api_key"}),
            ("credential.rotated", {"name": "api_key", "expires_on": "2027-01-01"}),
        ):
            event = self.events(action)
            self.assertEqual(event.res_id, self.backend.id)
            self.assertEqual(event.company_id, self.company)
            for name, value in after.items():
                self.assertIn(value, str(event.after[name]))
            self.assertNotIn(SECRET[-4:], str(event.after))

    def test_the_person_is_in_the_trace(self):
        admin = self.new_user("group_integration_admin")
        self.backend.with_user(admin).set_credential("api_key", SECRET)
        self.assertEqual(self.events("credential.set").user_id, admin)

    def test_voiding_and_removing_leave_a_trace(self):
        self.backend.set_credential("api_key", SECRET)
        self.backend.environment = "live"
        self.assertEqual(len(self.events("credential.voided")), 1)
        admin = self.new_user("group_integration_admin")
        self.credential().with_user(admin).unlink()
        self.assertEqual(self.events("credential.removed").user_id, admin)

    # -- expiry ------------------------------------------------------------

    def expiring(self):
        return self.env["settlement.exception"].search(
            [("reason", "=", "credential_expiring"), ("state", "=", "open")]
        )

    def test_an_expiry_that_comes_near_is_an_exception(self):
        today = fields.Date.context_today(self.backend)
        for days, severity in ((31, None), (30, "medium"), (0, "high"), (-3, "high")):
            expires_on = today + timedelta(days=days)
            backend = self.new_backend(f"Backend {days}")
            backend.set_credential("api_key", SECRET, expires_on=expires_on)
            found = self.expiring().filtered(
                lambda found, backend=backend: found.backend_id == backend
            )
            self.assertEqual(found.severity or None, severity)
            if found:
                self.assertIn(expires_on.isoformat(), found.cause)

    def test_a_new_value_closes_it(self):
        today = fields.Date.context_today(self.backend)
        self.backend.set_credential("api_key", SECRET, expires_on=today)
        self.assertTrue(self.expiring())
        self.backend.set_credential("api_key", OTHER_SECRET)
        self.assertFalse(self.expiring())
