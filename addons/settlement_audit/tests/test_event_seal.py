import logging
import os
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from ..chain import heads, merkle
from ..hooks import post_init_hook
from ..models import event_seal
from ..seal_file import DIRECTORY_VARIABLE, heads_path
from .common import AuditCase


@tagged("post_install", "-at_install")
class TestEventSeal(AuditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.events._seal_pending()
        cls.path = heads_path(cls.env.cr.dbname)

    def log(self, number=1):
        """Write ``number`` events."""
        return self.events.union(
            *(self.events._log("test") for _index in range(number))
        )

    def seal(self):
        """Seal and return the new seals."""
        return self.events._seal_pending()

    def export(self):
        """Export the heads and return the lines of the file."""
        self.seals._export_heads()
        return [head for _number, head in heads.read_heads(self.path)]

    # -- sealing -----------------------------------------------------------------

    def test_seal_covers_what_is_new(self):
        before = self.seals._head()
        events = self.log(3)
        seal = self.seal()
        self.assertRecordValues(
            seal,
            [
                {
                    "first_event_id": min(events.ids),
                    "last_event_id": max(events.ids),
                    "event_count": 3,
                    "events_root": self.events._merkle_root(events.ids),
                    "previous_root": before.root or merkle.GENESIS,
                }
            ],
        )

    def test_seals_form_a_chain(self):
        self.log()
        first = self.seal()
        self.log()
        second = self.seal()
        self.assertEqual(second.previous_root, first.root)
        self.assertNotEqual(second.root, first.root)

    def test_nothing_new_makes_no_seal(self):
        self.log()
        self.seal()
        self.assertFalse(self.seal())

    def test_many_events_make_several_seals(self):
        self.patch(event_seal, "SEAL_SIZE", 2)
        self.log(5)
        self.assertEqual(self.seal().mapped("event_count"), [2, 2, 1])
        self.assertTrue(self.events.verify_chain()["ok"])

    def test_a_gap_in_the_numbers_is_no_finding(self):
        self.log()
        self.env.cr.execute("SELECT nextval('settlement_event_id_seq')")
        self.log()
        self.assertEqual(self.seal().event_count, 2)
        self.assertTrue(self.events.verify_chain()["ok"])

    def test_a_seal_has_one_successor(self):
        self.log(2)
        seal = self.seal()
        twin = {**seal.copy_data()[0], "first_event_id": seal.first_event_id + 1}
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.seals.create(twin)

    def test_seals_stay(self):
        self.log()
        seal = self.seal()
        with self.assertRaises(UserError):
            seal.write({"root": "x"})
        with self.assertRaises(UserError):
            seal.unlink()

    def test_an_ordinary_user_can_cause_sealing(self):
        self.log()
        self.assertTrue(self.events.with_user(self.asker)._seal_pending())

    def test_lag(self):
        self.assertEqual(self.events._seal_lag()["unsealed"], 0)
        self.assertEqual(self.events._seal_lag()["oldest_seconds"], 0)
        event = self.log(2)[0]
        self.tamper(event, occurred_at=datetime.utcnow() - timedelta(hours=1))
        lag = self.events._seal_lag()
        self.assertEqual(lag["unsealed"], 2)
        self.assertAlmostEqual(lag["oldest_seconds"], 3600, delta=10)

    # -- the scheduled action ----------------------------------------------------

    def test_cron_seals_and_exports(self):
        events = self.log(2)
        with self.enter_registry_test_mode():
            self.env.ref("settlement_audit.cron_seal").method_direct_trigger()
        seal = self.seals._head()
        self.assertEqual(seal.last_event_id, max(events.ids))
        self.assertEqual(heads.last_head(self.path).root, seal.root)

    def test_cron_waits_for_a_writer(self):
        """While somebody's event is not committed, nothing is sealed past it."""
        self.patch(event_seal, "WAIT_SECONDS", 0.05)
        with self.registry.cursor() as writer:
            self.env(cr=writer)["settlement.event"]._log("test")
            try:
                with self.assertLogs(event_seal.__name__, logging.INFO) as log:
                    self.assertFalse(self.seals._cron_seal())
            finally:
                writer.rollback()
        self.assertIn("Sealing waits", log.output[0])
        self.assertIsNotNone(self.seals._settled_number())

    def test_cron_does_not_wait_for_later_writers(self):
        seen = iter([{"3/1", "4/1"}, {"4/1", "5/1"}, {"3/2", "5/1"}])
        self.patch(type(self.seals), "_writers", lambda self, cr: next(seen))
        self.patch(event_seal, "POLL_SECONDS", 0)
        self.assertIsNotNone(self.seals._settled_number())
        self.assertFalse(list(seen))

    def test_number_is_read_before_the_writers(self):
        event = self.log()
        later = []

        def writers(seals, cr):
            later.append(self.log())
            return set()

        self.patch(type(self.seals), "_writers", writers)
        self.assertEqual(self.seals._settled_number(), event.id)
        self.assertTrue(later)

    def test_later_events_wait_for_the_next_seal(self):
        first, second = self.log(), self.log()
        self.assertEqual(self.events._seal_pending(first.id).last_event_id, first.id)
        self.assertEqual(self.seal().first_event_id, second.id)

    def test_readers_are_no_writers(self):
        with self.registry.cursor() as cr:
            cr.execute("SELECT count(*) FROM settlement_event")
            cr.execute("SELECT id FROM settlement_event LIMIT 1 FOR KEY SHARE")
            self.assertIsNotNone(self.seals._settled_number())

    # -- export ------------------------------------------------------------------

    def test_every_seal_is_exported_once(self):
        self.log()
        first = self.seal()
        self.export()
        self.log()
        second = self.seal()
        self.log()
        third = self.seal()
        self.export()
        exported = self.export()
        self.assertEqual(
            [head.root for head in exported][-3:],
            (first + second + third).mapped("root"),
        )
        self.assertEqual(exported[-1].previous_root, second.root)
        self.assertEqual(exported[-1].database, self.env.cr.dbname)
        self.assertEqual(exported[-1].events, 1)

    def test_head_is_exported_daily(self):
        self.log()
        seal = self.seal()
        number = len(self.export())
        self.assertEqual(len(self.export()), number)
        tomorrow = datetime.now().astimezone() + timedelta(days=1)
        with patch.object(event_seal, "datetime") as clock:
            clock.now.return_value = tomorrow
            exported = self.export()
        self.assertEqual(len(exported), number + 1)
        self.assertEqual(exported[-1].root, seal.root)

    def test_lag_counts_seals_not_exported(self):
        self.log()
        self.seal()
        self.assertGreater(self.events._seal_lag()["unexported"], 0)
        self.export()
        self.assertEqual(self.events._seal_lag()["unexported"], 0)

    def test_a_full_disk_does_not_stop_sealing(self):
        self.log()
        with (
            patch.object(event_seal, "append_heads", side_effect=OSError("disk full")),
            self.assertLogs(event_seal.__name__, "ERROR") as log,
            self.enter_registry_test_mode(),
        ):
            self.assertTrue(self.seals._cron_seal())
        self.assertIn("disk full", log.output[0])
        self.assertEqual(self.events._seal_lag()["unsealed"], 0)
        self.assertGreater(self.events._seal_lag()["unexported"], 0)

    def test_where_the_file_is(self):
        with patch.dict(os.environ):
            del os.environ[DIRECTORY_VARIABLE]
            default = Path(config["data_dir"]) / "settlement_seals" / "db.jsonl"
            self.assertEqual(heads_path("db"), default)
            with patch.dict(config.options, settlement_seal_dir="/elsewhere"):
                self.assertEqual(heads_path("db"), Path("/elsewhere/db.jsonl"))
        self.assertEqual(heads_path("db"), self.folder / "db.jsonl")

    def test_a_new_database_sets_the_file_of_its_predecessor_aside(self):
        self.log()
        self.seal()
        self.export()
        content = self.path.read_text()
        post_init_hook(self.env)
        self.assertFalse(self.path.exists())
        (aside,) = self.folder.glob(f"{self.env.cr.dbname}.*.jsonl")
        self.assertEqual(aside.read_text(), content)
        aside.unlink()
        post_init_hook(self.env)
