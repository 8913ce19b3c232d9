import threading
import uuid

from odoo import SUPERUSER_ID, api
from odoo.tests import TransactionCase, tagged

THREADS = 4


@tagged("post_install", "-at_install")
class TestWebhookParallel(TransactionCase):
    """Real transactions, as the workers of a server have them."""

    def setUp(self):
        super().setUp()
        with self.environment() as env:
            backend = env["settlement.backend"].create(
                {"name": f"Parallel {uuid.uuid4()}", "connector": "canonical"}
            )
            self.backend_id = backend.id
        self.addCleanup(self.remove)

    def environment(self):
        """Return a context whose environment is committed at its end."""
        return _Committed(self.registry)

    def remove(self):
        with self.environment() as env:
            for table in ("settlement_exception", "settlement_webhook_refusal"):
                env.cr.execute(
                    f"DELETE FROM {table} WHERE backend_id = %s",  # noqa: S608
                    [self.backend_id],
                )
            self.messages(env).unlink()
            env["settlement.backend"].browse(self.backend_id).unlink()

    def messages(self, env):
        domain = [("backend_id", "=", self.backend_id)]
        return env["settlement.message"].search(domain)

    def together(self, act):
        """Run ``act`` in transactions that all began before the first one ended."""
        barrier = threading.Barrier(THREADS)
        results = []

        def work(environment, backend):
            with environment:
                backend.read(["name"])  # the transaction begins
                barrier.wait(20)
                results.append(act(backend))

        threads = []
        for _ in range(THREADS):
            # Made here: while tests are loaded, the registry is this thread's own.
            environment = self.environment()
            backend = environment.env["settlement.backend"].browse(self.backend_id)
            arguments = (environment, backend)
            threads.append(threading.Thread(target=work, args=arguments, daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        self.assertEqual(len(results), THREADS, "A transaction failed.")
        return results

    def test_one_event_delivered_in_parallel_is_stored_once(self):
        def deliver(backend):
            messages = backend.env["settlement.message"]
            return len(messages._receive_event(backend, "evt_1", b'{"id": "evt_1"}'))

        self.assertEqual(sum(self.together(deliver)), 1)
        with self.environment() as env:
            self.assertEqual(len(self.messages(env)), 1)

    def test_different_events_do_not_hinder_each_other(self):
        def deliver(backend):
            event = f"evt_{threading.get_ident()}"
            messages = backend.env["settlement.message"]
            return len(messages._receive_event(backend, event, b"{}"))

        self.assertEqual(sum(self.together(deliver)), THREADS)

    def test_refusals_in_parallel_open_one_exception(self):
        def refuse(backend):
            return backend.env["settlement.webhook.refusal"]._add(backend, 1, "No.")

        counted = sum(self.together(refuse))
        self.assertGreaterEqual(counted, 1)
        with self.environment() as env:
            domain = [("backend_id", "=", self.backend_id)]
            self.assertEqual(env["settlement.exception"].search_count(domain), 1)
            refusals = env["settlement.webhook.refusal"].search(domain)
            self.assertEqual(refusals.requests, counted)

    def test_an_object_announced_while_it_is_fetched_stays(self):
        targets = "settlement.pull.target"
        with self.environment() as env:
            env["settlement.backend"].browse(self.backend_id)._announce(["one"])
        with self.environment() as env:
            backend = env["settlement.backend"].browse(self.backend_id)
            ((row, _target, announced_at),) = env[targets]._waiting(backend)
        with self.environment() as env:
            env["settlement.backend"].browse(self.backend_id)._announce(["one"])
        with self.environment() as env:
            env[targets]._done(row, announced_at)
            backend = env["settlement.backend"].browse(self.backend_id)
            ((row, _target, announced_at),) = env[targets]._waiting(backend)
            env[targets]._done(row, announced_at)
            self.assertFalse(env[targets]._waiting(backend))


class _Committed:
    def __init__(self, registry):
        self.env = api.Environment(registry.cursor(), SUPERUSER_ID, {})

    def __enter__(self):
        return self.env

    def __exit__(self, kind, error, traceback):
        if kind is None:
            # Only what is committed is seen by the other transactions.
            self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.cr.close()
