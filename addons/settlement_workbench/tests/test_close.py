from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .close_case import LAST, PERIOD, CloseCase


@tagged("post_install", "-at_install")
class TestClose(CloseCase):
    """From not ready to ready to closed, and by whom."""

    def ready(self):
        """Return the close of a month in order, all signed by the accountant."""
        self.january()
        close = self.close()
        self.sign_all(close)
        return close

    # ------------------------------------------------------------------
    # Starting
    # ------------------------------------------------------------------

    def test_any_day_names_its_month(self):
        close = self.env["settlement.close"].create(
            {"company_id": self.company.id, "period": date(2026, 1, 17)}
        )
        self.assertEqual((close.period, close.day), (PERIOD, LAST))
        self.assertEqual(close.display_name, f"2026-01 {self.company.name}")
        self.assertTrue(close.row_ids, "it is computed at once")
        self.assertEqual(self.close(), close)

    def test_a_month_has_one_close(self):
        self.close()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "company_period_uniq"),
        ):
            self.env["settlement.close"].create(
                {"company_id": self.company.id, "period": LAST}
            )
            self.env.flush_all()

    def test_the_answer_names_what_is_in_the_way_with_its_amount(self):
        self.january()
        self.store(self.loose(gross="7", day=30))
        close = self.close()
        self.assertEqual(close.state, "open")
        self.assertRegex(close.answer, r"^No: .*Month cut off \(\$\s7\.00\)")
        self.assertGreaterEqual(close.blocking_amount, 7)

    def test_a_month_that_is_not_over_is_not_ready(self):
        with freeze_time("2026-01-31 12:00:00"):
            close = self.ready()
            self.assertEqual(close.state, "open")
            self.assertIn("not over before 2026-01-31", close.answer)

    # ------------------------------------------------------------------
    # Signing
    # ------------------------------------------------------------------

    def test_a_signature_needs_a_comment(self):
        self.january()
        close = self.close()
        row = close.row_ids.filtered("needs_signature")[:1]
        for comment in ("", "   ", None):
            with self.assertRaisesRegex(UserError, "Say why"):
                row.action_sign(comment)
        self.assertFalse(row.signed_by_id)

    def test_a_signature_freezes_its_proof_and_leaves_an_event(self):
        self.january()
        close = self.close()
        row = close.row_ids.filtered("needs_signature")[:1]
        row.action_sign("Asked the bank.")
        self.assertEqual(row.signed_by_id, self.accountant)
        self.assertEqual(row.frozen_hash, row.proof_hash)
        self.assertEqual(row.frozen_proof, row.proof)
        self.assertFalse(row.needs_signature)
        self.assertEqual(row.signature, self.accountant.name)
        event = self.events("close.signed")[:1]
        self.assertEqual(event.user_id, self.accountant)
        self.assertEqual(event.reason, "Asked the bank.")
        self.assertEqual(event.after["proof"], row.proof_hash)

    def test_the_dialogue_signs(self):
        self.january()
        row = self.close().row_ids.filtered("needs_signature")[:1]
        action = row.action_open_signature()
        wizards = self.env[action["res_model"]].with_user(self.accountant)
        wizard = wizards.with_context(**action["context"]).create({"comment": "Seen"})
        self.assertEqual(wizard.sentence, row.sentence)
        wizard.action_sign()
        self.assertEqual(row.comment, "Seen")

    def test_what_is_in_the_way_is_not_signed_away(self):
        self.january()
        self.store(self.loose(gross="7", day=30))
        row = self.check("cutoff")
        with self.assertRaisesRegex(UserError, "cannot be signed away"):
            row.action_sign("Never mind.")

    def test_who_signed_takes_it_back_and_nobody_else(self):
        close = self.ready()
        self.assertEqual(close.state, "ready")
        row = close.row_ids.filtered("signed_by_id")[:1]
        with self.assertRaisesRegex(UserError, "Only who signed"):
            self.as_user(row, self.approver).action_withdraw_signature()
        row.action_withdraw_signature()
        self.assertFalse(row.frozen_hash)
        self.assertEqual(close.state, "open")
        self.assertTrue(self.events("close.unsigned"))

    def test_figures_that_change_after_a_signature_show_it(self):
        self.january()
        odd = self.row(gross="20", day=25, batch_external_id="po_2")
        self.store(*self.payout(odd, name="po_2", day=26))
        self.post()
        exceptions = self.env["settlement.exception"].sudo()
        exceptions._raise_for(self.stored(odd), "unmatched", "Nobody knows.")
        close = self.close()
        self.sign_all(close)
        row = close.row_ids.filtered(lambda each: each.code == "exceptions")
        before = row.frozen_proof
        self.assertFalse(row.is_changed)
        exceptions._raise_for(self.batch(), "late_payout", "It is late.")
        close.action_refresh()
        self.assertTrue(row.is_changed)
        self.assertTrue(row.needs_signature)
        self.assertEqual(row.signature, "Changed since signed")
        self.assertEqual(row.frozen_proof, before, "what was signed stays")
        self.assertIn("1 is open", row.frozen_text)
        self.assertIn("2 are open", row.sentence)
        self.assertEqual(close.state, "open")
        self.assertIn("to be signed: Exceptions", close.answer)

    def test_computing_again_changes_nothing_signed(self):
        close = self.ready()
        close.action_refresh()
        self.assertEqual(close.state, "ready")
        self.assertFalse(close.changed_count)

    def test_an_owner_is_named(self):
        row = self.close().row_ids[:1]
        row.action_assign(self.approver)
        self.assertEqual(row.owner_id, self.approver)
        self.assertEqual(
            self.events("close.assigned")[:1].after["owner"], self.approver.id
        )

    # ------------------------------------------------------------------
    # Closing
    # ------------------------------------------------------------------

    def test_an_approver_closes_and_is_offered_the_lock(self):
        close = self.ready()
        action = self.as_user(close, self.approver).action_close()
        self.assertEqual(close.state, "closed")
        self.assertEqual(close.closed_by_id, self.approver)
        event = self.events("close.closed")[:1]
        self.assertEqual(event.user_id, self.approver)
        self.assertEqual(event.after["proofs"], close.closing_hash)
        self.assertFalse(
            self.company.fiscalyear_lock_date, "nothing is locked by itself"
        )
        wizard = self.lock_form(action)
        self.assertEqual(wizard.fiscalyear_lock_date, LAST)
        wizard.action_apply()
        self.assertEqual(self.company.fiscalyear_lock_date, LAST)
        close.invalidate_recordset()
        self.assertTrue(close.is_locked)

    def lock_form(self, action):
        """Return the lock dates as the dialogue saves them."""
        wizards = self.env[action["res_model"]].with_user(self.approver)
        return Form(wizards.with_context(**action["context"])).save()

    def test_the_lock_is_never_moved_back(self):
        close = self.ready()
        self.company.sudo().fiscalyear_lock_date = date(2026, 3, 31)
        action = self.as_user(close, self.approver).action_lock()
        wizard = self.lock_form(action)
        self.assertEqual(wizard.fiscalyear_lock_date, date(2026, 3, 31))

    def test_what_changed_meanwhile_is_seen_before_closing(self):
        close = self.ready()
        self.store(self.loose(gross="7", day=30))
        self.assertEqual(close.state, "ready")
        with self.assertRaisesRegex(UserError, "Month cut off"):
            self.as_user(close, self.approver).action_close()
        self.assertFalse(close.closed_at)

    def test_who_signed_does_not_close(self):
        self.january()
        close = self.close()
        self.sign_all(close, self.approver)
        self.assertEqual(close.state, "ready")
        with self.assertRaisesRegex(UserError, "You signed"):
            self.as_user(close, self.approver).action_close()
        other = self.new_user("group_approver", name="-2")
        self.as_user(close, other).action_close()
        self.assertEqual(close.closed_by_id, other)

    def test_a_closed_month_stays_and_shows_what_changed(self):
        close = self.ready()
        self.as_user(close, self.approver).action_close()
        with self.assertRaisesRegex(UserError, "is closed"):
            self.as_user(close, self.approver).action_close()
        row = close.row_ids.filtered(lambda each: each.code == "cutoff")
        frozen, hashed = row.frozen_hash, close.closing_hash
        with self.assertRaisesRegex(UserError, "is closed"):
            row.action_sign("Later")
        self.store(self.loose(gross="7", day=30))
        close.action_refresh()
        self.assertEqual(close.state, "closed")
        self.assertTrue(row.is_changed)
        self.assertEqual((row.frozen_hash, close.closing_hash), (frozen, hashed))
        self.assertRegex(close.answer, "Changed since: .*Month cut off")
        with self.assertRaisesRegex(UserError, "is closed"):
            row.action_step()

    def test_opening_again_needs_a_reason(self):
        close = self.ready()
        self.as_user(close, self.approver).action_close()
        theirs = self.as_user(close, self.approver)
        with self.assertRaisesRegex(UserError, "Say why"):
            theirs.action_reopen(" ")
        action = theirs.action_open_reopening()
        wizards = self.env[action["res_model"]].with_user(self.approver)
        wizards.with_context(**action["context"]).create(
            {"reason": "A late bill"}
        ).action_reopen()
        self.assertEqual(close.state, "ready", "all is still signed")
        self.assertFalse(close.closed_by_id)
        event = self.events("close.reopened")[:1]
        self.assertEqual(event.reason, "A late bill")
        with self.assertRaisesRegex(UserError, "is open"):
            theirs.action_reopen("Again")

    def test_a_close_is_kept_and_not_edited(self):
        close = self.close()
        with self.assertRaisesRegex(UserError, "is kept"):
            close.sudo().unlink()
        for vals in ({"state": "closed"}, {"closed_by_id": self.accountant.id}):
            with self.assertRaisesRegex(UserError, "cannot be edited"):
                close.write(vals)
        with self.assertRaisesRegex(UserError, "Sign it"):
            close.row_ids[:1].write({"state": "ok"})

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_roles(self):
        close = self.ready()
        row = close.row_ids[:1]
        for user in (
            self.viewer,
            self.auditor,
            self.new_user("group_integration_admin"),
        ):
            theirs = self.as_user(close, user)
            self.assertTrue(theirs.answer, "everybody may look")
            self.as_user(row, user).read(["sentence"])
            for act in (
                theirs.action_refresh,
                theirs.action_close,
                lambda theirs=theirs: theirs.action_reopen("x"),
                lambda user=user: self.as_user(row, user).action_sign("x"),
                lambda user=user: self.as_user(row, user).action_step(),
                lambda user=user: self.as_user(row, user).action_assign(user),
                lambda theirs=theirs: theirs.write({"transit_days": 9}),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    act()
        with self.assertRaises(AccessError):
            self.as_user(close, self.accountant).action_close()
        self.assertEqual(close.state, "ready")

    def test_a_viewer_opens_the_records_behind_a_figure(self):
        self.january()
        row = self.check("batches")
        action = self.as_user(row, self.viewer).action_open()
        self.assertEqual(len(action["domain"][0][2]), 2)

    def test_companies_are_kept_apart(self):
        close = self.ready()
        other = self.setup_other_company(name="Other")["company"]
        foreign = self.new_user("group_approver", other)
        theirs = close.with_user(foreign).with_context(allowed_company_ids=other.ids)
        for act in (theirs.action_refresh, theirs.action_close, theirs.action_lock):
            with self.assertRaises(AccessError):
                act()
        with self.assertRaises(AccessError):
            theirs.row_ids.read(["sentence"])
        self.assertFalse(self.env["settlement.close"].with_user(foreign).search([]))
        with self.assertRaises(AccessError):
            theirs.create({"company_id": self.company.id, "period": "2026-05-01"})

    def test_what_another_company_lacks_is_not_in_our_way(self):
        self.january()
        close = self.close()
        before = {row: row.sentence for row in close.row_ids}
        other = self.setup_other_company(name="Other")["company"]
        self.env["account.move"].sudo().with_company(other).create(
            {"date": date(2026, 1, 10), "company_id": other.id}
        )
        self.env["settlement.exception"].sudo()._raise_for(
            self.new_backend("Theirs", other), "stale_feed", "Nothing came."
        )
        close.action_refresh()
        self.assertEqual({row: row.sentence for row in close.row_ids}, before)

    # ------------------------------------------------------------------
    # Forged
    # ------------------------------------------------------------------

    def test_a_forged_proof_is_found(self):
        close = self.ready()
        self.as_user(close, self.approver).action_close()
        named = self.named()
        self.assertNotIn((11, close._name, close.id), named)
        row = close.row_ids.filtered("signed_by_id")[:1]
        self.sql(
            "UPDATE settlement_close_row SET frozen_proof = %s WHERE id = %s",
            '{"state": "ok"}',
            row.id,
        )
        self.assertIn((11, row._name, row.id), self.named())
        self.sql(
            "UPDATE settlement_close_row SET frozen_hash = 'x' WHERE id = %s", row.id
        )
        self.assertIn((11, close._name, close.id), self.named())
