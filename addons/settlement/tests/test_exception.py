from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SettlementCase


@tagged("post_install", "-at_install")
class TestException(SettlementCase):
    def raise_one(self, cause="Something is 1.00 short.", reason="amount_short"):
        return self.env["settlement.exception"]._raise_for(self.wallet, reason, cause)

    def test_one_open_row_for_each_reason_and_subject(self):
        first = self.raise_one()
        self.assertEqual(self.raise_one("Something is 2.00 short."), first)
        self.assertEqual(first.cause, "Something is 2.00 short.")
        self.assertNotEqual(self.raise_one(reason="ambiguous"), first)
        self.assertEqual(first.wallet_id, self.wallet)
        self.assertEqual(first.backend_id, self.backend)

    def test_late_data_close_it_and_a_new_cause_opens_a_new_one(self):
        first = self.raise_one()
        self.env["settlement.exception"]._clear_for(self.wallet, ["amount_short"])
        self.assertEqual(first.state, "resolved")
        self.assertNotEqual(self.raise_one(), first)

    def test_an_ignored_one_stays_ignored_for_the_same_cause_only(self):
        first = self.raise_one()
        first.action_ignore("Known and agreed with the provider.")
        self.assertEqual(self.raise_one(), first)
        self.assertEqual(first.state, "ignored")
        self.assertNotEqual(self.raise_one("Something else is short."), first)

    def test_what_stays_as_it_is_is_not_asked_again(self):
        first = self.raise_one()
        first._close("resolved", "It stays.", is_decided=True)
        self.assertEqual(self.raise_one(), first)
        found = [(self.wallet.id, "amount_short", first.cause)]
        self.env["settlement.exception"]._raise_many(self.wallet, found)
        own = [("company_id", "=", self.company.id)]
        self.assertEqual(self.env["settlement.exception"].search(own), first)
        self.assertEqual(first.state, "resolved")
        again = self.raise_one("Something else is short.")
        self.assertNotEqual(again, first)
        self.assertEqual(self.raise_one("Something else is short."), again)

    def test_what_was_taken_back_is_decided_no_more(self):
        first = self.raise_one()
        first._close("resolved", "It stays.", is_decided=True)
        first._set_state("open")
        self.env["settlement.exception"]._clear_for(self.wallet, ["amount_short"])
        self.assertFalse(first.is_decided)
        self.assertNotEqual(self.raise_one(), first)

    def test_ignoring_needs_a_reason(self):
        with self.assertRaisesRegex(UserError, "why"):
            self.raise_one().action_ignore(" ")

    def test_only_accountants_work_on_exceptions(self):
        exception = self.raise_one()
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            user = self.new_user(role)
            for call in (
                lambda record: record.action_assign(),
                lambda record: record.action_resolve("retry"),
                lambda record: record.action_ignore("because"),
            ):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    call(exception.with_user(user))
        accountant = self.new_user("group_accountant")
        exception.with_user(accountant).action_assign()
        self.assertEqual(exception.user_id, accountant)
        self.assertEqual(exception.state, "in_progress")

    def test_an_unknown_verb_is_refused(self):
        with self.assertRaisesRegex(UserError, "nonsense"):
            self.raise_one().action_resolve("nonsense")
