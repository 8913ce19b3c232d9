from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..canonical.facts import RejectedRow
from .common import SettlementCase

CARD = "4111 1111 1111 1111"


class QuarantineCase(SettlementCase):
    """Files of which some rows cannot be read."""

    def take_in(self, content, name="facts.jsonl"):
        """Import a file and parse it; return its message."""
        message = self.backend.import_file(name, content)
        self.backend.run_pipeline("parse")
        return message

    def take_in_unknown_account(self, *identities, account="ACC-9"):
        """Import charges of an account that has no wallet."""
        lines = [
            self.charge_line(identity, account_identifier=account)
            for identity in identities
        ]
        return self.take_in(self.lines(*lines), f"{account}.jsonl")

    def told(self, message):
        """Return the open exceptions about a message."""
        return self.env["settlement.exception"].search(
            [("message_id", "=", message.id), ("state", "=", "open")]
        )

    def findings(self, method):
        """Return the ids of records that a check of the verification names."""
        self.env.flush_all()
        verification = self.env["settlement.verification"]
        return [finding["id"] for finding in getattr(verification, method)()]

    @classmethod
    def bad_lines(cls):
        """Return a file of two good and two equal bad rows."""
        good = [cls.lines(cls.charge_line(f"txn_{n}")) for n in (1, 2)]
        return b"{bad\n".join([good[0], good[1], b""])


@tagged("post_install", "-at_install")
class TestQuarantine(QuarantineCase):
    def test_equal_bad_rows_are_two_rows(self):
        message = self.take_in(self.bad_lines())
        self.assertEqual(message.row_ids.mapped("number"), [2, 4])
        self.assertEqual(
            (message.read_count, message.stored_count, message.rejected_count),
            (4, 2, 2),
        )
        self.assertIn("2 rows", self.told(message).cause)

    def test_a_card_number_is_masked_in_row_and_reason(self):
        message = self.receive(b"x")
        row = RejectedRow(1, f'{{"card": "{CARD}"}}', f"'{CARD}' is no amount.")
        message._quarantine([row])
        for text in (message.row_ids.raw, message.row_ids.reason):
            self.assertIn("4111 11** **** 1111", text)
            self.assertNotIn(CARD, text)

    def test_the_same_rejections_again_add_nothing(self):
        message = self.take_in(self.bad_lines())
        before = message.row_ids
        message.replay()
        self.assertEqual(message.row_ids, before)
        self.assertEqual(before.mapped("state"), ["quarantined"] * 2)
        self.assertEqual(len(self.told(message)), 1)

    def test_codes_have_an_exception_each(self):
        def facts(*_args):
            yield RejectedRow(1, "a", "The first.", "duplicate")
            yield RejectedRow(2, "b", "The second.")
            yield RejectedRow(3, "c", "The third.")

        handler = type(self.env["settlement.connector.canonical"])
        with patch.object(handler, "_parse", facts):
            message = self.take_in(self.lines(self.charge_line()))
        told = {each.reason: each.cause for each in self.told(message)}
        self.assertEqual(set(told), {"duplicate", "malformed_input"})
        self.assertIn("2 rows", told["malformed_input"])
        self.assertIn("row 2", told["malformed_input"])
        message.replay()
        self.assertFalse(self.told(message))
        self.assertEqual(set(message.row_ids.mapped("state")), {"corrected"})

    def test_a_later_message_corrects_the_row_of_its_transaction(self):
        bad = self.take_in_unknown_account("txn_1", "txn_2")
        self.assertEqual(bad.row_ids.mapped("external_id"), ["txn_1", "txn_2"])
        self.assertEqual(bad.row_ids.mapped("number"), [0, 0])
        good = self.take_in(self.lines(self.charge_line("txn_1")), "again.jsonl")
        first, second = bad.row_ids.sorted("external_id")
        self.assertEqual((first.state, second.state), ("corrected", "quarantined"))
        self.assertEqual(first.corrected_by_id, good)
        self.assertIn("1 row of", self.told(bad).cause)
        self.take_in(self.lines(self.charge_line("txn_2")), "third.jsonl")
        self.assertFalse(self.told(bad))

    def test_an_earlier_message_corrects_nothing(self):
        self.take_in(self.lines(self.charge_line("txn_1")))
        bad = self.take_in_unknown_account("txn_1")
        self.backend.run_pipeline("parse")
        self.assertEqual(bad.row_ids.state, "quarantined")

    def test_the_transaction_of_another_backend_corrects_nothing(self):
        bad = self.take_in_unknown_account("txn_1")
        other = self.new_backend("Second")
        self.new_wallet(other)
        other.import_file("o.jsonl", self.lines(self.charge_line("txn_1")))
        other.run_pipeline("parse")
        self.assertEqual(bad.row_ids.state, "quarantined")

    def test_what_was_corrected_and_is_bad_again_waits_again(self):
        wallet = self.new_wallet(self.backend, account="ACC-9")
        line = self.charge_line("txn_1", account_identifier="ACC-9")
        wallet.account_identifier = "ACC-8"
        message = self.take_in(self.lines(line))
        wallet.account_identifier = "ACC-9"
        message.replay()
        self.assertEqual(message.row_ids.state, "corrected")
        wallet.account_identifier = "ACC-8"
        message.replay()
        self.assertEqual(message.row_ids.state, "quarantined")
        self.assertFalse(message.row_ids.resolved_at)
        self.assertTrue(self.told(message))

    def test_a_failed_replay_explains_no_row(self):
        message = self.take_in(self.bad_lines())
        handler = type(self.env["settlement.connector.canonical"])
        with patch.object(handler, "_parse", side_effect=ValueError("broken")):
            message.replay()
        self.assertEqual(message.state, "failed")
        self.assertEqual(set(message.row_ids.mapped("state")), {"quarantined"})


