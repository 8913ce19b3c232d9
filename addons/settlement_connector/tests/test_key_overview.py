from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .. import secrets_store
from ..secrets.keyring import new_key_line
from .common import OTHER_SECRET, SECRET, ConnectorCase


class KeyCase(ConnectorCase):
    """A server with a key of last year, with which a credential is encrypted."""

    def setUp(self):
        super().setUp()
        self.old, self.new = new_key_line("2025"), new_key_line("2026")
        self.set_keys(self.old)
        self.backend.set_credential("api_key", SECRET)
        self.credential = self.backend.credential_ids
        self.admin = self.new_user("group_integration_admin")

    def keys(self, *lines):
        """Give the server other keys; what was computed with the former is void."""
        self.set_keys(*lines)
        self.env.invalidate_all()

    def overview(self, user=None):
        """Return the overview of the keys as lines of (name, role, credentials)."""
        overviews = self.env["settlement.key.overview"]
        action = overviews.with_user(user or self.admin).action_open()
        return overviews.browse(action["res_id"])

    def lines(self):
        return [
            (line.name, line.role, line.credentials)
            for line in self.overview().line_ids
        ]


@tagged("post_install", "-at_install")
class TestKeyOverview(KeyCase):
    def test_which_credential_hangs_on_which_key_is_shown(self):
        self.assertEqual(self.credential.key_id, "2025")
        self.assertTrue(self.credential.is_newest_key)
        self.keys(self.new, self.old)
        self.assertEqual(self.credential.key_id, "2025")
        self.assertFalse(self.credential.is_newest_key)
        self.assertEqual(self.lines(), [("2026", "newest", 0), ("2025", "older", 1)])

    def test_the_button_moves_everything_to_the_newest_key(self):
        self.keys(self.new, self.old)
        overview = self.overview()
        self.assertTrue(overview.is_to_rotate)
        self.assertIn("Keep it", overview.line_ids[1].advice)
        action = overview.with_user(self.admin).action_rotate()
        after = overview.browse(action["res_id"])
        self.assertFalse(after.is_to_rotate)
        self.assertEqual(self.credential.key_id, "2026")
        self.assertIn("may be removed", after.line_ids[1].advice)
        self.keys(self.new)
        self.assertEqual(
            secrets_store.reveal(self.env, self.backend, "api_key"), [SECRET]
        )

    def test_a_key_that_was_removed_too_early_is_named(self):
        self.keys(self.new)
        self.assertEqual(self.lines(), [("2026", "newest", 0), ("2025", "missing", 1)])
        self.assertIn("Put this key back", self.overview().line_ids[1].advice)

    def test_rotating_twice_changes_nothing(self):
        self.keys(self.new, self.old)
        self.assertEqual(
            self.env["settlement.credential"]._rotate_keys()["sealed_again"], 1
        )
        self.assertEqual(
            self.env["settlement.credential"]._rotate_keys(),
            {"sealed_again": 0, "unchanged": 1, "failed": 0},
        )
        self.assertEqual(len(self.events("credential.keys_rotated")), 1)

    def test_a_credential_that_cannot_be_opened_is_told_until_it_can(self):
        def told():
            return self.env["settlement.exception"].search(
                [
                    ("subject_model", "=", "settlement.credential"),
                    ("state", "=", "open"),
                ]
            )

        self.keys(self.new)
        self.env["settlement.credential"]._cron_rotate_keys()
        self.assertEqual(told().reason, "connector_failed")
        self.assertIn("2025", told().cause)
        self.assertNotIn(SECRET, told().cause)
        self.keys(self.new, self.old)
        self.env["settlement.credential"]._cron_rotate_keys()
        self.assertFalse(told())

    def test_the_scheduled_action_runs_as_the_technical_user(self):
        self.keys(self.new, self.old)
        cron = self.env.ref("settlement_connector.cron_rotate_keys")
        bot = self.env.ref("settlement.user_bot")
        credentials = self.env["settlement.credential"].with_user(bot)
        self.assertEqual(cron.code, "model._cron_rotate_keys()")
        credentials._cron_rotate_keys()
        self.assertEqual(self.credential.key_id, "2026")
        self.assertEqual(self.events("credential.keys_rotated").user_id, bot)

    def test_only_integration_administrators_see_and_rotate(self):
        for role in ("group_viewer", "group_auditor", "group_approver"):
            user = self.new_user(role)
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    self.overview(user)
                with self.assertRaises(AccessError):
                    self.env["settlement.credential"].with_user(
                        user
                    ).action_rotate_keys()

    def test_a_server_without_keys_says_what_to_set(self):
        self.keys()
        self.assertEqual(self.lines(), [("2025", "missing", 1)])
        self.keys("nonsense")
        with self.assertRaises(UserError):
            self.overview()
        self.assertFalse(self.credential.is_newest_key)

    def test_the_overview_holds_no_key(self):
        overview = self.overview()
        secret = self.old.partition(":")[2]
        self.env.flush_all()
        self.env.cr.execute("SELECT t::text FROM settlement_key_overview_line t")
        self.assertNotIn(secret, str(self.env.cr.fetchall()))
        self.assertNotIn(secret, str(overview.line_ids.read()))

    def test_the_command_line_tells_the_same(self):
        said = []
        cli = self.env["settlement.cli"]
        with patch.object(type(cli), "_say", lambda cli, text="": said.append(text)):
            self.assertEqual(cli._run_command("keys", []), 0)
            self.keys(self.new)
            self.assertEqual(cli._run_command("keys", []), 1)
        self.assertRegex(said[0], r"2025 +newest +1")
        self.assertRegex(said[2], r"2025 +missing +1 .*Put this key back")


@tagged("post_install", "-at_install")
class TestRotateVerb(KeyCase):
    def expiring(self):
        """Let the credential expire soon and return the exception about it."""
        self.credential.sudo().expires_on = self.backend._today()[0]
        self.credential._warn_expiring()
        return self.env["settlement.exception"].search(
            [("reason", "=", "credential_expiring"), ("state", "=", "open")]
        )

    def test_it_opens_the_dialogue_for_the_credential_concerned(self):
        exception = self.expiring().with_user(self.admin)
        action = exception.action_resolve("rotate")
        self.assertEqual(action["res_model"], "settlement.credential.wizard")
        self.assertEqual(action["context"]["default_name"], "api_key")
        self.assertTrue(action["context"]["default_keep_previous"])
        self.assertIn(exception.state, ("open", "in_progress"))

    def test_entering_the_new_value_closes_it(self):
        exception = self.expiring()
        self.backend.with_user(self.admin).set_credential("api_key", OTHER_SECRET)
        self.assertEqual(exception.state, "resolved")

    def test_a_secret_is_no_value_of_the_verb(self):
        exception = self.expiring().with_user(self.admin)
        with self.assertRaises(UserError):
            exception.action_resolve("rotate", value=OTHER_SECRET)

    def test_only_integration_administrators_rotate(self):
        exception = self.expiring()
        for role in ("group_viewer", "group_auditor", "group_accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                exception.with_user(self.new_user(role)).action_resolve("rotate")
