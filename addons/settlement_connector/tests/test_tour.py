from odoo.tests import HttpCase, tagged

from .. import secrets_store
from .common import ConnectorCase, item


@tagged("post_install", "-at_install")
class TestTour(ConnectorCase, HttpCase):
    def test_from_the_credential_to_the_first_pull(self):
        self.teach("_check_connection", lambda handler, backend: {"account": "acct_1"})
        self.source.pages["charges"] = [[item(1)]]
        admin = self.new_user("group_integration_admin", login="tour_admin")
        admin.password = "tour_admin"
        self.start_tour(
            f"/odoo/settlement-backends/{self.backend.id}",
            "settlement_credential",
            login="tour_admin",
        )
        self.assertEqual(
            secrets_store.reveal(self.env, self.backend, "api_key"),
            ["sk_test_51TypedIntoTheDialog"],
        )
