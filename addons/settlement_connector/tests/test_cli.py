from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.settlement.canonical.errors import TransientError

from ..secrets.keyring import Keyring, new_key_line
from .common import SECRET, ConnectorCase, item


@tagged("post_install", "-at_install")
class TestCli(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.cli = self.env["settlement.cli"]
        self.said = []
        self.patch(type(self.cli), "_say", lambda cli, text="": self.said.append(text))
        self.patch(type(self.cli), "_commit", lambda cli: self.env.flush_all())

    def run_command(self, *arguments):
        return self.cli._run_command(arguments[0], list(arguments[1:]))

    def test_pull(self):
        self.source.pages["charges"] = [[item(1)]]
        code = self.run_command("pull", "--backend", "Provider")
        self.assertEqual(code, 0)
        self.assertEqual(self.said[0], "Provider: 1 new message")
        self.assertIn("ok, 1 objects, 1 new", self.said[1])

    def test_pull_a_period(self):
        self.run_command(
            "pull",
            "--backend",
            "Provider",
            "--since",
            "2026-01-01",
            "--until",
            "2026-02-01",
        )
        window = self.windows()
        self.assertEqual(str(window.since), "2026-01-01 00:00:00")
        self.assertEqual(str(window.until), "2026-02-01 00:00:00")

    def test_pull_of_all_means_the_connected_ones(self):
        self.new_backend("Idle")
        self.backend._set_state("connected")
        self.run_command("pull")
        self.assertEqual([line for line in self.said if line.startswith("Idle")], [])
        self.assertEqual(len(self.windows()), 1)

    def test_a_failed_pull_has_an_exit_code(self):
        self.source.pages["charges"] = [TransientError("status 503")]
        self.assertEqual(self.run_command("pull", "--backend", "Provider"), 1)
        self.assertIn("status 503", self.said[-1])

    def test_new_key(self):
        self.assertEqual(self.run_command("new_key", "2026"), 0)
        self.assertEqual(Keyring.parse(self.said[0]).current.id, "2026")

    def test_rotate_keys(self):
        old = new_key_line("old")
        self.set_keys(old)
        self.backend.set_credential("api_key", SECRET)
        self.set_keys(new_key_line("new"), old)
        self.assertEqual(self.run_command("rotate_keys"), 0)
        self.assertIn("sealed_again 1", self.said[0])
        self.set_keys(new_key_line("newest"))
        self.assertEqual(self.run_command("rotate_keys"), 1)

    def test_an_unknown_backend_is_named(self):
        self.patch(type(self.cli), "_rollback", lambda cli: None)
        with patch("sys.stderr.write") as write:
            code = self.run_command("pull", "--backend", "Nobody")
        self.assertEqual(code, 1)
        self.assertIn("Nobody", write.call_args.args[0])
