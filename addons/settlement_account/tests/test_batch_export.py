import io
from datetime import date

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..models import batch_export
from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestBatchExport(SettlementAccountCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0
        cls.viewer = cls.new_user("group_viewer")

    def exported(self, batches, user=None):
        """Return the sheets of a workbook as lists of rows."""
        content, _name = batches.with_user(user or self.env.user)._export_xlsx()
        book = load_workbook(io.BytesIO(content))
        return {
            page.title: [list(row) for row in page.iter_rows(values_only=True)]
            for page in book
        }

    def table(self, rows):
        """Return the rows of a sheet as dicts, up to its first empty row."""
        head, *body = rows
        cut = [row for row in body if any(cell is not None for cell in row[1:])]
        return [dict(zip(head, row, strict=True)) for row in cut]

    def posted_payout(self, **values):
        charge = self.row(gross="100", fee="3.21", tax="0.19", **values)
        refund = self.row("refund", gross="-20", description="=1+1")
        self.store(*self.payout(charge, refund, day=12))
        self.match(charge, self.invoice(100))
        self.post()
        return self.batch()

    def test_a_payout_with_all_its_lines_entries_and_its_proof(self):
        batch = self.posted_payout()
        sheets = self.exported(batch)
        self.assertEqual(list(sheets), ["Payout", "Lines", "Entries", "Proof"])
        (summary,) = self.table(sheets["Payout"])
        self.assertEqual(summary["Source ID"], "po_1")
        self.assertEqual(summary["Total"], 76.6)
        self.assertEqual(summary["Sum of Lines"], 76.6)
        self.assertEqual(summary["Difference"], 0)
        self.assertEqual(summary["Lines"], 2)
        self.assertEqual(summary["SHA-256 of the Message"], batch.message_id.sha256)

    def test_lines_say_what_they_were_matched_with(self):
        batch = self.posted_payout(counterparty_name="=HYPERLINK(1)")
        lines = self.table(self.exported(batch)["Lines"])
        self.assertEqual(len(lines), len(batch.transaction_ids))
        charge = next(line for line in lines if line["Kind"] == "Charge")
        self.assertEqual(
            [charge[name] for name in ("Gross", "Fee", "Tax on Fee", "Net")],
            [100, 3.21, 0.19, 96.6],
        )
        self.assertIn("INV/", charge["Matched with"])
        self.assertEqual(charge["Method"], "By hand")
        self.assertEqual(charge["Entries"], batch.posting_ids.move_id.name)
        # What looks like a formula is a text.
        self.assertEqual(charge["Counterparty"], "=HYPERLINK(1)")

    def test_what_begins_like_a_formula_is_a_text(self):
        batch = self.posted_payout(counterparty_name="=1+1")
        content, _name = batch._export_xlsx()
        page = load_workbook(io.BytesIO(content))["Lines"]
        kinds = {cell.data_type for row in page.iter_rows() for cell in row}
        self.assertNotIn("f", kinds)

    def test_entries_are_the_ledger(self):
        batch = self.posted_payout()
        entries = self.table(self.exported(batch)["Entries"])
        items = batch.posting_ids.move_id.line_ids
        self.assertEqual(len(entries), len(items))
        self.assertEqual(
            sorted((row["Account"], row["Debit"], row["Credit"]) for row in entries),
            sorted((item.account_id.code, item.debit, item.credit) for item in items),
        )
        self.assertAlmostEqual(
            sum(row["Debit"] for row in entries), sum(row["Credit"] for row in entries)
        )

    def test_a_reversed_posting_shows_both_entries(self):
        batch = self.posted_payout()
        batch.posting_ids.with_user(self.new_user("group_approver")).action_reverse(
            "wrong"
        )
        entries = self.table(self.exported(batch)["Entries"])
        self.assertEqual(
            {row["Posting"] for row in entries},
            {
                "Payout or settlement",
                "Reversal",
            },
        )
        self.assertAlmostEqual(sum(row["Debit"] - row["Credit"] for row in entries), 0)

    def test_the_proof_adds_up(self):
        proof = self.table(self.exported(self.posted_payout())["Proof"])
        steps = {row["Step"]: row["Amount"] for row in proof}
        self.assertEqual(steps["Gross of the lines"], 80)
        self.assertEqual(steps["Fees of the lines"], -3.21)
        self.assertEqual(steps["Tax on fees"], -0.19)
        self.assertEqual(steps["Net of the lines"], 76.6)
        self.assertEqual(steps["Difference of total and lines"], 0)
        self.assertEqual(steps["At the provider, end of 2026-01-12"], 0)
        self.assertEqual(steps["In the ledger, end of 2026-01-12"], 0)
        self.assertEqual(steps["Unexplained"], 0)

    def test_the_proof_names_what_is_not_posted(self):
        self.store(*self.payout(self.row(gross="100", fee="3"), day=12))
        self.store(self.loose(gross="7", day=11))
        self.post()
        steps = {
            row["Step"]: row["Amount"]
            for row in self.table(self.exported(self.batch())["Proof"])
        }
        self.assertEqual(steps["Booked and not posted yet"], 7)
        self.assertEqual(steps["Unexplained"], 0)

    def test_no_wallet_proof_before_the_opening(self):
        self.wallet.opening_date = date(2026, 2, 1)
        self.store(*self.payout(self.row(gross="100"), day=12))
        proof = self.table(self.exported(self.batch())["Proof"])
        self.assertEqual(len(proof), 6)

    def test_several_payouts_in_one_workbook(self):
        self.store(*self.payout(self.row(gross="100"), day=12))
        self.store(
            *self.payout(
                self.row(gross="5", batch_external_id="po_2"), name="po_2", day=13
            )
        )
        batches = self.batch("po_1") | self.batch("po_2")
        lines = self.table(self.exported(batches)["Lines"])
        self.assertEqual({line["Payout"] for line in lines}, {"po_1", "po_2"})

    def test_too_many_lines_are_refused(self):
        batch = self.posted_payout()
        self.patch(batch_export, "MAX_LINES", 1)
        with self.assertRaisesRegex(UserError, "one workbook takes 1"):
            batch.action_export_xlsx()

    def test_who_exports_is_in_the_trail(self):
        batch = self.posted_payout()
        batch.with_user(self.viewer)._export_xlsx()
        event = self.env["settlement.event"].search(
            [("action", "=", "batch.exported")], limit=1, order="id desc"
        )
        self.assertIn(self.viewer.name, event.reason)

    def test_nobody_without_a_role_exports(self):
        batch = self.posted_payout()
        stranger = self.env["res.users"].create(
            {"name": "Stranger", "login": "stranger", "company_id": self.company.id}
        )
        with self.assertRaises(AccessError):
            batch.with_user(stranger)._export_xlsx()

    def test_no_export_of_another_company(self):
        batch = self.posted_payout()
        other = self.setup_other_company(name="Other")["company"]
        with self.assertRaises(AccessError):
            batch.with_user(self.new_user("group_auditor", other))._export_xlsx()

    # ------------------------------------------------------------------
    # Over HTTP
    # ------------------------------------------------------------------

    def fetch(self, address, user):
        user.password = "a password of many words"
        self.authenticate(user.login, "a password of many words")
        return self.url_open(address)

    def test_download(self):
        batch = self.posted_payout()
        address = batch.with_user(self.viewer).action_export_xlsx()["url"]
        answer = self.fetch(address, self.viewer)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("settlement_po_1.xlsx", answer.headers["Content-Disposition"])
        book = load_workbook(io.BytesIO(answer.content))
        self.assertEqual(book["Payout"]["E2"].value, "po_1")

    def test_what_is_no_batch_is_not_found(self):
        for numbers in ("x", "0", "1;2"):
            with self.subTest(numbers=numbers):
                address = f"/settlement/batch/{numbers}/export.xlsx"
                self.assertEqual(self.fetch(address, self.viewer).status_code, 404)
