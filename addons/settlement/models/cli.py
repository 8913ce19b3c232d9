import argparse
import json
import sys
from pathlib import Path

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .backend_pipeline import STEPS
from .message_replay import REPLAY_AT_ONCE


class SettlementCli(models.AbstractModel):
    """Subcommands of ``odoo settlement``; addons add theirs by inheriting.

    A subcommand is a method ``_command_<name>(options)`` that returns an exit code,
    with a method ``_parser_<name>(parser)`` that declares its arguments.
    """

    _name = "settlement.cli"
    _description = "Settlement Command Line"

    @api.model
    def _run_command(self, name, arguments):
        """Run one subcommand and return its exit code."""
        command = getattr(self, f"_command_{name}", None)
        if command is None:
            return self._fail(self._unknown_command(name))
        parser = argparse.ArgumentParser(
            prog=f"odoo settlement {name}", description=command.__doc__
        )
        parser.add_argument("-d", "--database", help="name of the database")
        getattr(self, f"_parser_{name}")(parser)
        options = parser.parse_args(arguments)
        try:
            return command(options) or 0
        except (UserError, AccessError) as error:
            self._rollback()
            return self._fail(str(error))

    @api.model
    def _unknown_command(self, name):
        addon = self._addons_of_commands().get(name)
        if addon:
            return f"'{name}' comes with the addon {addon}; install it first."
        known = sorted(
            attribute.removeprefix("_command_")
            for attribute in dir(type(self))
            if attribute.startswith("_command_")
        )
        return f"There is no subcommand '{name}'. Known: {', '.join(known)}."

    @api.model
    def _addons_of_commands(self):
        """Return which addon brings a subcommand that may be missing."""
        names = dict.fromkeys(("codes", "pull", "scaffold"), "settlement_connector")
        return {**names, "simulate": "settlement_demo"}

    # ------------------------------------------------------------------
    # Output
    # ------------------------------------------------------------------

    @api.model
    def _say(self, text=""):
        """Write one line for the user."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    @api.model
    def _say_json(self, data):
        self._say(json.dumps(data, indent=2, default=str, sort_keys=True))

    @api.model
    def _fail(self, text):
        sys.stderr.write(f"{text}\n")
        return 1

    @api.model
    def _commit(self):
        """Keep what was done so far; a command is the outermost caller."""
        self.env.cr.commit()  # pylint: disable=invalid-commit

    @api.model
    def _rollback(self):
        """Forget what a failed command did since its last checkpoint."""
        self.env.cr.rollback()

    @api.model
    def _backends(self, selection):
        """Return the backends of ``--backend NAME``, or all active ones."""
        backends = self.env["settlement.backend"]
        if not selection:
            return backends._all_active()
        if selection.isdigit():
            return backends.browse(int(selection)).exists()
        found = backends.search([("name", "=", selection)])
        if not found:
            names = ", ".join(backends._all_active().mapped("name"))
            raise UserError(
                self.env._(
                    "No backend is called '%(name)s'. There are: %(names)s.",
                    name=selection,
                    names=names,
                )
            )
        return found

    # ------------------------------------------------------------------
    # Commands of the core
    # ------------------------------------------------------------------

    @api.model
    def _parser_import(self, parser):
        parser.add_argument("--backend", required=True, help="name or id")
        parser.add_argument("files", nargs="+", metavar="FILE")

    @api.model
    def _command_import(self, options):
        """Take in files, streaming them from disk."""
        backend = self._backends(options.backend)
        backend.ensure_one()
        for name in options.files:
            with Path(name).open("rb") as file:
                message = backend.import_file(Path(name).name, file)
            self._commit()
            self._say(f"{name}: message {message.id}, {message.state}")
        return 0

    @api.model
    def _parser_run(self, parser):
        parser.add_argument("--until", default="post", choices=STEPS)
        parser.add_argument("--backend", help="name or id; all by default")

    @api.model
    def _command_run(self, options):
        """Advance everything that is pending: parse, match, validate, post."""
        backends = self._backends(options.backend)
        run = backends._run_pipeline(options.until, self._commit)
        self.env["settlement.event"]._cron_seal()
        for step, counters in (run.counters or {}).items():
            words = ", ".join(f"{name} {count}" for name, count in counters.items())
            self._say(f"{step:10}{words}")
        return 0

    @api.model
    def _parser_channels(self, parser):
        """Take no arguments of its own."""

    @api.model
    def _command_channels(self, options):
        """Print job channels for the server's configuration, one per backend."""
        lines = self.env["settlement.backend"]._channel_lines()
        self._say(",".join(["root:4", *lines]))
        return 0

    @api.model
    def _parser_replay(self, parser):
        parser.add_argument("messages", nargs="+", type=int, metavar="MESSAGE_ID")

    @api.model
    def _command_replay(self, options):
        """Parse messages again with today's mapper."""
        messages = self.env["settlement.message"].browse(options.messages).exists()
        totals = {}
        for start in range(0, len(messages), REPLAY_AT_ONCE):
            counts = messages[start : start + REPLAY_AT_ONCE].replay()
            self._commit()
            totals = {name: totals.get(name, 0) + counts[name] for name in counts}
        self._say(f"{len(messages)} messages parsed again: {self._in_words(totals)}")
        return 0

    @api.model
    def _parser_status(self, parser):
        parser.add_argument("--json", action="store_true", help="as JSON")

    @api.model
    def _command_status(self, options):
        """Show per backend what came in, matched, posted and waits."""
        status = self.env["settlement.backend"]._status()
        if options.json:
            self._say_json(status)
            return 0
        for backend in status["backends"]:
            self._say_backend(backend)
        return 0

    @api.model
    def _say_backend(self, backend):
        self._say(f"{backend['company']} / {backend['name']} ({backend['state']})")
        for title in ("messages", "transactions", "batches", "exceptions"):
            self._say(f"  {title:14}{self._in_words(backend[title])}")
        for wallet in backend["wallets"]:
            self._say(f"  wallet        {self._in_words(wallet)}")

    @api.model
    def _in_words(self, data):
        """Return nested counters on one line."""
        if not isinstance(data, dict):
            return str(data)
        return ", ".join(
            f"{name} ({self._in_words(value)})"
            if isinstance(value, dict)
            else f"{name} {value}"
            for name, value in data.items()
            if value not in (None, {}, 0)
        )

    @api.model
    def _parser_verify(self, parser):
        parser.add_argument("--json", action="store_true", help="as JSON")

    @api.model
    def _command_verify(self, options):
        """Check on this database every law that stored state can show."""
        result = self.env["settlement.verification"].run()
        if options.json:
            self._say_json(result)
        else:
            self._say_findings(result)
        return 0 if result["ok"] else 1

    @api.model
    def _say_findings(self, result):
        for finding in result["findings"]:
            self._say(
                f"law {finding['law']}: {finding['model']} {finding['id']}: "
                f"{finding['sentence']}"
            )
        self._say("all laws hold" if result["ok"] else "NOT all laws hold")

    @api.model
    def _parser_bench(self, parser):
        parser.add_argument("name", help="ingest, match, match_peer, suggest …")
        parser.add_argument("--rows", type=int, default=10000)
        parser.add_argument("--out", help="write the figures as JSON to this file")
        parser.add_argument("--json", action="store_true", help="print JSON")

    @api.model
    def _command_bench(self, options):
        """Measure one stage against the raw SQL floor in the same run."""
        bench = getattr(self, f"_bench_{options.name}", None)
        if bench is None:
            return self._fail(f"There is no bench '{options.name}'.")
        figures = {"bench": options.name, **bench(options.rows)}
        if options.out:
            Path(options.out).write_text(json.dumps(figures, indent=2) + "\n")
        if options.json:
            self._say_json(figures)
            return 0
        for name, value in figures.items():
            self._say(f"{name:16}{value}")
        return 0
