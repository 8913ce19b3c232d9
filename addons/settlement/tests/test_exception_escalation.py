from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.exception import TEAM_REASONS
from .common import SettlementCase

START = datetime(2026, 3, 2, 8, 0)


class EscalationCase(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.currency_id = cls.euro
        cls.exceptions = cls.env["settlement.exception"]
        cls.accountant = cls.new_user("group_accountant")
        cls.lead = cls.new_user("group_approver")

    def opened(self, amount=None, reason="amount_short", **values):
        """Return an exception that opened at START."""
        if amount is not None:
            values.update(amount_minor=amount, currency=self.euro)
        with freeze_time(START):
            return self.exceptions._raise_for(
                values.pop("record", self.wallet), reason, "A cause.", **values
            )

    def after(self, hours):
        """Run the scheduled action so many hours after START."""
        with freeze_time(START + timedelta(hours=hours)):
            self.exceptions._cron_escalate()

    def raised(self, exception):
        """Return the events that made an exception more urgent."""
        events = self.env["settlement.event"].search(
            [("action", "=", "exception.severity_raised")]
        )
        return events.filtered(
            lambda event: exception.id in (event.after.get("exceptions") or [])
        )


@tagged("post_install", "-at_install")
class TestSeverity(EscalationCase):
    def test_by_amount(self):
        for amount, severity, hours in (
            (None, "low", 168),
            (999_99, "low", 168),
            (-1_000_00, "medium", 120),
            (10_000_00, "high", 72),
            (100_000_00, "critical", 24),
        ):
            exception = self.opened(amount)
            with self.subTest(amount=amount):
                self.assertEqual(exception.severity, severity)
                self.assertEqual(exception.deadline, START + timedelta(hours=hours))
            exception._close("resolved", "next")

    def test_the_amount_comes_from_the_subject(self):
        self.store_facts(self.charge(gross="12000.00", fee="0"))
        exception = self.opened(record=self.stored(), reason="unmatched")
        self.assertEqual(exception.amount, 12000.0)
        self.assertEqual(exception.amount_minor, 12000_00)
        self.assertEqual(exception.currency_id, self.euro)
        self.assertEqual(exception.severity, "high")

    def test_an_unbalanced_payout_weighs_what_is_missing(self):
        self.store_facts(
            self.charge(
                gross="99.63", fee="0", batch_kind="payout", batch_external_id="po_1"
            ),
            self.payout(total="100.00"),
        )
        self.backend.run_pipeline("validate")
        exception = self.exceptions.search([("reason", "=", "batch_unbalanced")])
        self.assertEqual(exception.amount, 0.37)
        self.assertEqual(exception.severity, "low")

    def test_in_company_currency(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": yen.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 160.0,
            }
        )
        exception = self.opened()
        exception._close("resolved", "next")
        with freeze_time(START):
            exception = self.exceptions._raise_for(
                self.wallet, "amount_short", "x", amount_minor=160_000, currency=yen
            )
        self.assertEqual(exception.amount, 160_000)
        self.assertEqual(exception.company_amount, 1000.0)
        self.assertEqual(exception.severity, "medium")

    def test_some_reasons_are_always_critical(self):
        for reason in ("chain_broken", "signature_invalid", "changed_after_posting"):
            with self.subTest(reason=reason):
                self.assertEqual(self.opened(reason=reason).severity, "critical")

    def test_a_caller_may_ask_for_more_not_for_less(self):
        self.assertEqual(self.opened(severity="high").severity, "high")
        large = self.opened(100_000_00, reason="ambiguous", severity="low")
        self.assertEqual(large.severity, "critical")

    def test_a_deadline_that_somebody_else_sets(self):
        due = datetime(2026, 3, 20, 23, 59)
        exception = self.opened(reason="dispute_opened", deadline=due)
        self.assertEqual(exception.deadline, due)

    def test_a_company_has_its_own_levels(self):
        self.env["settlement.exception.level"].create(
            {
                "company_id": self.company.id,
                "severity": "critical",
                "amount": 50.0,
                "age_hours": 0,
                "due_hours": 2,
            }
        )
        exception = self.opened(50_00)
        self.assertEqual(exception.severity, "critical")
        self.assertEqual(exception.deadline, START + timedelta(hours=2))

    def test_a_refresh_makes_it_more_urgent_never_less(self):
        exception = self.opened(1_00)
        with freeze_time(START + timedelta(hours=1)):
            for minor, cause in ((20_000_00, "Much more."), (1_00, "Less again.")):
                self.exceptions._raise_for(
                    self.wallet,
                    "amount_short",
                    cause,
                    amount_minor=minor,
                    currency=self.euro,
                )
                self.assertEqual(exception.severity, "high")
        self.assertEqual(exception.amount_minor, 1_00)
        self.assertEqual(exception.deadline, START + timedelta(hours=73))


