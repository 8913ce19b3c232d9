from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.settlement_account.tests.proof_case import ProofCase


class BoardCase(ProofCase):
    """Two companies with something on each tile of their boards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.company
        cls.other_data = cls.setup_other_company(name="Other")
        cls.other = cls.other_data["company"]

    def board(self, user=None, company=None):
        """Return the board as a user sees it, as (data, figures by kpi)."""
        company = company or self.company
        user = user or self.env.user
        env = self.env(user=user.id, context={"allowed_company_ids": company.ids})
        data = env["settlement.board"].board_data(company.id)
        return data, {
            figure["kpi"]: figure
            for tile in data["tiles"]
            for figure in tile["figures"]
        }

    def tile(self, key, **kwargs):
        """Return one tile of the board."""
        data, _figures = self.board(**kwargs)
        return next(tile for tile in data["tiles"] if tile["key"] == key)

    # ------------------------------------------------------------------
    # The world
    # ------------------------------------------------------------------

    def seed(self):
        """Give the company of the case payouts, open money and trouble."""
        paid, unpaid = self.invoice(100.0), self.invoice(70.0)
        rows = [self.row(gross="100", fee="3", day=10), self.row(gross="55", day=11)]
        self.store(*self.payout(*rows, day=12), self.balance("40", 14))
        self.store(
            self.loose(gross="40", day=13),
            self.loose("refund", "-5", day=13, provider_state="initiated"),
        )
        self.match(rows[0], paid)
        self.post()
        self.wallet.sudo()._prove()
        self.unpaid = unpaid
        self.seed_exceptions(rows)
        self.seed_feeds()
        self.env.flush_all()

    def seed_exceptions(self, rows):
        """Open exceptions of several severities, one overdue, one due today."""
        exceptions = self.env["settlement.exception"].sudo()
        for row, reason, amount in (
            (rows[0], "fee_variance", 500),
            (rows[1], "unmatched", 250_000),
        ):
            exceptions._raise_for(
                self.stored(row),
                reason,
                f"{reason} of {amount}",
                amount_minor=amount * 100,
                currency=self.currency,
            )
        now = fields.Datetime.now()
        found = exceptions.search(
            [("company_id", "=", self.company.id)], order="id desc", limit=2
        )
        found[0].deadline = now - timedelta(hours=2)
        found[1].write(
            {"deadline": now + timedelta(minutes=1), "opened_at": now - timedelta(9)}
        )

    def seed_feeds(self):
        """Give the backend a failed pull, a gap and a message of now."""
        now = fields.Datetime.now()
        windows = self.env["settlement.window"].sudo()
        for hours, state in ((48, "ok"), (24, "failed"), (12, "ok")):
            windows.create(
                {
                    "backend_id": self.backend.id,
                    "stream": "charges",
                    "since": now - timedelta(hours=hours),
                    "until": now - timedelta(hours=hours - 12),
                    "state": state,
                    "started_at": now,
                    "finished_at": now,
                }
            )

    def enter(self, data):
        """Do what follows in another company."""
        self.company = data["company"]
        self.currency = self.company.currency_id
        self.company_data = data
        self.env = self.env(
            context={
                **self.env.context,
                "allowed_company_ids": [self.company.id, self.first.id],
            }
        )
        self.policy = self.env["settlement.posting.policy"]._create_defaults(
            self.company
        )
        self.policy.write({"accrue_at_month_end": False, "revalue_at_month_end": False})
        self.policy.partner_id = self.env["res.partner"].create({"name": "Theirs"})
        self.backend = self.new_backend("Provider", self.company)
        self.wallet = self.new_wallet(self.backend)
        self.receivable = data["default_account_receivable"]

    def new_branch_user(self, role="group_viewer"):
        """Return a user of a branch of the first company."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.first.id}
        )
        return new_test_user(
            self.env,
            login="branch",
            groups=f"base.group_user,settlement.{role}",
            company_id=branch.id,
            company_ids=[(6, 0, branch.ids)],
        )

    # ------------------------------------------------------------------
    # Figure = list
    # ------------------------------------------------------------------

    def assert_lists(self, data, user, company):
        """Every figure is what the list behind it gives; return how many had one."""
        env = self.env(user=user.id, context={"allowed_company_ids": company.ids})
        checked = 0
        for tile in data["tiles"]:
            for figure in tile["figures"]:
                if not figure["action"]:
                    continue
                checked += 1
                self.assert_list(env, figure)
        return checked

    def assert_list(self, env, figure):
        action = figure["action"]
        records = env[action["res_model"]].search(action["domain"])
        with self.subTest(kpi=figure["kpi"]):
            self.assertIsNotNone(figure["count"])
            self.assertEqual(len(records), figure["count"])
            if figure["unit"] == "count":
                self.assertEqual(figure["value"], figure["count"])
            if total := figure["sum"]:
                found = sum(
                    (Decimal(str(value)) for value in records.mapped(total["field"])),
                    Decimal(),
                )
                self.assertEqual(
                    found.quantize(Decimal("0.01")),
                    Decimal(total["value"]).quantize(Decimal("0.01")),
                )
