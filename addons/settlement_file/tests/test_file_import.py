import base64
import io

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DEFINITION, ROWS, FileCase, file_of

BAD = "N-4;SALE;04.03.2026;a lot;0,00;EUR;SO-4;P-1"


@tagged("post_install", "-at_install")
class TestFileImport(FileCase):
    """From an approved layout to facts, and what stands in the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.layout = cls.approve(cls.use(cls.new_layout()))

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def test_rows_become_facts_and_a_payout(self):
        message = self.take(file_of())
        self.assertEqual((message.state, message.error), ("parsed", False))
        self.assertEqual(message.file_layout_id, self.layout)
        self.assertRecordValues(
            self.facts(),
            [
                {"kind": "charge", "gross_amount": 100, "fee_amount": 2.5},
                {"kind": "charge", "gross_amount": 50, "fee_amount": 1.25},
                {"kind": "refund", "gross_amount": -20, "fee_amount": 0},
            ],
        )
        self.assertEqual(self.facts().wallet_id, self.account)
        self.assertRecordValues(
            self.facts().batch_id,
            [{"external_id": "P-1", "kind": "payout", "total": 126.25}],
        )
        self.assertFalse(self.told())

    def test_again_adds_nothing_whatever_the_file_is_called(self):
        self.take(file_of())
        before = self.facts()
        self.take(file_of(), filename="again.csv")
        self.take(file_of(*reversed(ROWS)))
        self.assertEqual(self.facts(), before)

    def test_a_bad_row_waits_with_its_number_and_column(self):
        message = self.take(file_of(*ROWS, BAD))
        self.assertEqual(len(self.facts()), 3)
        row = message.waiting_row_ids
        self.assertEqual(row.number, 5)
        self.assertIn("Amount", row.reason)
        self.assertIn("a lot", row.reason)
        self.assertEqual(self.told().mapped("reason"), ["malformed_input"])
        self.take(file_of(*ROWS, BAD.replace("a lot", "5,00")), "mended.csv")
        self.assertEqual(len(self.facts()), 4)
        self.assertFalse(self.told().mapped("cause"))

    def test_a_code_nobody_named_waits_for_a_person(self):
        self.take(file_of(*ROWS, "N-9;LEVY;04.03.2026;-1,00;0,00;EUR;;P-1"))
        odd = self.facts().filtered(lambda row: row.external_id == "N-9")
        self.assertRecordValues(
            odd, [{"kind": "adjustment", "source_code": "unknown:LEVY"}]
        )
        self.assertEqual(self.told().mapped("reason"), ["unknown_mapping"])

    def test_a_row_of_an_account_nobody_knows_is_put_aside(self):
        message = self.take(file_of(*ROWS, "N-9;SALE;04.03.2026;1,00;0,00;USD;;P-2"))
        self.assertEqual(len(self.facts()), 3)
        self.assertIn("USD", str(message.waiting_row_ids.mapped("reason")), "x")

    # ------------------------------------------------------------------
    # Before the import
    # ------------------------------------------------------------------

    def test_the_preview_of_an_import_changes_nothing(self):
        nordpay = self.nordpay.with_user(self.accountant)
        preview = nordpay.preview_file("nordpay.csv", file_of(*ROWS, BAD))
        self.assertEqual((preview["new"], preview["batches"]), (3, 1))
        self.assertEqual([row["number"] for row in preview["rejected"]], [5])
        self.assertFalse(self.facts())
        self.assertFalse(
            self.env["settlement.message"].search([("backend_id", "=", nordpay.id)])
        )
        self.take(file_of())
        self.assertEqual(
            nordpay.preview_file("x.csv", io.BytesIO(file_of(*ROWS, "")))["known"], 3
        )

    def test_a_backend_without_layout_says_what_to_do(self):
        other = self.new_backend("Southpay", connector="file").with_user(
            self.accountant
        )
        with self.assertRaisesRegex(UserError, "Southpay has no file layout yet"):
            other.import_file("x.csv", file_of())

    def test_a_draft_reads_nothing(self):
        other = self.new_backend("Southpay", connector="file")
        draft = self.use(self.new_layout("Southpay"), other)
        for step in (lambda: None, draft.action_propose):
            step()
            with self.assertRaisesRegex(UserError, "let somebody else approve it"):
                other.with_user(self.accountant).preview_file("x.csv", file_of())

    def test_an_unknown_header_says_what_is_missing_and_what_to_do(self):
        odd = b"Ref;Type;Day;Amount;Charge;Curr;Order;Payout\n"
        odd += b"1;SALE;2026-01-01;5,00;0;EUR;SO-1;P-1\n"
        with self.assertRaises(UserError) as refused:
            self.nordpay.with_user(self.accountant).import_file("odd.csv", odd)
        words = str(refused.exception)
        for part in (
            "odd.csv",
            "“Nordpay (v1)” needs Booked",
            "Day",
            "set up a layout",
        ):
            self.assertIn(part, words)
        with self.assertRaisesRegex(UserError, "neither CSV nor"):
            self.nordpay.import_file("none.csv", b"")

    def test_a_backend_of_another_connector_takes_no_layout(self):
        with self.assertRaisesRegex(UserError, "of its own connector"):
            self.use(self.layout, self.backend)

    # ------------------------------------------------------------------
    # Several layouts
    # ------------------------------------------------------------------

    def other_layout(self, **changes):
        """Return an approved layout of another report of the same provider."""
        sample = b"Id,When,Sum\nX-1,2026-03-05,7.00\n"
        return self.approve(
            self.use(
                self.new_layout(
                    "Nordpay fees",
                    sample=sample,
                    **{
                        "file": {"kind": "csv", "separator": ","},
                        "numbers": {},
                        "dates": {"formats": ["iso"]},
                        "columns": [
                            {"column": "When", "field": "booked_on"},
                            {"column": "Sum", "field": "gross_amount"},
                        ],
                        "constants": {"currency": "EUR", "account_identifier": "ACC-1"},
                        "kinds": {"default": "charge"},
                        "fees": [],
                        "identity": {"columns": ["Id"]},
                        "batch": {},
                        **changes,
                    },
                )
            )
        )

    def test_of_several_layouts_the_header_says_which(self):
        other = self.other_layout()
        first = self.take(file_of())
        second = self.take(b"Id,When,Sum\nX-1,2026-03-05,7.00\n", "fees.csv")
        self.assertEqual(first.file_layout_id, self.layout)
        self.assertEqual(second.file_layout_id, other)
        self.assertEqual(len(self.facts()), 4)

    def test_the_layout_that_uses_more_columns_reads_it(self):
        fewer = {**DEFINITION, "fees": [], "batch": {}}
        self.approve(self.use(self.new_layout("Nordpay short", **fewer)))
        self.assertEqual(self.take(file_of()).file_layout_id, self.layout)

    def test_two_layouts_that_fit_alike_are_not_guessed_between(self):
        self.approve(self.use(self.new_layout("Nordpay twin")))
        with self.assertRaisesRegex(UserError, "Nordpay, Nordpay twin alike"):
            self.nordpay.with_user(self.accountant).import_file("x.csv", file_of())

    # ------------------------------------------------------------------
    # Versions
    # ------------------------------------------------------------------

    def test_a_replay_reads_with_the_version_of_today(self):
        message = self.take(file_of())
        second = self.new_version(self.layout)
        second.kind_ids.filtered(lambda kind: kind.value == "BACK").kind = "adjustment"
        counts = message.with_user(self.admin).replay()
        self.assertEqual((counts["changed"], counts["unchanged"]), (0, 3))
        self.approve(second)
        self.assertEqual(
            (second.file_count, second.older_file_count, self.layout.file_count),
            (0, 1, 1),
        )
        action = second.action_replay_files()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.admin)
        self.assertEqual((wizard.changed_count, wizard.unchanged_count), (1, 2))
        wizard.action_replay()
        self.assertEqual(message.file_layout_id, second)
        back = self.facts().filtered(lambda row: row.external_id == "N-3")
        self.assertEqual((back.kind, back.revision), ("adjustment", 2))
        second.invalidate_recordset()
        self.assertEqual((second.file_count, second.older_file_count), (1, 0))
        found = self.env["settlement.message"].search(
            second.action_open_files()["domain"]
        )
        self.assertEqual(found, message)

    def test_a_version_out_of_force_is_not_replayed_by(self):
        draft = self.new_version(self.layout)
        with self.assertRaisesRegex(UserError, "is not in force"):
            draft.action_replay_files()

    def test_a_withdrawn_layout_fails_its_files_with_words(self):
        message = self.take(file_of())
        self.layout.with_user(self.admin).action_withdraw("no longer used")
        message.with_user(self.admin).replay()
        self.assertEqual(message.state, "failed")
        self.assertIn("No version of Nordpay is approved", message.error)
        self.assertEqual(len(self.facts()), 3)

    # ------------------------------------------------------------------
    # What the file says about itself
    # ------------------------------------------------------------------

    def with_total(self, **values):
        """Let files state the sum of their gross in a cell below the rows."""
        second = self.new_version(self.layout)
        second.write(
            {
                "footer_lines": 1,
                "cell_ids": [(0, 0, {"name": "Total", "label": "Total"})],
                "total_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Gross",
                            "check": "sum",
                            "of": "gross_amount",
                            "column": "Total",
                        },
                    )
                ],
                **values,
            }
        )
        return self.approve(second)

    def test_a_control_that_is_right_is_silent(self):
        self.with_total()
        self.take(file_of() + b"Total;130,00\n")
        self.assertEqual(len(self.facts()), 3)
        self.assertFalse(self.told())

    def test_a_control_that_is_wrong_is_shown_and_good_rows_stay(self):
        self.with_total()
        message = self.take(file_of() + b"Total;999,00\n")
        self.assertEqual((message.state, len(self.facts())), ("parsed", 3))
        told = self.told()
        self.assertEqual(told.mapped("reason"), ["batch_unbalanced"])
        self.assertIn("999", told.cause)
        self.assertIn("130", told.cause)

    def test_a_control_may_refuse_the_whole_file(self):
        self.with_total(refuse_wrong_totals=True)
        message = self.take(file_of() + b"Total;999,00\n")
        self.assertEqual(message.state, "failed")
        self.assertFalse(self.facts())

    # ------------------------------------------------------------------
    # The dialogue of imports
    # ------------------------------------------------------------------

    def test_the_import_dialogue_leads_to_a_layout(self):
        odd = b"Id,When,Sum\nX-1,2026-03-05,7.00\n"
        wizard = (
            self.env["settlement.import.wizard"]
            .with_user(self.admin)
            .create(
                {
                    "backend_id": self.nordpay.id,
                    "content": base64.b64encode(odd),
                    "filename": "odd.csv",
                }
            )
        )
        with self.assertRaisesRegex(UserError, "set up a layout"):
            wizard.action_preview()
        action = wizard.action_set_up_layout()
        start = self.env[action["res_model"]].browse(action["res_id"])
        start = start.with_user(self.admin)
        self.assertEqual(start.sample_name, "odd.csv")
        start.name = "Nordpay fees"
        layout = self.layouts.browse(start.action_start()["res_id"])
        self.assertIn(layout, self.nordpay.file_layout_ids)
        self.assertEqual(set(layout.line_ids.mapped("column")), {"Id", "When", "Sum"})
