import sys

from odoo.cli.command import Command


class Settlement(Command):
    """Work with settlements: import, pull, run, status, verify, replay and more."""

    name = "settlement"

    def run(self, cmdargs):
        """Open the database and hand the subcommand to the model settlement.cli."""
        if not cmdargs or cmdargs[0].startswith("-"):
            sys.exit(
                "usage: odoo settlement COMMAND -d DATABASE [options]\n"
                "commands: import, pull, run, status, verify, replay, simulate, bench, "
                "codes, scaffold"
            )
        name, *arguments = cmdargs
        sys.exit(self._run_in_database(name, arguments))

    def _run_in_database(self, name, arguments):
        # The command file is loaded without its addon, so all imports are here.
        from odoo import SUPERUSER_ID, api
        from odoo.modules.registry import Registry
        from odoo.tools import config

        database = self._database(arguments)
        options = ["--no-http", "--log-level=warn"]
        config.parse_config([*options, *(["-d", database] if database else [])])
        database = database or (config["db_name"] or [""])[0]
        if not database:
            sys.exit("Name the database with -d.")
        registry = Registry(database)
        if "settlement.cli" not in registry:
            sys.exit(f"The addon settlement is not installed in {database}.")
        with registry.cursor() as cr:
            context = {"allowed_company_ids": self._company_ids(cr)}
            env = api.Environment(cr, SUPERUSER_ID, context)
            return env["settlement.cli"]._run_command(name, arguments)

    def _database(self, arguments):
        for option in ("-d", "--database"):
            if option in arguments[:-1]:
                return arguments[arguments.index(option) + 1]
        return None

    def _company_ids(self, cr):
        """The command line works for all companies."""
        cr.execute("SELECT id FROM res_company ORDER BY id")
        return [row[0] for row in cr.fetchall()]