@tagged("post_install", "-at_install")
class TestEscalation(EscalationCase):
    def test_it_rises_with_age_each_step_with_an_event(self):
        exception = self.opened()
        for hours, severity, events in (
            (23, "low", 0),
            (24, "medium", 1),
            (30, "medium", 1),
            (72, "high", 2),
            (120, "critical", 3),
            (500, "critical", 3),
        ):
            self.after(hours)
            with self.subTest(hours=hours):
                self.assertEqual(exception.severity, severity)
                self.assertEqual(len(self.raised(exception)), events)
        self.assertEqual(exception.severity_rank, 0)

    def test_a_closed_one_gets_no_older(self):
        exception = self.opened()
        exception._close("resolved", "Paid.")
        self.after(500)
        self.assertEqual(exception.severity, "low")

    def test_the_deadline_comes_closer_never_further(self):
        exception = self.opened()
        self.assertEqual(exception.deadline, START + timedelta(hours=168))
        self.after(120)
        self.assertEqual(exception.deadline, START + timedelta(hours=144))

    def team(self, **values):
        return self.env["settlement.exception.team"].create(
            {
                "company_id": self.company.id,
                "team": "finance",
                "lead_id": self.lead.id,
                **values,
            }
        )

    def told(self, user):
        """Return the activities of a user on exceptions."""
        return self.env["mail.activity"].search(
            [("res_model", "=", "settlement.exception"), ("user_id", "=", user.id)]
        )

    def test_the_assignee_then_the_lead_each_once(self):
        self.team()
        exception = self.opened(reason="chain_broken", severity="critical")
        exception.team = "finance"
        exception.action_assign(self.accountant)
        for hours, assignee, lead in (
            (23, 0, 0),
            (25, 1, 0),
            (26, 1, 0),
            (47, 1, 0),
            (49, 1, 1),
            (50, 1, 1),
            (500, 1, 1),
        ):
            self.after(hours)
            with self.subTest(hours=hours):
                self.assertEqual(len(self.told(self.accountant)), assignee)
                self.assertEqual(len(self.told(self.lead)), lead)
        self.assertEqual(self.told(self.lead).res_id, exception.id)

    def test_without_assignee_the_lead_is_told_at_once(self):
        self.team()
        self.opened(reason="changed_after_posting")
        self.after(25)
        self.assertEqual(len(self.told(self.lead)), 1)

    def test_without_lead_the_owner_of_the_backend_is_told(self):
        self.backend.owner_id = self.accountant
        self.opened(reason="chain_broken")
        self.after(25)
        self.assertEqual(len(self.told(self.accountant)), 1)

    def test_many_at_once_are_one_notice(self):
        self.team()
        facts = [self.charge(f"txn_{number}") for number in range(40)]
        self.store_facts(*facts)
        rows = self.env["settlement.transaction"].search(
            [("backend_id", "=", self.backend.id)]
        )
        with freeze_time(START):
            self.exceptions._raise_many(
                rows.browse(), [(row.id, "unmatched", "Nothing fits.") for row in rows]
            )
        self.after(500)
        notice = self.told(self.lead)
        self.assertEqual(len(notice), 1)
        self.assertIn("40", notice.summary)
        self.after(501)
        self.assertEqual(len(self.told(self.lead)), 1)

    def test_what_rests_is_not_told(self):
        self.team()
        exception = self.opened(reason="amount_short")
        with freeze_time(START):
            exception.action_resolve(
                "ask",
                user_id=self.accountant.id,
                question="Which one?",
                due_on="2026-03-30",
            )
        self.told(self.accountant).unlink()
        self.after(600)
        self.assertFalse(self.told(self.lead))
        self.after(29 * 24)
        self.assertEqual(len(self.told(self.lead)), 1)

    def test_who_cannot_see_it_is_not_told(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other, "stranger")
        self.team(lead_id=stranger.id)
        self.opened(reason="chain_broken")
        self.after(500)
        self.assertFalse(self.told(stranger))

    def test_the_technical_user_of_scheduled_actions_may(self):
        self.team()
        exception = self.opened()
        bot = self.env.ref("settlement.cron_escalate").user_id
        with freeze_time(START + timedelta(hours=200)):
            self.exceptions.with_user(bot)._cron_escalate()
        self.assertEqual(exception.severity, "critical")
        self.assertEqual(len(self.told(self.lead)), 1)

    def test_escalating_by_hand_finds_the_lead(self):
        self.team()
        exception = self.opened()
        exception.with_user(self.accountant).action_resolve(
            "escalate", reason="Nobody answers."
        )
        self.assertEqual(exception.user_id, self.lead)


