"""A run that a job works on is cancelled by somebody else, in another transaction."""

import json

import pytest
from integration.databases import TEMPLATE, Database

# The other transaction begins and ends while the job is between two stages.
PROGRAM = """
import json
from datetime import date, datetime
from decimal import Decimal
from odoo import api
from odoo.addons.queue_job.job import Job
from odoo.addons.settlement.canonical.facts import TransactionFact

company = env["res.company"].create({{"name": "Cancel"}})
env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
env.user.company_ids += company
env = env(context={{**env.context, "allowed_company_ids": company.ids}})
env["ir.config_parameter"].set_param("settlement.use_jobs", "1")
backend = env["settlement.backend"].create(
    {{"name": "Bank", "connector": "canonical", "company_id": company.id}})
env["settlement.wallet"].create(
    {{"backend_id": backend.id, "account_identifier": "DE1",
      "currency_id": company.currency_id.id}})
partner = env["res.partner"].create({{"name": "Ada Ltd"}})
invoices = env["account.move"].create([
    {{"move_type": "out_invoice", "partner_id": partner.id, "company_id": company.id,
      "invoice_date": date(2026, 1, 5),
      "invoice_line_ids": [(0, 0, {{"name": "x", "price_unit": amount,
                                    "tax_ids": False}})]}}
    for amount in (100.0, 70.0)])
invoices.action_post()
message = env["settlement.message"]._receive(backend, "manual", b"cancel")
env["settlement.fact.store"]._store(backend, [
    (message, TransactionFact(
        currency=company.currency_id.name, external_id=key, kind="bank_credit",
        gross_amount=Decimal(amount), net_amount=Decimal(amount),
        occurred_at=datetime(2026, 1, 10), booked_on=date(2026, 1, 10), **values))
    for key, amount, values in (
        ("field", "100", {{"invoice_reference": invoices[0].name}}),
        ("text", "70", {{"description": "for " + invoices[1].name}}))])
run = env["settlement.run"].start_match()
env.cr.commit()

matcher = type(env["settlement.matcher"])
original = matcher._stage_reference

def cancelled_behind(self, match_run):
    with self.env.registry.cursor() as cursor:
        other = api.Environment(cursor, self.env.uid, dict(self.env.context))
        other["settlement.run"].browse(run.id).action_cancel()
    return original(self, match_run)

def told():
    env.invalidate_all()
    rows = env["settlement.transaction"].search([("backend_id", "=", backend.id)])
    return {{
        "state": run.state,
        "finished": bool(run.finished_at),
        "stages": {{each.name: each.state for each in run.stage_ids}},
        "rows": {{row.external_id: row.match_state for row in rows}},
        "findings": env["settlement.verification"].sudo().run()["findings"],
    }}

matcher._stage_reference = cancelled_behind
job = env["queue.job"].search([("method_name", "=", "_job_match")], limit=1)
Job.load(env, job.uuid).perform()
env.flush_all()
env.cr.commit()
matcher._stage_reference = original
cancelled = told()
run.action_resume()
env.cr.commit()
with open({output!r}, "w") as file:
    json.dump({{"cancelled": cancelled, "resumed": told()}}, file)
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return how the database stood after the cancelled job, and after the rest."""
    output = tmp_path_factory.mktemp("cancel") / "report.json"
    database = Database("cancel").create(TEMPLATE)
    try:
        done = database.shell(PROGRAM.format(output=str(output)), check=False)
        assert output.exists(), done.stdout[-3000:] + done.stderr[-3000:]
        yield json.loads(output.read_text())
    finally:
        database.drop()


def test_the_job_stops_behind_the_stage(report):
    cancelled = report["cancelled"]
    assert cancelled["state"] == "cancelled"
    assert cancelled["finished"]
    stages = cancelled["stages"]
    assert (stages["identifier"], stages["reference"]) == ("done", "done")
    assert set(stages.values()) == {"done", "cancelled"}
    assert list(stages.values()).count("done") == 2


def test_what_was_done_is_kept_and_consistent(report):
    assert report["cancelled"]["rows"] == {"field": "matched", "text": "open"}
    assert report["cancelled"]["findings"] == []


def test_it_goes_on_from_there(report):
    resumed = report["resumed"]
    assert resumed["state"] == "done"
    assert set(resumed["stages"].values()) == {"done"}
    assert resumed["rows"] == {"field": "matched", "text": "matched"}
    assert resumed["findings"] == []
