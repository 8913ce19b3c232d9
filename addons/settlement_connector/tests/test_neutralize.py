from odoo.tests import tagged
from odoo.tools import file_open

from .common import SECRET, ConnectorCase


@tagged("post_install", "-at_install")
class TestNeutralize(ConnectorCase):
    """A copy of the database reaches nobody, and nobody reaches it."""

    def neutralize(self, *addons):
        """Run the scripts of our addons as Odoo does."""
        self.env.flush_all()
        for addon in addons or ("settlement", "settlement_connector"):
            with file_open(f"{addon}/data/neutralize.sql") as script:
                self.env.cr.execute(script.read())
        self.env.invalidate_all()

    def test_backends_are_paused_and_have_neither_secret_nor_address(self):
        self.backend.set_credential("api_key", SECRET)
        self.backend._set_state("connected")
        self.teach("_capabilities", lambda handler: {"webhook"})
        self.backend.action_renew_webhook()
        self.env["settlement.pull.target"]._add(self.backend, ["payout:po_1"])
        self.neutralize()
        self.assertEqual(self.backend.state, "paused")
        self.assertFalse(self.backend.webhook_token)
        self.assertFalse(self.env["settlement.credential"].search([]))
        self.assertFalse(self.env["settlement.pull.target"].search([]))
        self.env.cr.execute("SELECT count(*) FROM settlement_credential")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_only_addresses_of_stand_ins_stay(self):
        live = self.new_backend("Live", environment="live")
        self.env.flush_all()
        for backend, address in (
            (live, "https://api.example.com"),
            (self.backend, "http://127.0.0.1:9"),
        ):
            self.env.cr.execute(
                "UPDATE settlement_backend SET api_url = %s WHERE id = %s",
                [address, backend.id],
            )
        self.neutralize()
        self.assertFalse(live.api_url)
        self.assertEqual(self.backend.api_url, "http://127.0.0.1:9")

    def test_nothing_runs_by_itself(self):
        names = ("cron_run", "cron_sweep", "cron_retention")
        crons = [self.env.ref(f"settlement.{name}") for name in names]
        crons.append(self.env.ref("settlement_connector.cron_pull"))
        self.env["ir.config_parameter"].set_param("settlement.use_jobs", "1")
        self.backend._enqueue()
        self.neutralize("settlement")
        self.assertFalse(any(cron.active for cron in crons))
        job = self.env["queue.job"].search(
            [("method_name", "=", "_job_advance")], limit=1
        )
        self.assertEqual(job.state, "cancelled")
        self.assertFalse(self.backend._uses_jobs())

    def test_no_code_of_others_is_called(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Tell the warehouse",
                "model_id": self.env.ref("settlement.model_settlement_message").id,
                "state": "code",
                "code": "pass",
            }
        )
        self.backend.on_import_action_id = action
        self.neutralize("settlement")
        self.assertFalse(self.backend.on_import_action_id)
        self.assertTrue(action.exists())

    def test_what_was_paused_does_not_pull(self):
        self.backend._set_state("connected")
        self.neutralize()
        self.env["settlement.backend"]._pull_due(lambda: None)
        self.assertFalse(self.source.calls)
