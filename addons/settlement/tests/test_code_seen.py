from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..canonical.known_codes import KnownCode
from .mapping_case import MappingCase


@tagged("post_install", "-at_install")
class TestCodeSeen(MappingCase):
    """The list of all codes, what they became and who said so."""

    def seen(self, code=None, user=None, **values):
        domain = [("backend_id", "=", self.backend.id)]
        domain += [("source_code", "=", code)] if code else []
        domain += [(name, "=", value) for name, value in values.items()]
        self.env.flush_all()
        self.env.invalidate_all()
        model = self.env["settlement.code.seen"].with_user(user or self.env.user)
        return model.search(domain)

    def test_counts_sums_and_days_of_each_code(self):
        self.import_rows(
            self.row("txn_1", "-5.00", "a", booked_on="2026-01-08"),
            self.row("txn_2", "-7.50", "a", booked_on="2026-01-09"),
            self.row("txn_3", "3.00", "b"),
        )
        self.assertRecordValues(
            self.seen("a"),
            [
                {
                    "company_id": self.company.id,
                    "kind": "adjustment",
                    "row_count": 2,
                    "waiting_count": 0,
                    "gross_amount": -12.5,
                    "currency_id": self.euro.id,
                    "first_booked_on": date(2026, 1, 8),
                    "last_booked_on": date(2026, 1, 9),
                    "status": "built_in",
                }
            ],
        )
        self.assertEqual(len(self.seen()), 2)

    def test_kinds_and_currencies_are_not_added_up(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.new_wallet(self.backend, dollar)
        self.import_rows(
            self.row("txn_1", code="a"),
            self.row("txn_2", code="a", currency="USD"),
            self.row("txn_3", code="a", kind="transfer"),
        )
        self.assertEqual(len(self.seen("a")), 3)

    def test_unknown_codes_come_first_until_they_are_mapped(self):
        self.import_rows(self.row("txn_1", code="a"), self.row("txn_2"))
        first = self.seen()[0]
        self.assertEqual((first.status, first.waiting_count), ("unknown", 1))
        self.assertFalse(first.mapping_id)
        mapping = self.approved()
        row = self.seen("unknown:quantum/fee")
        self.assertEqual(
            (row.status, row.mapping_id, row.kind, row.waiting_count),
            ("mapped", mapping, "fee", 0),
        )

    def test_only_what_is_current_counts(self):
        message = self.import_rows(self.row())
        self.approved()
        message.replay()
        self.assertEqual(self.seen().mapped("row_count"), [1])

    def test_a_line_keeps_its_number(self):
        self.import_rows(self.row("txn_1", code="a"))
        line = self.seen("a")
        self.import_rows(self.row("txn_2", code="a"), self.row("txn_3", code="0"))
        self.assertEqual(self.seen("a"), line)
        self.assertEqual(line.row_count, 2)

    def test_what_the_connector_says_is_shown(self):
        known = KnownCode("quantum/fee", "fee_refund", "fee")
        self.patch(
            type(self.env["settlement.connector.canonical"]),
            "_known_codes",
            lambda handler: [known],
        )
        self.import_rows(self.row(), self.row("txn_2", code="other"))
        self.assertEqual(
            self.seen("unknown:quantum/fee").built_in, "fee (−), fee_refund (+)"
        )
        self.assertFalse(self.seen("other").built_in)

    def test_the_button_opens_a_form_that_knows_the_code(self):
        self.import_rows(self.row())
        action = self.seen(user=self.accountant).action_map()
        form = Form(
            self.mappings.with_user(self.accountant).with_context(**action["context"])
        )
        form.kind = "fee"
        mapping = form.save()
        self.assertRecordValues(
            mapping,
            [
                {
                    "backend_id": self.backend.id,
                    "source_code": "quantum/fee",
                    "effective_from": date(2026, 1, 10),
                }
            ],
        )

    def test_the_button_opens_the_mapping_that_holds(self):
        mapping = self.approved()
        self.import_rows(self.row())
        action = self.seen(user=self.accountant).action_map()
        self.assertEqual(action["res_id"], mapping.id)

    def test_behind_a_line_stand_its_rows(self):
        self.import_rows(self.row("txn_1"), self.row("txn_2"), self.row("txn_3", "1"))
        self.import_rows(self.row("txn_4", code="a"))
        line = self.seen("a")
        rows = self.transactions.search(line.action_open_rows()["domain"])
        self.assertEqual(rows.mapped("external_id"), ["txn_4"])
        draft = self.draft()
        rows = self.transactions.search(draft.action_open_rows()["domain"])
        self.assertEqual(len(rows), 3)

    def test_who_only_reads_sees_it_and_maps_nothing(self):
        self.import_rows(self.row())
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            line = self.seen(user=self.new_user(role))
            self.assertEqual(line.status, "unknown")
            with self.assertRaises(AccessError):
                line.action_map()

    def test_another_company_sees_nothing_of_it(self):
        self.import_rows(self.row())
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other)
        seen = self.env["settlement.code.seen"].with_user(stranger)
        self.assertFalse(seen.with_context(allowed_company_ids=other.ids).search([]))

    # ------------------------------------------------------------------
    # The form of a mapping
    # ------------------------------------------------------------------

    def test_the_form_says_who_waits_for_whom(self):
        self.import_rows(self.row())
        mapping = self.submitted()
        self.assertFalse(mapping.is_for_me)
        seen = mapping.with_user(self.approver)
        self.assertTrue(seen.is_for_me)
        for word in (self.accountant.name, "It is a fee", "1 row would", "already: 0"):
            self.assertIn(word, seen.waiting_for)
        seen.action_approve()
        self.env.invalidate_all()
        self.assertFalse(seen.is_for_me or seen.waiting_for)

    def test_the_dialogue_withdraws_with_its_reason(self):
        mapping = self.approved()
        self.env["settlement.mapping.withdrawal"].with_user(self.accountant).create(
            {"mapping_id": mapping.id, "reason": "It was wrong."}
        ).action_withdraw()
        self.env.invalidate_all()
        self.assertIn("It was wrong.", mapping.with_user(self.approver).waiting_for)
        self.assertEqual(mapping.state, "approved")
