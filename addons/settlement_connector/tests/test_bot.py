from odoo.tests import tagged

from .common import NOW, ConnectorCase, item


@tagged("post_install", "-at_install")
class TestBot(ConnectorCase):
    """Pulls that run by themselves run as the technical user."""

    def setUp(self):
        super().setUp()
        self.env["settlement.backend"].search([])._set_state("paused")
        self.bot = self.env.ref("settlement.user_bot")
        self.backend._set_state("connected")
        self.source.pages["charges"] = [[item(1)]]

    def run_cron(self, name):
        """Run a scheduled action as the server does."""
        with self.enter_registry_test_mode():
            self.env.ref(f"settlement_connector.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def test_every_scheduled_action_of_ours_runs_as_it(self):
        for name in ("cron_pull", "cron_pull_announced", "cron_rotate_keys"):
            with self.subTest(name=name):
                cron = self.env.ref(f"settlement_connector.{name}")
                self.assertEqual(cron.user_id, self.bot)

    def test_a_pull_runs_as_it_in_the_company_of_the_backend(self):
        seen = []
        pull = self.source.pull

        def remembering(handler, backend, *args):
            seen.append((backend.env.uid, backend.env.companies))
            return pull(handler, backend, *args)

        self.teach("_pull", remembering)
        self.run_cron("cron_pull")
        self.assertEqual(seen, [(self.bot.id, self.company)])
        self.assertEqual(self.windows().state, "ok")
        self.assertEqual(self.windows().create_uid, self.bot)
        self.assertEqual(self.events("message.received")[:1].user_id, self.bot)

    def test_each_company_is_pulled_as_itself(self):
        other_company = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other_company
        other = self.new_backend("Second", other_company)
        self.set_created(other, NOW)
        other._set_state("connected")
        seen = {}
        pull = self.source.pull

        def remembering(handler, backend, *args):
            seen[backend] = backend.env.companies
            return pull(handler, backend, *args)

        self.teach("_pull", remembering)
        self.run_cron("cron_pull")
        self.assertEqual(seen, {self.backend: self.company, other: other_company})

    def test_what_webhooks_announced_is_fetched_as_it(self):
        seen = []
        self.teach("_capabilities", lambda handler: {"pull", "webhook"})
        self.teach(
            "_pull_announced",
            lambda handler, backend, target: seen.append((backend.env.uid, target))
            or [("charges", [item(7)])],
        )
        self.backend._announce(["charge:7"])
        self.run_cron("cron_pull_announced")
        self.assertEqual(seen, [(self.bot.id, "charge:7")])

    def test_the_bot_cannot_read_a_secret_as_a_record(self):
        self.backend.set_credential("api_key", "sk_test_something_secret")
        credential = self.backend.credential_ids.with_user(self.bot)
        self.assertNotIn("sk_test_something_secret", str(credential.read()))
