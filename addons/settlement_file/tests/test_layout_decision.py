from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FileCase


@tagged("post_install", "-at_install")
class TestLayoutDecision(FileCase):
    def test_a_layout_holds_once_somebody_else_has_approved_it(self):
        layout = self.new_layout()
        self.assertRecordValues(
            layout, [{"state": "draft", "version": 1, "author_id": self.admin.id}]
        )
        self.assertFalse(layout._in_force())
        layout.action_propose("new provider")
        self.assertEqual(layout.state, "proposed")
        self.assertTrue(layout.with_user(self.approver).is_for_me)
        self.assertFalse(layout.is_for_me)
        layout.with_user(self.approver).action_approve()
        self.assertRecordValues(
            layout, [{"state": "approved", "approver_id": self.approver.id}]
        )
        self.assertEqual(layout._in_force(), layout)
        self.assertTrue(layout.is_in_force)

    def test_its_author_cannot_approve_it(self):
        both = self.new_user("group_approver", login="both")
        both.group_ids += self.env.ref("settlement.group_integration_admin")
        layout = self.new_layout(user=both)
        layout.action_propose()
        with self.assertRaisesRegex(UserError, "asked for this yourself"):
            layout.action_approve()
        self.assertEqual(layout.state, "proposed")

    def test_who_changed_a_line_of_it_is_an_author(self):
        both = self.new_user("group_approver", login="both")
        both.group_ids += self.env.ref("settlement.group_integration_admin")
        layout = self.new_layout()
        layout.with_user(both).kind_ids[0].kind = "topup"
        self.assertEqual(layout.author_id, both)
        layout.with_user(self.admin).action_propose()
        with self.assertRaisesRegex(UserError, "wrote this layout yourself"):
            layout.with_user(both).action_approve()

    def test_an_administrator_has_no_say_in_approvals(self):
        layout = self.new_layout()
        layout.action_propose()
        other = self.new_user("group_integration_admin", login="other-admin")
        with self.assertRaises(AccessError):
            layout.with_user(other).action_approve()

    def test_what_is_proposed_or_approved_cannot_be_edited(self):
        for decide in (lambda layout: layout.action_propose(), self.approve):
            layout = self.new_layout(f"L {decide}")
            decide(layout)
            for values in (
                {"decimal": "."},
                {"name": "other"},
                {"effective_from": "2026-01-01"},
                {"sample": b"YQo="},
                {"line_ids": [Command.clear()]},
                {"kind_ids": [Command.update(layout.kind_ids[0].id, {"kind": "fee"})]},
            ):
                with self.assertRaisesRegex(UserError, "is no draft"):
                    layout.write(values)
            for part in (layout.line_ids[0], layout.kind_ids[0]):
                with self.assertRaisesRegex(UserError, "is no draft"):
                    part.write({"sequence": 99})
                with self.assertRaisesRegex(UserError, "is no draft"):
                    part.unlink()
                with self.assertRaisesRegex(UserError, "is no draft"):
                    part.copy()

    def test_a_line_cannot_be_moved_into_what_is_approved(self):
        approved = self.approve(self.new_layout("One"))
        draft = self.new_layout("Two")
        with self.assertRaisesRegex(UserError, "is no draft"):
            draft.kind_ids[0].layout_id = approved

    def test_decisions_cannot_be_written(self):
        layout = self.new_layout()
        for values in (
            {"state": "approved"},
            {"approver_id": self.approver.id},
            {"version": 7},
            {"definition": {"name": "x"}},
            {"origin_id": layout.id},
        ):
            with self.assertRaisesRegex(UserError, "approved by its approver"):
                layout.write(values)
            with self.assertRaisesRegex(UserError, "approved by its approver"):
                self.layouts.with_user(self.admin).create({"name": "x", **values})

    def test_a_refusal_says_why_and_gives_the_draft_back(self):
        layout = self.new_layout()
        layout.action_propose()
        layout.with_user(self.approver).action_refuse("the fee has the wrong sign")
        self.assertEqual(layout.state, "draft")
        layout.decimal = "."
        self.assertIn("layout.refused", self.events(layout))

    def test_a_proposal_can_be_taken_back(self):
        layout = self.new_layout()
        layout.action_propose()
        layout.action_back_to_draft()
        self.assertEqual(layout.state, "draft")
        with self.assertRaisesRegex(UserError, "Nothing about this layout waits"):
            layout.with_user(self.approver).action_approve()

    def test_a_new_version_takes_the_place_of_the_old_one(self):
        first = self.approve(self.new_layout())
        self.assertEqual(first.action_new_version()["res_id"], first.id + 1)
        second = self.layouts.browse(first.id + 1).with_user(self.admin)
        self.assertRecordValues(
            second,
            [
                {
                    "name": "Nordpay",
                    "version": 2,
                    "state": "draft",
                    "previous_id": first.id,
                }
            ],
        )
        self.assertEqual(
            len(second.line_ids), len(first.line_ids), "A version starts as the last."
        )
        self.assertEqual(first._in_force(), first)
        second.kind_ids[0].kind = "topup"
        self.approve(second)
        self.assertEqual((first.state, second.state), ("superseded", "approved"))
        self.assertEqual(first._in_force(), second)
        self.assertEqual(
            [kind["kind"] for kind in first.definition["kinds"]["values"]],
            ["charge", "refund"],
            "What was approved once stays as it was.",
        )

    def test_there_is_one_draft_at_a_time(self):
        first = self.approve(self.new_layout())
        draft = first.action_new_version()["res_id"]
        self.assertEqual(first.action_new_version()["res_id"], draft)

    def test_a_version_for_later_leaves_today_to_the_one_before(self):
        first = self.approve(self.new_layout())
        second = self.approve(self.new_version(first, effective_from="2027-01-01"))
        self.assertEqual((first.state, second.state), ("approved", "approved"))
        self.assertEqual(first._in_force(date(2026, 12, 31)), first)
        self.assertEqual(first._in_force(date(2027, 1, 1)), second)
        with freeze_time("2027-02-01"):
            third = self.approve(self.new_version(second))
            self.assertEqual(
                (first.state, second.state, third.state),
                ("superseded", "superseded", "approved"),
            )

    def test_the_name_belongs_to_all_versions(self):
        first = self.approve(self.new_layout())
        second = self.new_version(first)
        with self.assertRaisesRegex(UserError, "has its name"):
            second.name = "Other"
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.new_layout()

    def test_withdrawing_what_holds_needs_a_reason(self):
        layout = self.approve(self.new_layout())
        with self.assertRaisesRegex(UserError, "Say why"):
            layout.action_withdraw()
        wizard = self.env["settlement.file.layout.withdrawal"].with_user(self.admin)
        wizard.create(
            {"layout_id": layout.id, "reason": "the contract ended"}
        ).action_withdraw()
        self.assertEqual(layout.state, "withdrawn")
        self.assertFalse(layout._in_force())

    def test_layouts_are_kept(self):
        with self.assertRaisesRegex(UserError, "Layouts are kept"):
            self.new_layout().sudo().unlink()

    def test_every_act_leaves_a_trace_that_verifies(self):
        layout = self.new_layout()
        layout.decimal = "."
        layout.decimal = ","
        self.approve(layout)
        self.approve(self.new_version(layout))
        self.assertEqual(
            self.events(layout),
            [
                "layout.created",
                "layout.changed",
                "layout.changed",
                "layout.proposed",
                "layout.approved",
                "layout.superseded",
            ],
        )
        self.assertFalse(self.layouts._altered_rows())

    def test_what_was_asked_for_is_what_is_approved(self):
        layout = self.new_layout()
        layout.action_propose()
        # As somebody with a hold of the database would do it.
        layout.sudo()._write_decision({"definition": {"name": "forged"}})
        with self.assertRaisesRegex(UserError, "no longer what its approval"):
            layout.with_user(self.approver).action_approve()

    def test_an_incomplete_layout_is_not_proposed(self):
        layout = self.new_layout()
        layout.line_ids.filtered(lambda line: line.use == "gross_amount").unlink()
        with self.assertRaisesRegex(UserError, "is not complete"):
            layout.action_propose()

    def test_nobody_approves_what_reads_no_row(self):
        layout = self.new_layout(sample=b"Ref;Type;Booked;Amount;Charge;Curr;Order\n")
        with self.assertRaisesRegex(UserError, "is not complete"):
            layout.action_propose()
        bare = self.layouts.with_user(self.admin).create({"name": "Bare"})
        with self.assertRaisesRegex(UserError, "no sample"):
            bare.action_propose()

    def test_an_approver_reads_what_the_sample_comes_to(self):
        layout = self.new_layout()
        layout.action_propose("new provider")
        content = layout._approvals("waiting").content
        self.assertEqual(content["rows"], "3 good, 0 put aside, 0 left out")
        self.assertEqual(content["net"], "126.25 EUR")
        self.assertEqual(content["sample"], "nordpay.csv")
        self.assertIn("new provider", layout.with_user(self.approver).waiting_for)
