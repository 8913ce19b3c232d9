import random
import time

from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.settlement.canonical import references, spelling
from odoo.addons.settlement.models.reference_sql import (
    reference_text_sql,
    squeezed_key_sql,
    squeezed_sql,
)

from ..engine.run import MatchRun
from ..models import text_readings
from .common import MatchCase

SNIPPETS = (
    "%", "_", "\\", "'", '"', ";--", "$$", "(.*)+", "[a-z]{1,99}", "\\d+$", "||", "{}",
    "\u202e", "\u200b", "\u0301", "\ufeff", "🧾", "Ⅻ", "①②③", "²³", "١٢٣٤٥", "１２３４",
    "ІNV", "INV/2026", "/", "00", "2026", "O0O", "l1I", "5S5", "B8B", "Z2Z", "\n", "\t",
    "NULL", "Robert'); DROP TABLE students", "\x7f", "ß", "ﬁ", "İ", "ſ", "12,13 und 14",
    "bis 99", "-", "--1", "RF18", "+++", "9" * 40, "a1" * 30, " " * 40,
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestTextHostile(MatchCase):
    """Texts that nobody would write, and some that people do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(20261)

    def store_texts(self, texts, gross="100.00"):
        facts = [
            self.bank_fact(f"b{place}", gross, description=text)
            for place, text in enumerate(texts)
        ]
        return self.store(*facts, backend=self.bank)

    def hostile_text(self):
        pieces = self.random.choices(SNIPPETS, k=self.random.randint(1, 12))
        return self.random.choice(("", " ", "/")).join(pieces)

    def test_a_thousand_hostile_texts_match_nothing(self):
        invoices = [
            self.new_invoice(100.0),
            self.new_invoice(100.0, ref="%"),
            self.new_invoice(100.0, ref="'; DELETE FROM account_move; --"),
            self.new_invoice(100.0, ref="１２３４５"),
            self.new_invoice(100.0, ref="\u202e\u0301"),
        ]
        number = references.normalise("invoice", invoices[0].name)
        texts = []
        while len(texts) < 1_000:
            text = self.hostile_text()
            if references.normalise("invoice", text).find(number) < 0:
                texts.append(text)
        texts += ["1" * 10_000, "12345 " * 2_000, "1 " * 5_000, "a1" * 5_000]
        rows = self.store_texts(texts)
        started = time.monotonic()
        self.run_match()
        self.assertLess(time.monotonic() - started, 60)
        self.assertFalse(rows.match_line_ids.match_id)
        for invoice in invoices:
            self.assertFalse(self.match_of(self.open_line(invoice)))

    def test_text_that_is_too_long_says_so(self):
        self.new_invoice(100.0)
        (row,) = self.store_texts(["4711 " * 3_000])
        self.run_match()
        cause = self.open_exceptions(row).cause
        self.assertIn("Its text is very long", cause)

    def test_text_that_fits_too_many_documents_says_so(self):
        invoices = [
            self.new_invoice(100.0 + place, ref=f"KD-1234-{'0' * place}7")
            for place in range(5)
        ]
        text = " ".join(["KD-1234-7"] * 100)
        (row,) = self.store_texts([text])
        self.run_match()
        self.assertOpen(row, "missing_reference")
        self.assertIn("more than 400 open documents", self.open_exceptions(row).cause)
        self.assertEqual(len(invoices), 5)

    def test_number_in_a_hostile_text_is_found(self):
        invoice = self.new_invoice(100.0)
        (row,) = self.store_texts([f"%' OR 1=1; \u202e{invoice.name}\u202c 🧾 (.*)+"])
        self.run_match()
        self.assertMatched(row, self.open_line(invoice))

    def test_letters_of_other_alphabets_are_no_letters(self):
        """A number in which letters of another alphabet stand is not that number."""
        invoice = self.new_invoice(100.0)
        (row,) = self.store_texts([invoice.name.replace("I", "І")])
        self.run_match()
        self.assertNotEqual(row.match_state, "matched")


@tagged("post_install", "-at_install")
class TestSqueezedSpelling(MatchCase):
    """Python and SQL squeeze references alike, and the index is used."""

    def squeezed(self, text):
        spelled = reference_text_sql("invoice", SQL("%s::text", text))
        query = SQL("SELECT %s", squeezed_sql(spelled))
        return self.env.execute_query(query)[0][0]

    def test_sql_squeezes_as_python_does(self):
        texts = [
            "INV/2026/00012", "inv-2O26-l2", "OoIiLlSsBbZz0158", "", "ÄÖ/1", "🧾0",
            "００１", "RF18 5390", "  ", "I" * 500, "%_\\",
        ]  # fmt: skip
        for text in texts:
            with self.subTest(text):
                spelled = references.normalise("invoice", text)
                self.assertEqual(self.squeezed(text), spelling.squeeze(spelled))

    def test_references_are_found_by_their_index(self):
        self.env.cr.execute(SQL("SET LOCAL enable_seqscan = off"))
        query = SQL(
            "EXPLAIN SELECT FROM settlement_document_reference document "
            "WHERE document.move_line_id IS NOT NULL AND %s = 1",
            squeezed_key_sql(SQL("document.text")),
        )
        plan = " ".join(row[0] for row in self.env.execute_query(query))
        self.assertIn("settlement_document_reference_squeezed_idx", plan)

    def test_very_long_references_can_be_indexed(self):
        invoice = self.new_invoice(10.0, ref="A1" * 5_000)
        self.env["settlement.document.reference"]._refresh(self.company)
        known = self.env["settlement.document.reference"].search(
            [("move_line_id", "=", self.open_line(invoice).id)]
        )
        self.assertIn(10_000, known.mapped(lambda reference: len(reference.text)))

    def test_a_text_is_read_once_for_each_chunk(self):
        invoices = [self.new_invoice(100.0 + number) for number in range(3)]
        facts = [
            self.bank_fact(f"b{number}", f"{100 + number}.00", description=invoice.name)
            for number, invoice in enumerate(invoices)
        ]
        rows = self.store(*facts, backend=self.bank)
        self.patch(text_readings, "CHUNK_ROWS", 2)
        self.matcher._prepare(run := MatchRun(self.company))
        self.matcher._stage_text(run)
        self.env.invalidate_all()
        self.assertEqual(set(rows.mapped("match_state")), {"matched"})
