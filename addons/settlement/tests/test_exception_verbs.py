from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ROLES, SettlementCase

# Verb → role → whether it may be used on an exception of the IT team.
HANDLERS = ("group_integration_admin", "group_accountant", "group_approver")


class VerbCase(SettlementCase):
    """Exceptions, and the people who work on them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exceptions = cls.env["settlement.exception"]
        cls.users = {role: cls.new_user(role) for role in ROLES}
        cls.accountant = cls.users["group_accountant"]
        cls.approver = cls.users["group_approver"]
        cls.colleague = cls.new_user("group_accountant", login="colleague")

    def opened(self, reason="amount_short", record=None, cause="1.00 short.", **more):
        """Return a new exception."""
        record = record or self.wallet
        return self.exceptions._raise_for(record, reason, cause, **more)

    def by(self, user, record):
        """Return ``record`` as ``user`` holds it."""
        return record.with_user(user)

    def events(self, exception, action):
        """Return the events of one act on an exception, oldest first."""
        return self.env["settlement.event"].search(
            [
                ("model", "=", exception._name),
                ("res_id", "=", exception.id),
                ("action", "=", action),
            ],
            order="id",
        )

    def approvals(self, exception):
        """Return all approvals asked for an exception, newest first."""
        return self.env["settlement.approval"].search(
            [
                ("subject_model", "=", exception._name),
                ("subject_id", "=", exception.id),
            ]
        )


@tagged("post_install", "-at_install")
class TestVerbFrame(VerbCase):
    def test_every_verb_has_a_method_and_tells_what_it_does(self):
        verbs = self.exceptions._verbs()
        for name, verb in verbs.items():
            with self.subTest(verb=name):
                self.assertTrue(hasattr(self.exceptions, f"_resolve_{name}"))
                self.assertTrue(verb.label)
        self.assertLessEqual(
            {"retry", "mark_duplicate", "mark_received", "acknowledge", "ask"}
            | {"assign", "escalate", "ignore"},
            set(verbs),
        )

    def test_a_verb_only_fits_its_reasons(self):
        exception = self.opened("amount_short")
        for verb, values in (
            ("retry", {}),
            ("mark_duplicate", {"twin_id": self.wallet.id}),
            ("mark_received", {"seen": "x", "where": "y"}),
            ("acknowledge", {"comment": "x", "attachment_ids": [1]}),
        ):
            with self.subTest(verb=verb), self.assertRaisesRegex(UserError, "no way"):
                exception.action_resolve(verb, **values)
        self.assertEqual(exception.state, "open")

    def test_what_a_verb_needs_and_what_it_does_not_know(self):
        exception = self.opened()
        with self.assertRaisesRegex(UserError, "reason, code"):
            exception.action_resolve("ignore", reason=" ")
        with self.assertRaisesRegex(UserError, "colour"):
            exception.action_resolve("assign", colour="red")

    def test_every_act_leaves_an_event_with_before_and_after(self):
        exception = self.by(self.accountant, self.opened())
        exception.action_resolve("assign", user_id=self.colleague.id)
        event = self.events(exception, "exception.assign")
        self.assertEqual(event.user_id, self.accountant)
        self.assertEqual(event.before["state"], "open")
        self.assertEqual(event.after["state"], "in_progress")
        self.assertEqual(event.after["verb"], "assign")
        self.assertEqual(event.after["values"], {"user_id": self.colleague.id})
        self.assertEqual(event.after["user"], self.colleague.id)

    def test_a_closed_one_says_who_closed_it(self):
        exception = self.opened()
        self.by(self.colleague, exception).action_ignore("Agreed by mail.")
        with self.assertRaisesRegex(UserError, "by colleague"):
            self.by(self.accountant, exception).action_assign()

    def test_the_record_itself_cannot_be_edited(self):
        exception = self.opened()
        for role in HANDLERS:
            for values in (
                {"state": "resolved"},
                {"severity": "low"},
                {"amount": 0},
                {"user_id": self.users[role].id},
            ):
                with self.subTest(role=role, values=values):
                    with self.assertRaises(UserError):
                        self.by(self.users[role], exception).write(values)
        self.by(self.accountant, exception).message_post(body="Looking into it.")

    def test_roles(self):
        """Accountants resolve all, integration administrators those of their team."""
        for reason, team in (("amount_short", "finance"), ("stale_feed", "it")):
            for role, user in self.users.items():
                exception = self.opened(reason, cause=role)
                allowed = role in HANDLERS and (
                    team == "it" or role != "group_integration_admin"
                )
                with self.subTest(reason=reason, role=role):
                    self.assertEqual(exception.team, team)
                    mine = self.by(user, exception)
                    if allowed:
                        mine.action_resolve("assign")
                        self.assertEqual(exception.user_id, user)
                    else:
                        for verb in self.exceptions._verbs():
                            with self.assertRaises(AccessError):
                                mine.action_resolve(verb)
                exception.sudo()._close("resolved", "next")

    def test_another_company_cannot_act(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other, "stranger")
        exception = self.opened().with_user(stranger)
        exception = exception.with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            exception.action_resolve("assign")
        with self.assertRaises(AccessError):
            exception.action_ignore("because")

    def test_it_works_from_a_server_action(self):
        exception = self.opened()
        action = self.env["ir.actions.server"].create(
            {
                "name": "Ignore small ones",
                "model_id": self.env["ir.model"]._get_id("settlement.exception"),
                "state": "code",
                "code": "records.action_resolve("
                "'ignore', reason='Below a cent.', code='immaterial')",
            }
        )
        action.with_context(
            active_model=exception._name, active_ids=exception.ids
        ).run()
        self.assertEqual(exception.state, "ignored")
        self.assertEqual(exception.ignore_code, "immaterial")
        self.assertEqual(exception.resolution, "Below a cent.")


@tagged("post_install", "-at_install")
class TestVerbApproval(VerbCase):
    def asked(self, **values):
        """Return a late payout that the accountant wants to mark as received."""
        exception = self.opened("late_payout")
        values = {"seen": "98.00 on 12 January", "where": "online banking", **values}
        self.by(self.accountant, exception).action_resolve("mark_received", **values)
        return exception

    def test_it_waits_and_nothing_is_done_yet(self):
        exception = self.asked()
        self.assertEqual(exception.state, "waiting_approval")
        self.assertFalse(exception.parked_until)
        approval = self.approvals(exception)
        self.assertEqual(approval, exception.approval_id)
        self.assertEqual(approval.requester_id, self.accountant)
        self.assertEqual(approval.content["verb"], "mark_received")
        self.assertEqual(approval.content["values"]["where"], "online banking")
        self.assertEqual(
            self.events(exception, "exception.approval_requested").user_id,
            self.accountant,
        )

    def test_another_person_approves_and_it_is_done(self):
        exception = self.asked(expected_on="2030-01-31")
        self.by(self.approver, exception.approval_id).action_approve()
        self.assertEqual(exception.state, "in_progress")
        self.assertEqual(exception.parked_until, date(2030, 1, 31))
        event = self.events(exception, "exception.mark_received")
        self.assertEqual(event.user_id, self.approver)
        self.assertEqual(event.after["asked_by"], self.accountant.id)
        self.assertEqual(event.after["approval"], exception.approval_id.id)

    def test_nobody_approves_what_they_asked_for(self):
        exception = self.opened("late_payout")
        mine = self.by(self.approver, exception)
        mine.action_resolve("mark_received", seen="98.00", where="bank")
        with self.assertRaisesRegex(UserError, "yourself"):
            self.by(self.approver, exception.approval_id).action_approve()
        self.assertEqual(exception.state, "waiting_approval")

    def test_an_accountant_cannot_approve(self):
        exception = self.asked()
        with self.assertRaises(AccessError):
            self.by(self.colleague, exception.approval_id).action_approve()

    def test_refused_it_goes_back_with_the_comment(self):
        exception = self.asked()
        self.by(self.approver, exception.approval_id).action_refuse("Show the entry.")
        self.assertEqual(exception.state, "in_progress")
        self.assertEqual(exception.user_id, self.accountant)
        self.assertFalse(exception.parked_until)
        message = exception.message_ids.filtered(
            lambda message: "Show the entry." in message.body
        )
        self.assertEqual(message.partner_ids, self.accountant.partner_id)
        event = self.events(exception, "exception.approval_refused")
        self.assertEqual(event.reason, "Show the entry.")

    def test_it_may_be_asked_again_after_a_refusal(self):
        exception = self.asked()
        self.by(self.approver, exception.approval_id).action_refuse("No.")
        self.by(self.accountant, exception).action_resolve(
            "mark_received", seen="98.00", where="statement 2"
        )
        self.by(self.approver, exception.approval_id).action_approve()
        self.assertEqual(len(self.approvals(exception)), 2)
        self.assertTrue(exception.parked_until)

    def test_while_it_waits_nothing_else_is_decided(self):
        exception = self.asked()
        with self.assertRaisesRegex(UserError, "waits"):
            self.by(self.colleague, exception).action_ignore("Never mind.")
        self.by(self.colleague, exception).action_assign()
        self.assertEqual(exception.user_id, self.colleague)
        self.assertEqual(exception.state, "waiting_approval")

    def test_late_data_withdraw_the_request(self):
        exception = self.asked()
        self.exceptions._clear_for(self.wallet)
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(exception.approval_id.state, "withdrawn")
        with self.assertRaises(UserError):
            self.by(self.approver, exception.approval_id).action_approve()

    def test_a_changed_cause_is_not_approved(self):
        exception = self.asked()
        self.opened("late_payout", cause="Now 2.00 is late.")
        with self.assertRaisesRegex(UserError, "changed since"):
            self.by(self.approver, exception.approval_id).action_approve()
        self.assertEqual(exception.state, "waiting_approval")

    def test_above_the_limit_another_person_decides(self):
        small = self.opened(amount_minor=100_00, currency=self.euro)
        large = self.opened(
            "amount_over", amount_minor=-100_01, currency=self.euro, cause="Over."
        )
        both = small | large
        self.patch(
            self.registry["settlement.exception"],
            "_approval_limit",
            lambda self, verb: 100_00 if verb == "ignore" else None,
        )
        self.company.currency_id = self.euro
        for exception in both:
            exception.invalidate_recordset()
        values = {"reason": "Agreed.", "code": "agreed"}
        self.by(self.accountant, both).action_resolve("ignore", **values)
        self.assertEqual(small.state, "ignored")
        self.assertEqual(large.state, "waiting_approval")
        self.by(self.approver, large.approval_id).action_approve()
        self.assertEqual(large.state, "ignored")
        self.assertEqual(large.resolution, "Agreed.")


@tagged("post_install", "-at_install")
class TestCoreVerbs(VerbCase):
    def test_mark_duplicate_points_to_the_twin_and_keeps_both(self):
        self.store_facts(self.charge("txn_1"), self.charge("txn_2"))
        one, two = self.stored("txn_1"), self.stored("txn_2")
        exception = self.opened("duplicate", one)
        mine = self.by(self.accountant, exception)
        for twin in (one.id, 0, 10**9):
            with self.subTest(twin=twin), self.assertRaises(UserError):
                mine.action_resolve("mark_duplicate", twin_id=twin)
        mine.action_resolve("mark_duplicate", twin_id=two, comment="Sent twice.")
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(exception.twin_id, two.id)
        self.assertIn("Sent twice.", exception.resolution)
        self.assertTrue(one.exists() and two.exists())

    def test_the_twin_is_of_the_same_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        backend = self.new_backend("Theirs", other)
        theirs = self.new_wallet(backend, account="THEIRS")
        with self.assertRaisesRegex(UserError, "no such record"):
            self.opened("duplicate").action_resolve("mark_duplicate", twin_id=theirs.id)

    def test_acknowledge_takes_two_persons_and_evidence(self):
        exception = self.opened("chain_broken")
        mine = self.by(self.accountant, exception)
        with self.assertRaisesRegex(UserError, "attachment_ids"):
            mine.action_resolve("acknowledge", comment="Restored from backup.")
        evidence = self.env["ir.attachment"].create(
            {
                "name": "report.txt",
                "raw": b"restored",
                "res_model": exception._name,
                "res_id": exception.id,
            }
        )
        mine.action_resolve(
            "acknowledge", comment="Restored.", attachment_ids=evidence.ids
        )
        self.assertEqual(exception.state, "waiting_approval")
        self.by(self.approver, exception.approval_id).action_approve()
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(exception.evidence_ids, evidence)

    def test_ask_parks_it_and_gives_the_person_an_activity(self):
        exception = self.opened()
        self.by(self.accountant, exception).action_resolve(
            "ask",
            user_id=self.colleague.id,
            question="Which invoice?",
            due_on="2030-02-01",
        )
        self.assertEqual(exception.state, "in_progress")
        self.assertEqual(exception.parked_until, date(2030, 2, 1))
        activity = exception.activity_ids
        self.assertEqual(activity.user_id, self.colleague)
        self.assertEqual(activity.date_deadline, date(2030, 2, 1))
        self.assertIn("Which invoice?", activity.summary)

    def test_only_colleagues_can_be_asked_or_assigned(self):
        outsider = self.env.ref("base.public_user")
        for verb, values in (("ask", {"question": "Why?"}), ("assign", {})):
            with self.subTest(verb=verb), self.assertRaisesRegex(UserError, "role"):
                self.opened().action_resolve(verb, user_id=outsider.id, **values)

    def test_escalate_goes_to_the_lead_one_step_more_urgent(self):
        exception = self.opened()
        mine = self.by(self.accountant, exception)
        with self.assertRaisesRegex(UserError, "no lead"):
            mine.action_resolve("escalate", reason="The bank does not answer.")
        mine.action_resolve(
            "escalate", reason="The bank does not answer.", user_id=self.approver.id
        )
        self.assertEqual(exception.severity, "medium")
        self.assertEqual(exception.user_id, self.approver)
        self.assertEqual(exception.activity_ids.user_id, self.approver)
        self.assertTrue(self.events(exception, "exception.severity_raised"))

    def test_breaks_of_control_are_never_ignored(self):
        for reason in ("chain_broken", "signature_invalid", "changed_after_posting"):
            exception = self.opened(reason)
            with (
                self.subTest(reason=reason),
                self.assertRaisesRegex(UserError, "no way"),
            ):
                self.by(self.approver, exception).action_ignore("It is fine.")

    def test_a_reason_code_nobody_knows_is_refused(self):
        with self.assertRaisesRegex(UserError, "no reason code"):
            self.opened().action_ignore("It is fine.", code="whatever")

    def test_retry_reads_a_failed_message_again(self):
        message = self.receive(b"no json", filename="bad.jsonl")
        self.backend.run_pipeline("parse")
        exception = self.exceptions.search([("message_id", "=", message.id)])
        self.assertEqual(exception.reason, "malformed_input")
        self.by(self.accountant, exception).action_resolve("retry")
        self.assertEqual(exception.state, "open")
        self.assertTrue(self.events(exception, "exception.retry"))
        self.patch(
            self.registry["settlement.connector.canonical"],
            "_parse",
            lambda self, message: iter(()),
        )
        self.by(self.accountant, exception).action_resolve("retry")
        self.assertEqual(message.state, "parsed")
        self.assertEqual(exception.state, "resolved")


@tagged("post_install", "-at_install")
class TestBulk(VerbCase):
    def test_one_bad_row_stops_none_of_the_others(self):
        good = self.opened()
        closed = self.opened("amount_over", cause="2.00 over.")
        closed._close("resolved", "Paid back.")
        broken = self.opened("chain_broken")
        late = self.opened("ambiguous", cause="Two fit.")
        all_four = good | closed | broken | late
        outcomes = self.by(self.accountant, all_four).action_ignore("Agreed.")
        self.assertEqual(
            [(each["id"], each["outcome"]) for each in outcomes],
            [
                (good.id, "done"),
                (closed.id, "skipped"),
                (broken.id, "failed"),
                (late.id, "done"),
            ],
        )
        self.assertIn("no way out", outcomes[2]["sentence"])
        self.assertIn("closed already", outcomes[1]["sentence"])
        self.assertEqual(broken.state, "open")

    def test_an_error_of_the_program_stops_none_of_the_others(self):
        one, two = self.opened(), self.opened("ambiguous")
        original = self.registry["settlement.exception"]._resolve_ignore

        def fails_once(records, **values):
            records.sudo().write({"cause": "half done"})
            if records == one:
                raise ZeroDivisionError("0")
            return original(records, **values)

        self.patch(self.registry["settlement.exception"], "_resolve_ignore", fails_once)
        with mute_logger("odoo.addons.settlement.models.exception_resolution"):
            outcomes = (one | two).action_resolve(
                "ignore", reason="Agreed.", code="agreed"
            )
        self.assertEqual([each["outcome"] for each in outcomes], ["failed", "done"])
        self.assertEqual(one.cause, "1.00 short.", "Half an act was kept.")
        self.assertEqual(two.state, "ignored")

    def test_what_waits_for_an_approver_says_so(self):
        one = self.opened("late_payout")
        two = self.opened("payout_missing_at_bank")
        outcomes = self.by(self.accountant, one | two).action_resolve(
            "mark_received", seen="98.00", where="bank"
        )
        self.assertEqual({each["outcome"] for each in outcomes}, {"waiting"})
        self.assertEqual(len(self.approvals(one) | self.approvals(two)), 2)

    def test_nothing_to_do_does_nothing(self):
        self.assertEqual(self.exceptions.action_resolve("assign"), [])
