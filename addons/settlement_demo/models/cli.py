import threading
from datetime import date

from odoo import api, models
from odoo.tools import config

from ..builders.backend_builder import API_KEY
from ..builders.company_builder import PASSWORD, USERS
from ..simulation import summary
from ..simulation.stand_ins import StandIns
from ..simulation.stopwatch import Stopwatch
from ..simulation.truth_file import TruthFile
from ..world import DEFAULT_START, build, clock


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _parser_simulate(self, parser):
        parser.add_argument("--seed", type=int, default=1, help="which world")
        parser.add_argument("--months", type=int, default=1)
        parser.add_argument(
            "--orders",
            type=int,
            default=0,
            help="ordinary charges in these months (default: about 340 a month)",
        )
        parser.add_argument(
            "--start",
            type=date.fromisoformat,
            default=DEFAULT_START,
            help="first day of the first month (default: %(default)s)",
        )
        parser.add_argument(
            "--compare",
            action="store_true",
            help="compare the result with what really happened",
        )
        parser.add_argument(
            "--serve-only",
            action="store_true",
            help="serve Stripe as it is at the end, until interrupted",
        )

    @api.model
    def _command_simulate(self, options):
        """Let a seeded world of companies, providers and banks happen here."""
        simulation = self.env["settlement.simulation"]
        chosen = (options.seed, options.start, options.months, options.orders)
        simulation._claim_database(*chosen)
        world, truth = build(*chosen)
        with StandIns(world, API_KEY, simulation._addresses(world)) as stand_ins:
            if options.serve_only:
                return self._serve(world, stand_ins)
            self._truth_file().write(truth)
            watch = Stopwatch()
            self._simulate(world, stand_ins, watch)
        return self._conclude(truth, options.compare, watch)

    @api.model
    def _truth_file(self):
        return TruthFile(config["data_dir"], self.env.cr.dbname)

    @api.model
    def _simulate(self, world, stand_ins, watch):
        simulation = self.env["settlement.simulation"]
        checkpoint = self._commit
        self._say("companies, documents and payments …")
        connected = simulation._build(world, stand_ins, checkpoint, watch)
        simulation._gather_statistics()
        checkpoint()
        self._say("providers and banks, visited at the end of these days:")
        self._say("  " + ", ".join(map(str, world.steps())))
        simulation._happen(world, stand_ins, connected, checkpoint, watch)
        simulation._switch_off_pulls()
        checkpoint()
        self.env["settlement.event"]._cron_seal()

    @api.model
    def _serve(self, world, stand_ins):
        """Serve Stripe as it is at the end of the world, until interrupted."""
        stand_ins.set_clock(clock.day_end(world.period.end))
        for company in world.companies:
            self._say(f"{company.plan.name}: {stand_ins.url(company.plan.code)}")
        self._say("serving Stripe; stop with Ctrl-C")
        self.env.cr.rollback()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            self._say("stopped")
        return 0

    @api.model
    def _conclude(self, truth, compare, watch):
        """Print how things stand; return the exit code."""
        # The companies came into being after the environment of the command.
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        self = self.with_context(allowed_company_ids=companies.ids)
        status = self.env["settlement.backend"]._status()["backends"]
        for backend in status:
            self._say_backend(backend)
        result = self.env["settlement.verification"].run()
        self._say_findings(result)
        differences = self._say_comparison(truth) if compare else []
        self._say_all("what happened, in short", summary.world_lines(truth))
        self._say_all("what became of it", summary.status_lines(status))
        self._say_all("time", summary.watch_lines(watch, truth))
        self._say_logins()
        return 0 if result["ok"] and not differences else 1

    @api.model
    def _say_all(self, title, lines):
        self._say(f"{title}:")
        for line in lines:
            self._say(f"  {line}")

    @api.model
    def _say_comparison(self, truth):
        """Print what differs from the truth, one line each."""
        differences = self.env["settlement.simulation"]._compare(truth)
        for difference in differences:
            self._say(f"differs: {difference}")
        self._say(
            f"compared with the truth: {len(truth.rows)} rows, "
            f"{len(differences)} differences"
        )
        return differences

    @api.model
    def _say_logins(self):
        port = config["http_port"] or 8069
        self._say(f"truth: {self._truth_file().path}")
        self._say(f"address once Odoo runs: http://localhost:{port}/odoo")
        for login, (group, name) in USERS.items():
            role = self.env.ref(f"settlement.{group}").name
            self._say(f"  {login:<12} password {PASSWORD}  {name}, {role}")
        self._say(
            "Scheduled pulls are off, because Stripe is not there by itself. "
            "'simulate --serve-only' serves it; then pull by hand."
        )
