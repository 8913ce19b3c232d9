from contextlib import closing
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, LockError
from odoo.sql_db import db_connect
from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job
from odoo.addons.queue_job.jobrunner.channels import ChannelManager
from odoo.addons.queue_job.tests.common import trap_jobs

from ..models import backend_pipeline, backend_turn
from ..models.backend_jobs import LOCK_SPACE
from .common import SettlementCase


class JobsCase(SettlementCase):
    """Two backends whose work is done by jobs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("settlement.use_jobs", "1")
        cls.other = cls.new_backend("Second")
        cls.new_wallet(cls.other)

    def jobs(self, method="_job_advance"):
        """Return the jobs of a method that wait, oldest first."""
        return self.env["queue.job"].search(
            [("method_name", "=", method), ("state", "=", "pending")], order="id"
        )

    def perform(self, record):
        """Run a stored job for real, in the environment it was stored with."""
        job = Job.load(self.env, record.uuid)
        job.perform()
        job.set_done()
        job.store()
        return job.result


@tagged("post_install", "-at_install")
class TestJobs(JobsCase):
    def test_each_backend_has_a_channel_inside_that_of_its_connector(self):
        with trap_jobs() as trap:
            self.backend.import_file("f.jsonl", self.lines(self.charge_line()))
            self.other._wake()
            trap.assert_jobs_count(2)
            for backend in (self.backend, self.other):
                trap.assert_enqueued_job(
                    backend._job_advance,
                    properties={
                        "channel": f"root.settlement.canonical.b{backend.id}",
                        "identity_key": f"settlement-advance-{backend.id}",
                    },
                )

    def test_waking_twice_is_one_job(self):
        self.backend._wake()
        self.backend._wake()
        self.assertEqual(len(self.jobs()), 1)

    def test_jobs_run_for_real_until_all_is_done(self):
        for number in range(3):
            line = self.charge_line(f"txn_{number}")
            self.backend.import_file(f"{number}.jsonl", self.lines(line))
        results = []
        while record := self.jobs()[:1]:
            results.append(self.perform(record))
        # A file is parsed alone; the last job matches, validates and posts.
        self.assertEqual(results, ["more", "more", "more", "done"])
        for number in range(3):
            self.assertTrue(self.stored(f"txn_{number}"))
        event = self.env["settlement.event"].search(
            [("action", "=", "transaction.stored")], limit=1
        )
        self.assertEqual(event.user_id.login, "settlement_bot")

    def test_a_lost_job_loses_no_work(self):
        message = self.backend.import_file("f.jsonl", self.lines(self.charge_line()))
        self.jobs().unlink()
        self.env["settlement.backend"]._cron_sweep()
        (record,) = self.jobs()
        self.perform(record)
        self.assertEqual(message.state, "parsed")

    def test_a_backend_takes_one_place_only(self):
        with closing(db_connect(self.env.cr.dbname).cursor()) as worker:
            worker.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext(%s))",
                [LOCK_SPACE, f"advance:{self.backend.id}"],
            )
            with self.assertRaises(RetryableJobError) as refused:
                self.backend._as_bot()._job_advance()
            self.assertEqual(self.other._as_bot()._job_advance(), "done")
        self.assertTrue(refused.exception.ignore_retry)

    def test_a_lock_of_another_worker_puts_the_job_off(self):
        with (
            patch.object(
                type(self.backend), "_step_match", side_effect=LockError("locked")
            ),
            self.assertRaises(RetryableJobError) as refused,
        ):
            self.backend._as_bot()._job_advance()
        self.assertTrue(refused.exception.ignore_retry)

    def test_a_failed_job_is_told_without_its_text(self):
        secret = "sk_live_in_a_traceback"
        self.backend._job_failed(
            exc_name="builtins.ZeroDivisionError", exc_message=secret, exc_info=secret
        )
        told = self.env["settlement.exception"].search(
            [("reason", "=", "connector_failed"), ("backend_id", "=", self.backend.id)]
        )
        self.assertIn("ZeroDivisionError", told.cause)
        self.assertNotIn(secret, told.cause)
        function = self.env.ref("settlement.job_function_advance")
        self.assertEqual(function.on_fail_method, "_job_failed")

    def test_the_configuration_gives_every_backend_its_place(self):
        lines = self.env["settlement.backend"]._channel_lines()
        self.assertIn(f"root.settlement.canonical.b{self.backend.id}:1", lines)
        self.assertIn(f"root.settlement.canonical.b{self.other.id}:1", lines)
        said = []
        cli = self.env["settlement.cli"]
        with patch.object(type(cli), "_say", lambda cli, text="": said.append(text)):
            cli._run_command("channels", [])
        self.assertTrue(said[0].startswith("root:4,root.settlement:"))

    def test_the_runner_understands_the_configuration(self):
        manager = ChannelManager()
        lines = self.env["settlement.backend"]._channel_lines()
        manager.simple_configure(",".join(["root:4", *lines]))
        channel = manager.get_channel_by_name(self.backend.queue_channel)
        self.assertEqual(channel.capacity, 1)

    def test_only_the_technical_user_and_accountants_run_jobs(self):
        for role in ("group_viewer", "group_auditor"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.backend.with_user(self.new_user(role))._job_advance()


@tagged("post_install", "-at_install")
class TestTurns(JobsCase):
    """Inline: one backend never holds up another."""

    def setUp(self):
        super().setUp()
        self.patch(self.env.cr, "rollback", lambda: None)
        self.parsed = []
        original = type(self.backend)._parse_messages

        def parse(backend, messages, checkpoint):
            self.parsed += messages.mapped("filename")
            return original(backend, messages, checkpoint)

        self.patch(type(self.backend), "_parse_messages", parse)

    def take_in(self, backend, *names):
        """Import a file for each name."""
        return [
            backend.import_file(name, self.lines(self.charge_line(f"{name}")))
            for name in names
        ]

    def test_backends_take_turns(self):
        self.take_in(self.backend, "a1.jsonl", "a2.jsonl")
        self.take_in(self.other, "b1.jsonl", "b2.jsonl")
        with patch.object(backend_turn, "TURN_SECONDS", 0):
            both = self.backend | self.other
            both._run_pipeline("parse", self.env.flush_all)
        self.assertEqual(self.parsed, ["a1.jsonl", "b1.jsonl", "a2.jsonl", "b2.jsonl"])

    def test_who_owns_no_transaction_works_without_turns(self):
        self.take_in(self.backend, "a1.jsonl", "a2.jsonl")
        self.take_in(self.other, "b1.jsonl")
        with patch.object(backend_turn, "TURN_SECONDS", 0):
            (self.backend | self.other).run_pipeline("parse")
        self.assertEqual(self.parsed, ["a1.jsonl", "a2.jsonl", "b1.jsonl"])

    def test_a_broken_backend_stops_no_other_and_is_told(self):
        self.take_in(self.backend, "a1.jsonl")
        (message,) = self.take_in(self.other, "b1.jsonl")
        store = type(self.env["settlement.fact.store"])
        original = store._store

        def breaking(store, backend, facts):
            if backend == self.backend:
                raise MemoryError("out of memory")
            return original(store, backend, facts)

        with (
            patch.object(store, "_store", breaking),
            self.assertLogs("odoo.addons.settlement.models.backend_turn", "ERROR"),
        ):
            both = self.backend | self.other
            both._run_pipeline("parse", self.env.flush_all)
        self.assertEqual(message.state, "parsed")
        told = self.env["settlement.exception"].search(
            [("reason", "=", "connector_failed"), ("backend_id", "=", self.backend.id)]
        )
        self.assertIn("MemoryError", told.cause)

    def violating(self, times):
        """Return a ``_store`` that another worker precedes so many times."""
        original = type(self.env["settlement.fact.store"])._store
        left = [times] * times

        def store(store, backend, facts):
            if backend == self.backend and left:
                left.pop()
                raise UniqueViolation
            return original(store, backend, facts)

        return patch.object(type(self.env["settlement.fact.store"]), "_store", store)

    def told(self):
        return self.env["settlement.exception"].search(
            [("reason", "=", "connector_failed"), ("backend_id", "=", self.backend.id)]
        )

    def test_who_comes_second_begins_its_turn_again(self):
        (message,) = self.take_in(self.backend, "a1.jsonl")
        with self.violating(2), patch.object(backend_pipeline.time, "sleep"):
            self.backend._run_pipeline("parse", self.env.flush_all)
        self.assertEqual(message.state, "parsed")
        self.assertFalse(self.told())

    def test_a_key_that_is_violated_always_stops_no_other_backend(self):
        self.take_in(self.backend, "a1.jsonl")
        (message,) = self.take_in(self.other, "b1.jsonl")
        logger = "odoo.addons.settlement.models.backend_turn"
        with (
            self.violating(99),
            patch.object(backend_pipeline.time, "sleep"),
            self.assertLogs(logger, "ERROR"),
        ):
            both = self.backend | self.other
            both._run_pipeline("parse", self.env.flush_all)
        self.assertEqual(message.state, "parsed")
        self.assertIn("UniqueViolation", self.told().cause)

    def test_who_owns_no_transaction_leaves_the_race_to_its_caller(self):
        self.take_in(self.backend, "a1.jsonl")
        with self.violating(1), self.assertRaises(UniqueViolation):
            self.backend.run_pipeline("parse")

    def test_a_job_that_comes_second_is_tried_again(self):
        self.take_in(self.backend, "a1.jsonl")
        with self.violating(1), self.assertRaises(RetryableJobError) as refused:
            self.backend._as_bot()._job_advance()
        self.assertFalse(refused.exception.ignore_retry)

    def test_the_company_that_waits_the_longest_comes_first(self):
        third = self.env["res.company"].create({"name": "Third"})
        self.env.user.company_ids += third
        late = self.new_backend("Late", third)
        self.backend._run_pipeline("parse", self.env.flush_all)
        order = self.env["settlement.backend"]._bot_backends_by_company()
        companies = [backends.company_id for backends in order]
        self.assertLess(companies.index(late.company_id), companies.index(self.company))
