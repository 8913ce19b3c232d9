import hashlib
import random
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import Form, tagged

from ..models.retention import LEGAL_MINIMUM_DAYS
from ..storage import payload as payload_storage
from .common import SettlementCase


class RetentionCase(SettlementCase):
    """A company that keeps payloads for a year, and one old message."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["settlement.retention"].create(
            {"company_id": cls.company.id, "days": 400, "minimum_days": 365}
        )
        cls.content = cls.lines(cls.charge_line(kind="topup"))
        cls.message = cls.backend.import_file("old.jsonl", cls.content)
        cls.backend.run_pipeline("parse")
        cls.age(cls.message, 500)

    @classmethod
    def age(cls, message, days):
        """Date the arrival of a message back, as if it had been here so long.

        Its hash covers the date, so that is taken anew.
        """
        message.received_at = Datetime.now() - timedelta(days=days)
        message._seal_rows()
        cls.env["settlement.event"]._log(
            "message.received", message.backend_id, rows=message
        )

    def due(self):
        """Return the messages whose payload is removed now."""
        return self.policy._due_messages()

    def purge(self):
        return self.backend._purge_due()

    def findings(self):
        """Return the sentences of the verification about messages."""
        self.env.flush_all()
        verification = self.env["settlement.verification"]
        checks = ("_check_payloads", "_check_purged", "_check_pinned")
        return [
            (finding["id"], finding["sentence"])
            for check in checks
            for finding in getattr(verification, check)()
            if finding["model"] == "settlement.message"
        ]


@tagged("post_install", "-at_install")
class TestRetention(RetentionCase):
    def test_what_is_old_and_processed_is_due(self):
        self.assertEqual(self.due(), self.message)
        self.assertEqual(self.policy.due_count, 1)

    def test_what_is_young_is_kept(self):
        self.age(self.message, 399)
        self.assertFalse(self.due())

    def test_what_is_not_processed_to_its_end_is_kept(self):
        transaction = self.stored()
        exceptions = self.env["settlement.exception"]
        for state in ("received", "failed", "dead"):
            self.message._set_state(state)
            self.assertFalse(self.due(), state)
        self.message._set_state("parsed")
        for state in ("open", "proposed"):
            transaction._state_rows()._set_match_state(state)
            self.assertFalse(self.due(), state)
        transaction._state_rows()._set_match_state("matched")
        told = exceptions._raise_for(transaction, "ambiguous", "Two fit.")
        self.assertFalse(self.due())
        told._close("resolved", "One fits.")
        told = exceptions._raise_for(self.message, "duplicate", "Came twice.")
        self.assertFalse(self.due())
        told._close("resolved", "It did not.")
        self.assertEqual(self.due(), self.message)

    def test_a_row_put_aside_keeps_its_payload(self):
        message = self.backend.import_file("bad.jsonl", self.content + b"{bad\n")
        self.backend.run_pipeline("parse")
        self.age(message, 600)
        self.assertNotIn(message, self.due())
        message.row_ids.action_dismiss("A test.")
        self.assertIn(message, self.due())

    def test_hash_facts_and_trail_stay_when_the_bytes_go(self):
        self.assertEqual(self.purge(), 1)
        self.assertEqual(self.message._read_payloads()[self.message.id], b"")
        self.assertEqual(self.message.sha256, hashlib.sha256(self.content).hexdigest())
        self.assertTrue(self.stored())
        self.assertFalse(self.message._altered_rows())
        event = self.env["settlement.event"].search([("action", "=", "message.purged")])
        self.assertEqual((event.count, event.rows_model), (1, "settlement.message"))
        self.assertFalse(self.findings())
        self.assertEqual(self.purge(), 0)

    def test_a_payload_that_vanished_is_told_from_one_removed(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE settlement_message SET payload = NULL WHERE id = %s",
            [self.message.id],
        )
        ((found, sentence),) = self.findings()
        self.assertEqual(found, self.message.id)
        self.assertIn("not the one that was received", sentence)

    def test_a_removal_that_no_event_proves_is_found(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE settlement_message SET payload = NULL, purged_at = now() "
            "WHERE id = %s",
            [self.message.id],
        )
        self.env.invalidate_all()
        ((found, sentence),) = self.findings()
        self.assertEqual(found, self.message.id)
        self.assertIn("no event says", sentence)

    def test_what_is_removed_can_be_neither_read_nor_replayed(self):
        self.purge()
        with self.assertRaisesRegex(UserError, "retention policy"):
            self.message._open_content()
        with self.assertRaisesRegex(UserError, "retention policy"):
            self.message.replay()
        self.assertEqual(self.message.state, "parsed")
        self.assertFalse(self.message.preview)

    def test_the_same_bytes_again_are_still_known(self):
        self.purge()
        again = self.backend.import_file("old.jsonl", self.content)
        self.assertEqual(again, self.message)

    def test_a_large_payload_leaves_the_file_store_when_nobody_needs_it(self):
        content = random.Random(2).randbytes(payload_storage.INLINE_BYTES + 1)
        first = self.receive(content)
        second = self.receive(content, backend=self.new_backend("Second"))
        path = first._folder() / first.stored_name
        self.addCleanup(path.unlink, missing_ok=True)
        (first | second)._set_state("ignored")
        self.age(first, 500)
        self.purge()
        self.assertTrue(path.exists(), "Removed before the purge could be committed.")
        self.purge()
        self.assertTrue(path.exists(), "Another message needs it.")
        self.age(second, 500)
        self.purge()
        self.purge()
        self.assertFalse(path.exists())
        self.assertFalse(self.findings())

    def test_every_piece_is_committed(self):
        calls = []
        self.backend._purge_due(lambda: calls.append(1))
        self.assertEqual(len(calls), 1)


@tagged("post_install", "-at_install")
class TestRetentionPolicy(RetentionCase):
    def test_without_a_policy_nothing_is_removed(self):
        self.policy.active = False
        self.assertFalse(self.due())
        self.assertEqual(self.purge(), 0)

    def test_a_backend_may_be_kept_longer_than_its_company(self):
        longer = self.policy.create(
            {"company_id": self.company.id, "backend_id": self.backend.id, "days": 600}
        )
        self.assertFalse(self.due())
        self.assertFalse(longer._due_messages())
        longer.days = 450
        self.assertEqual(longer._due_messages(), self.message)
        self.assertFalse(self.due())

    def test_no_policy_undercuts_the_legal_minimum(self):
        with self.assertRaisesRegex(ValidationError, "legal minimum"):
            self.policy.days = 364
        with self.assertRaisesRegex(ValidationError, "365"):
            self.policy.create(
                {
                    "company_id": self.company.id,
                    "backend_id": self.backend.id,
                    "days": 30,
                }
            )
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaisesRegex(ValidationError, str(LEGAL_MINIMUM_DAYS)):
            self.policy.create(
                {
                    "company_id": other.id,
                    "backend_id": self.new_backend("B", other).id,
                    "days": 400,
                }
            )

    def test_a_raised_minimum_holds_for_policies_that_stand(self):
        self.policy.create(
            {"company_id": self.company.id, "backend_id": self.backend.id, "days": 370}
        )
        with self.assertRaises(ValidationError):
            self.policy.minimum_days = 380

    def test_the_decision_is_in_the_trail(self):
        self.policy.days = 450
        event = self.env["settlement.event"].search(
            [("action", "=", "retention.set"), ("res_id", "=", self.policy.id)], limit=1
        )
        self.assertEqual((event.before["days"], event.after["days"]), (400, 450))

    def test_roles_and_companies(self):
        admin = self.new_user("group_integration_admin")
        self.policy.with_user(admin).days = 420
        for role in ("group_viewer", "group_auditor", "group_accountant"):
            policy = self.policy.with_user(self.new_user(role))
            self.assertEqual(policy.days, 420)
            with self.subTest(role=role), self.assertRaises(AccessError):
                policy.days = 410
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_integration_admin", other, "stranger")
        seen = self.policy.with_user(stranger).with_context(
            allowed_company_ids=other.ids
        )
        self.assertFalse(seen.search([("id", "=", self.policy.id)]))
        with self.assertRaises(AccessError):
            seen.days = 500


@tagged("post_install", "-at_install")
class TestHold(RetentionCase):
    def test_a_hold_keeps_and_its_release_lets_go(self):
        admin = self.new_user("group_integration_admin")
        message = self.message.with_user(admin)
        message.action_hold("Tax audit 2026")
        self.assertFalse(self.due())
        self.assertEqual(self.message.hold_reason, "Tax audit 2026")
        message.action_release_hold("The audit is over.")
        self.assertEqual(self.due(), self.message)
        actions = self.env["settlement.event"].search(
            [("action", "like", "message.h"), ("user_id", "=", admin.id)]
        )
        self.assertEqual(
            set(actions.mapped("action")), {"message.held", "message.hold_released"}
        )

    def test_a_reason_and_a_role_are_required(self):
        approver = self.new_user("group_approver")
        for reason in ("", " ", None):
            with self.assertRaises(UserError):
                self.message.with_user(approver).action_hold(reason)
        for role in ("group_viewer", "group_auditor", "group_accountant"):
            user = self.new_user(role)
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.message.with_user(user).action_hold("Mine.")
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other, "stranger")
        with self.assertRaises(AccessError):
            self.message.with_user(stranger).with_context(
                allowed_company_ids=other.ids
            ).action_hold("Mine.")

    def test_the_dialog_holds_and_releases(self):
        admin = self.new_user("group_integration_admin")
        for expected in (True, False):
            action = self.message.with_user(admin).action_open_hold()
            dialogs = self.env[action["res_model"]].with_user(admin)
            with Form(dialogs.with_context(**action["context"])) as form:
                form.reason = "Because."
            form.record.action_apply()
            self.assertEqual(self.message.on_hold, expected)
