from dataclasses import dataclass

from odoo import api, models
from odoo.exceptions import UserError

from ..builders import (
    BackendBuilder,
    CompanyBuilder,
    DocumentBuilder,
    PaymentBuilder,
)
from ..comparison import Comparison
from ..simulation import deliveries

PARAMETER = "settlement_demo.world"


@dataclass
class Connected:
    """One company of the world with what was built for it."""

    world: object
    company: object
    stripe: object
    bank: object

    @property
    def backends(self):
        """Return both backends."""
        return self.stripe | self.bank


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
    def _build(self, world, stand_ins, checkpoint=None):
        """Create what Odoo knows of a world, and connect it.

        :param checkpoint: commits after each bounded part, or None.
        :return: list of Connected.
        """
        companies = self.env["res.company"]
        builder = CompanyBuilder(self.env)
        for company_world in world.companies:
            companies |= builder.build(company_world)
            self._done(checkpoint)
        builder.build_users(companies)
        return [
            self._build_company(world, company_world, company, stand_ins, checkpoint)
            for company_world, company in zip(world.companies, companies, strict=True)
        ]

    @api.model
    def _build_company(self, world, company_world, company, stand_ins, checkpoint):
        backends = BackendBuilder(self.env, company)
        connected = Connected(
            company_world,
            company,
            backends.build_stripe(
                company_world, stand_ins.url(company_world.plan.code)
            ),
            backends.build_bank(company_world),
        )
        backends.open_books(connected.backends, company_world, world.period.start)
        self._done(checkpoint)
        moves = DocumentBuilder(self.env, company).build(company_world, checkpoint)
        journals = {
            wallet.currency_id.name: wallet.journal_id
            for wallet in connected.stripe.wallet_ids
        }
        payments = PaymentBuilder(self.env, company, journals)
        payments.build(company_world, moves, checkpoint)
        self._done(checkpoint)
        return connected

    @api.model
    def _happen(self, world, stand_ins, connected, checkpoint=None):
        """Let the days go by: pull, import, and advance what came in.

        :param connected: list of Connected.
        """
        visited = None
        for step in deliveries.steps(world):
            stand_ins.set_clock(step.now)
            for each in connected:
                self._visit(each, step, visited, checkpoint)
            visited = step.day

    @api.model
    def _visit(self, connected, step, visited, checkpoint):
        """Fetch what came since the last visit, and work on it."""
        connected.stripe.pull(step.since, step.until)
        for name, content in deliveries.files(connected.world, step, visited):
            connected.bank.import_file(name, content)
        self._done(checkpoint)
        connected.backends._run_pipeline("post", checkpoint)

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
