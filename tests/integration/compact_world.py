"""A company with few rows and one step of every kind; runs inside Odoo.

``build`` makes it, ``live`` is everything that schedules, providers and people do with
it. ``live`` may be broken off anywhere and begun again.
"""

import json
import time
from datetime import date

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tools import config

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.settlement.models import backend_pipeline
from odoo.addons.settlement_stripe.client.rate_limit import RateLimiter
from odoo.addons.settlement_stripe.models import connector_stripe
from odoo.addons.settlement_stripe.tests import stripe_shop

COMPANY = "Compact"
# What another worker causes at worst; whoever meets it comes again.
IN_THE_WAY = (*backend_pipeline.CONFLICTS, RetryableJobError, UserError)
SINCE, UNTIL = "2026-03-01 00:00:00", "2026-03-08 00:00:00"
# Many claims, so that there is much between them.
CLAIM_MESSAGES = 5
# What several payouts in one transfer, and one without a trace, look like at the bank.
BANK_ROWS = (
    ("bk_1", "193.60", "2026-03-05", "TRACE-00"),
    ("bk_2", "387.20", "2026-03-07", "SHOP EXAMPLE"),
    ("bk_3", "50.00", "2026-03-07", "INV/2026/00009 thank you"),
    ("bk_4", "-7.00", "2026-03-07", "what is this"),
    ("bk_5", "49.00", "2026-03-08", "who sent this"),
)
BANK_TOTAL = "672.80"


def prepare():
    """Let this process talk to a stand-in on this machine, without pauses."""
    config.options["settlement_allow_loopback"] = "True"
    connector_stripe._limiter_of = lambda backend: RateLimiter(10_000)
    backend_pipeline.CLAIM_MESSAGES = CLAIM_MESSAGES


def shop():
    """Return the account at the provider: five payouts, and a charge in none.

    The bank has the first by its trace, two more in one transfer, the fourth not yet,
    and the last without a word that names it.
    """
    world = stripe_shop.shop_world(days=4, charges_a_day=2)
    later = stripe_shop.START + 4 * stripe_shop.DAY
    charge = stripe_shop.add_charge(world, 20, created=later, amount=5_000, fee=100)
    payout = stripe_shop.add_payout(world, "20", created=later + 600, amount=4_900)
    world.assign([charge["id"]], payout["id"])
    stripe_shop.add_charge(world, 30, created=later)
    return world


def build(env, url):
    """Make company, backends, documents and what has been received already."""
    company = env["res.company"].create(
        {"name": COMPANY, "currency_id": env.ref("base.EUR").id}
    )
    env.ref("base.EUR").active = True
    env.user.company_ids += company
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    env["account.chart.template"].try_loading("generic_coa", company)
    company.currency_id = env.ref("base.EUR")
    policy = env["settlement.posting.policy"]._create_defaults(company)
    policy.hold_days = 0
    stripe = _backend(env, "Shop", "stripe", "acct_1Shop")
    stripe.api_url = url
    stripe.set_credential("api_key", stripe_shop.KEY)
    stripe._set_state("connected")
    _backend(env, "Bank", "canonical", "DE89370400440532013000", is_bank=True)
    _documents(env)
    # A webhook that nobody has worked on yet.
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "payout.paid",
        "livemode": False,
        "data": {"object": {"object": "payout", "id": "po_01"}},
    }
    env["settlement.message"]._receive_event(
        stripe, event["id"], json.dumps(event).encode()
    )


def _backend(env, name, connector, account, **values):
    backend = env["settlement.backend"].create(
        {"name": name, "connector": connector, "company_id": env.company.id}
    )
    wallet = env["settlement.wallet"].create(
        {
            "backend_id": backend.id,
            "account_identifier": account,
            "currency_id": env.company.currency_id.id,
            "opening_date": date(2026, 1, 1),
            **values,
        }
    )
    wallet._set_up_accounts()
    return backend