@tagged("post_install", "-at_install")
class TestReopening(EscalationCase):
    def test_it_reopens_with_a_link_to_its_former_self(self):
        first = self.opened()
        self.exceptions._clear_for(self.wallet)
        second = self.opened()
        self.assertNotEqual(first, second)
        self.assertEqual(second.previous_id, first)
        self.exceptions._clear_for(self.wallet)
        self.assertEqual(self.opened().previous_id, second)
        self.assertFalse(self.opened(reason="ambiguous").previous_id)

    def test_many_reopen_each_with_its_own(self):
        self.store_facts(self.charge("txn_1"), self.charge("txn_2"))
        rows = self.stored("txn_1") | self.stored("txn_2")
        found = [(row.id, "unmatched", "Nothing fits.") for row in rows]
        self.exceptions._raise_many(rows.browse(), found)
        first = self.exceptions.search([("transaction_id", "in", rows.ids)])
        self.exceptions._clear_for(rows)
        self.exceptions._raise_many(rows.browse(), found)
        second = self.exceptions.search(
            [("transaction_id", "in", rows.ids), ("state", "=", "open")]
        )
        self.assertEqual(second.previous_id, first)
        for exception in second:
            self.assertEqual(
                exception.previous_id.transaction_id, exception.transaction_id
            )

    def test_it_says_which_data_closed_it(self):
        exception = self.opened()
        self.backend.import_file("facts.jsonl", self.lines(self.charge_line()))
        self.backend.run_pipeline("parse")
        self.exceptions._clear_for(self.wallet)
        self.assertEqual(exception.closing_message_id.filename, "facts.jsonl")
        self.assertIn("facts.jsonl", exception.resolution)
        self.assertEqual(self.exceptions.search([("id", "=", exception.id)]), exception)


@tagged("post_install", "-at_install")
class TestRouting(EscalationCase):
    def route(self, **values):
        return self.env["settlement.exception.route"].create(
            {"name": "Route", "company_id": self.company.id, **values}
        )

    def test_owners_by_reason(self):
        for reason, team in (
            ("unmatched", "finance"),
            ("dispute_opened", "finance"),
            ("duplicate", "operations"),
            ("late_payout", "operations"),
            ("posting_failed", "it"),
            ("stale_feed", "it"),
        ):
            with self.subTest(reason=reason):
                self.assertEqual(self.opened(reason=reason).team, team)

    def test_every_reason_has_one_team(self):
        listed = [reason for each in TEAM_REASONS.values() for reason in each]
        self.assertEqual(len(listed), len(set(listed)))

    def test_all_conditions_have_to_apply(self):
        self.route(
            reason="amount_short",
            backend_id=self.backend.id,
            amount=500.0,
            team="operations",
            user_id=self.accountant.id,
        )
        hit = self.opened(500_00)
        self.assertEqual(hit.team, "operations")
        self.assertEqual(hit.user_id, self.accountant)
        for values in (
            {"amount": 499_99, "reason": "amount_short"},
            {"amount": 500_00, "reason": "amount_over"},
            {"amount": None, "reason": "ambiguous"},
        ):
            hit._close("resolved", "next")
            with self.subTest(values=values):
                missed = self.opened(**values)
                self.assertEqual(missed.team, "finance")
                self.assertFalse(missed.user_id)
                missed._close("resolved", "next")

    def test_the_first_route_counts_and_archived_ones_do_not(self):
        last = self.route(sequence=20, team="it")
        first = self.route(sequence=10, team="operations")
        self.assertEqual(self.opened().team, "operations")
        first.active = False
        self.assertEqual(self.opened(reason="amount_over").team, "it")
        last.active = False
        self.assertEqual(self.opened(reason="ambiguous").team, "finance")

    def test_a_route_of_another_company_does_not_apply(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.route(company_id=other.id, team="it")
        self.assertEqual(self.opened().team, "finance")


@tagged("post_install", "-at_install")
class TestSettings(EscalationCase):
    def test_the_levels_are_written_out_once(self):
        levels = self.env["settlement.exception.level"].with_user(self.lead)
        levels = levels.with_context(allowed_company_ids=self.company.ids)
        levels.action_open_levels()
        action = levels.action_open_levels()
        self.assertEqual(action["res_model"], "settlement.exception.level")
        rows = levels.search([])
        self.assertEqual(rows.mapped("severity"), ["critical", "high", "medium", "low"])
        self.assertEqual(rows[0].amount, 100_000.0)
        self.assertEqual(rows[0].due_hours, 24)
        self.opened(1_000_00)
        rows[0].amount = 900.0
        self.assertEqual(
            self.opened(1_000_00, reason="amount_over").severity, "critical"
        )

    def test_a_change_leaves_an_event(self):
        team = self.env["settlement.exception.team"].create(
            {
                "company_id": self.company.id,
                "team": "it",
                "lead_id": self.lead.id,
            }
        )
        team.lead_after_hours = 48
        event = self.env["settlement.event"].search(
            [("model", "=", team._name), ("action", "=", "exception_team.changed")]
        )
        self.assertEqual(event.before, {"lead_after_hours": "24"})
        self.assertEqual(event.after, {"lead_after_hours": "48"})

    def test_only_approvers_change_the_rules(self):
        for role in ("group_viewer", "group_integration_admin", "group_accountant"):
            user = self.new_user(role, login=f"rules-{role}")
            for model in ("level", "team", "route"):
                records = self.env[f"settlement.exception.{model}"].with_user(user)
                with self.subTest(role=role, model=model):
                    self.assertTrue(records.has_access("read"))
                    self.assertFalse(records.has_access("write"))
                    self.assertFalse(records.has_access("create"))
            with self.assertRaises(AccessError):
                self.env["settlement.exception.level"].with_user(
                    user
                ).action_open_levels()
