from pathlib import Path

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import file_path

from odoo.addons.settlement.canonical.errors import SettlementError

from ..scaffold.writer import NewConnector, write_addon

MANUAL = "KINDS.md"


class SettlementCli(models.AbstractModel):
    """Subcommands for who writes connectors."""

    _inherit = "settlement.cli"

    @api.model
    def _parser_scaffold(self, parser):
        parser.add_argument("code", help="technical name of the provider, e.g. acme")
        parser.add_argument("--name", default="", help="its name as people know it")
        parser.add_argument(
            "--api-key", default="api_key", help="name of the credential for calls"
        )
        parser.add_argument(
            "--webhook-secret",
            default="webhook_secret",
            help="name of the credential that events are signed with",
        )
        parser.add_argument(
            "--stream", action="append", help="name of a list to pull; may be repeated"
        )
        parser.add_argument("--into", default=".", help="folder of the new addon")

    @api.model
    def _command_scaffold(self, options):
        """Write the addon of a new connector, with tests that pass."""
        if options.code in self._connector_codes():
            return self._fail(
                f"There is a connector {options.code} already; take another code."
            )
        connector = NewConnector(
            code=options.code,
            name=options.name,
            api_key=options.api_key,
            webhook_secret=options.webhook_secret,
            streams=tuple(options.stream or ("transactions",)),
        )
        try:
            files = write_addon(connector, Path(options.into))
        except (SettlementError, OSError) as error:
            return self._fail(str(error))
        for path in files:
            self._say(path)
        self._say(
            f"Now write down in {connector.addon} how {connector.label} is spoken to "
            "(client.py, and its stand-in in tests) and what its rows mean (mapper.py)."
        )
        return 0

    @api.model
    def _parser_codes(self, parser):
        parser.add_argument("code", help="technical name of the connector, e.g. stripe")
        parser.add_argument(
            "--write",
            action="store_true",
            help=f"into the readme/{MANUAL} of its addon",
        )

    @api.model
    def _command_codes(self, options):
        """Show what a connector makes of each code of its source, as Markdown."""
        handler = self.env.get(f"settlement.connector.{options.code}")
        if handler is None:
            raise UserError(
                self.env._(
                    "No connector is called %(code)s. There are: %(known)s.",
                    code=options.code,
                    known=", ".join(self._connector_codes()),
                )
            )
        page = handler._codes_page()
        if options.write:
            path = Path(file_path(handler._original_module), "readme", MANUAL)
            path.write_text(page, encoding="utf-8")
            self._say(path)
        else:
            self._say(page.rstrip("\n"))
        return 0

    @api.model
    def _connector_codes(self):
        field = self.env["settlement.backend"]._fields["connector"]
        return [code for code, _label in field.selection]
