from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import config, str2bool

from odoo.addons.settlement_connector.models.connector import LOOPBACK_SWITCH

from ..builders import PracticeBuilder
from ..builders.backend_builder import API_KEY
from ..comparison import Comparison, PracticeComparison
from ..practice import build_desk
from ..simulation import deliveries
from ..simulation.stand_ins import StandIns
from ..world import DEFAULT_START, build
from ..world.companies import PLANS

MOST_MONTHS = 12
MOST_ORDERS = 20_000
SUPERVISOR = "base.group_system"


class SettlementTraining(models.Model):
    """A company of its own in which a seeded world happens, visit by visit."""

    _name = "settlement.training"
    _description = "Training Company"
    _order = "id desc"

    name = fields.Char(
        required=True, default=lambda self: self.env._("Training"), string="Company"
    )
    seed = fields.Integer(
        required=True,
        default=1,
        help="The same number gives the same customers, payments and troubles.",
    )
    kind = fields.Selection(
        [("months", "Months of payments"), ("desk", "A desk of exceptions")],
        required=True,
        default="months",
        help="Months go by visit by visit. A desk has sixty exceptions whose right "
        "answers are known, to be handled one by one.",
    )
    months = fields.Integer(required=True, default=1)
    orders = fields.Integer(
        required=True,
        default=300,
        help="Ordinary card payments in these months. What is worth training, such "
        "as refunds and disputes, comes on top.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    company_id = fields.Many2one(
        "res.company", "Odoo Company", readonly=True, copy=False
    )
    person_ids = fields.Many2many(
        "res.users",
        string="Who Practises",
        domain="[('share', '=', False)]",
        help="They may work in the company once it is there, with the roles they have.",
    )
    steps_done = fields.Integer(readonly=True, copy=False)
    steps_total = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress", help="Percent of the visits.")
    note = fields.Char(readonly=True, copy=False, help="What is being done.")
    result = fields.Text(
        readonly=True, copy=False, help="What differs from what really happened."
    )

    _name_uniq = models.Constraint(
        "UNIQUE(name)", "There is a training company of this name already."
    )
    _size_bounded = models.Constraint(
        "CHECK (months BETWEEN 1 AND 12 AND orders BETWEEN 1 AND 20000)",
        "A training company has 1 to 12 months and 1 to 20,000 orders.",
    )

    @api.depends("steps_done", "steps_total")
    def _compute_progress(self):
        for training in self:
            total = training.steps_total
            training.progress = 100 * training.steps_done / total if total else 0

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_start(self):
        """Button: have the company made by the scheduled action, from now on.

        :raises AccessError: for others than administrators.
        :raises UserError: if this server may not serve its stand-in of Stripe.
        """
        self._check_supervisor()
        if self.filtered(lambda each: each.kind == "months"):
            self._check_startable()
        for training in self.filtered(lambda each: each.state in ("draft", "failed")):
            training._note("waiting", self.env._("Waiting for its turn."))
        self.env.ref("settlement_demo.cron_training")._trigger()
        return True

    def action_compare(self):
        """Button: say where the books differ from what really happened.

        :raises AccessError: for others than administrators.
        :raises UserError: before the training company is done.
        """
        self.ensure_one()
        self._check_supervisor()
        if self.state != "done":
            raise UserError(
                self.env._("%(company)s is not done yet.", company=self.name)
            )
        self.result = self._told_differences()
        return True

    def _check_supervisor(self):
        if not self.env.user.has_group(SUPERVISOR):
            raise AccessError(
                self.env._("Only administrators may create training companies.")
            )

    @api.model
    def _check_startable(self):
        """Refuse where the stand-in of Stripe may not be reached."""
        if not str2bool(config.get(LOOPBACK_SWITCH) or "", False):
            raise UserError(
                self.env._(
                    "The training company talks to a stand-in of Stripe on this "
                    "machine, which the server does not allow. Add the line "
                    "'%(switch)s = True' to the server's configuration file and start "
                    "the server again.",
                    switch=LOOPBACK_SWITCH,
                )
            )

    def _note(self, state, note):
        """Move on to a state and say what is being done."""
        self.ensure_one()
        self.write({"state": state, "note": note})

    # ------------------------------------------------------------------
    # The world of this company
    # ------------------------------------------------------------------

    def _plans(self):
        """Return the plan of the one company, under the name of this training."""
        self.ensure_one()
        first = PLANS[0]
        code = f"training{self.id}"
        # What is to be learnt is at Stripe and the bank; the rest would take its time.
        plan = replace(
            first, code=code, name=self.name, stories=first.planted, paypal=(), adyen=()
        )
        return (plan,)

    def _world(self):
        """Return the world and the truth, always the same for this record."""
        return build(self.seed, DEFAULT_START, self.months, self.orders, self._plans())

    def _desk(self):
        """Return the desk and its truth, always the same for this record."""
        return build_desk(self.seed, f"TRN{self.id}")

    def _told_differences(self):
        if self.kind == "desk":
            # Whoever may compare may know the truth of all of it.
            comparison = PracticeComparison(
                self.sudo().env, self.company_id.sudo(), self._desk()
            )
            return self._told(comparison.differences())
        _world, truth = self._world()
        env = self.with_context(allowed_company_ids=self.company_id.ids).sudo().env
        return self._told(Comparison(env, truth, self._plans()).differences())

    def _told(self, found):
        return "\n".join(found) or self.env._("No differences.")

    # ------------------------------------------------------------------
    # Scheduled action
    # ------------------------------------------------------------------

    @api.model
    def _cron_advance(self):
        """Scheduled action: make the next pieces of training companies."""
        cron = self.env["ir.cron"]
        while training := self._cron_advance_once(cron._commit_progress):
            if not cron._commit_progress(1, remaining=training._steps_left()):
                break

    @api.model
    def _cron_advance_once(self, checkpoint=None):
        """Make one piece of the oldest training company that is not done.

        :return: it, or no record.
        """
        domain = [("state", "in", ("waiting", "running"))]
        training = self.search(domain, order="id", limit=1)
        if training:
            training._advance(checkpoint)
        return training

    def _steps_left(self):
        return max(self.steps_total - self.steps_done, int(self.state != "done"))

    def _advance(self, checkpoint=None):
        """Make one piece: the company with its documents, then visit after visit.

        :param checkpoint: commits after each bounded part, or None.
        """
        self.ensure_one()
        if self.kind == "desk":
            self._make_desk()
            return
        world, _truth = self._world()
        steps = list(deliveries.steps(world))
        try:
            self._make_piece(world, steps, checkpoint)
        except UserError as error:
            self._note("failed", str(error))
            return
        if self.steps_done == self.steps_total:
            self._note("done", self.env._("All has happened."))

    def _make_desk(self):
        """Make the company of a desk in one piece, and let people work in it."""
        # The administrator who started it may create companies; facts and entries
        # are written by the pipeline, with its own checks.
        builder = PracticeBuilder(self.sudo().env, self._desk(), self.name)
        try:
            with self.env.cr.savepoint():
                company = builder.build()
        except UserError as error:
            self._note("failed", str(error))
            return
        self.company_id = company
        self.person_ids.sudo().company_ids = [Command.link(company.id)]
        self.steps_done = self.steps_total = 1
        self._note("done", self.env._("The desk is full: open the exceptions."))

    def _make_piece(self, world, steps, checkpoint):
        # The administrator who started it may create companies; facts and entries
        # are written by the pipeline, with its own checks.
        simulation = self.sudo().env["settlement.simulation"]
        addresses = simulation._addresses(world)
        with StandIns(world, API_KEY, addresses) as stand_ins:
            if self.state == "waiting" and not self.steps_total:
                self._note("running", self.env._("Documents are being created."))
                (connected,) = simulation._build(
                    world, stand_ins, checkpoint, with_users=False
                )
                self.write({"company_id": connected.company.id})
                self.steps_total = len(steps)
                return
            self._visit(simulation, world, stand_ins, steps, checkpoint)

    def _visit(self, simulation, world, stand_ins, steps, checkpoint):
        """Let the days up to the next visit happen."""
        number = self.steps_done
        step = steps[number]
        before = steps[number - 1].day if number else None
        self._note("running", self.env._("Visited up to %(day)s.", day=step.day))
        stand_ins.set_clock(step.now)
        (company_world,) = world.companies
        connected = simulation._connect(
            world, company_world, self.company_id, stand_ins
        )
        visit = simulation._planned_visit(world, stand_ins, connected, step, before)
        simulation._visit(connected, visit, checkpoint)
        self.steps_done = number + 1
