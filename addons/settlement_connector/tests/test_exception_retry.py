from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.settlement.canonical.errors import AuthenticationError

from .common import ConnectorCase, item


@tagged("post_install", "-at_install")
class TestExceptionRetry(ConnectorCase):
    """The verb ``retry`` on a failed pull pulls again."""

    def fail(self, text="Invalid API Key"):
        """Return the exception of a pull that the provider refused."""
        self.source.pages = {"charges": [AuthenticationError(text)]}
        self.backend.pull()
        return self.exceptions()

    def test_what_works_now_closes_it(self):
        exception = self.fail()
        self.source.pages = {"charges": [[item(1)]]}
        calls = len(self.source.calls)
        exception.action_resolve("retry")
        self.assertGreater(len(self.source.calls), calls)
        self.assertEqual(exception.state, "resolved")

    def test_what_fails_again_stays_open(self):
        exception = self.fail()
        self.source.pages = {"charges": [AuthenticationError("Still invalid")]}
        exception.action_resolve("retry")
        self.assertEqual(exception.state, "open")
        self.assertIn("Still invalid", exception.cause)

    def test_a_paused_backend_is_not_pulled(self):
        exception = self.fail()
        self.backend._set_state("paused")
        calls = len(self.source.calls)
        exception.action_resolve("retry")
        self.assertEqual(len(self.source.calls), calls)

    def test_integration_administrators_may_and_readers_may_not(self):
        exception = self.fail()
        self.assertEqual(exception.team, "it")
        for role in ("group_viewer", "group_auditor"):
            user = self.new_user(role)
            with self.subTest(role=role), self.assertRaises(AccessError):
                exception.with_user(user).action_resolve("retry")
        self.source.pages = {"charges": [[item(1)]]}
        admin = self.new_user("group_integration_admin")
        exception.with_user(admin).action_resolve("retry")
        self.assertEqual(exception.state, "resolved")
