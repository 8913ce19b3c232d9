"""Kill a worker in the middle of an act on 1,000 rows: nothing is doubled or lost."""

import signal

import pytest
from integration.databases import TEMPLATE, Database

ROWS = 1_000
# An act on many rows that was started and that nobody works on yet.
PREPARE = """
env["ir.config_parameter"].set_param("settlement.use_jobs", "")
company = env["res.company"].create({{"name": "Acts"}})
user = env.ref("base.user_admin")
user.write({{
    "company_ids": [(4, company.id)],
    "group_ids": [(4, env.ref("settlement.group_accountant").id)],
}})
backend = env["settlement.backend"].create({{
    "name": "Provider", "connector": "canonical", "company_id": company.id,
}})
messages = env["settlement.message"]
for number in range({rows}):
    messages |= messages._receive(backend, "manual", b"%d" % number)
exceptions = env["settlement.exception"]
for message in messages:
    exceptions |= exceptions._raise_for(message, "missing_data", "It is missing.")
mine = env(user=user.id, context={{"allowed_company_ids": company.ids}})
bulks = mine["settlement.bulk"]
bulk = bulks.browse(bulks.action_open(ids=exceptions.ids)["res_id"])
bulk.action_set_verb("ignore", reason="Agreed.", code="agreed")
bulk.action_start()
env.cr.commit()
print("bulk is started", bulk.id)
"""
# A worker as the scheduled action is one; it dies in the given call of a method.
WORKER = """
import os, signal
owner, name, number = {point!r}
calls = 0
def mortal(method):
    def wrapped(self, *args, **kwargs):
        global calls
        calls += 1
        result = method(self, *args, **kwargs)
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return wrapped
if owner:
    setattr(type(env[owner]), name, mortal(getattr(type(env[owner]), name)))
env["settlement.bulk"]._cron_advance()
print("worker has finished")
"""
LIVES = ("", "", 0)
POINTS = {
    "in the middle of a chunk": ("settlement.bulk.line", "_note", 480),
    "after a chunk, before it is committed": ("settlement.bulk", "_work", 7),
    "while it is closed": ("settlement.bulk", "_end", 1),
}


@pytest.fixture(scope="module")
def started():
    database = Database("bulk_started").create(TEMPLATE)
    try:
        done = database.shell(PREPARE.format(rows=ROWS), check=False)
        assert "bulk is started" in done.stdout, done.stdout[-3000:] + done.stderr
        yield database
    finally:
        database.drop()


@pytest.fixture
def victim(started):
    database = Database("bulk_victim").create(started.name)
    yield database
    database.drop()


def worker(database, point=LIVES):
    return database.start_shell(WORKER.format(point=point))


def counts(database):
    return dict(
        database.query("SELECT state, count(*) FROM settlement_bulk_line GROUP BY 1")
    )


def acts(database):
    """Return how many exceptions were ignored, and by how many acts."""
    return database.query(
        "SELECT count(DISTINCT res_id), count(*) FROM settlement_event "
        "WHERE action = 'exception.ignore'"
    )[0]


def assert_all_done_once(database):
    assert counts(database) == {"done": ROWS}
    assert acts(database) == (ROWS, ROWS)
    assert database.query(
        "SELECT state, ended_done, ended_skipped, ended_failed FROM settlement_bulk"
    ) == [("done", ROWS, 0, 0)]
    ignored = "SELECT count(*) FROM settlement_exception WHERE state = 'ignored'"
    assert database.query(ignored) == [(ROWS,)]


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_killed_and_taken_up_again(victim, point):
    process = worker(victim, point)
    output, _errors = process.communicate()
    assert process.returncode == -signal.SIGKILL, output[-3000:]
    found = counts(victim)
    assert sum(found.values()) == ROWS
    # What the rows say is what happened to their exceptions, at any moment.
    assert acts(victim) == (found.get("done", 0),) * 2
    output, _errors = worker(victim).communicate()
    assert "worker has finished" in output, output[-3000:]
    assert_all_done_once(victim)


def test_two_workers_at_the_same_time(victim):
    processes = [worker(victim), worker(victim)]
    outputs = [process.communicate()[0] for process in processes]
    assert any("worker has finished" in output for output in outputs), outputs
    output, _errors = worker(victim).communicate()
    assert "worker has finished" in output, output[-3000:]
    assert_all_done_once(victim)
