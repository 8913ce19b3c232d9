from urllib.parse import urlsplit

from odoo.tests import tagged

from odoo.addons.settlement.tests.common import SettlementCase

CAPABILITIES = {
    "pull",
    "webhook",
    "file",
    "expected_payments",
    "disputes",
    "balances",
    "payment_initiation",
}
# What each capability needs a connector to implement itself.
METHODS = {
    "pull": ("_pull", "_streams", "_check_connection", "_default_api_url"),
    "webhook": ("_verify_webhook",),
    "file": ("_recognises",),
}


@tagged("post_install", "-at_install")
class TestContract(SettlementCase):
    """What every installed connector has to declare, whoever wrote it."""

    def connectors(self):
        """Yield each connector with a backend of its own."""
        selection = self.env["settlement.backend"]._fields["connector"].selection
        for code, label in selection:
            backend = self.new_backend(label, connector=code, environment="live")
            with self.subTest(connector=code):
                yield backend._handler(), backend

    def test_capabilities_are_known_and_implemented(self):
        contract = type(self.env["settlement.connector"])
        for handler, _backend in self.connectors():
            capabilities = handler._capabilities()
            self.assertLessEqual(capabilities, CAPABILITIES)
            names = [name for kind in capabilities for name in METHODS.get(kind, ())]
            for name in (*names, "_parse"):
                inherited = getattr(contract, name)
                self.assertIsNot(getattr(type(handler), name), inherited, name)

    def test_names_are_unique(self):
        for handler, backend in self.connectors():
            for names in (handler._credential_names(), handler._streams(backend)):
                self.assertEqual(len(names), len(set(names)))
                self.assertTrue(all(name.isidentifier() for name in names), names)

    def test_the_default_address_is_an_allowed_host(self):
        for handler, backend in self.connectors():
            url = handler._default_api_url(backend)
            if not url:
                self.assertNotIn("pull", handler._capabilities())
                continue
            self.assertEqual(urlsplit(url).scheme, "https")
            handler._client_for(backend).close()
            for host in handler._allowed_hosts(backend):
                self.assertRegex(host, r"^[a-z0-9.-]+\.[a-z]+(:\d+)?$")
