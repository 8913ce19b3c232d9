import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.settlement.canonical.known_codes import KnownCode


@tagged("post_install", "-at_install")
class TestCliKit(TransactionCase):
    """Commands for who writes connectors."""

    def setUp(self):
        super().setUp()
        self.cli = self.env["settlement.cli"]
        self.said = []
        self.patch(
            type(self.cli), "_say", lambda cli, text="": self.said.append(str(text))
        )
        self.patch(type(self.cli), "_rollback", lambda cli: None)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_command(self, name, *arguments):
        """Run a command; return (exit code, what it complained about)."""
        with patch("sys.stderr.write") as write:
            code = self.cli._run_command(name, list(arguments))
        return code, "".join(call.args[0] for call in write.call_args_list)

    def scaffold(self, *arguments):
        return self.run_command("scaffold", *arguments, "--into", str(self.folder))

    def test_a_connector_is_written(self):
        self.assertEqual(
            self.scaffold("acme", "--name", "Acme", "--stream", "a", "--stream", "b"),
            (0, ""),
        )
        client = self.folder / "settlement_acme" / "client.py"
        self.assertIn('STREAMS = ("a", "b")', client.read_text())
        self.assertIn(str(client), self.said)
        self.assertIn("how Acme is spoken to", self.said[-1])

    def test_names_have_defaults(self):
        self.scaffold("acme")
        client = (self.folder / "settlement_acme" / "client.py").read_text()
        self.assertIn('API_KEY = "api_key"', client)
        self.assertIn('STREAMS = ("transactions",)', client)

    def test_what_cannot_be_written_is_said(self):
        code, words = self.scaffold("Acme!")
        self.assertEqual(code, 1)
        self.assertIn("'Acme!' cannot be used as a name", words)
        self.scaffold("acme")
        code, words = self.scaffold("acme")
        self.assertEqual(code, 1)
        self.assertIn("is there already", words)

    def test_a_code_that_a_connector_has_is_refused(self):
        code, words = self.scaffold("canonical")
        self.assertEqual(code, 1)
        self.assertIn("a connector canonical already", words)
        self.assertFalse(list(self.folder.iterdir()))

    def test_a_folder_that_cannot_be_written_to(self):
        self.folder = Path("/dev/null")
        self.assertEqual(self.scaffold("acme")[0], 1)

    # -- codes ----------------------------------------------------------------------

    def teach_codes(self):
        handler = type(self.env["settlement.connector.canonical"])
        codes = [
            KnownCode("tip", "charge", "charge", group="type"),
            KnownCode("odd", "adjustment", "adjustment", True, "class"),
        ]
        self.patch(handler, "_known_codes", lambda handler: codes)

    def test_codes_are_shown_list_by_list(self):
        self.teach_codes()
        self.assertEqual(self.run_command("codes", "canonical"), (0, ""))
        (page,) = self.said
        self.assertTrue(page.startswith("What each row of this source becomes"))
        self.assertIn("| type | kind |\n| --- | --- |\n| `tip` | charge |", page)
        self.assertIn("| class | kind |\n| --- | --- |\n| `odd` | review", page)

    def test_codes_are_written_into_the_manual(self):
        self.teach_codes()
        (self.folder / "readme").mkdir()
        place = "odoo.addons.settlement_connector.models.cli_kit.file_path"
        with patch(place, return_value=str(self.folder)) as found:
            self.run_command("codes", "canonical", "--write")
        found.assert_called_once_with("settlement")
        page = (self.folder / "readme" / "KINDS.md").read_text()
        self.assertTrue(page.endswith("|\n"))
        self.assertEqual(page, self.env["settlement.connector.canonical"]._codes_page())

    def test_a_connector_that_nobody_has(self):
        code, words = self.run_command("codes", "acme")
        self.assertEqual(code, 1)
        self.assertIn("canonical", words)
