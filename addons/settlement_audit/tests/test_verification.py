from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from ..chain import heads, merkle
from ..models import event_seal
from ..seal_file import heads_path
from ..verify import rows as verify_rows
from .common import SAMPLE, SampleCase

EVENT = "settlement.event"
SEAL = "settlement.event.seal"


@tagged("post_install", "-at_install")
class TestVerification(SampleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.verification = cls.env["settlement.verification"]
        cls.events._seal_pending()
        cls.rows = cls.samples.create([{"number": number} for number in range(6)])
        cls.logged = [cls.events._log("test", reason=str(n)) for n in range(3)]
        cls.first_seal = cls.events._seal_pending()
        cls.logged += [cls.events._log("test", reason=str(n)) for n in range(3, 6)]
        cls.second_seal = cls.events._seal_pending()
        cls.open_event = cls.events._log("test")

    def verify(self):
        """Return model and id of each finding, and check both ways to verify."""
        result = self.verification.run()
        self.assertEqual(result["ok"], not result["findings"])
        self.assertEqual(result["laws"]["11"], len(result["findings"]))
        chain = self.events.verify_chain()["findings"]
        self.assertEqual(
            self.found(chain), self.found(result["findings"])[: len(chain)]
        )
        for finding in result["findings"]:
            self.assertEqual(finding["law"], 11)
            if finding["id"]:
                self.assertIn(str(finding["id"]), finding["sentence"])
        return self.found(result["findings"])

    # -- all is well -------------------------------------------------------------

    def test_untouched(self):
        self.assertEqual(self.verify(), [])
        result = self.events.verify_chain()
        self.assertTrue(result["ok"])
        self.assertEqual(result["unsealed"], 1)
        self.assertEqual(result["events"], result["sealed"] + 1)
        self.assertEqual(result["events"], self.events.search_count([]))

    def test_result_names_all_laws(self):
        laws = self.verification.run()["laws"]
        self.assertEqual(laws, {str(law): 0 for law in range(1, 13)})

    def test_findings_of_an_addon_are_counted(self):
        verification = type(self.verification)
        self.patch(verification, "_checks", lambda self: ["_check_sample"])
        verification._check_sample = lambda self: iter(
            [self._finding(3, "res.partner", 7, "Too much.")] * 2
        )
        self.addCleanup(delattr, verification, "_check_sample")
        result = self.verification.run()
        self.assertEqual(result["laws"]["3"], 2)
        self.assertFalse(result["ok"])
        self.assertEqual(
            result["findings"][0],
            {"law": 3, "model": "res.partner", "id": 7, "sentence": "Too much."},
        )

    def test_run_is_not_for_remote_callers(self):
        with self.assertRaises(AccessError):
            get_public_method(self.verification, "run")

    def test_readers_may_verify_the_chain(self):
        self.grant(EVENT, self.asker, read=True)
        self.assertTrue(self.events.with_user(self.asker).verify_chain()["ok"])

    # -- events ------------------------------------------------------------------

    def test_altered_event(self):
        for column, value in (
            ("reason", "other"),
            ("user_id", self.asker.id),
            ("action", "other"),
            ("after", "{}"),
            ("occurred_at", "2020-01-01"),
            ("correlation_id", "x"),
            ("count", 9),
            ("root", "x"),
        ):
            with self.subTest(column=column), self.env.cr.savepoint() as savepoint:
                self.tamper(self.logged[1], **{column: value})
                self.assertEqual(self.verify(), [(EVENT, self.logged[1].id)])
                savepoint.rollback()

    def test_altered_event_not_yet_sealed(self):
        self.tamper(self.open_event, reason="other")
        self.assertEqual(self.verify(), [(EVENT, self.open_event.id)])

    def test_altered_event_with_fitting_hash(self):
        self.tamper(self.logged[1], reason="other")
        self.rehash(self.logged[1])
        self.assertEqual(self.verify(), [(EVENT, self.logged[1].id)])

    def test_deleted_event(self):
        event = self.logged[4]
        self.erase(event)
        self.assertEqual(self.verify(), [(EVENT, event.id)])

    def test_first_and_last_event_of_a_seal_deleted(self):
        for event in (self.logged[0], self.logged[2]):
            self.erase(event)
        expected = [(EVENT, self.logged[0].id), (EVENT, self.logged[2].id)]
        self.assertEqual(self.verify(), expected)

    def test_swapped_events(self):
        one, two = self.logged[0], self.logged[1]
        with self.tampering() as cr:
            cr.execute("UPDATE settlement_event SET id = -1 WHERE id = %s", [one.id])
            cr.execute(
                "UPDATE settlement_event SET id = %s WHERE id = %s", [one.id, two.id]
            )
            cr.execute("UPDATE settlement_event SET id = %s WHERE id = -1", [two.id])
        self.assertEqual(self.verify(), [(EVENT, one.id), (EVENT, two.id)])

    def test_event_smuggled_in(self):
        """An event below the head, with a fitting hash, is still found."""
        self.env.cr.execute("SELECT nextval('settlement_event_id_seq')")
        (gap,) = self.env.cr.fetchone()
        self.events._log("test")
        self.events._seal_pending()
        forged = self.events._log("forged")
        self.tamper(forged, id=gap)
        forged = self.events.browse(gap)
        self.rehash(forged)
        self.assertEqual(self.verify(), [(EVENT, gap)])

    # -- seals -------------------------------------------------------------------

    def test_altered_seal(self):
        for column, value in (
            ("sealed_at", "2020-01-01"),
            ("event_count", 99),
            ("root", "ab" * 32),
            ("prints", ""),
            ("prints", "%"),
            ("ranges", "[]"),
            ("ranges", "no json"),
        ):
            with self.subTest(column=column), self.env.cr.savepoint() as savepoint:
                self.tamper(self.second_seal, **{column: value})
                self.assertIn((SEAL, self.second_seal.id), self.verify())
                savepoint.rollback()

    def test_altered_root_breaks_the_link(self):
        self.tamper(self.first_seal, root="ab" * 32)
        expected = [(SEAL, self.first_seal.id), (SEAL, self.second_seal.id)]
        self.assertEqual(self.verify(), expected)

    def test_deleted_seal(self):
        self.erase(self.first_seal)
        self.assertIn((SEAL, self.second_seal.id), self.verify())

    def test_protection_switched_off(self):
        self.env.cr.execute("ALTER TABLE settlement_event DISABLE TRIGGER ALL")
        self.assertEqual(self.verify(), [(EVENT, 0)])
        self.env.cr.execute("ALTER TABLE settlement_event ENABLE TRIGGER ALL")
        self.assertEqual(self.verify(), [])

    def test_protection_removed(self):
        self.env.cr.execute(
            "DROP TRIGGER settlement_append_only_table ON settlement_event_seal"
        )
        self.assertEqual(self.verify(), [(SEAL, 0)])
        self.seals.init()
        self.assertEqual(self.verify(), [])

    def test_protection_of_approvals(self):
        self.env.cr.execute("ALTER TABLE settlement_approval DISABLE TRIGGER USER")
        self.assertEqual(self.verify(), [("settlement.approval", 0)])

    def test_tampering_with_triggers_disabled(self):
        """The whole way of somebody who owns the table."""
        cr = self.env.cr
        cr.execute("ALTER TABLE settlement_event DISABLE TRIGGER USER")
        cr.execute(
            "UPDATE settlement_event SET reason = 'x' WHERE id = %s",
            [self.logged[0].id],
        )
        cr.execute("DELETE FROM settlement_event WHERE id = %s", [self.logged[5].id])
        cr.execute("ALTER TABLE settlement_event ENABLE TRIGGER USER")
        self.env.invalidate_all()
        expected = [(EVENT, self.logged[0].id), (EVENT, self.logged[5].id)]
        self.assertEqual(self.verify(), expected)

    # -- exported heads ----------------------------------------------------------

    def rewrite_chain(self):
        """Make a chain that is sound in itself, over an altered event."""
        self.tamper(self.logged[0], reason="other")
        self.rehash(self.logged[0])
        with self.tampering() as cr:
            cr.execute("DELETE FROM settlement_event_seal")
            cr.execute("ALTER SEQUENCE settlement_event_seal_id_seq RESTART 1")
        self.events._seal_pending()

    def test_rewritten_chain_is_sound_in_itself(self):
        self.rewrite_chain()
        self.assertEqual(self.verify(), [])

    def export(self):
        """Export the heads, yesterday."""
        with patch.object(event_seal, "datetime") as clock:
            clock.now.return_value = datetime.now(timezone.utc) - timedelta(days=1)
            self.seals._export_heads()

    def test_rewritten_chain_contradicts_the_exported_heads(self):
        self.export()
        self.rewrite_chain()
        self.assertIn((SEAL, self.second_seal.id), self.verify())

    def test_cut_chain_contradicts_the_exported_heads(self):
        self.export()
        for event in (*self.logged[3:], self.open_event):
            self.erase(event)
        self.erase(self.second_seal)
        self.assertEqual(self.verify(), [(SEAL, self.second_seal.id)])

    def test_heads_newer_than_this_transaction(self):
        """Another process sealed and exported while this one verifies."""
        self.seals._export_heads()
        self.erase(self.second_seal)
        for event in (*self.logged[3:], self.open_event):
            self.erase(event)
        self.assertEqual(self.verify(), [])

    def test_heads_that_fit(self):
        self.seals._export_heads()
        self.assertEqual(self.verify(), [])
        self.assertEqual(
            self.events.verify_chain()["heads"], self.seals.search_count([])
        )

    def test_a_contradicted_seal_is_named_once(self):
        path = heads_path(self.env.cr.dbname)
        head = self.second_seal._exported(self.first_seal.sealed_at)
        self.tamper(self.second_seal, root="ab" * 32)
        heads.append_heads(path, [head, head])
        result = self.events.verify_chain()["findings"]
        exported = [item for item in result if str(path) in item["sentence"]]
        self.assertEqual(self.found(exported), [(SEAL, self.second_seal.id)])

    def test_damaged_file(self):
        self.seals._export_heads()
        with heads_path(self.env.cr.dbname).open("a") as file:
            file.write("{broken\n")
        self.assertEqual(self.verify(), [(SEAL, 0)])

    # -- rows with hashes --------------------------------------------------------

    def test_altered_row(self):
        self.tamper(self.rows[2], number=99)
        self.assertEqual(self.verify(), [(SAMPLE, self.rows[2].id)])

    def test_altered_row_with_fitting_hash(self):
        self.events._log("message.parsed", rows=self.rows)
        self.assertEqual(self.verify(), [])
        self.tamper(self.rows[2], number=99)
        self.rehash(self.rows[2])
        self.assertEqual(self.verify(), [(SAMPLE, self.rows[2].id)])

    def test_deleted_row(self):
        self.events._log("message.parsed", rows=self.rows)
        self.events._log("message.parsed", rows=self.rows[:3])
        self.erase(self.rows[2])
        self.assertEqual(self.verify(), [(SAMPLE, self.rows[2].id)])

    def test_altered_row_is_named_once(self):
        self.events._log("message.parsed", rows=self.rows)
        self.tamper(self.rows[2], number=99, row_hash="ab" * 32)
        self.assertEqual(self.verify(), [(SAMPLE, self.rows[2].id)])

    def test_hash_altered_behind_its_print(self):
        event = self.events._log("message.parsed", rows=self.rows)
        row = self.rows[2]
        forged = row.row_hash[:16] + "0" * 48
        self.tamper(row, row_hash=forged)
        self.assertEqual(self.verify(), [(SAMPLE, row.id), (EVENT, event.id)])

    def test_rows_of_an_addon_that_is_gone(self):
        event = self.events._log("test", rows=self.rows)
        self.tamper(event, rows_model="gone.model")
        self.rehash(event)
        self.assertEqual(self.verify(), [])

    def test_row_sealed_anew(self):
        """Where that is allowed, the latest event about a row counts."""
        self.events._log("test", rows=self.rows)
        self.rows[2].number = 99
        self.rows[2]._seal_rows()
        self.assertEqual(self.verify(), [(SAMPLE, self.rows[2].id)])
        self.events._log("test", rows=self.rows[2])
        self.assertEqual(self.verify(), [(SAMPLE, self.rows[2].id)])
        self.patch(type(self.samples), "_can_be_resealed", True)
        self.assertEqual(self.verify(), [])
        self.tamper(self.rows[2], number=98)
        self.rehash(self.rows[2])
        self.assertEqual(self.verify(), [(SAMPLE, self.rows[2].id)])

    def test_row_deleted_after_it_was_sealed_anew(self):
        self.patch(type(self.samples), "_can_be_resealed", True)
        self.events._log("test", rows=self.rows)
        self.events._log("test", rows=self.rows[2])
        self.erase(self.rows[2])
        self.assertEqual(self.verify(), [(SAMPLE, self.rows[2].id)])

    def test_many_events_are_compared_in_batches(self):
        self.patch(verify_rows, "_BATCH", 250)
        for row in self.rows:
            self.events._log("test", rows=row)
        self.tamper(self.rows[1], number=99)
        self.rehash(self.rows[1])
        self.erase(self.rows[5])
        expected = [(SAMPLE, self.rows[1].id), (SAMPLE, self.rows[5].id)]
        self.assertEqual(self.verify(), expected)

    def test_pins_altered(self):
        event = self.events._log("test", rows=self.rows)
        self.tamper(event, rows_ranges="broken")
        self.assertEqual(self.verify(), [(EVENT, event.id)])

    def test_genesis(self):
        oldest = self.seals.search([], order="id", limit=1)
        self.assertEqual(oldest.previous_root, merkle.GENESIS)
