from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .mapping_case import MappingCase


@tagged("post_install", "-at_install")
class TestMapping(MappingCase):
    """Who decides what a code means, version by version."""

    def rule(self, code="quantum/fee", amount=-5, currency="EUR", day=None):
        rules = self.mappings._rules_of(self.backend)
        return rules.find(code, amount, currency, day or date(2026, 1, 10))

    def events(self, mapping):
        return (
            self.env["settlement.event"]
            .search(
                [("model", "=", "settlement.mapping"), ("res_id", "=", mapping.id)],
                order="id",
            )
            .mapped("action")
        )

    # ------------------------------------------------------------------
    # Two persons
    # ------------------------------------------------------------------

    def test_a_draft_decides_nothing(self):
        self.draft()
        self.submitted("other")
        self.assertIsNone(self.rule())
        self.assertIsNone(self.rule("other"))

    def test_another_person_approves(self):
        mapping = self.approved()
        self.assertRecordValues(
            mapping,
            [
                {
                    "state": "approved",
                    "version": 1,
                    "author_id": self.accountant.id,
                    "approver_id": self.approver.id,
                }
            ],
        )
        self.assertEqual(self.rule().id, mapping.id)
        self.assertEqual(self.rule().kind, "fee")
        self.assertEqual(
            self.events(mapping),
            ["mapping.created", "mapping.submitted", "mapping.approved"],
        )

    def test_nobody_approves_what_they_submitted(self):
        mapping = self.submitted(user=self.approver)
        with self.assertRaisesRegex(UserError, "yourself"):
            mapping.action_approve()
        self.assertEqual(mapping.state, "waiting")

    def test_nobody_approves_what_they_wrote_and_another_submitted(self):
        mapping = self.draft(user=self.approver)
        mapping.with_user(self.accountant).action_submit()
        with self.assertRaisesRegex(UserError, "wrote"), self.cr.savepoint():
            mapping.action_approve()
        self.assertFalse(mapping.approver_id)

    def test_who_edits_a_draft_is_its_author(self):
        mapping = self.draft()
        mapping.with_user(self.approver).write({"kind": "transfer"})
        self.assertEqual(mapping.author_id, self.approver)

    @mute_logger("odoo.sql_db")
    def test_the_database_itself_wants_two_persons(self):
        mapping = self.approved()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env.cr.execute(
                "UPDATE settlement_mapping SET approver_id = author_id WHERE id = %s",
                [mapping.id],
            )
        draft = self.draft("b")
        self.env.flush_all()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env.cr.execute(
                "UPDATE settlement_mapping SET state = 'approved' WHERE id = %s",
                [draft.id],
            )

    def test_an_accountant_cannot_approve(self):
        mapping = self.submitted()
        other = self.new_user("group_accountant", login="second accountant")
        with self.assertRaises(AccessError):
            mapping.with_user(other).action_approve()

    def test_refused_is_a_draft_again_and_may_be_corrected(self):
        mapping = self.submitted()
        mapping.with_user(self.approver).action_refuse("It is a transfer.")
        self.assertEqual(mapping.state, "draft")
        mapping.kind = "transfer"
        mapping.action_submit()
        mapping.with_user(self.approver).action_approve()
        self.assertEqual(self.rule().kind, "transfer")
        self.assertIn("mapping.refused", self.events(mapping))

    def test_nothing_waits_nothing_to_approve(self):
        with self.assertRaisesRegex(UserError, "waits"):
            self.draft().with_user(self.approver).action_approve()

    def test_a_state_cannot_be_imported_or_written(self):
        for vals in ({"state": "approved"}, {"version": 3}, {"approver_id": 1}):
            with self.assertRaises(UserError):
                self.draft("b", **vals)
            with self.assertRaises(UserError):
                self.draft("c").write(vals)
        self.assertEqual(self.draft("d", state="draft").state, "draft")

    def test_what_was_submitted_cannot_be_edited(self):
        waiting, holding = self.submitted("a"), self.approved("b")
        for mapping in (waiting, holding):
            for vals in ({"kind": "transfer"}, {"effective_from": "2026-01-01"}):
                with self.assertRaisesRegex(UserError, "new version"):
                    mapping.write(vals)
        holding.note = "Words may still be added."

    def test_mappings_are_never_deleted(self):
        with self.assertRaisesRegex(UserError, "Withdraw"):
            self.draft().sudo().unlink()

    # ------------------------------------------------------------------
    # Versions
    # ------------------------------------------------------------------

    def test_a_new_version_takes_the_place_of_the_former_from_its_day(self):
        first = self.approved()
        action = first.action_new_version()
        second = self.mappings.browse(action["res_id"]).with_user(self.accountant)
        self.assertEqual((second.previous_id, second.state), (first, "draft"))
        second.write({"kind": "transfer", "effective_from": date(2026, 2, 1)})
        self.assertEqual(self.rule(day=date(2026, 3, 1)).id, first.id)
        second.action_submit()
        second.with_user(self.approver).action_approve()
        self.assertEqual((first.state, second.state), ("superseded", "approved"))
        self.assertEqual((first.version, second.version), (1, 2))
        self.assertEqual(self.rule(day=date(2026, 1, 31)).kind, "fee")
        self.assertEqual(self.rule(day=date(2026, 2, 1)).kind, "transfer")
        self.assertGreater(second.decision, first.decision)

    def test_a_new_version_is_of_its_own_author(self):
        version = self.approved().with_user(self.approver)._new_version()
        self.assertEqual(version.author_id, self.approver)
        self.assertFalse(version.approver_id)

    def test_one_version_holds_for_a_code_and_its_conditions(self):
        general, special = self.approved(), self.approved(direction="in", kind="topup")
        self.assertEqual({general.state, special.state}, {"approved"})
        again = self.approved(kind="transfer")
        self.assertEqual(
            (general.state, special.state, again.state),
            ("superseded", "approved", "approved"),
        )
        self.assertEqual(self.rule().id, again.id)
        self.assertEqual(self.rule(amount=5).id, special.id)

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_one_approved_version(self):
        first = self.approved()
        second = self.approved(kind="transfer")
        self.assertEqual(second.version, 2)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env.cr.execute(
                "UPDATE settlement_mapping SET state = 'approved' WHERE id = %s",
                [first.id],
            )

    def test_the_mark_of_an_unknown_code_makes_no_other_code(self):
        first = self.approved("unknown:quantum/fee")
        second = self.approved("quantum/fee", kind="transfer")
        self.assertEqual((first.state, second.version), ("superseded", 2))

    def test_withdrawing_needs_two_persons_too(self):
        mapping = self.approved()
        with self.assertRaisesRegex(UserError, "why"):
            mapping.action_withdraw("")
        mapping.action_withdraw("It was wrong.")
        self.assertEqual(mapping.state, "approved")
        self.assertTrue(self.rule())
        mapping.with_user(self.approver).action_approve()
        self.assertEqual(mapping.state, "withdrawn")
        self.assertIsNone(self.rule())
        with self.assertRaisesRegex(UserError, "any more"):
            mapping.with_user(self.accountant).action_withdraw("Again.")

    def test_a_refused_withdrawal_leaves_it_as_it_was(self):
        mapping = self.approved()
        mapping.action_withdraw("It was wrong.")
        mapping.with_user(self.approver).action_refuse("It is right.")
        self.assertEqual(mapping.state, "approved")

    def test_a_draft_is_taken_back_without_asking(self):
        mapping = self.submitted()
        mapping.action_withdraw()
        self.assertEqual(mapping.state, "withdrawn")
        self.assertFalse(mapping._approvals("waiting"))
        self.assertIsNone(self.rule())

    def test_a_withdrawn_code_may_be_mapped_again(self):
        self.withdraw(self.approved())
        again = self.approved(kind="transfer")
        self.assertEqual(again.version, 2)
        self.assertEqual(self.rule().id, again.id)

    # ------------------------------------------------------------------
    # Scope
    # ------------------------------------------------------------------

    def test_the_most_special_scope_wins(self):
        company = self.approved(backend_id=False, kind="adjustment")
        connector = self.approved(
            backend_id=False, connector="canonical", kind="transfer"
        )
        self.assertEqual(self.rule().id, connector.id)
        backend = self.approved()
        self.assertEqual(self.rule().id, backend.id)
        other = self.new_backend("Other provider")
        found = self.mappings._rules_of(other).find(
            "quantum/fee", -5, "EUR", date(2026, 1, 1)
        )
        self.assertEqual(found.id, connector.id)
        self.assertEqual(company.state, "approved")

    def test_another_company_s_mappings_do_not_hold_here(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.approved(backend_id=False)
        backend = self.new_backend("Theirs", other)
        self.assertFalse(self.mappings._rules_of(backend))

    def test_another_company_sees_none_of_them(self):
        mapping = self.approved()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other)
        theirs = self.mappings.with_user(stranger).with_context(
            allowed_company_ids=other.ids
        )
        self.assertFalse(theirs.search([]))
        for call in ("action_submit", "action_withdraw", "action_new_version"):
            with self.assertRaises(AccessError):
                getattr(theirs.browse(mapping.id), call)()

    def test_a_backend_of_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.new_backend("Theirs", other)
        with self.assertRaises(UserError):
            self.draft(user=self.env.user, backend_id=theirs.id)

    def test_who_only_reads_decides_nothing(self):
        mapping = self.draft()
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            seen = mapping.with_user(self.new_user(role))
            self.assertEqual(seen.kind, "fee")
            for call in (
                seen.action_submit,
                seen.action_withdraw,
                seen.action_new_version,
                lambda seen=seen: seen.write({"kind": "transfer"}),
                lambda seen=seen: seen.copy(),
            ):
                with self.assertRaises(AccessError):
                    call()

    def test_content_must_make_sense(self):
        with self.assertRaises(ValidationError):
            self.draft("unknown: ")
        with self.assertRaisesRegex(ValidationError, "connector"):
            self.draft(connector="canonical")

    def test_a_bank_entry_is_no_kind_that_a_code_can_have(self):
        with self.assertRaises(ValueError):
            self.draft(kind="bank_credit")

    def test_its_name_says_what_it_does(self):
        mapping = self.approved(direction="out")
        self.assertEqual(
            mapping.display_name, "quantum/fee, Money out, Provider → Fee (v1)"
        )
        self.assertIn("as the source says", self.draft("b", kind=False).display_name)

    def test_mappings_come_and_go_as_csv(self):
        """Odoo's own import and export carry them over, as drafts."""
        exported = (
            self.approved()
            .with_user(self.env.user)
            .export_data(["backend_id/.id", "source_code", "kind", "direction"])
        )
        rows = [[str(row[0]), "other/code", *row[2:]] for row in exported["datas"]]
        result = self.mappings.with_user(self.accountant).load(
            ["backend_id/.id", "source_code", "kind", "direction"], rows
        )
        self.assertFalse(result["messages"])
        imported = self.mappings.browse(result["ids"])
        self.assertRecordValues(
            imported,
            [{"code": "other/code", "kind": "fee", "state": "draft", "version": 0}],
        )
        refused = self.mappings.with_user(self.accountant).load(
            ["source_code", "state"], [["x", "approved"]]
        )
        self.assertIn("draft", refused["messages"][0]["message"])

    # ------------------------------------------------------------------
    # Tampering
    # ------------------------------------------------------------------

    def tamper(self, mapping, assignment, *values):
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE settlement_mapping SET {assignment} WHERE id = %s",
            [*values, mapping.id],
        )
        self.env.invalidate_all()

    def test_untouched_mappings_are_found_in_order(self):
        self.approved(direction="in", kind="topup")
        self.approved()
        self.approved(kind="transfer")
        self.withdraw(self.approved("b"))
        self.submitted("c")
        self.draft("d")
        self.assertEqual(self.findings(), [])

    def test_an_altered_meaning_is_found(self):
        mapping = self.approved()
        self.tamper(mapping, "kind = 'transfer'")
        found = self.findings()
        self.assertEqual({finding[0] for finding in found}, {mapping.id})
        self.assertIn("approved", " ".join(sentence for _id, sentence in found))

    def test_an_altered_meaning_is_found_even_with_a_fitting_hash(self):
        mapping = self.approved()
        self.tamper(mapping, "kind = 'transfer'")
        mapping._seal_rows()
        self.assertEqual({finding[0] for finding in self.findings()}, {mapping.id})

    def test_a_draft_made_to_hold_is_found(self):
        mapping = self.draft()
        self.tamper(
            mapping,
            "state = 'approved', version = 1, decision = 99, approver_id = %s",
            self.approver.id,
        )
        mapping._seal_rows()
        found = [sentence for _id, sentence in self.findings()]
        self.assertTrue(any("nobody approved" in sentence for sentence in found))

    def test_a_withdrawal_nobody_agreed_to_is_found(self):
        mapping = self.approved()
        self.tamper(mapping, "state = 'withdrawn'")
        mapping._seal_rows()
        found = [sentence for _id, sentence in self.findings()]
        self.assertTrue(any("nobody approved" in sentence for sentence in found))

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------

    def test_the_form_makes_a_draft(self):
        with Form(self.mappings.with_user(self.accountant)) as form:
            form.backend_id = self.backend
            form.source_code = "unknown:quantum/fee"
            form.kind = "fee"
        mapping = form.record
        self.assertEqual((mapping.code, mapping.state), ("quantum/fee", "draft"))
