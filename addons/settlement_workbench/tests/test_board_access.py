from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .board_case import BoardCase

ROLES = (
    "group_viewer",
    "group_auditor",
    "group_integration_admin",
    "group_accountant",
    "group_approver",
)


@tagged("post_install", "-at_install")
class TestBoardAccess(BoardCase):
    """Who sees which figures, and who may do something about them."""

    def test_every_role_sees_the_same_figures(self):
        self.seed()
        seen = {}
        for role in ROLES:
            data, figures = self.board(self.new_user(role))
            self.assertFalse([tile for tile in data["tiles"] if tile.get("failed")])
            seen[role] = {
                kpi: figure["value"]
                for kpi, figure in figures.items()
                if not kpi.startswith(("audit.lag", "audit.unsealed", "feed.lag"))
            }
        for role in ROLES[1:]:
            with self.subTest(role=role):
                self.assertEqual(seen[role], seen[ROLES[0]])

    def test_lists_that_a_role_may_not_read_have_no_way_behind_them(self):
        self.seed()
        self.env["settlement.board"].sudo()._cron_verify_chain()
        _data, viewer = self.board(self.new_user("group_viewer"))
        _data, auditor = self.board(self.new_user("group_auditor"))
        self.assertIsNone(viewer["audit.verified_events"]["action"])
        self.assertTrue(auditor["audit.verified_events"]["action"])

    def test_nor_have_figures_that_are_remembered(self):
        self.seed()
        self.env["settlement.board"].sudo()._cron_verify_chain()
        bot = self.env.ref("settlement.user_bot")
        self.env["settlement.counter"].with_user(bot)._cron_fold()
        board = type(self.env["settlement.board"])
        failing = ZeroDivisionError("no")
        with (
            patch.object(board, "_tile_audit", side_effect=failing),
            mute_logger("odoo.addons.settlement_workbench.models.board"),
        ):
            _data, viewer = self.board(self.new_user("group_viewer"))
            _data, auditor = self.board(self.new_user("group_auditor"))
        self.assertTrue(viewer["audit.verified_events"]["value"])
        self.assertIsNone(viewer["audit.verified_events"]["action"])
        self.assertTrue(auditor["audit.verified_events"]["action"])

    def test_nobody_without_a_role(self):
        user = new_test_user(self.env, "employee", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.board(user, user.company_id)

    def test_no_company_that_is_not_chosen(self):
        user = self.new_user("group_viewer")
        env = self.env(user=user.id, context={"allowed_company_ids": self.company.ids})
        with self.assertRaises(AccessError):
            env["settlement.board"].board_data(self.other.id)
        user.company_ids = [Command.link(self.other.id)]
        with self.assertRaises(AccessError):
            env["settlement.board"].board_data(self.other.id)

    def test_a_branch_sees_nothing_of_its_sisters(self):
        self.seed()
        user = self.new_branch_user()
        data, figures = self.board(user, user.company_id)
        self.assertTrue(data["empty"])
        known = {
            kpi
            for kpi, figure in figures.items()
            if figure["value"] not in (None, 0, "0", "0.00")
            and not kpi.startswith("audit.")
        }
        self.assertEqual(known, set())

    def test_nothing_connected_says_what_it_is_for(self):
        company = self.other
        admin = self.new_user("group_integration_admin", company)
        data, _figures = self.board(admin, company)
        self.assertEqual(data["empty"]["connect"]["res_model"], "settlement.setup")
        self.assertIsNone(data["empty"]["demo"])
        viewer = self.new_user("group_viewer", company)
        data, _figures = self.board(viewer, company)
        self.assertIsNone(data["empty"]["connect"])
        self.assertTrue(data["empty"]["sentence"])

    def test_a_system_administrator_may_try_demo_data(self):
        admin = self.new_user("group_integration_admin", self.other)
        admin.group_ids = [Command.link(self.env.ref("base.group_system").id)]
        data, _figures = self.board(admin, self.other)
        self.assertIn(
            data["empty"]["demo"]["res_model"],
            ("settlement.training", "ir.module.module"),
        )

    def test_a_company_with_a_backend_is_not_empty(self):
        data, _figures = self.board()
        self.assertIsNone(data["empty"])

    def test_nobody_writes_what_the_board_stands_on(self):
        self.seed()
        for role in ROLES:
            env = self.env(user=self.new_user(role, name="w").id)
            for model in (
                "settlement.counter",
                "settlement.wallet.proof",
                "settlement.board.memory",
            ):
                for operation in ("write", "create", "unlink"):
                    with self.subTest(role=role, model=model, operation=operation):
                        self.assertFalse(env[model].has_access(operation))

    def test_proofs_and_counts_stay_in_their_company(self):
        self.seed()
        user = self.new_user("group_auditor", self.other)
        for model in ("settlement.counter", "settlement.wallet.proof"):
            found = self.env(user=user.id)[model].search(
                [("company_id", "=", self.first.id)]
            )
            self.assertFalse(found, model)

    def test_only_who_may_see_a_board_is_told_of_it(self):
        sockets = self.env["ir.websocket"]
        viewer = self.new_user("group_viewer")
        employee = new_test_user(self.env, "employee", groups="base.group_user")
        channel = (self.company, "settlement_board")
        told = self.channels(sockets.with_user(viewer))
        self.assertIn(channel, told)
        self.assertNotIn((self.other, "settlement_board"), told)
        self.assertNotIn(channel, self.channels(sockets.with_user(employee)))

    def channels(self, sockets):
        """Return what a socket of the user listens to, without those of others."""
        base = self.registry["ir.websocket"].__mro__
        owner = next(
            cls
            for cls in base
            if cls.__module__.endswith("settlement_workbench.models.ir_websocket")
        )
        above = base[base.index(owner) + 1]
        original = above._build_bus_channel_list
        above._build_bus_channel_list = lambda sockets, channels: channels
        try:
            return owner._build_bus_channel_list(sockets, [])
        finally:
            above._build_bus_channel_list = original