def _documents(env):
    customer = env["res.partner"].create({"name": "Customer"})
    # One charge names no invoice that is open.
    for number, amount in ((1, 100), (2, 100), (3, 100), (4, 60), (5, 100), (9, 50)):
        move = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "name": f"INV/2026/{number:05}",
                "invoice_date": date(2026, 2, number),
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Goods", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        move.action_post()


def bank_file():
    """Return the statement of the bank."""
    rows = [
        {
            "type": "transaction",
            "currency": "EUR",
            "external_id": name,
            "kind": "bank_debit" if amount.startswith("-") else "bank_credit",
            "gross_amount": amount,
            "net_amount": amount,
            "occurred_at": f"{day}T12:00:00Z",
            "booked_on": day,
            "batch_kind": "statement",
            "batch_external_id": "st_1",
            "description": text,
        }
        for name, amount, day, text in BANK_ROWS
    ]
    batch = {
        "type": "batch",
        "currency": "EUR",
        "kind": "statement",
        "external_id": "st_1",
        "date": "2026-03-08",
        "total": BANK_TOTAL,
        "opening_balance": "0",
        "closing_balance": BANK_TOTAL,
    }
    return b"".join(json.dumps(line).encode() + b"\n" for line in [*rows, batch])


# ----------------------------------------------------------------------------------
# Life
# ----------------------------------------------------------------------------------


def live(env):
    """Do all that is to be done, each thing once, as schedules and people do it."""
    company = env["res.company"].search([("name", "=", COMPANY)])
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    backends = env["settlement.backend"].search([("company_id", "=", company.id)])
    stripe = backends.filtered(lambda one: one.connector == "stripe")
    commit = env.cr.commit
    for step in (
        lambda: _advance_by_jobs(stripe),
        lambda: env["settlement.backend"]._pull_all_announced(commit),
        lambda: stripe._for_pull()._pull_streams(_time(SINCE), _time(UNTIL), commit),
        lambda: backends._run_pipeline("post", commit),
        lambda: (backends - stripe).import_file("statement.jsonl", bank_file()),
        lambda: backends._run_pipeline("post", commit),
        lambda: _people(env),
        lambda: backends._run_pipeline("post", commit),
        lambda: env["settlement.event"]._cron_seal(),
    ):
        _as_the_schedule_does(env, step)


def _as_the_schedule_does(env, step):
    """Do a step, again at the next tick if another worker was in the way."""
    for _tick in range(60):
        try:
            ended = step()
            env.cr.commit()
            return ended
        except IN_THE_WAY:
            env.cr.rollback()
            env.clear()
            time.sleep(0.3)
    raise RuntimeError("Another worker is always in the way.")


def _time(text):
    return fields.Datetime.to_datetime(text)


def _advance_by_jobs(backend):
    """Do what jobs would do, each in its own transaction."""

    def job():
        ended = backend._job_advance()
        backend.env["queue.job"].sudo().search([]).unlink()
        return ended

    while _as_the_schedule_does(backend.env, job) != "done":
        pass


def _people(env):
    """A proposal is confirmed, a match undone, a payout reversed and posted again."""
    matches = env["settlement.match"]
    for proposal in matches.search([("state", "=", "proposed")]):
        proposal.action_confirm()
        env.cr.commit()
    if not matches.search([("is_refused", "=", True)]):
        wrong = matches.search(
            [("line_ids.transaction_id.external_id", "=", "txn_0002")]
        )
        wrong.action_undo("not this one")
        env.cr.commit()
    batch = env["settlement.batch"].search([("external_id", "=", "po_03")])
    if not batch.posting_ids.filtered(lambda one: one.kind == "reversal"):
        own = batch.posting_ids.filtered(lambda one: one.kind == "batch")
        if own and not own._standing_on_it():
            own.action_reverse("to be posted again")
            env.cr.commit()
    if batch.state == "validated":
        batch.action_post()
        env.cr.commit()
