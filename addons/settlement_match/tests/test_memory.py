from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .rule_case import RuleCase

IBAN = "DE89 3704 0044 0532 0130 00"
KEY = "DE89370400440532013000"


class MemoryCase(RuleCase):
    """People match payments by hand, again and again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.memory = cls.env["settlement.memory"]
        cls.numbers = iter(range(1, 1000))

    def pay(self, amount="100.00", partner=None, difference=0, kind=None, **values):
        """Return a payment that a person matches with an invoice of a partner."""
        paid = self.arrive(amount, **values)
        total = float(amount) + difference / 100
        invoice = self.new_invoice(total, partner_id=(partner or self.customer).id)
        line = self.open_line(invoice)
        self.matches._propose(
            [paid], [line], difference=(difference, kind if difference else None)
        )._confirm()
        return paid

    def arrive(self, amount="100.00", **values):
        """Return a payment at the bank, not matched with anything."""
        name = f"row_{next(self.numbers)}"
        return self.store(self.bank_fact(name, amount, **values), backend=self.bank)

    def pay_often(self, times=3, **values):
        rows = self.transactions
        for _time in range(times):
            rows |= self.pay(**values)
        return rows

    @property
    def transactions(self):
        return self.env["settlement.transaction"]

    def learn(self, company=None):
        return self.memory._learn(company or self.company)


@tagged("post_install", "-at_install")
class TestMemory(MemoryCase):
    """From what people decided to drafts of rules."""

    def test_whose_account_it_is(self):
        rows = self.pay_often(counterparty_account=IBAN)
        version = self.learn()
        self.assertRecordValues(
            version,
            [
                {
                    "origin": "memory",
                    "state": "draft",
                    "purpose": "payer",
                    "counterparty_account": KEY,
                    "partner_ids": self.customer.ids,
                    "pays_for_partner_ids": [],
                    "company_id": self.company.id,
                    "evidence_count": 3,
                }
            ],
        )
        self.assertFalse(version._missing())
        action = version.action_open_evidence()
        behind = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(behind.line_ids.transaction_id, rows)

    def test_who_pays_for_whom(self):
        other = self.env["res.partner"].create({"name": "Holding"})
        self.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": other.id}
        )
        self.pay_often(counterparty_account=IBAN)
        version = self.learn()
        self.assertEqual(version.partner_ids, other)
        self.assertEqual(version.pays_for_partner_ids, self.customer)

    def test_what_is_known_is_not_proposed(self):
        self.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": self.customer.id}
        )
        self.pay_often(counterparty_account=IBAN)
        self.assertFalse(self.learn())

    def test_a_name_without_an_account(self):
        self.pay_often(counterparty_name="Ada Lovelace Ltd")
        version = self.learn()
        self.assertEqual(version.text_pattern, "ADA LOVELACE LTD")
        self.assertEqual(version.partner_ids, self.customer)

    def test_two_times_are_no_habit(self):
        self.pay_often(2, counterparty_account=IBAN)
        self.assertFalse(self.learn())

    def test_what_was_undone_does_not_count(self):
        rows = self.pay_often(counterparty_account=IBAN)
        rows[0].match_line_ids.match_id._undo("A mistake.", is_refused=True)
        self.assertFalse(self.learn())

    def test_one_decision_that_differs_speaks_against_it(self):
        self.pay_often(4, counterparty_account=IBAN)
        other = self.env["res.partner"].create({"name": "Bob"})
        self.pay(counterparty_account=IBAN, partner=other)
        self.assertFalse(self.learn())

    def test_what_the_engine_decided_may_speak_against_it_too(self):
        self.pay_often(4, counterparty_account=IBAN)
        bob = self.env["res.partner"].create({"name": "Bob"})
        invoice = self.new_invoice(100.0, partner_id=bob.id)
        row = self.arrive(counterparty_account=IBAN, invoice_reference=invoice.name)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice))
        self.assertFalse(self.learn())

    def test_the_engine_alone_forms_no_habit(self):
        for _time in range(4):
            invoice = self.new_invoice(100.0)
            self.arrive(counterparty_account=IBAN, invoice_reference=invoice.name)
        self.run_match()
        self.assertFalse(self.learn())

    def test_what_a_rule_proposed_is_no_habit(self):
        rows = self.pay_often(4, counterparty_account=IBAN)
        version = self.approved(limits=[(self.currency, 5)])
        self.env.cr.execute(
            "UPDATE settlement_match SET rule_version_id = %s WHERE id = ANY(%s)",
            (version.id, rows.match_line_ids.match_id.ids),
        )
        self.env.invalidate_all()
        self.assertFalse(self.learn())

    def test_old_decisions_are_forgotten(self):
        rows = self.pay_often(counterparty_account=IBAN)
        rows.match_line_ids.match_id.write(
            {"decided_at": fields.Datetime.now() - timedelta(days=366)}
        )
        self.assertFalse(self.learn())

    def test_a_usual_fee(self):
        self.pay_often(amount="985.00", difference=1500, kind="fee")
        version = self.learn().filtered(lambda each: each.purpose == "difference")
        self.assertRecordValues(
            version,
            [
                {
                    "difference_kind": "fee",
                    "direction": "in",
                    "partner_ids": self.customer.ids,
                    "currency_ids": self.currency.ids,
                    "tolerance_percent": 0.0,
                }
            ],
        )
        self.assertEqual(version.tolerance_ids.amount, 15.0)
        self.assertFalse(version._missing())

    def test_a_usual_discount(self):
        for amount, discount in (("98.00", 200), ("980.00", 2000), ("9800.00", 20000)):
            self.pay(amount, difference=discount, kind="discount")
        version = self.learn().filtered(lambda each: each.purpose == "difference")
        self.assertEqual(version.tolerance_percent, 2.0)
        self.assertFalse(version.tolerance_ids)

    # ------------------------------------------------------------------
    # Once
    # ------------------------------------------------------------------

    def test_it_is_proposed_once(self):
        self.pay_often(counterparty_account=IBAN)
        self.assertTrue(self.learn())
        self.assertFalse(self.learn())
        self.pay_often(counterparty_account=IBAN)
        self.assertFalse(self.learn())

    def test_what_was_refused_is_never_proposed_again(self):
        self.pay_often(counterparty_account=IBAN)
        version = self.learn()
        version.with_user(self.accountant).action_submit("Found.")
        version.with_user(self.approver).action_refuse("Not so.")
        self.assertEqual(version.state, "draft")
        version.with_user(self.accountant).action_retire("Refused.")
        self.pay_often(counterparty_account=IBAN)
        self.assertFalse(self.learn())

    def test_what_a_person_has_written_is_not_proposed(self):
        self.draft(
            purpose="payer", partner_ids=self.customer.ids, counterparty_account=IBAN
        )
        self.pay_often(counterparty_account=IBAN)
        self.assertFalse(self.learn())

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_nothing_holds_without_approval(self):
        self.pay_often(counterparty_account=IBAN)
        version = self.learn()
        self.assertFalse(version.rule_id.current_version_id)
        self.assertFalse(self.rules._engine_versions(self.company, ["payer"]))

    def test_from_habit_to_a_proposal(self):
        """Learnt, tried on history, approved by somebody else, and at work."""
        self.pay_often(counterparty_account=IBAN)
        version = self.learn().with_user(self.accountant)
        version.action_submit("Found.")
        with self.assertRaises(UserError):
            version.with_user(self.approver).action_approve()
        version.action_backtest(date(2026, 1, 1), date(2026, 1, 31))
        version.with_user(self.approver).action_approve()
        self.assertEqual(version.state, "approved")
        invoice = self.new_invoice(100.0)
        row = self.arrive(counterparty_account=IBAN)
        self.run_match()
        match = self.match_of(row)
        self.assertEqual(match.line_ids.move_line_id, self.open_line(invoice))
        self.assertRecordValues(
            match,
            [
                {
                    "state": "proposed",
                    "kind": "memory/payer",
                    "rule_version_id": version.id,
                    "checked_count": 0,
                }
            ],
        )
        match.with_user(self.accountant).action_confirm()
        match.invalidate_recordset()
        self.assertEqual((match.verdict, match.right_count), ("right", 1))
        # What a rule brought about is no habit from which another one is learnt.
        self.assertFalse(self.learn())

    def test_who_found_it_does_not_approve_it(self):
        self.pay_often(counterparty_account=IBAN)
        action = self.rules.with_user(self.approver).action_learn()
        version = self.versions.search(action["domain"])
        self.assertEqual(version.author_id, self.approver)
        version.with_user(self.accountant).action_submit("Found.")
        with self.backtested(), self.assertRaises(UserError):
            version.with_user(self.approver).action_approve()

    def test_the_button(self):
        mine = self.rules.with_user(self.accountant)
        self.assertEqual(mine.action_learn()["tag"], "display_notification")
        self.pay_often(counterparty_account=IBAN)
        action = mine.action_learn()
        self.assertEqual(action["res_model"], "settlement.rule.version")
        self.assertTrue(self.versions.search(action["domain"]))

    def test_only_accountants_look(self):
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            user = self.new_user(role)
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.rules.with_user(user).action_learn()

    def test_the_scheduled_action(self):
        self.backend._as_bot()
        self.pay_often(counterparty_account=IBAN)
        bot = self.env.ref("settlement.user_bot")
        self.assertEqual(self.env.ref("settlement_match.cron_learn").user_id, bot)
        self.rules.with_user(bot)._cron_learn()
        version = self.versions.search([("memory_key", "=", f"payer:account:{KEY}")])
        self.assertEqual(version.author_id, bot)
        # The accountant who submits it and the approver are two persons.
        self.assertEqual(self.approve_found(version).state, "approved")

    def approve_found(self, version):
        return self.approve(version.with_user(self.accountant))

    def test_companies_learn_apart(self):
        self.pay_often(counterparty_account=IBAN)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_accountant", other)
        theirs = self.rules.with_user(stranger).with_context(
            allowed_company_ids=other.ids
        )
        self.assertEqual(theirs.action_learn()["tag"], "display_notification")
        self.assertFalse(self.learn(other))
        version = self.learn()
        self.assertEqual(version.company_id, self.company)
        with self.assertRaises(AccessError):
            version.with_env(theirs.env).action_open_evidence()

    def test_what_another_company_decided_speaks_neither_way(self):
        """The same account pays somebody else's documents elsewhere: that is theirs."""
        self.pay_often(counterparty_account=IBAN)
        before = {each.account: each for each in self.memory._resolutions(self.company)}
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self.memory._resolutions(other))
        self.assertEqual(set(before), {KEY})
