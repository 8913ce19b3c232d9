from odoo.exceptions import AccessDenied, AccessError
from odoo.tests import tagged

from .common import SettlementCase


@tagged("post_install", "-at_install")
class TestBot(SettlementCase):
    """What runs by itself has a user of its own, with no more rights than it needs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bot = cls.env.ref("settlement.user_bot")
        cls.other_company = cls.env["res.company"].create({"name": "Other"})
        cls.env.user.company_ids += cls.other_company
        cls.other = cls.new_backend("Second", cls.other_company)
        cls.env["settlement.wallet"].create(
            {
                "backend_id": cls.other.id,
                "account_identifier": "ACC-1",
                "currency_id": cls.euro.id,
            }
        )

    def crons(self):
        """Return the scheduled actions of core and audit trail."""
        names = ("cron_run", "cron_sweep", "cron_retention")
        ours = [self.env.ref(f"settlement.{name}") for name in names]
        return self.env["ir.cron"].union(
            *ours, self.env.ref("settlement_audit.cron_seal")
        )

    def run_cron(self, name):
        """Run a scheduled action as the server does."""
        with self.enter_registry_test_mode():
            self.env.ref(name).method_direct_trigger()
        self.env.invalidate_all()

    def test_nobody_logs_in_as_it(self):
        self.bot.password = "guessed by somebody"
        credential = {
            "type": "password",
            "login": self.bot.login,
            "password": "guessed by somebody",
        }
        users = self.bot.with_user(self.bot)
        with self.assertRaises(AccessDenied):
            users._check_credentials(credential, {"interactive": True})
        other = self.new_user("group_accountant")
        other.password = "a password of one's own"
        credential.update(login=other.login, password="a password of one's own")
        self.assertTrue(
            other.with_user(other)._check_credentials(credential, {"interactive": True})
        )

    def test_it_is_no_superuser(self):
        # An archived user's scheduled actions are not run.
        self.assertTrue(self.bot.active)
        self.assertFalse(self.bot._is_superuser() or self.bot._is_system())
        self.assertFalse(self.bot.has_group("base.group_erp_manager"))
        self.assertFalse(self.bot.has_group("settlement.group_approver"))
        self.assertTrue(self.bot.has_group("settlement.group_accountant"))

    def test_every_scheduled_action_of_ours_runs_as_it(self):
        self.assertEqual(len(self.crons()), 4)
        self.assertEqual(self.crons().user_id, self.bot)

    def test_it_belongs_to_the_companies_with_a_backend(self):
        self.assertLessEqual(self.company | self.other_company, self.bot.company_ids)
        idle = self.env["res.company"].create({"name": "Idle"})
        self.assertNotIn(idle, self.bot.company_ids)

    def test_the_pipeline_runs_for_each_company_as_it(self):
        messages = [
            backend.import_file("f.jsonl", self.lines(self.charge_line()))
            for backend in (self.backend, self.other)
        ]
        self.run_cron("settlement.cron_run")
        self.assertEqual([message.state for message in messages], ["parsed"] * 2)
        runs = self.env["settlement.run"].search([("user_id", "=", self.bot.id)])
        self.assertLessEqual(
            {self.company.id, self.other_company.id}, set(runs.company_id.ids)
        )
        self.assertFalse([run for run in runs if run.skipped])
        event = self.env["settlement.event"].search(
            [("action", "=", "transaction.stored")], limit=1
        )
        self.assertEqual(event.user_id, self.bot)

    def test_the_sweep_and_the_retention_run_as_it(self):
        self.env["ir.config_parameter"].set_param("settlement.use_jobs", "1")
        self.backend.import_file("f.jsonl", self.lines(self.charge_line()))
        self.env["queue.job"].search([("method_name", "=", "_job_advance")]).unlink()
        self.run_cron("settlement.cron_sweep")
        job = self.env["queue.job"].search([("method_name", "=", "_job_advance")])
        self.assertEqual(job.user_id, self.bot)
        self.assertEqual(
            job.records.env.context.get("allowed_company_ids"), self.company.ids
        )
        self.run_cron("settlement.cron_retention")

    def test_sealing_works_as_it(self):
        self.env["settlement.event"]._log("test.done", self.backend)
        events = self.env["settlement.event"].with_user(self.bot)
        seals = events._seal_pending()
        self.assertTrue(seals)
        self.assertFalse(
            [
                finding
                for finding in self.env["settlement.verification"].run()["findings"]
                if finding["model"].startswith("settlement.event")
            ]
        )

    def test_whoever_wakes_a_backend_its_job_is_the_bots(self):
        self.env["ir.config_parameter"].set_param("settlement.use_jobs", "1")
        accountant = self.new_user("group_accountant")
        self.backend.with_user(accountant).import_file(
            "f.jsonl", self.lines(self.charge_line())
        )
        job = self.env["queue.job"].search([("method_name", "=", "_job_advance")])
        self.assertEqual(job.user_id, self.bot)

    def test_nobody_without_the_role_runs_a_job(self):
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            backend = self.backend.with_user(self.new_user(role))
            with self.subTest(role=role), self.assertRaises(AccessError):
                backend._job_advance()
