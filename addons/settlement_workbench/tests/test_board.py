from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.board_feed import PARAMETER
from .board_case import BoardCase

LOGGER = "odoo.addons.settlement_workbench.models.board"


@tagged("post_install", "-at_install")
class TestBoard(BoardCase):
    """Each figure of the board is exactly what the list behind it shows."""

    def test_every_figure_is_the_list_behind_it(self):
        self.seed()
        user = self.new_user("group_auditor")
        data, figures = self.board(user)
        self.assertGreaterEqual(self.assert_lists(data, user, self.company), 30)
        self.assertFalse([tile for tile in data["tiles"] if tile.get("failed")])
        self.assertEqual(figures["exposure.critical"]["value"], 1)
        self.assertEqual(figures["match.count.30"]["count"], 2)

    def test_two_companies_have_two_boards(self):
        self.seed()
        _data, before = self.board()
        self.enter(self.other_data)
        self.seed()
        for company in (self.first, self.other):
            user = self.new_user("group_viewer", company)
            data, figures = self.board(user, company)
            with self.subTest(company=company.name):
                self.assertTrue(self.assert_lists(data, user, company))
                self.assertEqual(
                    figures["exposure.sum"]["value"], before["exposure.sum"]["value"]
                )

    def test_charts_open_what_they_count(self):
        self.seed()
        data, _figures = self.board()
        charts = {chart["key"]: chart for chart in data["charts"]}
        self.assertEqual(
            [key for key, chart in charts.items() if not chart["labels"]], []
        )
        ageing = charts["ageing"]
        for action, count in zip(
            ageing["actions"], ageing["series"][0]["values"], strict=True
        ):
            found = self.env[action["res_model"]].search_count(action["domain"])
            self.assertEqual(found, count)
        self.assertEqual(ageing["series"][0]["values"][3], 1)

    def test_money_in_flight_is_that_of_its_lists(self):
        self.seed()
        data, _figures = self.board()
        flight = next(chart for chart in data["charts"] if chart["key"] == "flight")
        values = dict(zip(flight["labels"], flight["series"][0]["values"], strict=True))
        for action in flight["actions"]:
            rows = self.env[action["res_model"]].search(action["domain"])
            with self.subTest(stage=action["name"]):
                self.assertEqual(
                    sum(abs(row.gross_amount) for row in rows), values[action["name"]]
                )
        self.assertEqual(values["Announced"], 5)
        self.assertEqual(values["To match"], 40)
        self.assertEqual(values["Posted"], 55)

    # ------------------------------------------------------------------
    # What a tile says
    # ------------------------------------------------------------------

    def test_a_proved_wallet_is_good(self):
        self.store(*self.payout(self.row(gross="100"), day=12), self.balance("0", 12))
        self.post()
        tile = self.tile("wallet")
        self.assertEqual(tile["state"], "ok")
        self.assertIn("cent", tile["sentence"])

    def test_a_difference_has_its_sign_and_its_why(self):
        self.store(*self.payout(self.row(gross="100"), day=12), self.balance("30", 12))
        self.post()
        data, figures = self.board()
        tile = data["tiles"][0]
        difference = figures[f"wallet.difference.{self.currency.name}"]
        self.assertEqual(difference["value"], "30.00")
        self.assertTrue(difference["display"].startswith("+"))
        self.assertEqual(difference["tone"], "error")
        self.assertEqual(tile["state"], "error")
        self.assertIn("30.00", tile["sentence"])

    def test_a_wallet_nobody_proved_is_named(self):
        _data, figures = self.board()
        self.assertEqual(figures["wallet.unproved"]["count"], 1)
        self.assertEqual(self.tile("wallet")["state"], "warning")

    def test_money_in_transit_is_the_payouts_not_at_the_bank(self):
        self.store(*self.payout(self.row(gross="100", fee="3"), day=12))
        self.post()
        _data, figures = self.board()
        figure = figures[f"transit.sum.{self.currency.name}"]
        self.assertEqual((figure["value"], figure["count"]), ("97.00", 1))
        self.assertGreater(figures["transit.oldest"]["value"], 5)
        self.assertEqual(self.tile("transit")["state"], "warning")

    def test_nothing_in_transit_is_a_known_zero(self):
        _data, figures = self.board()
        self.assertEqual(figures[f"transit.sum.{self.currency.name}"]["value"], "0")
        self.assertEqual(self.tile("transit")["state"], "ok")

    def test_an_account_that_cannot_be_explained_is_an_error(self):
        self.seed()
        self.assertEqual(self.tile("accounts")["state"], "ok")
        suspense = self.policy.suspense_account_id
        self.sql(
            "UPDATE account_move_line SET amount_residual = amount_residual + 1 "
            "WHERE account_id = %s",
            suspense.id,
        )
        tile = self.tile("accounts")
        self.assertEqual(tile["state"], "error")
        self.assertIn(suspense.code, tile["sentence"])

    def test_rates_are_cut_and_never_rounded_up(self):
        board = self.env["settlement.board"]
        self.assertEqual(board._share(1999, 2000), Decimal("99.9"))
        self.assertEqual(board._share(2000, 2000), 100)
        self.assertIsNone(board._share(0, 0))

    def test_methods_are_counted(self):
        self.seed()
        _data, figures = self.board()
        self.assertEqual(figures["method.manual"]["value"], 1)

    def test_overdue_and_due_today(self):
        self.seed()
        _data, figures = self.board()
        self.assertEqual(figures["deadline.overdue"]["value"], 1)
        self.assertEqual(figures["deadline.today"]["value"], 1)
        self.assertEqual(self.tile("deadline")["state"], "error")

    def test_the_day_ends_at_the_users_midnight(self):
        board = self.env["settlement.board"].with_context(tz="America/New_York")
        end = board._midnight(fields.Datetime.from_string("2026-01-10 03:00:00"))
        self.assertEqual(str(end), "2026-01-10 04:59:59")

    def test_what_waits_for_a_second_person(self):
        self.seed()
        open_ones = self.env["settlement.exception"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.env["settlement.approval"].sudo()._request(
            open_ones, {"verb": "write_off"}, "Small"
        )
        _data, figures = self.board()
        self.assertEqual(figures["approval.waiting"]["value"], 1)
        self.assertEqual(self.tile("approval")["state"], "warning")

    def test_feeds_name_what_failed_and_what_is_missing(self):
        self.seed()
        _data, figures = self.board()
        self.assertEqual(figures["feed.failed_windows"]["value"], 1)
        self.assertEqual(figures["feed.missing_days"]["value"], "1.0")
        self.assertIsNotNone(figures[f"feed.heard.{self.backend.id}"]["value"])
        self.assertEqual(self.tile("feed")["state"], "error")

    def test_the_chain_says_up_to_when_it_is_verified(self):
        self.env["ir.config_parameter"].sudo().set_param(PARAMETER, False)
        self.assertEqual(self.tile("audit")["state"], "warning")
        self.seed()
        found = self.env["settlement.board"].sudo()._cron_verify_chain()
        self.assertTrue(found["ok"])
        _data, figures = self.board()
        self.assertEqual(figures["audit.verified_events"]["value"], found["events"])

    def test_a_broken_chain_is_an_error_in_words(self):
        self.seed()
        self.sql("ALTER TABLE settlement_event DISABLE TRIGGER USER")
        self.sql(
            "UPDATE settlement_event SET reason = 'x' WHERE id = "
            "(SELECT max(id) FROM settlement_event)"
        )
        self.env["settlement.board"].sudo()._cron_verify_chain()
        tile = self.tile("audit")
        self.assertEqual(tile["state"], "error")
        self.assertTrue(tile["sentence"])

    def test_the_last_run_says_how_fast_it_was(self):
        self.store(self.loose(gross="5", day=10))
        run = self.backend.run_pipeline()
        _data, figures = self.board()
        self.assertEqual(figures["run.state"]["value"], "Done")
        self.assertIn("run.step.match", figures)
        self.assertEqual(
            figures["run.started"]["action"]["domain"], [("id", "=", run.id)]
        )

    # ------------------------------------------------------------------
    # Unknown, and failing
    # ------------------------------------------------------------------

    def test_unknown_is_not_zero(self):
        data, figures = self.board()
        self.assertEqual(self.tile("match")["state"], "unknown")
        self.assertIn("data", self.tile("match")["sentence"])
        self.assertEqual(self.tile("run")["state"], "unknown")
        self.assertIsNone(figures["wallet.proved_at"]["value"])
        self.assertIsNone(figures[f"feed.heard.{self.backend.id}"]["display"])
        rate = next(chart for chart in data["charts"] if chart["key"] == "rate")
        self.assertEqual(rate["labels"], [])

    def test_a_failing_tile_shows_when_it_was_last_right(self):
        self.seed()
        with (
            patch.object(
                type(self.env["settlement.board"]),
                "_tile_exposure",
                side_effect=ZeroDivisionError("no"),
            ),
            mute_logger(LOGGER),
        ):
            tile = self.tile("exposure")
            self.assertEqual((tile["figures"], tile["state"]), ([], "unknown"))
            self.assertIn("never", tile["sentence"])
        self.env["settlement.board"].sudo()._remember_all()
        _data, before = self.board()
        with (
            patch.object(
                type(self.env["settlement.board"]),
                "_tile_exposure",
                side_effect=ZeroDivisionError("no"),
            ),
            mute_logger(LOGGER),
        ):
            data, after = self.board()
        tile = next(tile for tile in data["tiles"] if tile["key"] == "exposure")
        self.assertTrue(tile["right_at"])
        self.assertEqual(
            after["exposure.sum"]["value"], before["exposure.sum"]["value"]
        )
        self.assertEqual(
            [each["key"] for each in data["tiles"] if each.get("failed")], ["exposure"]
        )

    def test_a_database_error_stops_one_tile_only(self):
        self.seed()

        def broken(board, company):
            board.env.cr.execute("SELECT nothing FROM nowhere")

        with (
            patch.object(type(self.env["settlement.board"]), "_tile_transit", broken),
            mute_logger(LOGGER, "odoo.sql_db"),
        ):
            data, figures = self.board()
        self.assertEqual(
            [each["key"] for each in data["tiles"] if each.get("failed")], ["transit"]
        )
        self.assertIn(
            "run.state" if "run.state" in figures else "exposure.sum", figures
        )

    def test_what_failed_is_not_remembered(self):
        self.seed()
        board = self.env["settlement.board"].sudo()
        with (
            patch.object(
                type(board), "_tile_exposure", side_effect=ZeroDivisionError("no")
            ),
            mute_logger(LOGGER),
        ):
            board._remember_all()
        memory = self.env["settlement.board.memory"].sudo()
        self.assertFalse(
            memory.search(
                [("company_id", "=", self.company.id), ("key", "=", "exposure")]
            )
        )

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    def test_a_run_that_ends_has_the_boards_refreshed(self):
        self.store(self.loose(gross="5", day=10))
        sent = []
        with patch.object(
            type(self.env["bus.bus"]),
            "_sendone",
            lambda bus, *message: sent.append(message),
        ):
            self.backend.run_pipeline()
        self.assertIn(
            (
                (self.company, "settlement_board"),
                "settlement_board/changed",
                {"company": self.company.id},
            ),
            sent,
        )

    def test_an_old_proof_is_worth_a_look(self):
        self.store(*self.payout(self.row(gross="100"), day=12), self.balance("0", 12))
        self.post()
        proofs = self.env["settlement.wallet.proof"].sudo()
        newest = proofs._newest(self.company)
        newest.proved_at = fields.Datetime.now() - timedelta(hours=30)
        self.assertEqual(self.tile("wallet")["state"], "warning")

    def test_it_costs_few_queries(self):
        self.seed()
        self.board()
        before = self.env.cr.sql_log_count
        self.board()
        self.assertLess(self.env.cr.sql_log_count - before, 120)
