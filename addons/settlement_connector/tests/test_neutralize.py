from odoo.tests import tagged
from odoo.tools import file_open

from .common import SECRET, ConnectorCase


@tagged("post_install", "-at_install")
class TestNeutralize(ConnectorCase):
    def test_a_copy_of_the_database_reaches_nobody(self):
        self.backend.set_credential("api_key", SECRET)
        self.backend._set_state("connected")
        self.teach("_capabilities", lambda handler: {"webhook"})
        self.backend.action_renew_webhook()
        self.env.flush_all()
        with file_open("settlement_connector/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertEqual(self.backend.state, "paused")
        self.assertFalse(self.backend.webhook_token)
        self.assertFalse(self.env["settlement.credential"].search([]))
        self.env.cr.execute("SELECT count(*) FROM settlement_credential")
        self.assertEqual(self.env.cr.fetchone(), (0,))
