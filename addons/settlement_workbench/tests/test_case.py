from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .bulk_case import BulkCase


@tagged("post_install", "-at_install")
class TestCase(BulkCase):
    """Exceptions that belong together: one place to talk, one history."""

    def grouped(self, exceptions, user=None):
        action = exceptions.with_user(user or self.accountant).action_open_case()
        cases = self.env["settlement.case"].with_user(user or self.accountant)
        return cases.browse(action["res_id"])

    def setUp(self):
        super().setUp()
        self.missing = self.opened(2)
        self.double = self.opened(1, reason="duplicate", start=2)

    def test_any_exceptions_make_a_case(self):
        case = self.grouped(self.missing | self.double)
        self.assertEqual(case.exception_ids, self.missing | self.double)
        self.assertEqual((case.exception_count, case.open_count), (3, 3))
        self.assertEqual(case.user_id, self.accountant)
        self.assertIn(case, case.search([("is_open", "=", True)]))

    def test_more_join_the_same_case(self):
        case = self.grouped(self.missing)
        again = self.grouped(self.missing[0] | self.double)
        self.assertEqual(case, again)
        self.assertEqual(len(case.exception_ids), 3)

    def test_two_cases_do_not_mix(self):
        self.grouped(self.missing)
        other = self.grouped(self.double)
        with self.assertRaisesRegex(UserError, "different cases"):
            self.grouped(self.missing | self.double)
        with self.assertRaisesRegex(UserError, "belongs to the case"):
            other.action_add(self.missing.ids)

    def test_acting_on_all_and_one_history(self):
        case = self.grouped(self.missing | self.double)
        bulk = self.bulks.with_user(self.accountant).browse(case.action_act()["res_id"])
        self.assertEqual(bulk.chosen_count, 3)
        self.assertFalse(bulk.reason)
        bulk.action_set_verb("ignore", reason="All one story.", code="agreed")
        bulk.action_start()
        self.assertEqual(bulk.done_count, 3)
        self.assertEqual(case.open_count, 0)
        told = case.sudo().message_ids.filtered(
            lambda each: "Ignore" in (each.body or "")
        )
        self.assertEqual(len(told), 3)
        self.assertEqual(told.author_id, self.accountant.partner_id)
        self.assertIn(bulk, case.bulk_ids)
        with self.assertRaisesRegex(UserError, "nothing to act on"):
            case.action_act()

    def test_single_acts_are_in_the_history_too(self):
        case = self.grouped(self.missing)
        self.missing[0].with_user(self.approver).action_assign()
        told = case.sudo().message_ids.filtered(
            lambda each: self.approver.name in (each.body or "")
        )
        self.assertEqual(len(told), 1)

    def test_leaving_a_case(self):
        case = self.grouped(self.missing)
        self.missing[0].with_user(self.accountant).action_leave_case()
        self.assertEqual(case.exception_ids, self.missing[1])
        event = self.env["settlement.event"].search(
            [("model", "=", "settlement.case"), ("action", "=", "case.removed")]
        )
        self.assertEqual(event.after["exceptions"], self.missing[0].ids)

    def test_the_members_are_opened(self):
        case = self.grouped(self.missing)
        action = case.action_open_members()
        found = self.env["settlement.exception"].search(action["domain"])
        self.assertEqual(found, self.missing)

    def test_who_only_looks_groups_nothing(self):
        case = self.grouped(self.missing)
        for role in ("group_viewer", "group_auditor"):
            user = self.users[role]
            with self.subTest(role=role):
                self.assertEqual(case.with_user(user).open_count, 2)
                with self.assertRaises(AccessError):
                    self.double.with_user(user).action_open_case()
                with self.assertRaises(AccessError):
                    case.with_user(user).action_act()
                with self.assertRaises(AccessError):
                    case.with_user(user).write({"name": "x"})

    def test_another_company_does_not_see_it(self):
        case = self.grouped(self.missing)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other)
        with self.assertRaises(AccessError):
            case.with_user(stranger).read(["name"])
        foreign = (
            self.env["settlement.case"]
            .sudo()
            .create({"name": "Theirs", "company_id": other.id})
        )
        with self.assertRaisesRegex(UserError, "one company"):
            foreign.with_user(self.env.user).sudo().action_add(self.double)
