import io
import zipfile
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_open

from . import camt_samples
from .camt_samples import Detail, Entry, Statement
from .common import ACCOUNT, BankCase

SAMPLES = "settlement_bank/tests/data"


@tagged("post_install", "-at_install")
class TestImport(BankCase):
    def sample(self, name):
        """Return the bytes of a sample file."""
        with file_open(f"{SAMPLES}/{name}", "rb") as stream:
            return stream.read()

    def test_upload_becomes_transactions_and_a_validated_statement(self):
        details = [
            Detail("70.00", "E-1", "INV/2026/0001", "Anna", "DE89370400440532013000"),
            Detail("30.00", "E-2", "INV/2026/0002"),
        ]
        message = self.import_statements(
            camt_samples.footing(
                Statement(
                    [Entry("100.00", "REF-1", details=details), Entry("-2.50", "FEE")],
                    opening="10.00",
                )
            )
        )
        self.assertEqual(message.state, "parsed")
        self.assertRecordValues(
            self.rows(),
            [
                {"kind": "bank_debit", "net_amount": -2.5, "bank_reference": "FEE"},
                {"kind": "bank_credit", "net_amount": 70.0, "bank_reference": "REF-1"},
                {"kind": "bank_credit", "net_amount": 30.0, "bank_reference": "REF-1"},
            ],
        )
        _fee, first, second = self.rows()
        self.assertEqual(first.entry_reference, second.entry_reference)
        self.assertEqual(first.counterparty_account, "DE89370400440532013000")
        self.assertRecordValues(
            self.statements(),
            [
                {
                    "kind": "statement",
                    "state": "validated",
                    "wallet_id": self.account.id,
                    "opening_balance": 10.0,
                    "closing_balance": 107.5,
                    "total": 97.5,
                    "difference": 0.0,
                    "date": date(2026, 1, 5),
                    "sequence": 1,
                }
            ],
        )
        self.assertEqual(self.rows().batch_id, self.statements())
        self.assertFalse(self.open_exceptions())

    def test_references_are_found_by_their_type(self):
        self.import_bytes(self.sample("camt053_v02_two_accounts.xml"))
        self.assertTrue(
            self.env["settlement.transaction.reference"].search_count(
                [
                    ("type", "=", "structured"),
                    ("text", "=", "RF18539007547034"),
                    ("transaction_id", "in", self.rows().ids),
                ]
            )
        )

    def test_same_file_again_changes_nothing(self):
        content = self.sample("camt053_v02_two_accounts.xml")
        first = self.import_bytes(content)
        before = self.rows().read(["external_id", "revision", "row_hash"])
        again = self.import_bytes(content, filename="other_name.xml")
        self.assertEqual(first, again)
        self.assertEqual(
            self.rows().read(["external_id", "revision", "row_hash"]), before
        )

    def test_same_rows_in_another_file_add_nothing(self):
        cash = Entry("2.50", text="cash")
        statement = camt_samples.footing(Statement([Entry("5.00", "A"), cash, cash]))
        self.import_statements(statement)
        before = self.rows()
        statement.created = "2026-01-09T00:00:00"
        message = self.import_statements(statement)
        self.assertEqual(message.state, "parsed")
        self.assertEqual(self.rows(), before)
        self.assertEqual(before.mapped("revision"), [1, 1, 1])
        self.assertEqual(len(self.statements()), 1)
        self.assertFalse(self.open_exceptions())

    def test_replay_changes_nothing(self):
        message = self.import_bytes(self.sample("camt053_v08_mixed.xml"))
        before = self.rows()
        message.with_user(self.new_user("group_integration_admin")).replay()
        self.assertEqual(self.rows(), before)

    def test_file_of_several_accounts_is_routed_by_wallet(self):
        kronor = self.env.ref("base.SEK")
        kronor.active = True
        swedish = self.new_wallet(self.bank, kronor, "5439-10 123 45")
        self.import_bytes(self.sample("camt053_v02_two_accounts.xml"))
        self.assertRecordValues(
            self.statements().sorted("id"),
            [
                {"wallet_id": self.account.id, "state": "validated", "total": 251.3},
                {"wallet_id": swedish.id, "state": "validated", "total": -25.0},
            ],
        )
        self.assertEqual(len(self.rows().filtered(lambda r: r.wallet_id == swedish)), 1)

    def test_unknown_account_is_refused_with_a_sentence(self):
        message = self.import_bytes(self.sample("camt053_v02_two_accounts.xml"))
        self.assertEqual(self.rows().wallet_id, self.account)
        self.assertEqual(len(self.rows()), 7)
        reasons = message.row_ids.mapped("reason")
        self.assertTrue(reasons)
        for reason in reasons:
            self.assertIn("no wallet for account 5439-10 123 45 in SEK", reason)
        self.assertIn("5439-10 123 45", self.open_exceptions(message).cause)

    def test_every_refused_row_is_kept(self):
        unknown = "DE00000000000000000000"
        rows = [Entry("1.00", f"R{n}") for n in range(5)]
        message = self.import_statements(Statement(rows, account=unknown))
        self.assertEqual(len(message.row_ids), 6)

    def test_bad_row_is_quarantined_and_shown(self):
        message = self.import_statements(
            Statement(
                [Entry("1.00", "A"), Entry("0.005", "BAD"), Entry("2.00", "B")],
                closing="3.01",
            )
        )
        self.assertEqual(self.rows().mapped("bank_reference"), ["A", "B"])
        self.assertIn("entry 2", message.row_ids.reason)
        self.assertEqual(self.statements().state, "open")
        self.assertIn("more decimals", self.open_exceptions(message).cause)
        (finding,) = self.open_exceptions(self.statements())
        self.assertEqual(finding.reason, "batch_unbalanced")
        self.assertIn("0.01 EUR too little", finding.cause)

    def test_duplicate_statement_is_refused(self):
        message = self.import_statements(
            Statement([Entry("1.00", "A")], extra="<CpyDplctInd>DUPL</CpyDplctInd>")
        )
        self.assertFalse(self.rows())
        self.assertEqual(self.open_exceptions(message).reason, "duplicate")

    def test_truncated_file_keeps_what_stands_before_and_the_whole_one_heals_it(self):
        content = camt_samples.document(
            camt_samples.footing(Statement([Entry("1.00", "A"), Entry("2.00", "B")]))
        )
        message = self.import_bytes(content[:-200])
        self.assertEqual(message.state, "failed")
        self.assertIn("breaks off", message.error)
        self.assertEqual(self.rows().mapped("bank_reference"), ["A"])
        self.assertEqual(self.statements().state, "open")
        self.import_bytes(content)
        self.assertEqual(self.rows().mapped("bank_reference"), ["A", "B"])
        self.assertEqual(self.statements().state, "validated")
        self.import_bytes(content[:-199])
        self.assertEqual(self.statements().state, "validated")
        self.assertEqual(self.statements().total, 3.0)

    def test_archive_of_statements(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, statement in enumerate(self.chain("1.00", "2.00")):
                archive.writestr(f"{number}.xml", camt_samples.document(statement))
        self.import_bytes(buffer.getvalue(), filename="week.zip")
        self.assertEqual(self.rows().mapped("net_amount"), [1.0, 2.0])
        self.assertEqual(self.statements().mapped("state"), ["validated"] * 2)

    def test_binary_file_object_is_read_as_a_stream(self):
        content = camt_samples.document(*self.chain("1.00"))
        self.import_bytes(io.BytesIO(content))
        self.assertEqual(len(self.rows()), 1)

    def test_preview_tells_and_keeps_nothing(self):
        content = camt_samples.document(
            camt_samples.footing(Statement([Entry("1.00", "A"), Entry("0.005", "B")]))
        )
        preview = self.bank.with_user(self.accountant).preview_file("a.xml", content)
        self.assertEqual((preview["new"], preview["batches"]), (1, 1))
        self.assertIn("entry 2", preview["rejected"][0]["reason"])
        cut = self.bank.with_user(self.accountant).preview_file("a.xml", content[:-150])
        self.assertEqual(cut["new"], 1)
        self.assertIn("breaks off", cut["error"])
        self.assertFalse(self.rows())
        self.assertFalse(self.statements())

    def test_other_files_are_refused_at_once(self):
        for content in (b":20:STARTUMS", b"PK\x03\x04nothing", b"<html></html>"):
            with self.assertRaises(UserError):
                self.bank.import_file("statement.sta", content)

    def test_intraday_report_is_refused_in_words(self):
        content = camt_samples.document(Statement()).replace(
            b"BkToCstmrStmt", b"BkToCstmrAcctRpt"
        )
        message = self.import_bytes(content)
        self.assertEqual(message.state, "failed")
        self.assertIn("camt.052", message.error)

    def test_viewer_may_not_import(self):
        viewer = self.new_user("group_viewer")
        with self.assertRaises(AccessError):
            self.bank.with_user(viewer).import_file(
                "a.xml", camt_samples.document(Statement())
            )

    def test_account_numbers_are_kept_as_files_write_them(self):
        wallet = self.new_wallet(self.bank, account="gb82 west 1234 5698 7654 32")
        self.assertEqual(wallet.account_identifier, "GB82WEST12345698765432")
        wallet.account_identifier = "DE89 3704 0044 0532 0130 00"
        self.assertEqual(wallet.account_identifier, "DE89370400440532013000")
        other = self.new_wallet(self.backend, account="de89 3704 0044 0532 0130 00")
        self.assertEqual(other.account_identifier, "de89 3704 0044 0532 0130 00")

    def test_company_of_the_statement_is_that_of_the_backend(self):
        self.import_statements(*self.chain("1.00"))
        self.assertEqual(self.rows().company_id, self.company)
        self.assertEqual(self.rows().external_id.split(":")[0], f"{ACCOUNT}/EUR")
