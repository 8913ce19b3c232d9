import json
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from .common import SettlementCase


@tagged("post_install", "-at_install")
class TestCommandLine(SettlementCase):
    def run_command(self, name, *arguments):
        """Run a subcommand; return (exit code, output, errors)."""
        out, err = StringIO(), StringIO()
        cli = self.env["settlement.cli"]
        with (
            redirect_stdout(out),
            redirect_stderr(err),
            patch.object(type(cli), "_commit", lambda self: None),
            patch.object(type(cli), "_rollback", lambda self: None),
            patch.object(
                type(self.env["settlement.event"]), "_cron_seal", lambda self: 0
            ),
        ):
            code = cli._run_command(name, list(arguments))
        return code, out.getvalue(), err.getvalue()

    def file(self, content, name="facts.jsonl"):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / name
        path.write_bytes(content)
        return str(path)

    def test_import_run_and_status(self):
        path = self.file(self.lines(self.charge_line()))
        code, out, _err = self.run_command("import", "--backend", "Provider", path)
        self.assertEqual(code, 0, out)
        code, out, _err = self.run_command("run", "--backend", "Provider")
        self.assertEqual(code, 0)
        self.assertIn("transactions 1", out)
        code, out, _err = self.run_command("status", "--json")
        status = json.loads(out)
        (backend,) = [
            each for each in status["backends"] if each["id"] == self.backend.id
        ]
        self.assertEqual(backend["messages"], {"parsed": 1})
        self.assertEqual(backend["transactions"]["total"], 1)
        self.assertEqual(backend["oldest_open"], "2026-01-10")
        self.assertIn("Provider", self.run_command("status")[1])

    def test_verify_tells_by_its_exit_code(self):
        code, out, _err = self.run_command("verify", "--json")
        self.assertEqual((code, json.loads(out)["ok"]), (0, True))
        self.store_facts(self.charge())
        self.env.cr.execute("UPDATE settlement_transaction SET description = 'x'")
        code, out, _err = self.run_command("verify", "--json")
        self.assertEqual((code, json.loads(out)["ok"]), (1, False))
        self.assertIn("settlement.transaction", self.run_command("verify")[1])

    def test_unknown_names_are_explained(self):
        code, _out, err = self.run_command("nonsense")
        self.assertEqual(code, 1)
        self.assertIn("Known:", err)
        code, _out, err = self.run_command("import", "--backend", "Nobody", "x")
        self.assertEqual(code, 1)
        self.assertIn("Nobody", err)

    def test_replay(self):
        path = self.file(self.lines(self.charge_line()))
        self.run_command("import", "--backend", "Provider", path)
        message = self.env["settlement.message"].search(
            [("backend_id", "=", self.backend.id)]
        )
        code, _out, _err = self.run_command("replay", str(message.id))
        self.assertEqual((code, message.state), (0, "parsed"))
