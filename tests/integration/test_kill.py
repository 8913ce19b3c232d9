"""Kill a worker at any point, or let two work at once: the end is the same."""

import pprint
import signal

import pytest
from integration.databases import Database
from integration.ledger import differences, dump

# A worker that dies like a process that lost its machine: at the given call of a
# method, before or after what it does. ``""`` = it lives.
WORKER = """
import os, signal
from odoo.addons.settlement.models import backend_pipeline
from odoo.addons.settlement_account.services.entry_writer import EntryWriter
backend_pipeline.CLAIM_MESSAGES = 60
companies = env["res.company"].search([])
env = env(context=dict(env.context, allowed_company_ids=companies.ids))
owner, name, number, when = {point!r}
calls = 0
def mortal(method):
    def wrapped(self, *args, **kwargs):
        global calls
        calls += 1
        if when == "before" and calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        result = method(self, *args, **kwargs)
        if when == "after" and calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return wrapped
if owner:
    model = EntryWriter if owner == "EntryWriter" else type(env[owner])
    setattr(model, name, mortal(getattr(model, name)))
env["settlement.backend"].search([])._run_pipeline("post", env.cr.commit)
print("worker has finished")
"""
LIVES = ("", "", 0, "")
# With more rows than the cycles on the compact world have; those go everywhere else.
POINTS = {
    "in the middle of parsing": ("settlement.fact.store", "_store", 3, "after"),
    "after the posting, before the mark": (
        "settlement.posting",
        "_insert_lines",
        2,
        "after",
    ),
}
# The rows of a dead worker are free when its lease ends.
TIME_PASSES = (
    "UPDATE settlement_message SET lease_until = now() - interval '1 minute' "
    "WHERE lease_until IS NOT NULL"
)


def worker(database, point=LIVES):
    return database.start_shell(WORKER.format(point=point))


def work_to_the_end(database):
    output, _errors = worker(database).communicate()
    assert "worker has finished" in output, output[-3000:]


def restart(database):
    database.query(TIME_PASSES)
    work_to_the_end(database)


@pytest.fixture(scope="module")
def undisturbed(received):
    database = Database("undisturbed").create(received.name)
    try:
        work_to_the_end(database)
        assert database.query("SELECT count(*) FROM settlement_posting")[0][0] > 5
        yield dump(database)
    finally:
        database.drop()


@pytest.fixture
def victim(received):
    database = Database("victim").create(received.name)
    yield database
    database.drop()


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_killed_and_restarted(victim, undisturbed, point):
    process = worker(victim, point)
    output, _errors = process.communicate()
    assert process.returncode == -signal.SIGKILL, output[-3000:]
    assert "worker has finished" not in output
    restart(victim)
    assert differences(undisturbed, dump(victim)) == {}
    assert victim.settlement_json("verify")["findings"] == []


def test_two_workers_at_the_same_time(victim, undisturbed):
    processes = [worker(victim), worker(victim)]
    outputs = [process.communicate()[0] for process in processes]
    # A worker that lost a race starts again, as the schedule does.
    assert any("worker has finished" in output for output in outputs), outputs
    restart(victim)
    # Who came first decides which entry has a row, not what is in the books.
    parts = ("facts", "batches", "messages", "exceptions", "documents", "balances")
    wanted = {part: undisturbed[part] for part in parts}
    found = differences(wanted, dump(victim, parts))
    assert not found, pprint.pformat(found, width=200)
    assert victim.settlement_json("verify")["findings"] == []
    twice = victim.query(
        "SELECT transaction_id FROM settlement_posting_line WHERE active "
        "GROUP BY transaction_id HAVING count(*) > 1"
    )
    assert twice == []


def test_a_second_run_finds_nothing_to_do(victim, undisturbed):
    work_to_the_end(victim)
    work_to_the_end(victim)
    assert differences(undisturbed, dump(victim)) == {}
