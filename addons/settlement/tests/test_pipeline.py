from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, LockError, UserError
from odoo.fields import Datetime
from odoo.tests import tagged

from ..canonical.errors import MalformedInput
from ..models import backend_pipeline
from ..models.message import MAX_ATTEMPTS
from .common import SettlementCase


@tagged("post_install", "-at_install")
class TestPipeline(SettlementCase):
    def import_lines(self, *objects, name="facts.jsonl"):
        return self.backend.import_file(name, self.lines(*objects))

    def test_a_file_goes_from_bytes_to_transactions(self):
        message = self.import_lines(
            self.charge_line(batch_kind="payout", batch_external_id="po_1"),
            {
                "type": "batch",
                "currency": "EUR",
                "kind": "payout",
                "external_id": "po_1",
                "date": "2026-01-12",
                "total": "100.00",
            },
        )
        run = self.backend.run_pipeline()
        self.assertEqual(message.state, "parsed")
        self.assertEqual(run.state, "done")
        self.assertEqual(run.counters["parse"]["transactions"], 1)
        self.assertEqual(self.stored().batch_id.state, "validated")
        self.assertEqual(self.stored().correlation_id, run.correlation_id)

    def test_running_again_finds_nothing_to_do(self):
        self.import_lines(self.charge_line())
        self.backend.run_pipeline()
        self.import_lines(self.charge_line())
        run = self.backend.run_pipeline()
        self.assertNotIn("transactions", run.counters["parse"])

    def test_bad_rows_are_put_aside_and_good_rows_go_on(self):
        message = self.backend.import_file(
            "facts.jsonl",
            self.lines(self.charge_line("txn_1"))
            + b"{nonsense\n"
            + self.lines(self.charge_line("txn_3")),
        )
        self.backend.run_pipeline()
        self.assertEqual(message.state, "parsed")
        self.assertEqual(message.row_ids.number, 2)
        self.assertTrue(self.stored("txn_3"))
        exception = self.env["settlement.exception"].search(
            [("message_id", "=", message.id)]
        )
        self.assertEqual(exception.reason, "malformed_input")
        self.assertIn("row 2", exception.cause)

    def test_a_file_nobody_recognises_is_refused_at_once(self):
        with self.assertRaisesRegex(UserError, "holiday.png"):
            self.backend.import_file("holiday.png", b"\x89PNG")

    def test_what_was_read_before_a_break_is_kept(self):
        def facts(*_args):
            yield self.charge("txn_before")
            raise MalformedInput("The file breaks off in row 2.")

        message = self.import_lines(self.charge_line())
        handler = type(self.env["settlement.connector.canonical"])
        with patch.object(handler, "_parse", facts):
            self.backend.run_pipeline()
        self.assertEqual((message.state, message.error_class), ("failed", "malformed"))
        self.assertTrue(self.stored("txn_before"))
        exception = self.env["settlement.exception"].search(
            [("message_id", "=", message.id)]
        )
        self.assertIn("breaks off in row 2", exception.cause)
        message.replay()
        self.assertEqual(message.state, "parsed")
        self.assertEqual(exception.state, "resolved")
        self.assertTrue(self.stored("txn_1"))

    def test_one_bad_message_does_not_stop_the_others(self):
        bad = self.receive(b'{"type": "transaction"', external_id="bad")
        good = self.receive(self.lines(self.charge_line()), external_id="good")
        handler = self.env["settlement.connector.canonical"]
        parse = type(handler)._parse

        def failing(handler, message):
            if message == bad:
                raise KeyError("amount")
            return parse(handler, message)

        with patch.object(type(handler), "_parse", failing):
            self.backend.run_pipeline()
        self.assertEqual((bad.state, good.state), ("failed", "parsed"))

    def test_a_leased_message_is_left_to_its_worker_until_the_lease_ends(self):
        message = self.import_lines(self.charge_line())
        message._lease(10)
        self.backend.run_pipeline()
        self.assertEqual(message.state, "received")
        message.lease_until = Datetime.subtract(Datetime.now(), minutes=1)
        self.backend.run_pipeline()
        self.assertEqual(message.state, "parsed")

    def test_a_message_that_kills_its_workers_is_buried_and_told(self):
        message = self.import_lines(self.charge_line())
        message.write(
            {
                "attempts": MAX_ATTEMPTS,
                "lease_until": Datetime.subtract(Datetime.now(), minutes=1),
            }
        )
        self.backend.run_pipeline()
        self.assertEqual(message.state, "dead")
        self.assertTrue(
            self.env["settlement.exception"].search([("message_id", "=", message.id)])
        )

    def test_the_checkpoint_is_called_after_claim_and_after_storing(self):
        self.import_lines(self.charge_line())
        states = []

        def checkpoint():
            self.env.flush_all()
            states.append(self.env["settlement.message"].search([]).mapped("state"))

        self.backend._run_pipeline("parse", checkpoint)
        self.assertGreaterEqual(len(states), 3)

    def begun_again(self, conflict):
        """Parse a file while the first attempt to store it meets a conflict."""
        message = self.import_lines(self.charge_line())
        store = type(self.env["settlement.fact.store"])
        original, calls = store._store, []

        def conflicting(store, backend, facts):
            calls.append(len(facts))
            if len(calls) == 1:
                raise conflict
            return original(store, backend, facts)

        backends = type(self.backend)
        with (
            patch.object(store, "_store", conflicting),
            patch.object(backends, "_begin_again", lambda backend, attempt: None),
        ):
            self.backend._run_pipeline("parse", self.env.flush_all)
        self.assertEqual(calls, [1, 1])
        self.assertEqual(message.state, "parsed")
        self.assertTrue(self.stored())

    def test_a_conflict_begins_the_step_again_and_loses_nothing(self):
        self.begun_again(SerializationFailure("could not serialize access"))

    def test_a_lock_of_another_worker_is_a_conflict(self):
        self.begun_again(LockError("Cannot grab a lock on records"))

    def test_a_lock_in_the_middle_of_a_file_is_not_malformed_input(self):
        message = self.import_lines(self.charge_line())
        self.patch(backend_pipeline, "CHUNK_FACTS", 1)
        store = type(self.env["settlement.fact.store"])
        with (
            patch.object(store, "_store", side_effect=LockError("locked")),
            self.assertRaises(LockError),
        ):
            self.backend.run_pipeline("parse")
        self.assertEqual(message.state, "received")

    def test_without_a_checkpoint_a_conflict_goes_to_the_caller(self):
        self.import_lines(self.charge_line())
        store = type(self.env["settlement.fact.store"])
        conflict = patch.object(store, "_store", side_effect=SerializationFailure())
        with conflict, self.assertRaises(SerializationFailure):
            self.backend.run_pipeline("parse")

    def test_steps_end_where_they_are_told_to(self):
        self.import_lines(self.charge_line())
        self.assertEqual(list(self.backend.run_pipeline("parse").counters), ["parse"])
        with self.assertRaises(UserError):
            self.backend.run_pipeline("nonsense")

    def test_a_missing_role_skips_its_steps_and_no_role_is_refused(self):
        self.import_lines(self.charge_line())
        admin = self.new_user("group_integration_admin")
        run = self.backend.with_user(admin).run_pipeline()
        self.assertEqual(list(run.counters), ["parse"])
        self.assertEqual(run.skipped, "match, post, validate")
        viewer = self.new_user("group_viewer")
        with self.assertRaises(AccessError):
            self.backend.with_user(viewer).run_pipeline()

    def test_jobs_do_the_same_work(self):
        self.env["ir.config_parameter"].set_param("settlement.use_jobs", "1")
        message = self.import_lines(self.charge_line())
        job = self.env["queue.job"].search([("method_name", "=", "_job_advance")])
        self.assertEqual(len(job), 1)
        self.assertEqual(job.channel, self.backend.queue_channel)
        self.assertEqual(job.user_id.login, "settlement_bot")
        self.assertEqual(self.backend._job_advance(), "more")
        self.assertEqual(message.state, "parsed")
        self.assertEqual(self.backend._job_advance(), "done")

    def test_the_sweep_wakes_what_was_lost(self):
        self.env["ir.config_parameter"].set_param("settlement.use_jobs", "1")
        self.import_lines(self.charge_line())
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_advance")])
        jobs.unlink()
        self.env["settlement.backend"]._cron_sweep()
        self.assertTrue(
            self.env["queue.job"].search([("method_name", "=", "_job_advance")])
        )
