from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.settlement_match.tests.test_memory import IBAN, MemoryCase

from ..models import bulk_rule


@tagged("post_install", "-at_install")
class TestRuleOffer(MemoryCase):
    """After two equal decisions by hand a rule is offered, in words and tried."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = cls.env["settlement.rule"]
        cls.accountant = cls.new_user("group_accountant", login="offer-accountant")
        cls.approver = cls.new_user("group_approver", login="offer-approver")

    def offered(self):
        return self.rules._offer(self.company)

    def test_twice_is_enough_for_an_offer(self):
        self.pay(counterparty_account=IBAN)
        self.assertFalse(self.offered())
        self.pay(counterparty_account=IBAN)
        version = self.offered()
        self.assertEqual(version.state, "draft")
        self.assertEqual(version.origin, "memory")
        self.assertEqual(version.evidence_count, 2)
        self.assertIn(self.customer.name, version.sentence)

    def test_it_is_tried_on_90_days_before_anybody_approves(self):
        self.pay_often(2, counterparty_account=IBAN)
        version = self.offered()
        self.assertTrue(version.is_tried)
        tried = version.backtest_id
        self.assertEqual((tried.until - tried.since).days, bulk_rule.TRIED.days)
        self.assertEqual(version.gained_count, tried.gained_count)
        self.assertEqual(version.wrong_count, 0)
        action = version.with_context(outcome="gained").action_open_tried()
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(len(lines), version.gained_count)

    def test_the_same_is_offered_once(self):
        self.pay_often(2, counterparty_account=IBAN)
        self.assertTrue(self.offered())
        self.assertFalse(self.offered())

    def test_a_decision_by_hand_wakes_the_search_once(self):
        triggers = self.env["ir.cron.trigger"].sudo()
        cron = self.env.ref("settlement_workbench.cron_rule_offers")
        self.env.cr.cache.pop("settlement_rule_offers", None)
        before = triggers.search_count([("cron_id", "=", cron.id)])
        self.pay_often(2, counterparty_account=IBAN)
        after = triggers.search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after - before, 1)

    def test_the_scheduled_action_offers_and_tells_who_decided(self):
        told = []
        users = self.registry["res.users"]
        self.patch(
            users,
            "_bus_send",
            lambda user, kind, message, **more: told.append((user, kind, message)),
        )
        self.pay_often(2, counterparty_account=IBAN)
        self.rules._cron_offer()
        offers = [each for each in told if each[1] == "settlement_rule_offer"]
        self.assertEqual(len(offers), 1)
        user, _kind, message = offers[0]
        self.assertEqual(user, self.env.user)
        version = self.env["settlement.rule.version"].browse(message["id"])
        self.assertEqual(message["words"], version.sentence)
        self.assertEqual(message["count"], 2)
        self.assertEqual(version.author_id, self.env["settlement.backend"]._bot())

    def submitted(self):
        self.pay_often(2, counterparty_account=IBAN)
        version = self.offered().with_user(self.accountant)
        version.action_submit()
        return version

    def test_somebody_else_approves(self):
        self.pay_often(2, counterparty_account=IBAN)
        version = self.offered()
        mine = version.with_user(self.approver)
        mine.action_submit()
        with self.assertRaisesRegex(UserError, "Somebody else"):
            mine.action_approve()
        other = self.new_user("group_approver", login="second-approver")
        version.with_user(other).action_approve()
        self.assertEqual(version.state, "approved")

    def test_after_approval_the_open_payments_are_matched_again_if_wanted(self):
        version = self.submitted()
        waiting = self.arrive(counterparty_account=IBAN)
        invoice = self.new_invoice(100.0)
        action = version.with_user(self.approver).action_approve()
        self.assertEqual(action["res_model"], "settlement.rule.again")
        wizard = self.env[action["res_model"]].with_user(self.approver)
        wizard = wizard.browse(action["res_id"])
        self.assertEqual(wizard.count, 1)
        self.assertEqual(waiting.match_state, "open")
        action = wizard.action_match()
        task = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((task.state, task.total), ("done", 1))
        self.assertTrue(invoice)

    def test_nothing_open_asks_nothing(self):
        version = self.submitted()
        self.assertIsNone(version.with_user(self.approver).action_approve())
        self.assertEqual(version.state, "approved")

    def test_pause_with_one_click(self):
        version = self.submitted()
        version.with_user(self.approver).action_approve()
        rule = version.rule_id
        rule.with_user(self.accountant).action_pause()
        self.assertFalse(rule.active)
        self.assertFalse(self.rules.sudo()._engine_versions(self.company))
        with self.assertRaises(AccessError):
            rule.with_user(self.accountant).action_go_on()
        with self.assertRaises(AccessError):
            rule.with_user(self.accountant).write({"active": True})
        rule.with_user(self.approver).action_go_on()
        self.assertTrue(rule.active)
        viewer = self.new_user("group_viewer", login="offer-viewer")
        with self.assertRaises(AccessError):
            rule.with_user(viewer).action_pause()

    def test_hits_last_hit_and_how_often_wrong(self):
        version = self.submitted()
        version.with_user(self.approver).action_approve()
        rule = version.rule_id
        self.assertFalse(rule.last_hit_at)
        self.assertFalse(rule.wrong_rate)
        matches = self.env["settlement.match"]
        for _time in range(2):
            row = self.arrive(counterparty_account=IBAN)
            line = self.open_line(self.new_invoice(100.0))
            match = matches._propose(
                [row], [line], method="memory", kind="memory/x", rule_version=version
            )
            match._confirm()
            matches |= match
        matches[0].action_undo("Not theirs.")
        rule.invalidate_recordset()
        self.assertEqual(rule.hit_count, 1)
        self.assertEqual(rule.last_hit_at, matches[1].decided_at)
        self.assertIn("1 of", rule.wrong_rate)

    def test_who_may_ask_for_offers(self):
        self.pay_often(2, counterparty_account=IBAN)
        for role in ("group_viewer", "group_auditor"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.rules.with_user(
                    self.new_user(role, login=f"offer-{role}")
                ).action_offers()
        action = self.rules.with_user(self.accountant).action_offers()
        versions = self.env["settlement.rule.version"]
        self.assertTrue(versions.search([("company_id", "=", self.company.id)]))
        self.assertEqual(action["res_model"], versions._name)
