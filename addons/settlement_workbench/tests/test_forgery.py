from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .bulk_case import BulkCase


@tagged("post_install", "-at_install")
class TestForgery(BulkCase):
    """What comes over RPC is believed no more than what comes by a button."""

    def allowed(self, model, user=None):
        records = self.env[model].with_user(user or self.accountant)
        return records.with_context(allowed_company_ids=self.company.ids)

    def test_nobody_creates_a_closed_period(self):
        forged = {
            "period": "2026-01-01",
            "state": "closed",
            "closed_by_id": self.approver.id,
            "closed_at": "2026-02-01 10:00:00",
            "closing_hash": "0" * 64,
        }
        closes = self.allowed("settlement.close").with_context(default_state="closed")
        close = closes.create(forged)
        self.assertEqual(close.period, date(2026, 1, 1))
        self.assertNotEqual(close.state, "closed")
        self.assertFalse(close.closed_by_id or close.closed_at or close.closing_hash)

    def test_a_dialog_shows_nothing_of_another_company(self):
        bulk = self.ignoring(self.opened(2))
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_accountant", other, name="forger")
        undos = self.env["settlement.undo"].with_user(stranger)
        with self.assertRaises(AccessError):
            undos.create({"bulk_id": bulk.id, "reason": "I am curious."})
        closes = self.allowed("settlement.close").create({"period": "2026-01-01"})
        signatures = self.env["settlement.close.signature"].with_user(stranger)
        with self.assertRaises(AccessError):
            signatures.create({"row_id": closes.row_ids[0].id, "comment": "Fine."})

    def test_an_act_is_prepared_by_one_person(self):
        """What is started later runs with the rights of who prepared it."""
        bulk = self.ignoring(self.opened(3))
        theirs = self.allowed("settlement.bulk", self.approver).browse(bulk.id)
        for act in (
            theirs.action_start,
            theirs.action_preview,
            lambda: theirs.action_set_verb("escalate", reason="Because."),
        ):
            with self.assertRaisesRegex(UserError, "is preparing this"):
                act()
        self.assertEqual((bulk.state, bulk.verb), ("draft", "ignore"))

    def test_an_act_holds_rows_of_its_company_only(self):
        exceptions = self.opened(2)
        other = self.env["res.company"].create({"name": "Other"})
        self.accountant.sudo().company_ids += other
        bulks = self.env["settlement.bulk"].with_user(self.accountant)
        both = bulks.with_context(allowed_company_ids=[other.id, self.company.id])
        with self.assertRaises(UserError):
            both.action_open(ids=exceptions.ids)

    def test_trying_again_stays_in_the_company(self):
        exceptions = self.opened(2)
        bulk = self.ignoring(exceptions)
        other = self.env["res.company"].create({"name": "Other"})
        self.accountant.sudo().company_ids += other
        both = bulk.with_context(allowed_company_ids=[other.id, self.company.id])
        again = both.browse(both._new_attempt(both.line_ids)["res_id"])
        self.assertEqual(again.company_id, self.company)
        self.assertEqual(again.line_ids.exception_id, exceptions)

    def test_what_waits_for_an_approval_is_not_opened_again(self):
        exception = self.opened(1, minor=60000).with_user(self.accountant)
        exception.action_ignore("Much money, but never mind.")
        self.assertEqual(exception.state, "waiting_approval")
        other = self.new_user("group_accountant", name="impatient")
        with self.assertRaisesRegex(UserError, "waits for an approval"):
            exception.with_user(other).action_take_back("I want it back.")
        self.assertEqual(exception.state, "waiting_approval")

    def test_one_row_without_proposal_does_not_stop_an_act_on_many(self):
        exceptions = self.opened(2, reason="unmatched")
        bulk = self.bulk_on(exceptions, verb="accept", values={})
        self.assertEqual(bulk.preview["count"], 2)
        self.assertFalse(bulk._asks_approval())

    def test_a_case_stays_in_its_company(self):
        case = self.allowed("settlement.case").create({"name": "Strange"})
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaisesRegex(UserError, "stays in its company"):
            case.write({"company_id": other.id})
        case.write({"company_id": self.company.id, "name": "Not so strange"})
        self.assertEqual(case.name, "Not so strange")

    def test_a_filter_is_read_and_never_run(self):
        wizard = self.allowed("settlement.bulk.reason").create(
            {
                "domain": "[0] * 10**3",
                "line_ids": [(0, 0, {"reason": "duplicate", "count": 1})],
            }
        )
        with self.assertRaises(ValueError):
            wizard.line_ids.action_choose()
