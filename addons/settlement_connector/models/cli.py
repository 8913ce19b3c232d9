from odoo import api, fields, models

from odoo.addons.settlement.canonical.words import counted

from .. import secrets_store
from ..secrets.keyring import new_key_line
from ..secrets.rotation import MISSING


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _parser_pull(self, parser):
        parser.add_argument("--backend", help="name or id; all connected by default")
        parser.add_argument("--since", help="first moment, UTC, e.g. 2026-01-31")
        parser.add_argument("--until", help="last moment, UTC; now by default")

    @api.model
    def _command_pull(self, options):
        """Fetch what banks and providers have; nothing is interpreted yet."""
        backends = self._backends(options.backend)
        if not options.backend:
            backends = backends.filtered(lambda backend: backend.state == "connected")
        naive_utc = self.env["settlement.backend"]._naive_utc
        period = naive_utc(options.since), naive_utc(options.until)
        failed = 0
        for backend in backends:
            failed += self._pull_one(backend, *period)
        return 1 if failed else 0

    @api.model
    def _pull_one(self, backend, since, until):
        """Pull one backend, say what came, return whether a window failed."""
        started = fields.Datetime.now()
        messages = backend._pull_streams(since, until, self._commit)
        self._commit()
        count = len(messages)
        words = counted(f"{count} new {{message|messages}}", count)
        self._say(f"{backend.name}: {words}")
        windows = self.env["settlement.window"].search(
            [("backend_id", "=", backend.id), ("started_at", ">=", started)], order="id"
        )
        for window in windows:
            self._say(
                f"  {window.stream:24}{window.since} – {window.until}  {window.state}, "
                f"{window.item_count} objects, {window.new_count} new"
            )
            if window.error:
                self._say(f"    {window.error}")
        return "failed" in windows.mapped("state")

    @api.model
    def _parser_new_key(self, parser):
        parser.add_argument("id", help="name of the key, e.g. the year")

    @api.model
    def _command_new_key(self, options):
        """Print a new random key for credentials; it is kept nowhere."""
        self._say(new_key_line(options.id))
        return 0

    @api.model
    def _parser_keys(self, parser):
        """Take no arguments of its own."""

    @api.model
    def _command_keys(self, options):
        """Show the server's keys by name, and how many credentials need each."""
        overview = self.env["settlement.key.overview"]
        states = secrets_store.keys(self.env)
        for state in states:
            self._say(
                f"{state.id:34}{state.role:9}{state.credentials:6}  "
                f"{overview._advice(state)}"
            )
        return 1 if any(state.role == MISSING for state in states) else 0

    @api.model
    def _parser_rotate_keys(self, parser):
        """Take no arguments of its own."""

    @api.model
    def _command_rotate_keys(self, options):
        """Encrypt all credentials with the current key of the server."""
        counts = self.env["settlement.credential"]._rotate_keys()
        self._commit()
        self._say(", ".join(f"{name} {count}" for name, count in counts.items()))
        return 1 if counts["failed"] else 0
