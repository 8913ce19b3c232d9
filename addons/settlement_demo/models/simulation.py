from dataclasses import dataclass, field

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement_connector.windows.plan import Request

from ..builders import (
    BackendBuilder,
    CompanyBuilder,
    DocumentBuilder,
    PaymentBuilder,
)
from ..builders.backend_builder import WEBHOOK_SECRET
from ..comparison import Comparison
from ..simulation import deliveries, stripe_troubles
from ..simulation.stopwatch import Stopwatch
from ..world import fee_invoices
from ..world.troubles import OUTAGES

PARAMETER = "settlement_demo.world"
# After so many visits the tables are no longer empty.
STATISTICS_AFTER = (2, 4)


@dataclass
class Connected:
    """One company of the world with what was built for it.

    :ivar reports: code of a provider that tells by files → its backend.
    """

    world: object
    company: object
    stripe: object
    bank: object
    reports: dict

    @property
    def backends(self):
        """Return all backends."""
        return self.stripe.union(self.bank, *self.reports.values())


@dataclass(frozen=True)
class Visit:
    """One visit of one company.

    :ivar step: up to when everything is fetched.
    :ivar before: day of the visit before, or None.
    :ivar server: the company's stand-in of Stripe.
    :ivar troubles: names of what goes wrong.
    :ivar asks: whether Stripe is asked at all.
    :ivar report_troubles: code of a provider → what goes wrong with its files.
    """

    step: object
    before: object
    server: object
    troubles: tuple = ()
    asks: bool = True
    report_troubles: dict = field(default_factory=dict)


