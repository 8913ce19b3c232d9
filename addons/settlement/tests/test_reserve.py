from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import permutations

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..canonical.facts import ReserveFact, TransactionFact
from .common import SettlementCase


@tagged("post_install", "-at_install")
class TestReserve(SettlementCase):
    """Money held back, until the last of it is released."""

    def row(self, gross, day, **values):
        kind = "reserve_hold" if Decimal(gross) < 0 else "reserve_release"
        return TransactionFact(
            **{
                "currency": "EUR",
                "external_id": f"txn_{kind}_{day}",
                "kind": kind,
                "gross_amount": Decimal(gross),
                "net_amount": Decimal(gross),
                "occurred_at": datetime(2026, 1, day, 12),
                "booked_on": date(2026, 1, day),
                **values,
            }
        )

    def said(self, day=28, hour=8, **values):
        return ReserveFact(
            **{
                "currency": "EUR",
                "external_id": "rsv_1",
                "amount": Decimal("100.00"),
                "expected_release_on": date(2026, 1, day),
                "source_version_at": datetime(2026, 1, 2, hour),
                **values,
            }
        )

    def reserve(self, external_id="txn_reserve_hold_2"):
        return self.env["settlement.reserve"].search(
            [("external_id", "=", external_id), ("backend_id", "=", self.backend.id)]
        )

    def late(self, reserve):
        return self.env["settlement.exception"].search(
            [("reserve_id", "=", reserve.id), ("reason", "=", "late_release")]
        )

    def test_a_hold_and_its_releases(self):
        self.store_facts(self.row("-100", 2), self.row("30", 9))
        reserve = self.reserve()
        self.assertRecordValues(
            reserve,
            [
                {
                    "state": "partly_released",
                    "amount": 100.0,
                    "released_amount": 30.0,
                    "open_amount": 70.0,
                    "held_on": date(2026, 1, 2),
                    "released_on": False,
                    "wallet_id": self.wallet.id,
                    "company_id": self.company.id,
                }
            ],
        )
        self.store_facts(self.row("70", 20))
        self.assertEqual((reserve.state, reserve.open_amount), ("released", 0.0))
        self.assertEqual(reserve.released_on, date(2026, 1, 20))
        self.assertEqual(reserve.release_ids.mapped("amount"), [30.0, 70.0])

    def test_one_release_may_end_two_holds(self):
        self.store_facts(self.row("-100", 2), self.row("-50", 3), self.row("120", 20))
        second = self.reserve("txn_reserve_hold_3")
        self.assertEqual(self.reserve().state, "released")
        self.assertEqual((second.open_amount, second.released_amount), (30.0, 20.0))

    def test_any_order_ends_the_same(self):
        facts = (
            self.row("-100", 2, source_external_id="rsv_1"),
            self.row("-50", 3),
            self.row("60", 20),
            self.row("10", 21, parent_external_id="rsv_1"),
            self.said(),
        )
        seen = set()
        for number, order in enumerate(list(permutations(facts))[::11]):
            backend = self.new_backend(f"Order {number}")
            self.new_wallet(backend)
            for fact in order:
                self.store_facts(fact, backend=backend)
            reserves = self.env["settlement.reserve"].search(
                [("backend_id", "=", backend.id)]
            )
            seen.add(
                tuple(
                    sorted(
                        (
                            one.external_id,
                            one.object_external_id,
                            one.open_amount,
                            one.state,
                            str(one.expected_release_on),
                            tuple(sorted(one.release_ids.mapped("amount"))),
                        )
                        for one in reserves
                    )
                )
            )
        self.assertEqual(len(seen), 1)
        hold, other = sorted(seen.pop())
        self.assertEqual(hold[2:4], (30.0, "partly_released"))
        self.assertEqual(other[2:4], (50.0, "held"))
        self.assertEqual(hold[4], "2026-01-28")

    def test_the_day_of_release_is_the_providers_latest_word(self):
        self.store_facts(self.row("-100", 2, source_external_id="rsv_1"))
        reserve = self.reserve()
        self.assertFalse(reserve.expected_release_on)
        self.store_facts(self.said(28, 9))
        self.store_facts(self.said(15, 8))
        self.assertEqual(reserve.expected_release_on, date(2026, 1, 28))
        self.store_facts(self.said(20, 10))
        self.assertEqual(reserve.expected_release_on, date(2026, 1, 20))

    def test_a_row_may_say_itself_when_its_money_is_free(self):
        self.store_facts(self.row("-100", 2, available_on=date(2026, 1, 25)))
        self.assertEqual(self.reserve().expected_release_on, date(2026, 1, 25))
        self.store_facts(self.row("-10", 3, available_on=date(2026, 1, 3)))
        self.assertFalse(self.reserve("txn_reserve_hold_3").expected_release_on)

    def test_what_is_late_is_shown_until_it_is_back(self):
        self.store_facts(self.row("-100", 2, available_on=date(2026, 1, 10)))
        self.backend._step_validate(None)
        reserve = self.reserve()
        # The feed has not come so far yet: nothing is late by today's clock.
        self.assertFalse(self.late(reserve))
        self.store_facts(self.charge(booked_on=date(2026, 1, 15)))
        for _time in range(2):
            self.backend._step_validate(None)
        exception = self.late(reserve)
        self.assertEqual(len(exception), 1)
        self.assertIn("100.00", exception.cause)
        self.assertIn("2026-01-10", exception.cause)
        self.store_facts(self.row("100", 16))
        self.assertEqual(exception.state, "resolved")

    def test_a_later_day_makes_it_no_longer_late(self):
        hold = self.row("-100", 2, source_external_id="rsv_1")
        self.store_facts(hold, self.said(10), self.charge(booked_on=date(2026, 1, 15)))
        self.backend._step_validate(None)
        exception = self.late(self.reserve())
        self.assertEqual(exception.state, "open")
        self.store_facts(self.said(28, 9))
        self.backend._step_validate(None)
        self.assertEqual(exception.state, "resolved")

    def test_a_hold_that_turns_out_to_be_none_is_put_aside(self):
        hold = self.row("-100", 2)
        self.store_facts(hold, self.row("40", 9))
        reserve = self.reserve()
        self.store_facts(
            replace(hold, kind="adjustment", source_version_at=datetime(2026, 2, 1))
        )
        self.assertFalse(reserve.active)
        self.assertFalse(reserve.release_ids)

    def test_a_revision_keeps_the_reserve(self):
        hold = self.row("-100", 2)
        self.store_facts(hold)
        reserve = self.reserve()
        self.store_facts(
            replace(
                hold,
                gross_amount=Decimal(-90),
                net_amount=Decimal(-90),
                source_version_at=datetime(2026, 2, 1),
            )
        )
        self.assertEqual((self.reserve(), reserve.amount), (reserve, 90.0))
        self.assertTrue(reserve.hold_transaction_id.is_current)

    def test_roles_and_companies(self):
        self.store_facts(self.row("-100", 2))
        reserve = self.reserve()
        accountant = reserve.with_user(self.new_user("group_accountant"))
        accountant.write({"notes": "<p>Asked.</p>"})
        with self.assertRaisesRegex(UserError, "not edited"):
            accountant.write({"open_amount": 0})
        viewer = reserve.with_user(self.new_user("group_viewer"))
        self.assertEqual(viewer.open_amount, 100.0)
        with self.assertRaises(AccessError):
            viewer.write({"notes": "x"})
        company = self.env["res.company"].create({"name": "Stranger"})
        stranger = self.new_user("group_approver", company)
        theirs = self.env(user=stranger, context={"allowed_company_ids": company.ids})
        with self.assertRaises(AccessError):
            reserve.with_env(theirs).read(["amount"])
        self.assertFalse(theirs["settlement.reserve.release"].search([]))

    def test_what_is_late_is_found_by_today(self):
        self.store_facts(self.row("-100", 2, available_on=date(2026, 1, 10)))
        reserves = self.env["settlement.reserve"]
        mine = [("backend_id", "=", self.backend.id)]
        self.assertEqual(
            reserves.search([("is_late", "=", True), *mine]), self.reserve()
        )
        self.assertFalse(reserves.search([("is_late", "=", False), *mine]))
        self.assertLess(self.reserve().days_left, 0)
