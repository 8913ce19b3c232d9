"""Report files: whole, shuffled, split, repeated, re-issued and broken."""

import random
from dataclasses import replace
from decimal import Decimal

from odoo.exceptions import UserError

from ...contract.fact_laws import broken_laws
from .base import needs

NO_REPORTS = {
    "list.csv": b"day;what;how much\n2026-01-01;tea;5\n",
    "scan.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "empty.csv": b"",
    "letter.txt": b"Dear customer, your money is well.\n",
}


class FilesContract:
    """The same rows are the same facts, in whatever files they come."""

    def take(self, rows, backend=None, name="", content=None):
        """Import and read a file of rows; return its message."""
        given, made = self.file_of(rows)
        message = (backend or self.backend).import_file(name or given, content or made)
        self.parse(backend)
        return message

    @needs("file")
    def test_every_row_of_a_file_comes_in(self):
        rows = self.rows(7)
        message = self.take(rows)
        self.assertEqual(message.state, "parsed")
        self.assert_complete(rows)
        facts = list(self.handler._parse(message))
        self.assertEqual(broken_laws(facts), [])

    @needs("file")
    def test_a_file_without_rows(self):
        message = self.take([])
        self.assertEqual(message.state, "parsed")
        self.assertFalse(self.transactions())

    @needs("file")
    def test_the_same_file_again(self):
        rows = self.rows(5)
        message = self.take(rows)
        before, ids = self.state_of(), self.transactions().ids
        self.assertEqual(self.take(rows), message)
        self.take(rows, name="another name.csv")
        message.replay()
        self.assertEqual((self.state_of(), self.transactions().ids), (before, ids))

    @needs("file")
    def test_rows_in_another_order(self):
        rows = self.rows(7)
        self.take(rows)
        mixed = self.new_backend(self.server)
        shuffled = list(rows)
        random.Random(1).shuffle(shuffled)
        self.take(shuffled, mixed)
        self.assertEqual(
            self.state_of(mixed)["transactions"], self.state_of()["transactions"]
        )
        self.take(shuffled)
        self.assert_complete(rows)

    @needs("file")
    def test_rows_split_over_files_that_overlap(self):
        rows = self.rows(7)
        for part in (rows[3:], rows[:5], rows[2:4]):
            self.take(part)
        self.assert_complete(rows)
        whole = self.new_backend(self.server)
        self.take(rows, whole)
        self.assertEqual(
            self.state_of()["transactions"], self.state_of(whole)["transactions"]
        )

    @needs("file")
    def test_a_file_issued_again_under_its_name(self):
        rows = self.rows(4)
        first = self.take(rows)
        total = self.total(rows)
        changed = [replace(rows[0], note="corrected by the provider"), *rows[1:]]
        second = self.take(changed, name=first.filename)
        self.assertNotEqual(second, first, "Other bytes are another message.")
        self.assert_complete(rows)
        self.assertEqual(self.total(rows), total)
        revisions = self.env["settlement.transaction"].search(
            [("backend_id", "=", self.backend.id)]
        )
        self.assertEqual(len(revisions), len(self.transactions()) + 1)

    @needs("file", flaw="sum")
    def test_a_bad_row_of_a_file_that_does_not_add_up(self):
        self._put_one_aside(self.row(flaw="sum"))

    @needs("file", flaw="amount")
    def test_a_bad_row_of_a_file_whose_amount_is_none(self):
        self._put_one_aside(self.row(flaw="amount"))

    @needs("file", flaw="exponent")
    def test_an_amount_of_a_file_that_its_currency_does_not_have(self):
        currency = self.whole_currency
        bad = self.row(amount="1500.50", currency=currency, flaw="exponent")
        self._put_one_aside(bad, replace(bad, flaw="", amount=Decimal(1500)))

    def _put_one_aside(self, bad, good=None):
        good = good or replace(bad, flaw="")
        rows = self.rows(4)
        alone = self.new_backend(self.server)
        self.take(rows, alone)
        self.take([*rows[:2], bad, *rows[2:]])
        self.assertFalse(self.of_row(bad))
        # Control totals that count the bad row may be put aside beside it.
        self.assertEqual(len(self.put_aside(about=bad)), 1)
        self.assertTrue(self.exceptions(reason="malformed_input"))
        self.assertEqual(self.total(rows), self.total(rows, alone))
        self.take([good], name="corrected.csv")
        self.assert_row(good)
        self.assertFalse(self.put_aside(about=bad))

    @needs("file")
    def test_a_file_that_was_cut(self):
        """Whatever is lost of it is said: no row vanishes, none is made up."""
        rows = self.rows(6)
        name, content = self.file_of(rows)
        message = self.take(rows, content=content[: len(content) * 3 // 5])
        found = [row for row in rows if self.of_row(row)]
        for row in found:
            self.assert_row(row)
        self.assertLess(len(found), len(rows))
        told = self.put_aside() or message.state == "failed"
        self.assertTrue(told, f"{name} was cut, and nobody says so.")
        self.take(rows, name="whole again.csv")
        for row in rows:
            self.assert_row(row)

    @needs("file")
    def test_other_files_are_refused(self):
        for name, content in NO_REPORTS.items():
            with self.subTest(name=name), self.assertRaises(UserError):
                self.backend.import_file(name, content)
        self.assertFalse(self.messages())

    @needs("file", "pull")
    def test_a_row_of_a_file_and_of_a_pull_is_one(self):
        rows = self.rows(4)
        self.show(self.server, rows)
        self.pull()
        self.take(rows)
        for row in rows:
            self.assert_row(row)