class SettlementSimulation(models.AbstractModel):
    """Lets a world happen to this database, by the same doors as in real life.

    What is there already stays as it is: a second run of the same world changes
    nothing.
    """

    _name = "settlement.simulation"
    _description = "Simulated World"

    @api.model
    def _claim_database(self, seed, start, months, orders=0):
        """Write down which world this database has.

        :raises UserError: if it has another one.
        """
        # Only the superuser simulates; parameters are the administrator's.
        parameters = self.env["ir.config_parameter"].sudo()
        wanted = f"seed {seed}, {months} month(s) from {start}"
        if orders:
            wanted = f"{wanted}, {orders} orders"
        known = parameters.get_param(PARAMETER)
        if known and known != wanted:
            raise UserError(
                self.env._(
                    "This database has the world of %(known)s, not of %(wanted)s. "
                    "Take a new database for another world.",
                    known=known,
                    wanted=wanted,
                )
            )
        if not known:
            parameters.set_param(PARAMETER, wanted)

    @api.model
    def _addresses(self, world):
        """Return the addresses that stand-ins had in this database, by company."""
        backends = self.env["settlement.backend"].search([("connector", "=", "stripe")])
        urls = {each.company_id.name: each.api_url or "" for each in backends}
        return {c.plan.code: urls.get(c.plan.name, "") for c in world.companies}

    @api.model
    def _build(self, world, stand_ins, checkpoint=None, watch=None, with_users=True):
        """Create what Odoo knows of a world, and connect it.

        :param checkpoint: commits after each bounded part, or None.
        :param watch: Stopwatch that measures the parts, or None.
        :param with_users: whether to create a user for each role, too.
        :return: list of Connected.
        """
        watch = watch or Stopwatch()
        companies = self.env["res.company"]
        builder = CompanyBuilder(self.env)
        with watch.stage("companies"):
            for company_world in world.companies:
                companies |= builder.build(company_world)
                self._done(checkpoint)
            builder.allow(companies)
            if with_users:
                builder.build_users(companies)
        return [
            self._build_company(
                world, company_world, company, stand_ins, checkpoint, watch
            )
            for company_world, company in zip(world.companies, companies, strict=True)
        ]

    @api.model
    def _build_company(
        self, world, company_world, company, stand_ins, checkpoint, watch
    ):
        with watch.stage("companies"):
            connected = self._connect(world, company_world, company, stand_ins)
            self._done(checkpoint)
        with watch.stage("documents", len(company_world.documents)):
            documents = DocumentBuilder(self.env, company)
            moves = documents.build(company_world, checkpoint)
            self._name_billers(connected, documents)
        with watch.stage("payments", len(company_world.online_payments)):
            journals = {
                wallet.currency_id.name: wallet.journal_id
                for wallet in connected.stripe.wallet_ids
            }
            payments = PaymentBuilder(self.env, company, journals)
            payments.build(company_world, moves, checkpoint)
            self._done(checkpoint)
        return connected

    @api.model
    def _name_billers(self, connected, documents):
        """Let the vendors that providers are bill what these withheld."""
        partners = documents.partners(connected.world.parties)
        for book in connected.world.report_books:
            backend = connected.reports[book.code]
            backend.partner_id = partners[fee_invoices.biller_key(book)]

    @api.model
    def _connect(self, world, company_world, company, stand_ins):
        """Return the company with its backends, connected and opened."""
        backends = BackendBuilder(self.env, company)
        connected = Connected(
            company_world,
            company,
            backends.build_stripe(
                company_world, stand_ins.url(company_world.plan.code)
            ),
            backends.build_bank(company_world),
            {
                book.code: backends.build_report(company_world, book)
                for book in company_world.report_books
            },
        )
        backends.open_books(connected.backends, company_world, world.period.start)
        return connected

    # ------------------------------------------------------------------
    # The days go by
    # ------------------------------------------------------------------

    @api.model
    def _happen(self, world, stand_ins, connected, checkpoint=None, watch=None):
        """Let the days go by: pull, import, and advance what came in.

        :param connected: list of Connected.
        :param watch: Stopwatch that measures the parts, or None.
        """
        watch = watch or Stopwatch()
        visited = None
        for number, step in enumerate(deliveries.steps(world)):
            if number in STATISTICS_AFTER:
                self._gather_statistics()
            stand_ins.set_clock(step.now)
            for each in connected:
                visit = self._planned_visit(world, stand_ins, each, step, visited)
                self._visit(each, visit, checkpoint, watch)
            visited = step.day

    @api.model
    def _planned_visit(self, world, stand_ins, connected, step, before):
        """Return the visit of one company at the end of one step."""
        code = connected.world.plan.code
        planned = world.troubles_at(code, step.day)
        server = stand_ins.server(code)
        if not self._reached(connected.stripe, step):
            of_reports = {
                provider: world.troubles_at(code, step.day, provider)
                for provider in connected.reports
            }
            return Visit(step, before, server, planned, report_troubles=of_reports)
        # What has been visited is visited again without new trouble; who got no
        # answer then gets none now.
        asks = not OUTAGES.intersection(planned)
        return Visit(step, before, server, asks=asks)

    @api.model
    def _reached(self, backend, step):
        """Return whether a pull has reached the end of a step before."""
        domain = [("backend_id", "=", backend.id), ("until", ">=", step.until)]
        return bool(self.env["settlement.window"].search_count(domain, limit=1))

    @api.model
    def _visit(self, connected, visit, checkpoint=None, watch=None):
        """Fetch what came since the last visit, and work on it."""
        watch = watch or Stopwatch()
        with watch.stage("fetch"):
            if visit.asks:
                with stripe_troubles.committed(visit.server, visit.troubles):
                    self._pull(connected.stripe, visit.step)
            self._receive_events(connected.stripe, visit)
            for name, content in deliveries.files(
                connected.world, visit.step, visit.before, visit.troubles
            ):
                connected.bank.import_file(name, content)
            for code, backend in connected.reports.items():
                for report in deliveries.reports(
                    connected.world,
                    code,
                    visit.step,
                    visit.before,
                    visit.report_troubles.get(code, ()),
                ):
                    backend.import_file(report.name, report.content)
            self._done(checkpoint)
        run = connected.backends._run_pipeline("post", checkpoint)
        for stage, counters in run.counters.items():
            watch.add(stage, counters["seconds"])
        with watch.stage("fetch"):
            # What events named is fetched now and worked on at the next visit.
            self.env["settlement.backend"]._pull_all_announced(
                checkpoint or self.env.flush_all
            )

    @api.model
    def _pull(self, backend, step):
        """Pull as the schedule would do at that time.

        A pull of a period that was pulled before asks for the same again.
        """
        windows = self.env["settlement.window"]
        is_first = not windows.search_count([("backend_id", "=", backend.id)], limit=1)
        again = is_first or self._reached(backend, step)
        backend._check_pullable()
        request = Request(step.until, step.since if again else None)
        backend._pull_backend(request, None)

    @api.model
    def _receive_events(self, backend, visit):
        """Take in the events that came over the web since the last visit."""
        events = stripe_troubles.events(visit.server, WEBHOOK_SECRET, visit.troubles)
        for body, signature in events:
            self.env["settlement.backend"]._receive_webhook(
                backend.webhook_token, {"Stripe-Signature": signature}, body
            )

    @api.model
    def _gather_statistics(self):
        """Let the database know how large its tables have become.

        Only our own tables: those that all databases share stay locked for others
        until the transaction ends.
        """
        self.env.flush_all()
        names = self.env.execute_query(
            SQL(
                "SELECT relname FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
        )
        tables = SQL(", ").join(SQL.identifier(name) for (name,) in names)
        self.env.cr.execute(SQL("ANALYZE %s", tables))

    @api.model
    def _done(self, checkpoint):
        if checkpoint:
            checkpoint()

    @api.model
    def _switch_off_pulls(self):
        """Keep the schedule from pulling stand-ins that are not there any more."""
        cron = self.env.ref("settlement_connector.cron_pull")
        if cron.active:
            cron.active = False

    @api.model
    def _compare(self, truth):
        """Return sentences that say where the database differs from the truth.

        :param truth: the Truth of the world that happened here.
        """
        return Comparison(self.env, truth).differences()
