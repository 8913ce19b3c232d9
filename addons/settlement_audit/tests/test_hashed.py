from hashlib import sha256

from odoo.tests import tagged
from odoo.tools import SQL

from ..chain import merkle
from ..models import hashed
from .common import SAMPLE, SampleCase

VALUES = {
    "name": 'it\'s a \\ "name", number=1',
    "text": "two\nlines €",
    "kind": "a",
    "number": -5,
    "amount": 1234.5,
    "rate": 0.333333,
    "ratio": 0.1,
    "day": "2026-02-28",
    "moment": "2026-02-28 23:59:59",
    "flag": True,
    "document": {"b": [1, None], "a": "x"},
}


@tagged("post_install", "-at_install")
class TestHashed(SampleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sample = cls.samples.create({**VALUES, "partner_id": cls.partner.id})

    def hash_of(self, sample):
        """Return the hash of a row recomputed now."""
        return self.env.execute_query(
            SQL(
                "SELECT %s FROM %s AS s WHERE id = %s",
                sample._row_hash_sql("s"),
                SQL.identifier(sample._table),
                sample.id,
            )
        )[0][0]

    def test_hash_is_the_documented_one(self):
        literals = [
            "name=E'it''s a \\\\ \"name\", number=1'",
            "text='two\nlines €'",
            "kind='a'",
            "number='-5'",
            "amount='1234.5'",
            "rate='0.333333'",
            "ratio='3fb999999999999a'",
            "day='2026-02-28 AD'",
            "moment='2026-02-28T23:59:59.000000 AD'",
            "flag='true'",
            """document='{"a": "x", "b": [1, null]}'""",
            f"partner_id='{self.partner.id}'",
        ]
        text = f"{SAMPLE};" + ",".join(literals)
        self.assertEqual(self.sample.row_hash, sha256(text.encode()).hexdigest())

    def test_empty_row_has_a_hash(self):
        empty = self.samples.create({})
        # Odoo writes numbers and switches even where nobody gave a value.
        text = f"{SAMPLE};number='0',rate='0',ratio='0000000000000000',flag='false'"
        self.assertIn(
            empty.row_hash, {sha256(text.encode()).hexdigest(), self.hash_of(empty)}
        )
        self.assertEqual(self.samples._altered_rows(), [])

    def test_each_field_is_covered(self):
        altered = {
            "name": 'it\'s a \\ "name", number=2',
            "text": "two\nlines",
            "kind": "b",
            "number": 5,
            "amount": 1234.51,
            "rate": 0.333334,
            "ratio": 0.10000000000000002,
            "day": "2026-03-01",
            "moment": "2026-02-28 23:59:58",
            "flag": False,
            "document": '{"a": "x", "b": [1]}',
            "partner_id": self.env.user.partner_id.id,
        }
        self.assertEqual(set(altered), set(self.samples._hashed_fields))
        for name, value in altered.items():
            for forged in (value, None):
                with self.subTest(field=name, value=forged):
                    sample = self.samples.create(
                        {**VALUES, "partner_id": self.partner.id}
                    )
                    self.assertEqual(sample.row_hash, self.sample.row_hash)
                    self.tamper(sample, **{name: forged})
                    self.assertEqual(self.samples._altered_rows(), [sample.id])
                    sample.unlink()

    def test_other_fields_may_change(self):
        self.sample.write(
            {"remark": "seen", "currency_id": self.env.company.currency_id}
        )
        self.assertEqual(self.samples._altered_rows(), [])

    def test_values_cannot_move_between_fields(self):
        one = self.samples.create({"name": "a',text='b"})
        two = self.samples.create({"name": "a", "text": "b"})
        self.assertNotEqual(one.row_hash, two.row_hash)

    def test_nothing_is_not_empty(self):
        row = self.samples.create({"name": False})
        self.tamper(row, name="")
        self.assertEqual(self.samples._altered_rows(), [row.id])

    def test_scale_of_a_number_does_not_matter(self):
        for text in ("1234.50", "1234.5000000"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET amount = %s::numeric WHERE id = %s",
                    SQL.identifier(self.samples._table),
                    text,
                    self.sample.id,
                )
            )
            self.assertEqual(self.samples._altered_rows(), [])

    def test_session_settings_do_not_matter(self):
        expected = self.sample.row_hash
        for setting, value in (
            ("DateStyle", "German, DMY"),
            ("TimeZone", "Asia/Kathmandu"),
            ("extra_float_digits", "-10"),
            ("lc_time", "C"),
            ("bytea_output", "escape"),
        ):
            with self.subTest(setting=setting):
                self.env.cr.execute(
                    SQL("SELECT set_config(%s, %s, TRUE)", setting, value)
                )
                self.assertEqual(self.hash_of(self.sample), expected)

    def test_hash_is_not_copied(self):
        copy = self.sample.copy({"number": 1})
        self.assertTrue(copy.row_hash)
        self.assertNotEqual(copy.row_hash, self.sample.row_hash)

    def test_hash_of_a_derived_table(self):
        """A mass load hashes rows before they stand in the table."""
        columns = SQL(", ").join(map(SQL.identifier, self.samples._hashed_fields))
        self.env.cr.execute(
            SQL(
                "INSERT INTO %(table)s (%(columns)s, row_hash) SELECT %(columns)s,"
                " %(hash)s FROM (SELECT %(columns)s FROM %(table)s WHERE id = %(id)s)"
                " AS loaded",
                table=SQL.identifier(self.samples._table),
                columns=columns,
                hash=self.samples._row_hash_sql("loaded"),
                id=self.sample.id,
            )
        )
        hashes = set(self.samples.search([]).mapped("row_hash"))
        self.assertEqual(hashes, {self.sample.row_hash})
        self.assertEqual(self.samples._altered_rows(), [])

    def test_sealing_again_takes_the_new_content(self):
        self.sample.name = "other"
        self.env.flush_all()
        self.assertEqual(self.samples._altered_rows(), [self.sample.id])
        before = self.sample.row_hash
        self.sample._seal_rows()
        self.assertNotEqual(self.sample.row_hash, before)
        self.assertEqual(self.samples._altered_rows(), [])

    def test_sealing_sees_pending_writes(self):
        self.sample.name = "pending"
        self.sample._seal_rows()
        self.assertEqual(self.samples._altered_rows(), [])

    def test_sealing_no_rows(self):
        self.samples._seal_rows()
        self.assertEqual(self.samples.create([]), self.samples)

    def test_a_row_without_hash_counts_as_altered(self):
        self.tamper(self.sample, row_hash=None)
        self.assertEqual(self.samples._altered_rows(), [self.sample.id])

    def test_altered_rows_can_be_narrowed_down(self):
        other = self.samples.create({"number": 7})
        self.tamper(self.sample, name="x")
        self.tamper(other, name="y")
        self.assertEqual(self.samples._altered_rows(SQL("number = %s", 7)), other.ids)
        self.assertEqual(
            self.samples._altered_rows(SQL("number = 7 OR TRUE")),
            (self.sample + other).ids,
        )

    def test_unfit_fields_are_refused(self):
        for name in ("name_length", "title"):
            self.patch(type(self.samples), "_hashed_fields", (name,))
            with self.assertRaisesRegex(TypeError, name):
                self.samples._row_hash_sql("s")

    def test_a_field_added_later_keeps_the_hashes(self):
        names = (*self.samples._hashed_fields, "remark")
        self.patch(type(self.samples), "_hashed_fields", names)
        self.assertEqual(self.samples._altered_rows(), [])
        self.tamper(self.sample, remark="x")
        self.assertEqual(self.samples._altered_rows(), [self.sample.id])

    def test_more_fields_than_a_function_takes(self):
        names = self.samples._hashed_fields
        self.patch(type(self.samples), "_hashed_fields", names * 10)
        self.sample._seal_rows()
        self.assertEqual(self.samples._altered_rows(), [self.sample.id][1:])
        self.tamper(self.sample, partner_id=None)
        self.assertEqual(self.samples._altered_rows(), [self.sample.id])

    def test_merkle_root_is_in_order_of_ids(self):
        rows = self.samples.create([{"number": number} for number in range(5)])
        leaves = [bytes.fromhex(row.row_hash) for row in rows]
        for ids in (rows.ids, rows.ids[::-1], rows.ids * 2):
            self.assertEqual(self.samples._merkle_root(ids), merkle.merkle_root(leaves))

    def test_merkle_root_of_nothing(self):
        self.assertEqual(self.samples._merkle_root([]), sha256(b"").hexdigest())

    def test_pins_are_cut_in_chunks(self):
        rows = self.samples.create([{"number": number} for number in range(7)])
        whole = self.samples._pin_rows(rows.ids)
        self.patch(hashed, "CHUNK", 2)
        with self.assertQueryCount(4):
            self.assertEqual(self.samples._pin_rows(rows.ids), whole)
