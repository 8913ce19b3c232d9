"""Deliveries, decisions and corrections in any order: the laws hold at every step.

Each seed makes some worlds. A failing one is shown in its shortest form, and again by
its seed. Settings of the environment, each ``SETTLEMENT_ANY_ORDER_…``: ``SECONDS`` and
``SEEDS`` bound the run, ``SEED`` is the first one, ``STEPS`` the length of a world,
``SHRINKING`` the seconds for shortening. A long run, for example:
``SECONDS=3600 SEEDS=10000 SEED=1000``.
"""

import logging
import os
import time
from collections import Counter
from datetime import date

from odoo.tests import tagged

from odoo.addons.settlement_account.tests.common import SettlementAccountCase

try:
    from hypothesis import HealthCheck, Phase, seed, settings
    from hypothesis.internal.conjecture import engine
    from hypothesis.stateful import run_state_machine_as_test

    from .any_order.machine import AnyOrder
except ImportError:  # a database without the tools of developers
    AnyOrder = None
from .any_order.desk import Desk

_logger = logging.getLogger(__name__)

SECONDS = float(os.environ.get("SETTLEMENT_ANY_ORDER_SECONDS", "50"))
# The same worlds on every machine, as far as its time reaches; more for a long run.
SEEDS = int(os.environ.get("SETTLEMENT_ANY_ORDER_SEEDS", "3"))
FIRST_SEED = int(os.environ.get("SETTLEMENT_ANY_ORDER_SEED", "1"))
STEPS = int(os.environ.get("SETTLEMENT_ANY_ORDER_STEPS", "25"))
SHRINKING_SECONDS = float(os.environ.get("SETTLEMENT_ANY_ORDER_SHRINKING", "60"))
EXAMPLES = 4
"""Examples of one seed: the time is looked at between seeds."""


class AnyOrderCase(SettlementAccountCase):
    """A provider, a bank, documents that wait, and time for a number of worlds."""

    share = 1.0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"hold_days": 0, "auto_post_limit": 300})
        cls.bank_backend = cls.new_backend("Bank")
        cls.bank = cls.new_wallet(
            cls.bank_backend,
            cls.wallet.currency_id,
            account="DE89370400440532013000",
            is_bank=True,
        )
        cls.approver = cls.new_user("group_approver")

    def setUp(self):
        super().setUp()
        currency = self.wallet.currency_id
        cents = (1000, 4000, 9999, 10000, 10000, 12345, 25000)
        self.invoices = [
            self.invoice(each / 100, currency_id=currency.id) for each in cents
        ]
        self.notes = [
            self.invoice(
                each / 100,
                "out_refund",
                day=date(2026, 1, 3),
                currency_id=currency.id,
            )
            for each in (1000, 4000)
        ]
        self.done = Counter()
        documents = [*self.invoices, *self.notes]
        self.items = self.env["account.move.line"].union(
            *(self.open_item(document) for document in documents)
        )
        self.amounts = {
            item.move_id.name: round(item.amount_currency * 100) for item in self.items
        }

    def run_seeds(self):
        """Run seed after seed until the time is over."""
        if AnyOrder is None:
            self.skipTest("Hypothesis is not installed.")
        # Looking for the shortest example must not take longer than the test.
        self.patch(engine, "MAX_SHRINKING_SECONDS", SHRINKING_SECONDS)
        ends = time.monotonic() + SECONDS * self.share
        number = FIRST_SEED
        while time.monotonic() < ends and number < FIRST_SEED + SEEDS:
            self.run_seed(number)
            number += 1
        _logger.info("seeds %s to %s hold: %s", FIRST_SEED, number - 1, dict(self.done))

    def run_seed(self, number):
        """Run some examples; a failing one is shown in its shortest form."""

        class Machine(AnyOrder):
            def new_desk(_machine):
                return Desk(self)

        self._one_seed(seed(number)(Machine), number)

    def _one_seed(self, machine, number):
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=EXAMPLES,
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    phases=(Phase.generate, Phase.shrink),
                    suppress_health_check=list(HealthCheck),
                ),
            )
        except Exception as error:
            error.add_note(
                f"Run it again with SETTLEMENT_ANY_ORDER_SEED={number} and "
                f"SETTLEMENT_ANY_ORDER_STEPS={STEPS}."
            )
            raise


@tagged("post_install", "-at_install")
class TestAnyOrder(AnyOrderCase):
    def test_the_laws_hold_in_any_order(self):
        self.run_seeds()


@tagged("post_install", "-at_install")
class TestAnyOrderForeign(AnyOrderCase):
    """The same in a currency whose rate moves; the company has dollars."""

    share = 0.5

    @classmethod
    def new_wallet(cls, backend, currency=None, **values):
        return super().new_wallet(backend, currency or cls.euro(), **values)

    @classmethod
    def euro(cls):
        """Return the euro with rates that move within the weeks of the worlds."""
        euro = cls.env.ref("base.EUR")
        if not euro.active:
            euro.active = True
        if not euro.rate_ids.filtered(lambda rate: rate.company_id == cls.company):
            euro.rate_ids.unlink()
            for day, rate in (("2026-01-01", 0.5), ("2026-01-12", 0.4)):
                cls.env["res.currency.rate"].create(
                    {
                        "currency_id": euro.id,
                        "company_id": cls.company.id,
                        "name": day,
                        "rate": rate,
                    }
                )
        return euro

    def test_the_laws_hold_in_any_order_of_a_foreign_wallet(self):
        self.run_seeds()