@tagged("post_install", "-at_install")
class TestDismissal(QuarantineCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("group_accountant")

    def setUp(self):
        super().setUp()
        self.message = self.take_in(self.bad_lines())
        self.rows = self.message.row_ids

    def test_an_accountant_dismisses_with_a_reason(self):
        first, second = self.rows
        first.with_user(self.accountant).action_dismiss(" A test row. ")
        self.assertEqual((first.state, first.resolution), ("dismissed", "A test row."))
        self.assertEqual(first.resolved_by_id, self.accountant)
        self.assertIn("1 row of", self.told(self.message).cause)
        second.with_user(self.accountant).action_dismiss("Another one.")
        self.assertFalse(self.told(self.message))
        events = self.env["settlement.event"].search(
            [("action", "=", "row.dismissed"), ("res_id", "=", self.message.id)]
        )
        self.assertEqual(events.user_id, self.accountant)
        self.assertEqual(events[-1].after["numbers"], [2])

    def test_a_reason_is_required_and_a_closed_row_stays_closed(self):
        row = self.rows[0].with_user(self.accountant)
        for reason in ("", "  ", None):
            with self.assertRaises(UserError):
                row.action_dismiss(reason)
        row.action_dismiss("Done.")
        with self.assertRaisesRegex(UserError, "closed already"):
            row.action_dismiss("Again.")

    def test_what_a_person_dismissed_stays_dismissed(self):
        self.rows.with_user(self.accountant).action_dismiss("Known.")
        self.message.replay()
        self.assertEqual(set(self.rows.mapped("state")), {"dismissed"})
        self.assertFalse(self.told(self.message))

    def test_only_accountants_of_the_company_dismiss(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_accountant", other, "stranger")
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.rows.with_user(self.new_user(role)).action_dismiss("Mine.")
        with self.assertRaises(AccessError):
            self.rows.with_user(stranger).with_context(
                allowed_company_ids=other.ids
            ).action_dismiss("Mine.")
        for values in ({"state": "dismissed"}, {"reason": "x"}):
            with self.assertRaises(AccessError):
                self.rows.with_user(self.accountant).write(values)

    def test_the_dialog_dismisses_the_rows_it_was_opened_for(self):
        rows = self.rows.with_user(self.accountant)
        action = rows.action_open_dismissal()
        dialogs = self.env[action["res_model"]].with_user(self.accountant)
        with Form(dialogs.with_context(**action["context"])) as form:
            form.reason = "Lines of a test."
        form.record.action_dismiss()
        self.assertEqual(set(self.rows.mapped("state")), {"dismissed"})


@tagged("post_install", "-at_install")
class TestQuarantineLaw(QuarantineCase):
    """Law 1 on what is stored."""

    def test_every_row_of_a_file_is_accounted_for(self):
        self.take_in(self.bad_lines())
        self.assertFalse(self.findings("_check_every_row_ended"))
        self.assertFalse(self.findings("_check_rows_told"))

    def test_a_row_that_vanished_is_found(self):
        message = self.take_in(self.bad_lines())
        message.row_ids[0].unlink()
        self.assertEqual(self.findings("_check_every_row_ended"), message.ids)

    def test_a_transaction_that_vanished_is_found(self):
        message = self.take_in(self.bad_lines())
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM settlement_transaction WHERE message_id = %s", [message.id]
        )
        self.assertEqual(self.findings("_check_every_row_ended"), message.ids)

    def test_a_row_of_which_nobody_is_told_is_found(self):
        message = self.take_in(self.bad_lines())
        self.told(message)._close("resolved", "By mistake.")
        self.assertEqual(
            sorted(self.findings("_check_rows_told")), sorted(message.row_ids.ids)
        )

    def test_an_ignored_exception_counts_as_told(self):
        message = self.take_in(self.bad_lines())
        self.told(message).action_ignore("The bank knows.")
        self.assertFalse(self.findings("_check_rows_told"))
