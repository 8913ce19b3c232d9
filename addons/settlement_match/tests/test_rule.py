from datetime import date
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .rule_case import RuleCase


@tagged("post_install", "-at_install")
class TestRule(RuleCase):
    # ------------------------------------------------------------------
    # Drafts
    # ------------------------------------------------------------------

    def test_versions_are_numbered_within_their_rule(self):
        first = self.draft()
        second = self.draft(rule=first.rule_id)
        other = self.draft("Discounts")
        self.assertEqual((first | second | other).mapped("number"), [1, 2, 1])
        self.assertEqual(first.display_name, "Bank fees (v1)")

    def test_the_author_is_who_changed_it_last(self):
        version = self.draft(limits=[(self.currency, 5)])
        self.assertEqual(version.author_id, self.accountant)
        version.with_user(self.approver).write({"text_pattern": "fee"})
        self.assertEqual(version.author_id, self.approver)
        version.with_user(self.accountant).tolerance_ids.write({"amount": 6})
        self.assertEqual(version.author_id, self.accountant)

    def test_patterns_are_checked(self):
        for text in ("*", "a", "fee|?", " ", "x" * 201):
            with self.subTest(text=text), self.assertRaises(ValidationError):
                self.draft(text_pattern=text)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_nonsense(self):
        for values in (
            {"effective_from": "2026-02-01", "effective_to": "2026-01-01"},
            {"amount_from": -1},
            {"amount_from": 10, "amount_to": 5},
            {"tolerance_percent": 101},
            {"limits": [(self.currency, 0)]},
            {"limits": [(self.currency, 1), (self.currency, 2)]},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(psycopg2.IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.draft(**values)
                self.env.flush_all()

    def test_decisions_are_not_written(self):
        version = self.draft(limits=[(self.currency, 5)])
        for values in (
            {"state": "approved"},
            {"approver_id": self.approver.id},
            {"author_id": self.approver.id},
            {"fingerprint": "0" * 64},
            {"number": 7},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                version.write(values)
            with self.subTest(values=values), self.assertRaises(UserError):
                self.draft(**values)

    def test_nothing_is_deleted(self):
        version = self.draft()
        for record in (version, version.rule_id):
            with self.assertRaises(UserError):
                record.with_env(self.env).unlink()

    # ------------------------------------------------------------------
    # Approval
    # ------------------------------------------------------------------

    def test_a_rule_holds_once_somebody_else_approved_it(self):
        version = self.draft(limits=[(self.currency, 5)])
        version.action_submit("The bank takes it.")
        self.assertEqual(version.state, "waiting")
        self.assertIn("The bank takes it", version.waiting_for)
        self.assertFalse(version.is_for_me)
        self.assertTrue(version.with_user(self.approver).is_for_me)
        with self.backtested():
            version.with_user(self.approver).action_approve()
        self.assertEqual(version.state, "approved")
        self.assertEqual(version.approver_id, self.approver)
        self.assertEqual(version.rule_id.current_version_id, version)
        self.assertEqual(version.rule_id.state, "approved")

    def test_nobody_approves_without_a_backtest(self):
        version = self.draft(limits=[(self.currency, 5)])
        version.action_submit()
        with self.assertRaisesRegex(UserError, "backtest"):
            version.with_user(self.approver).action_approve()

    def test_nobody_approves_their_own(self):
        version = self.draft(limits=[(self.currency, 5)])
        version.with_user(self.approver).action_submit()
        with self.backtested(), self.assertRaises(UserError):
            version.with_user(self.approver).action_approve()
        # Written by the approver, submitted by the accountant: the same.
        own = self.draft(limits=[(self.currency, 5)]).with_user(self.approver)
        own.write({"note": "mine", "direction": "in"})
        own.with_user(self.accountant).action_submit()
        with self.backtested(), self.assertRaises(UserError):
            own.action_approve()

    @mute_logger("odoo.sql_db")
    def test_the_database_knows_two_persons(self):
        version = self.approved(limits=[(self.currency, 5)])
        self.env.flush_all()
        for query in (
            "UPDATE settlement_rule_version SET approver_id = author_id WHERE id = %s",
            "UPDATE settlement_rule_version SET approver_id = NULL WHERE id = %s",
        ):
            with (
                self.assertRaises(psycopg2.IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, [version.id])

    def test_an_accountant_does_not_approve(self):
        version = self.draft(limits=[(self.currency, 5)])
        version.action_submit()
        other = self.new_user("group_accountant", login="other")
        with self.backtested(), self.assertRaises(AccessError):
            version.with_user(other).action_approve()

    def test_what_was_submitted_stays_as_it_is(self):
        version = self.draft(limits=[(self.currency, 5)])
        version.action_submit()
        for change in (
            lambda: version.write({"direction": "in"}),
            lambda: version.write({"backend_ids": [(6, 0, self.backend.ids)]}),
            lambda: version.tolerance_ids.write({"amount": 500}),
            lambda: version.tolerance_ids.unlink(),
            lambda: version.write(
                {"tolerance_ids": [(0, 0, {"currency_id": 1, "amount": 9})]}
            ),
        ):
            with self.assertRaises(UserError):
                change()

    def test_what_changed_meanwhile_is_not_approved(self):
        version = self.draft(limits=[(self.currency, 5)])
        version.action_submit()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE settlement_rule_tolerance SET amount = 500 WHERE version_id = %s",
            [version.id],
        )
        self.env.invalidate_all()
        with self.backtested(), self.assertRaisesRegex(UserError, "no longer"):
            version.with_user(self.approver).action_approve()

    def test_a_refused_one_is_a_draft_again(self):
        version = self.draft(limits=[(self.currency, 5)])
        version.action_submit()
        version.with_user(self.approver).action_refuse("Too much.")
        self.assertEqual(version.state, "draft")
        version.tolerance_ids.write({"amount": 3})
        self.approve(version)
        self.assertEqual(version.state, "approved")

    def test_what_a_purpose_needs(self):
        incomplete = (
            {"difference_kind": False, "tolerance_percent": 1},
            {"difference_kind": "account", "tolerance_percent": 1},
            {"difference_kind": "fee"},
            {"purpose": "payer", "text_pattern": "ada"},
            {"purpose": "payer", "partner_ids": [(6, 0, self.customer.ids)]},
            {"purpose": "account", "text_pattern": "interest"},
            {
                "purpose": "account",
                "account_id": self.company_data["default_account_revenue"].id,
            },
        )
        for values in incomplete:
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(UserError, "complete"),
            ):
                self.draft(**values).action_submit()

    # ------------------------------------------------------------------
    # Versions in time
    # ------------------------------------------------------------------

    def test_a_later_version_takes_its_days(self):
        first = self.approved(limits=[(self.currency, 5)])
        rule = first.rule_id
        second = self.approved(
            rule=rule, limits=[(self.currency, 9)], effective_from="2026-03-01"
        )
        self.assertEqual(first.state, "approved")
        self.assertEqual(rule._version_on(date(2026, 2, 28)), first)
        self.assertEqual(rule._version_on(date(2026, 3, 1)), second)
        third = self.approved(rule=rule, limits=[(self.currency, 7)])
        self.assertEqual((first | second).mapped("state"), ["retired"] * 2)
        self.assertEqual(rule._version_on(date(2026, 2, 28)), third)

    def test_a_retired_rule_decides_nothing(self):
        version = self.approved(limits=[(self.currency, 5)])
        mine = version.with_user(self.accountant)
        with self.assertRaises(UserError):
            mine.action_retire("")
        mine.action_retire("The bank takes no fees any more.")
        self.assertEqual(version.state, "retired")
        self.assertFalse(self.rules._engine_versions(self.company))

    def test_a_draft_that_is_taken_back(self):
        version = self.draft(limits=[(self.currency, 5)])
        version.action_submit()
        version.action_retire()
        self.assertEqual(version.state, "retired")
        with self.assertRaises(UserError):
            version.with_user(self.approver).action_approve()

    def test_a_new_version_starts_as_the_last_one(self):
        version = self.approved(
            limits=[(self.currency, 5)], partner_ids=[(6, 0, self.customer.ids)]
        )
        action = version.rule_id.with_user(self.accountant).action_new_version()
        draft = self.versions.browse(action["res_id"])
        self.assertEqual((draft.number, draft.state), (2, "draft"))
        self.assertEqual(draft.tolerance_ids.amount, 5)
        self.assertEqual(draft.partner_ids, self.customer)
        self.assertFalse(draft.approver_id)

    # ------------------------------------------------------------------
    # For the engine
    # ------------------------------------------------------------------

    def test_the_engine_gets_exact_numbers(self):
        kwd = self.env.ref("base.KWD")
        jpy = self.env.ref("base.JPY")
        (kwd | jpy).active = True
        version = self.approved(
            limits=[(kwd, 0.305), (jpy, 150), (self.currency, 1.10)],
            tolerance_percent=0.125,
            amount_from=0.1,
            text_pattern="fee*",
            mode="automatic",
            sequence=3,
        )
        (pure,) = self.rules._engine_versions(self.company)
        self.assertEqual(pure.id, version.id)
        self.assertEqual(
            dict(pure.tolerance.amounts),
            {kwd.id: 305, jpy.id: 150, self.currency.id: 110},
        )
        self.assertEqual(str(pure.tolerance.percent), "0.125")
        self.assertEqual(str(pure.conditions.amount_from), "0.1")
        self.assertIsNone(pure.conditions.amount_to)
        self.assertEqual((pure.mode, pure.sequence), ("automatic", 3))

    def test_rules_come_in_their_order(self):
        second = self.approved("B", sequence=20, limits=[(self.currency, 5)])
        first = self.approved("A", sequence=10, limits=[(self.currency, 5)])
        self.approved(
            "C", sequence=5, limits=[(self.currency, 5)]
        ).rule_id.active = False
        found = self.rules._engine_versions(self.company)
        self.assertEqual([each.id for each in found], [first.id, second.id])
        self.assertFalse(self.rules._engine_versions(self.company, ["payer"]))

    # ------------------------------------------------------------------
    # Verification
    # ------------------------------------------------------------------

    def findings(self):
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.env["settlement.verification"].run()["findings"]
        return {
            (each["model"], each["id"])
            for each in found
            if each["model"].startswith(("settlement.rule", "settlement.match"))
        }

    def test_verify_names_a_rule_that_was_altered(self):
        version = self.approved(
            limits=[(self.currency, 5)], partner_ids=[(6, 0, self.customer.ids)]
        )
        self.assertFalse(self.findings())
        for query in (
            "UPDATE settlement_rule_version SET direction = 'in' WHERE id = %s",
            "UPDATE settlement_rule_tolerance SET amount = 50 WHERE version_id = %s",
            "DELETE FROM settlement_rule_version_partner_rel "
            "WHERE settlement_rule_version_id = %s",
            "UPDATE settlement_rule_version SET approver_id = 1 WHERE id = %s",
        ):
            with self.subTest(query=query):
                savepoint = self.env.cr.savepoint()
                self.env.cr.execute(query, [version.id])
                self.assertIn((version._name, version.id), self.findings())
                savepoint.close(rollback=True)

    def test_verify_names_a_match_without_an_approved_rule(self):
        version = self.approved(limits=[(self.currency, 5)])
        draft = self.draft("Other", limits=[(self.currency, 5)])
        invoice = self.new_invoice(100.0)
        (row,) = self.store(self.fact("txn_1", "98.00", invoice_reference=invoice.name))
        self.run_match()
        match = self.match_of(row)
        self.assertEqual(match.rule_version_id, version)
        self.assertFalse(self.findings())
        savepoint = self.env.cr.savepoint()
        self.env.cr.execute(
            "UPDATE settlement_match SET rule_version_id = %s WHERE id = %s",
            [draft.id, match.id],
        )
        self.assertIn(("settlement.match", match.id), self.findings())
        savepoint.close(rollback=True)

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------

    def test_a_rule_is_written_on_its_form(self):
        rule = self.new_rule()
        action = rule.action_new_version()
        version = self.versions.browse(action["res_id"]).with_user(self.accountant)
        with Form(version) as form:
            form.difference_kind = "fee"
            form.tolerance_percent = 2
            form.text_pattern = "charge"
            with form.tolerance_ids.new() as limit:
                limit.currency_id = self.currency
                limit.amount = 5
        self.assertIn("text contains “charge”", version.sentence)
        self.assertEqual(version.tolerance_ids.amount, 5)
        version.action_backtest()
        version.action_submit()
        version.with_user(self.approver).action_approve()
        self.assertEqual(rule.state, "approved")
        with Form(version) as form, self.assertRaises(AssertionError):
            form.text_pattern = "other"

    def test_it_is_retired_with_a_reason(self):
        version = self.approved(limits=[(self.currency, 5)])
        dialog = (
            self.env["settlement.rule.retirement"]
            .with_user(self.accountant)
            .create({"version_id": version.id, "reason": "No more."})
        )
        dialog.action_retire()
        self.assertEqual(version.state, "retired")

    def test_how_often_it_was_right(self):
        version = self.approved(limits=[(self.currency, 5)])
        rule = version.rule_id
        self.assertFalse(rule.precision)
        measured = {
            ("reference/short:fee", rule.id): (30, 1, 0.85),
            ("structured/short:fee", rule.id): (10, 0, 0.741),
            ("reference/short:fee", 0): (99, 9, 0.5),
        }
        precision = type(self.env["settlement.precision"])
        rule.invalidate_recordset()
        with patch.object(precision, "_measured", lambda model, company: measured):
            self.assertEqual(rule.precision, "40 right, 1 wrong: at least 74.1 %")

    # ------------------------------------------------------------------
    # Traces, roles and companies
    # ------------------------------------------------------------------

    def test_each_step_leaves_a_trace(self):
        version = self.approved(limits=[(self.currency, 5)])
        version.with_user(self.accountant).action_retire("No more.")
        events = self.env["settlement.event"].search(
            [("model", "=", version._name), ("res_id", "=", version.id)], order="id"
        )
        self.assertEqual(
            events.mapped("action"),
            [
                "rule.version_created",
                "rule.submitted",
                "rule.approved",
                "rule.retired",
            ],
        )
        self.assertEqual(events[2].user_id, self.approver)

    def test_an_account_can_be_erased_from_the_trace(self):
        version = self.draft(counterparty_account="DE02120300000000202051")
        event = self.env["settlement.event"].search(
            [("model", "=", version._name), ("res_id", "=", version.id)]
        )
        self.assertNotIn("DE0212", str(event.after))
        self.assertNotIn("DE0212", version.sentence)

    def test_a_stranger_sees_and_changes_nothing(self):
        version = self.approved(limits=[(self.currency, 5)])
        other = self.env["res.company"].create({"name": "Other"})
        for role in ("group_accountant", "group_approver", "group_auditor"):
            stranger = self.new_user(role, other)
            for record in (version, version.rule_id, version.tolerance_ids):
                mine = record.with_user(stranger).with_context(
                    allowed_company_ids=other.ids
                )
                with self.subTest(role=role, model=record._name):
                    self.assertFalse(mine.has_access("read"))
                    self.assertFalse(mine.search([]))

    def test_viewers_change_nothing(self):
        version = self.draft(limits=[(self.currency, 5)])
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            mine = version.with_user(self.new_user(role))
            with self.subTest(role=role):
                self.assertTrue(mine.sentence)
                for act in (mine.action_submit, mine.action_retire):
                    with self.assertRaises(AccessError):
                        act()
                with self.assertRaises(AccessError):
                    mine.write({"direction": "in"})
                with self.assertRaises(AccessError):
                    mine.rule_id.action_new_version()
