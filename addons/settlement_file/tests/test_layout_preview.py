from lxml import html

from odoo.tests import tagged

from .common import ROWS, FileCase, file_of

BAD = "N-4;SALE;04.03.2026;a lot;0,00;EUR;SO-4;P-1"


@tagged("post_install", "-at_install")
class TestLayoutPreview(FileCase):
    """What a layout makes of its sample, before it reads anything."""

    def counted(self):
        """Return how much there is of all that an import writes."""
        models = ("message", "transaction", "batch", "balance", "exception")
        return {
            name: self.env[f"settlement.{name}"].search_count([]) for name in models
        }

    def test_the_first_rows_and_what_they_become(self):
        layout = self.new_layout()
        before = self.counted()
        shown = str(layout.preview_html)
        for part in ("charge", "refund", "2026-03-02", "100.00", "SO-1", "126.25"):
            self.assertIn(part, shown)
        self.assertEqual((layout.accepted_count, layout.rejected_count), (3, 0))
        self.assertEqual(self.counted(), before)

    def test_a_wrong_cell_is_marked_with_a_sentence(self):
        layout = self.new_layout(sample=file_of(*ROWS, BAD))
        self.assertEqual((layout.accepted_count, layout.rejected_count), (3, 1))
        shown = str(layout.preview_html)
        self.assertIn("table-danger", shown)
        self.assertIn("put aside", shown)
        self.assertIn("Amount", shown)

    def test_totals_by_currency_are_those_of_good_rows(self):
        dollars = "N-5;SALE;04.03.2026;7,00;1,00;USD;;P-2"
        preview = self.new_layout(sample=file_of(*ROWS, dollars, BAD)).preview_sample()
        self.assertEqual(preview["counts"]["accepted"], 4)
        totals = {total["currency"]: total for total in preview["totals"]}
        self.assertEqual(totals["EUR"]["net_amount"], "126.25")
        self.assertEqual(totals["EUR"]["rows"], 3)
        self.assertEqual(totals["USD"]["gross_amount"], "7.00")
        self.assertEqual([row["number"] for row in preview["rejected"]], [6])

    def test_values_that_nobody_named_are_listed(self):
        odd = "N-9;LEVY;04.03.2026;-1,00;0;EUR;;P-1"
        shown = str(self.new_layout(sample=file_of(*ROWS, odd)).preview_html)
        self.assertIn("LEVY", shown)
        self.assertIn("Nobody has said what these are", shown)

    def test_a_layout_that_cannot_read_says_why(self):
        layout = self.new_layout()
        layout.separator = "|"
        self.assertIn("No row can be read yet", str(layout.preview_html))
        layout.line_ids.filtered(lambda line: line.use == "currency").unlink()
        self.assertTrue(layout.preview_sample()["problem"])
        bare = self.layouts.with_user(self.admin).create({"name": "Bare"})
        self.assertIn("no sample", str(bare.preview_html))

    def test_what_a_file_holds_is_text_and_never_markup(self):
        evil = "<script>alert(1)</script>"
        row = f"{evil};SALE;04.03.2026;a{evil};0;EUR;{evil};P-1"
        layout = self.new_layout(sample=file_of(*ROWS, row))
        layout.kind_ids[0].value = evil
        self.assertNotIn("<script", str(layout.preview_html))

    def test_an_approver_sees_what_the_author_saw(self):
        layout = self.new_layout()
        layout.action_propose()
        seen = layout.with_user(self.approver)
        self.assertEqual(str(seen.preview_html), str(layout.preview_html))
        self.assertIn("126.25", str(seen.preview_html))

    def test_a_new_version_is_compared_on_the_same_sample(self):
        first = self.approve(self.new_layout())
        self.assertFalse(first.comparison_html)
        second = self.new_version(first)
        self.assertEqual(second.sample_sha256, first.sample_sha256)
        self.assertIn("0 rows change", self.words(second))
        second.kind_ids.filtered(lambda kind: kind.value == "BACK").kind = "adjustment"
        second.line_ids.filtered(lambda line: line.use == "fee").use = False
        words = self.words(second)
        self.assertIn("3 rows change", words)
        self.assertIn("refund", words)
        self.assertIn("adjustment", words)
        self.assertIn("0 are no longer there", words)

    def words(self, layout):
        """Return the text of the comparison, blanks folded."""
        text = html.fromstring(str(layout.comparison_html)).text_content()
        return " ".join(text.split())
