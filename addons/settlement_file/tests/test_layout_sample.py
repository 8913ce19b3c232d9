import base64

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import file_layout_sample
from .common import HEADER, ROWS, FileCase, file_of

CARD = "4111111111111111"


@tagged("post_install", "-at_install")
class TestLayoutSample(FileCase):
    """From a sample to a draft."""

    def start(self, content, name="report.csv", **values):
        """Start a layout in the dialogue; return its draft."""
        wizard = (
            self.env["settlement.file.layout.start"]
            .with_user(self.admin)
            .create(
                {
                    "name": "Fresh",
                    "sample": base64.b64encode(content),
                    "sample_name": name,
                    "company_id": self.company.id,
                    **values,
                }
            )
        )
        action = wizard.action_start()
        return self.layouts.browse(action["res_id"]).with_user(self.admin)

    def columns(self, layout):
        """Return the columns of a draft, each once."""
        return list(dict.fromkeys(layout.line_ids.mapped("column")))

    def uses(self, layout):
        """Return what each column of a draft is used for."""
        return {line.column: line.use or "" for line in layout.line_ids}

    def test_a_sample_becomes_a_draft_with_reasons(self):
        layout = self.start(file_of())
        self.assertRecordValues(
            layout,
            [
                {
                    "state": "draft",
                    "file_kind": "csv",
                    "separator": ";",
                    "decimal": ",",
                    "sample_name": "report.csv",
                    "sample_is_cut": False,
                }
            ],
        )
        self.assertEqual(self.columns(layout), HEADER.split(";"))
        self.assertIn("100,00", str(layout.line_ids.mapped("samples")))
        topics = {finding["topic"] for finding in layout.findings["findings"]}
        self.assertLessEqual({"encoding", "separator", "numbers", "dates"}, topics)
        for finding in layout.findings["findings"]:
            self.assertTrue(finding["reason"], finding)
        self.assertIn("Separator", str(layout.finding_html))

    def test_what_could_be_either_is_said_where_it_is_seen(self):
        rows = [row.replace("02.03.2026", "02/03/2026") for row in ROWS[:2]]
        layout = self.start(file_of(*rows))
        unsure = {
            finding["topic"]: finding
            for finding in layout.findings["findings"]
            if not finding["is_sure"]
        }
        self.assertTrue(unsure["dates"]["alternatives"])
        self.assertIn("It could be", str(layout.finding_html))
        shown = str(layout.preview_html)
        self.assertIn("Guessed between several possibilities", shown)
        self.assertIn("dates", shown)

    def test_values_of_the_kind_column_wait_for_a_kind(self):
        layout = self.start(file_of())
        if self.uses(layout)["Type"] == "kind":
            self.assertEqual(set(layout.kind_ids.mapped("value")), {"SALE", "BACK"})

    def test_the_draft_of_a_backend_is_named_by_it(self):
        layout = self.start(file_of(), backend_id=self.nordpay.id)
        self.assertEqual(self.nordpay.file_layout_ids, layout)
        self.assertEqual(layout.backend_ids, self.nordpay)

    def test_card_numbers_are_masked_before_anything_is_kept(self):
        rows = (f"N-1;SALE;02.03.2026;1,00;0;EUR;{CARD};P-1",)
        layout = self.start(file_of(*rows), name=f"cards {CARD}.csv")
        kept = base64.b64decode(layout.with_context(bin_size=False).sample)
        self.assertNotIn(CARD.encode(), kept)
        self.assertIn(b"411111******1111", kept)
        self.assertNotIn(CARD, layout.sample_name)
        self.assertNotIn(CARD, str(layout.preview_html))
        self.assertNotIn(CARD, str(layout.line_ids.mapped("samples")))

    def test_a_long_file_is_kept_in_part_and_says_so(self):
        self.patch(file_layout_sample, "SAMPLE_BYTES", 300)
        rows = [ROWS[0].replace("N-1", f"N-{number}") for number in range(40)]
        layout = self.start(file_of(*rows))
        self.assertTrue(layout.sample_is_cut)
        self.assertIn("Only the beginning", str(layout.finding_html))
        self.assertEqual(len(layout._sample_bytes()), 300)
        self.approve(self.use(self.new_layout("Cut", sample=file_of(*rows))))
        cut = self.layouts.search([("name", "=", "Cut")])
        self.assertTrue(self.new_version(cut).sample_is_cut)

    def test_files_that_are_none_are_refused_or_told(self):
        layout = self.start(b"%PDF-1.7\n\x00\x01\x02", name="scan.pdf")
        self.assertTrue(layout.findings["problems"])
        self.assertIn("alert-danger", str(layout.finding_html))
        with self.assertRaises(UserError):
            layout.action_propose()

    def test_a_second_look_keeps_what_was_set_up(self):
        layout = self.start(file_of())
        lines = layout.line_ids.filtered(lambda line: line.column == "Order")
        lines[1:].unlink()
        lines[0].use = "description"
        layout.action_detect()
        self.assertEqual(self.uses(layout)["Order"], "description")
        self.assertEqual(self.columns(layout), HEADER.split(";"))

    def test_a_corrected_form_brings_the_real_columns(self):
        layout = self.start(file_of())
        layout.separator = "|"
        layout.action_detect()
        self.assertEqual(self.columns(layout), [HEADER])
        layout.separator = ";"
        layout.action_detect()
        self.assertEqual(self.columns(layout), HEADER.split(";"))

    def test_another_sample_takes_the_place_of_the_first(self):
        layout = self.new_layout()
        action = layout.action_replace_sample()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.admin)
            .with_context(**action["context"])
        )
        more = file_of(*(f"{row};x" for row in ROWS), header=f"{HEADER};Colour")
        given = {"sample": base64.b64encode(more), "sample_name": "more.csv"}
        wizard.create(given).action_start()
        self.assertEqual(layout.sample_name, "more.csv")
        self.assertEqual(self.uses(layout)["Colour"], "")
        self.assertEqual(self.uses(layout)["Ref"], "identity")
        self.assertEqual(layout.version, 1)
