from datetime import date
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models import mapping_effect
from .mapping_case import CODE, MappingCase


@tagged("post_install", "-at_install")
class TestMappingParse(MappingCase):
    """What mappings make of rows: before they come, after, and back again."""

    # ------------------------------------------------------------------
    # Rows that come
    # ------------------------------------------------------------------

    def test_rows_are_read_as_the_mapping_says(self):
        mapping = self.approved()
        self.import_rows(self.row())
        row = self.current()
        self.assertEqual((row.kind, row.source_code), ("fee", CODE))
        self.assertEqual((row.gross_amount, row.net_amount), (-5.0, -5.0))
        self.assertEqual((row.mapping_id, row.reading), (mapping, mapping.decision))
        self.assertFalse(self.exceptions())

    def test_rows_of_other_codes_are_read_as_ever(self):
        self.approved()
        self.import_rows(self.row(code="known/code"))
        self.assertEqual(self.current().kind, "adjustment")
        self.assertEqual(self.current().reading, 0)
        self.assertFalse(self.current().mapping_id)

    def test_each_row_by_the_version_of_its_day(self):
        self.approved()
        second = self.mappings.with_user(self.accountant).browse(
            self.approved("quantum/fee")
            ._new_version(kind="transfer", effective_from=date(2026, 2, 1))
            .id
        )
        second.action_submit()
        second.with_user(self.approver).action_approve()
        self.import_rows(
            self.row("txn_1", booked_on="2026-01-31"),
            self.row("txn_2", booked_on="2026-02-01"),
        )
        self.assertEqual(self.current("txn_1").kind, "fee")
        self.assertEqual(self.current("txn_2").kind, "transfer")

    def test_a_mapped_dispute_is_told_like_any_other(self):
        self.approved(kind="dispute")
        self.import_rows(self.row())
        self.assertEqual(len(self.exceptions("dispute_opened")), 1)
        self.assertFalse(self.exceptions())

    def test_a_row_that_goes_the_other_way_is_put_aside_by_name(self):
        mapping = self.approved()
        message = self.import_rows(self.row("txn_1"), self.row("txn_2", gross="7.00"))
        self.assertEqual(self.current("txn_1").kind, "fee")
        self.assertFalse(self.stored("txn_2"))
        self.assertRecordValues(
            message.row_ids, [{"code": "unknown_mapping", "external_id": "txn_2"}]
        )
        self.assertIn(mapping.display_name, message.row_ids.reason)
        exception = self.exceptions()
        self.assertEqual(exception.message_id, message)
        self.assertIn("txn_2", exception.cause)

    def test_what_was_put_aside_comes_in_once_the_mapping_fits(self):
        self.approved()
        message = self.import_rows(self.row("txn_1"), self.row("txn_2", gross="7.00"))
        self.approved(kind="fee_refund", direction="in")
        self.assertEqual(message.row_ids.state, "corrected")
        self.assertEqual(self.current("txn_2").kind, "fee_refund")
        self.assertEqual(self.current("txn_1").kind, "fee")
        self.assertFalse(self.exceptions())

    def test_a_preview_shows_what_the_import_will_make_of_it(self):
        self.approved()
        preview = self.backend.preview_file("f.jsonl", self.lines(self.row()))
        self.assertEqual([row["kind"] for row in preview["rows"]], ["fee"])
        self.assertEqual(preview["new"], 1)
        self.assertFalse(self.stored())

    # ------------------------------------------------------------------
    # One exception for a code
    # ------------------------------------------------------------------

    def test_one_exception_tells_of_all_rows_of_a_code(self):
        for number in range(1, 5):
            self.import_rows(self.row(f"txn_{number}", gross=f"-{number}.50"))
        exception = self.exceptions()
        self.assertEqual(len(exception), 1)
        self.assertEqual(exception.source_code_id.code, "quantum/fee")
        self.assertEqual(exception.backend_id, self.backend)
        self.assertEqual(exception.fixes, ["map"])
        for word in ("4 rows", "12.00", "quantum/fee", "txn_1, txn_2, txn_3"):
            self.assertIn(word, exception.cause)
        self.assertNotIn("txn_4", exception.cause)

    def test_codes_and_backends_are_told_apart(self):
        other = self.new_backend("Other provider")
        self.new_wallet(other)
        self.import_rows(self.row("txn_1"), self.row("txn_2", code="unknown:b"))
        self.import_rows(self.row("txn_3"), backend=other)
        codes = self.exceptions().source_code_id
        self.assertEqual(
            sorted((code.backend_id.name, code.code) for code in codes),
            [
                ("Other provider", "quantum/fee"),
                ("Provider", "b"),
                ("Provider", "quantum/fee"),
            ],
        )

    def test_sums_are_by_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.new_wallet(self.backend, dollar)
        self.import_rows(self.row("txn_1"), self.row("txn_2", currency="USD"))
        self.assertIn(" + ", self.exceptions().cause)
        self.assertIn("2 rows", self.exceptions().cause)

    def test_the_same_rows_again_open_nothing_new(self):
        self.import_rows(self.row())
        cause = self.exceptions().cause
        message = self.stored().message_id
        message.replay()
        self.import_rows(self.row(), self.row("txn_1"))
        self.assertEqual(self.exceptions().cause, cause)
        self.assertEqual(len(self.exceptions()), 1)

    def test_a_code_that_the_source_corrects_needs_no_mapping(self):
        self.import_rows(self.row(source_version_at="2026-01-10T12:00:00Z"))
        self.assertTrue(self.exceptions())
        self.import_rows(
            self.row(code="known", source_version_at="2026-01-11T12:00:00Z")
        )
        self.assertFalse(self.exceptions())

    # ------------------------------------------------------------------
    # The verb, and what waited
    # ------------------------------------------------------------------

    def map(self, **values):
        exception = self.exceptions().with_user(self.accountant)
        action = exception.action_resolve("map", **values)
        return self.mappings.with_user(self.accountant).browse(action["res_id"])

    def test_the_verb_drafts_asks_and_waits(self):
        self.import_rows(self.row("txn_1"), self.row("txn_2", booked_on="2026-01-08"))
        exception = self.exceptions()
        mapping = self.map(kind="fee")
        self.assertRecordValues(
            mapping,
            [
                {
                    "state": "waiting",
                    "backend_id": self.backend.id,
                    "code": "quantum/fee",
                    "kind": "fee",
                    "effective_from": date(2026, 1, 8),
                }
            ],
        )
        self.assertEqual(exception.state, "waiting_approval")
        self.assertEqual(exception.approval_id.subject_id, mapping.id)
        self.assertEqual(self.current().kind, "adjustment")

    def test_what_waited_is_read_again_after_the_approval(self):
        waiting = self.import_rows(self.row("txn_1"), self.charge_line("txn_c"))
        untouched = self.import_rows(self.charge_line("txn_2"))
        exception = self.exceptions()
        attempts = untouched.attempts
        self.map(kind="fee").with_user(self.approver).action_approve()
        self.assertEqual(self.current().kind, "fee")
        self.assertEqual(self.stored().mapped("is_current"), [False, True])
        self.assertEqual(len(self.stored("txn_c")), 1)
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(waiting.state, "parsed")
        self.assertEqual(untouched.attempts, attempts)

    def test_who_asked_may_take_it_back(self):
        self.import_rows(self.row())
        exception = self.exceptions().with_user(self.accountant)
        mapping = self.map(kind="fee")
        self.assertEqual(exception.mapping_id, mapping)
        with self.assertRaisesRegex(UserError, "waits"):
            exception.action_resolve("map", kind="transfer")
        exception.action_withdraw_request()
        self.assertEqual((mapping.state, exception.state), ("withdrawn", "in_progress"))
        self.map(kind="transfer").with_user(self.approver).action_approve()
        self.assertEqual(self.current().kind, "transfer")

    def test_the_money_that_hangs_on_a_code(self):
        self.import_rows(self.row("txn_1"), self.row("txn_2", gross="-12000.00"))
        exception = self.exceptions()
        self.assertEqual(
            (exception.amount, exception.currency_id), (12005.0, self.euro)
        )
        self.assertEqual(exception.severity, "high")

    def test_a_removed_payload_is_not_read_again(self):
        message = self.import_rows(self.row())
        self.import_rows(self.row("txn_2"))
        message.sudo().purged_at = "2026-02-01"
        self.approved()
        self.assertEqual(self.current("txn_1").kind, "adjustment")
        self.assertEqual(self.current("txn_2").kind, "fee")

    def test_a_refused_mapping_leaves_the_exception_open(self):
        self.import_rows(self.row())
        exception = self.exceptions()
        self.map(kind="fee").with_user(self.approver).action_refuse("No.")
        self.assertEqual(exception.state, "in_progress")
        self.assertEqual(self.current().kind, "adjustment")

    def test_a_kept_adjustment_is_a_decision_too(self):
        self.import_rows(self.row())
        exception = self.exceptions()
        mapping = self.map(kind="adjustment")
        mapping.with_user(self.approver).action_approve()
        self.assertEqual(len(self.stored()), 1)
        self.assertEqual(self.current().mapping_id, mapping)
        self.assertEqual(exception.state, "resolved")

    def test_only_the_mapped_direction_is_settled(self):
        self.import_rows(self.row("txn_1"), self.row("txn_2", gross="9.00"))
        exception = self.exceptions()
        with self.assertRaisesRegex(UserError, "txn_2"):
            self.map(kind="fee")
        self.map(kind="fee", direction="out").with_user(self.approver).action_approve()
        self.assertEqual(self.current("txn_1").kind, "fee")
        self.assertEqual(self.current("txn_2").kind, "adjustment")
        self.assertEqual(exception.state, "in_progress")
        self.assertIn("1 row of", exception.cause)

    def test_rows_before_the_effective_day_stay_as_they_were(self):
        self.import_rows(self.row("txn_1"), self.row("txn_2", booked_on="2026-01-20"))
        self.map(kind="fee", effective_from=date(2026, 1, 15)).with_user(
            self.approver
        ).action_approve()
        self.assertEqual(self.current("txn_1").kind, "adjustment")
        self.assertEqual(self.current("txn_2").kind, "fee")

    def test_a_withdrawn_mapping_gives_back_what_it_took(self):
        self.import_rows(self.row())
        mapping = self.map(kind="fee")
        mapping.with_user(self.approver).action_approve()
        self.withdraw(mapping)
        self.assertEqual(self.current().kind, "adjustment")
        self.assertFalse(self.current().mapping_id)
        self.assertEqual(len(self.stored()), 2)
        self.assertEqual(self.current().revision, 1)
        self.assertTrue(self.exceptions())
        self.assertEqual(self.findings("settlement.transaction"), [])

    def test_decisions_go_back_and_forth_and_the_last_one_counts(self):
        """Whatever the hashes of the revisions are, and however often it is read."""
        message = self.import_rows(
            *(self.row(f"txn_{number}") for number in range(1, 9))
        )
        kinds = ("fee", "transfer", "fee", "adjustment", "financing_repayment")
        for kind in kinds:
            self.approved(kind=kind)
            message.replay()
            rows = self.transactions.search(
                [("message_id", "=", message.id), ("is_current", "=", True)]
            )
            self.assertEqual(rows.mapped("kind"), [kind] * 8)
        self.assertEqual(self.findings("settlement.transaction"), [])
        self.assertEqual(len(self.stored()), 4)

    def test_the_version_of_the_source_counts_before_the_reading(self):
        self.import_rows(self.row(source_version_at="2026-01-12T12:00:00Z"))
        self.approved()
        older = self.row(gross="-4.00", source_version_at="2026-01-11T12:00:00Z")
        self.import_rows(older)
        self.assertEqual(self.current().gross_amount, -5.0)
        self.assertEqual(self.current().kind, "fee")

    def test_many_messages_are_left_to_the_pipeline(self):
        self.patch(mapping_effect, "INLINE_MESSAGES", 1)
        messages = self.import_rows(self.row("txn_1")) + self.import_rows(
            self.row("txn_2")
        )
        self.approved()
        self.assertEqual(messages.mapped("state"), ["received", "received"])
        self.assertEqual(self.current("txn_1").kind, "adjustment")
        self.backend.run_pipeline("parse")
        self.assertEqual(self.current("txn_1").kind, "fee")
        self.assertEqual(self.current("txn_2").kind, "fee")
        self.assertFalse(self.exceptions())

    def test_the_company_s_mapping_reaches_all_its_backends(self):
        other = self.new_backend("Other provider")
        self.new_wallet(other)
        self.import_rows(self.row("txn_1"))
        self.import_rows(self.row("txn_2"), backend=other)
        self.approved(backend_id=False)
        self.assertEqual(self.current("txn_1").kind, "fee")
        self.assertEqual(self.current("txn_2").kind, "fee")
        self.assertFalse(self.exceptions())

    def test_the_verb_says_what_it_does_not_take(self):
        self.import_rows(self.row())
        with self.assertRaisesRegex(UserError, "colour"):
            self.map(colour="red")

    def test_the_verb_is_for_codes(self):
        exception = self.env["settlement.exception"]._raise_for(
            self.wallet, "unknown_mapping", "The wallet has no journal."
        )
        with self.assertRaisesRegex(UserError, "no journal"):
            exception.with_user(self.accountant).action_resolve("map", kind="fee")

    def test_who_only_reads_maps_nothing(self):
        self.import_rows(self.row())
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            exception = self.exceptions().with_user(self.new_user(role))
            with self.assertRaises(AccessError):
                exception.action_resolve("map", kind="fee")
            with self.assertRaises(AccessError):
                exception.with_context(settlement_verb="map").action_open_verb()

    def test_the_button_opens_the_form_with_what_is_known(self):
        self.import_rows(self.row())
        exception = self.exceptions().with_user(self.accountant)
        self.assertEqual(exception.verb_1, "map")
        action = exception.with_context(settlement_verb="map").action_open_verb()
        mapping = (
            self.mappings.with_user(self.accountant)
            .with_context(**action["context"])
            .create({"kind": "fee"})
        )
        self.assertEqual(
            (mapping.backend_id, mapping.source_code), (self.backend, "quantum/fee")
        )

    # ------------------------------------------------------------------
    # Before the decision
    # ------------------------------------------------------------------

    def test_the_approver_sees_what_will_change(self):
        self.import_rows(self.row("txn_1"), self.row("txn_2"))
        mapping = self.submitted()
        content = mapping._approvals("waiting").content
        self.assertEqual(content["rows that change"], 2)
        self.assertEqual(content["code"], "quantum/fee")
        self.assertEqual(content["meaning"], "Fee")
        self.assertEqual(mapping.row_count, 2)

    def test_old_rows_are_not_looked_at(self):
        self.import_rows(
            self.row("txn_1", booked_on="2025-09-01"),
            self.row("txn_2", booked_on="2026-01-10"),
        )
        self.assertEqual(self.draft().row_count, 1)

    # ------------------------------------------------------------------
    # Verification
    # ------------------------------------------------------------------

    def tamper(self, assignment):
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE settlement_transaction SET {assignment} WHERE id = %s",
            [self.current().id],
        )
        self.env.invalidate_all()

    def test_rows_that_say_another_mapping_read_them_are_found(self):
        self.approved()
        other = self.approved("b", kind="transfer")
        self.import_rows(self.row())
        row = self.current()
        self.assertEqual(self.findings("settlement.transaction"), [])
        self.tamper(f"mapping_id = {other.id}")
        self.assertEqual([row.id], [f[0] for f in self.findings(row._name)])

    def test_a_draft_in_use_is_found(self):
        self.approved()
        self.import_rows(self.row())
        draft = self.draft()
        row = self.current()
        self.tamper(f"mapping_id = {draft.id}")
        found = self.findings(row._name)
        self.assertIn("approved", found[0][1])

    def test_a_reading_that_no_decision_explains_is_found(self):
        self.import_rows(self.row())
        row = self.current()
        self.tamper("reading = 12345")
        self.assertEqual([row.id], [f[0] for f in self.findings(row._name)])

    def test_money_is_what_it_was(self):
        self.import_rows(*(self.row(f"txn_{n}", gross=f"-{n}.25") for n in range(1, 6)))
        before = sum(Decimal(str(row.net_amount)) for row in self._current_rows())
        self.approved()
        after = self._current_rows()
        self.assertEqual(set(after.mapped("kind")), {"fee"})
        self.assertEqual(sum(Decimal(str(r.net_amount)) for r in after), before)

    def _current_rows(self):
        return self.transactions.search(
            [("backend_id", "=", self.backend.id), ("is_current", "=", True)]
        )
