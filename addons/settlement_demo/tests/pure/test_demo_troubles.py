"""Troubles are planned for any seed, and committed as they were planned."""

from datetime import date

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_demo.simulation import deliveries, stripe_troubles
from odoo.addons.settlement_demo.simulation.stand_ins import StandIns
from odoo.addons.settlement_demo.simulation.stopwatch import Stopwatch
from odoo.addons.settlement_demo.stand_in.stripe_server import API_VERSION
from odoo.addons.settlement_demo.stand_in.stripe_webhooks import StripeWebhooks
from odoo.addons.settlement_demo.world import build, stories_charges, troubles
from odoo.addons.settlement_demo.world.companies import PLANTED, Planted

KEY = "sk_test_troubles"
VISITS = [date(2026, 3, 1 + 7 * number) for number in range(4)]
VISITS += [date(2026, 4, day) for day in (5, 11, 12)]
CODES = ("nord", "sakura", "marjan")


@given(seed=st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_every_kind_happens_whatever_the_seed(seed):
    planned = troubles.plan(seed, CODES, VISITS)
    assert {each.name for each in planned} == {kind.name for kind in troubles.KINDS}
    assert planned == troubles.plan(seed, CODES, VISITS)
    assert {each.day for each in planned} <= set(VISITS[1:-3])
    assert {each.company for each in planned} <= set(CODES)


def test_longer_worlds_have_more_of_them():
    visits = [date(2026, 1, 1 + number) for number in range(20)]
    assert len(troubles.plan(1, CODES, visits)) > len(troubles.plan(1, CODES, VISITS))


def test_other_seeds_have_them_elsewhere():
    plans = [tuple(troubles.plan(seed, CODES, VISITS)) for seed in range(5)]
    assert len(set(plans)) > 1


def test_what_is_to_be_seen_is_an_exception_and_nothing_else():
    planned = [troubles.Trouble("nord", VISITS[1], k.name) for k in troubles.KINDS]
    found = troubles.exceptions(planned * 2, lambda trouble: "a_file.xml")
    told = {(e.backend, e.subject, e.key, e.reason, e.resolved) for e in found}
    assert told == {
        ("nord.stripe", "backend", "", "connector_failed", True),
        ("nord.stripe", "webhook", "", "signature_invalid", False),
        ("nord.bank", "message", "a_file.xml", "malformed_input", False),
    }
    assert len(found) == len(told)


def test_truth_lists_the_faults_of_the_world():
    world, truth = build(4)
    late = ("row_late", "report_late")
    told = [(f.company, f.day, f.name) for f in truth.faults if f.name not in late]
    assert told == [(each.company, each.day, each.name) for each in world.troubles]
    seen = {fault.name for fault in truth.faults if fault.seen}
    assert seen == {"key_refused", "event_forged", "file_cut", "report_cut"}


# ----------------------------------------------------------------------
# Files
# ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def visit():
    world, _truth = build(6)
    first, second, third, *_rest = deliveries.steps(world)
    return world.companies[0], third, second.day


def names(files):
    return [name for name, _content in files]


def test_files_of_a_sound_visit_are_in_order(visit):
    company, step, before = visit
    files = deliveries.files(company, step, before)
    assert files and len(set(names(files))) == len(files)
    reversed_ = deliveries.files(company, step, before, ["files_reversed"])
    assert reversed_ == files[::-1]


def test_file_that_comes_twice_has_the_same_bytes(visit):
    company, step, before = visit
    files = deliveries.files(company, step, before, ["file_twice"])
    assert files[-1] == files[-2]


def test_file_made_again_has_other_bytes_and_says_the_same(visit):
    company, step, before = visit
    *files, (name, content) = deliveries.files(
        company, step, before, ["file_recreated"]
    )
    assert name == f"again_{files[-1][0]}"
    assert content != files[-1][1]
    assert content.count(b"<Ntry>") == files[-1][1].count(b"<Ntry>")


def test_cut_file_comes_before_the_whole_one(visit):
    company, step, before = visit
    cut, *files = deliveries.files(company, step, before, ["file_cut"])
    whole = dict(files)[cut[0]]
    assert whole.startswith(cut[1])
    assert len(cut[1]) < len(whole)
    assert cut[0] == company.spoilt_file(step.day).filename
    assert cut[1].count(b"<Ntry>") == whole.count(b"<Ntry>") > 0


# ----------------------------------------------------------------------
# Stripe
# ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def server():
    world, _truth = build(6)
    with StandIns(world, KEY) as stand_ins:
        stand_ins.set_clock(deliveries.steps(world).__next__().now + 30 * 86_400)
        yield stand_ins.server("nord")


def get(server, path="/v1/balance_transactions"):
    headers = {"Authorization": f"Bearer {KEY}", "Stripe-Version": API_VERSION}
    return requests.get(server.url + path, headers=headers, timeout=10)


@pytest.mark.parametrize(
    "name, status",
    [
        ("server_error", 500),
        ("rate_limited", 429),
        ("unavailable", 503),
        ("key_refused", 401),
    ],
)
def test_stripe_refuses_as_planned_and_is_well_afterwards(server, name, status):
    with stripe_troubles.committed(server, [name]):
        assert get(server).status_code == status
    assert get(server).status_code == 200


def test_short_troubles_pass_and_outages_stay(server):
    with stripe_troubles.committed(server, ["server_error"]):
        assert [get(server).status_code for _n in range(3)] == [500, 200, 200]
    with stripe_troubles.committed(server, ["unavailable"]):
        answers = [get(server, path) for path in ("/v1/payouts", "/v1/balance")]
        assert [answer.status_code for answer in answers] == [503, 503]
        assert answers[0].headers["Stripe-Should-Retry"] == "false"


@pytest.mark.parametrize("name", ["connection_reset", "answer_cut"])
def test_answers_break_off(server, name):
    with stripe_troubles.committed(server, [name]):
        with pytest.raises(requests.RequestException):
            get(server)


def test_other_troubles_are_none_of_stripe(server):
    with stripe_troubles.committed(server, ["file_cut", "event_forged"]):
        assert get(server).status_code == 200


def test_events_are_repeated_or_forged(server):
    assert stripe_troubles.events(server, "whsec_right", []) == []
    repeated = stripe_troubles.events(server, "whsec_right", ["event_repeated"])
    assert len(repeated) == 3
    assert len({body for body, _signature in repeated}) == 1
    forged = stripe_troubles.events(server, "whsec_right", ["event_forged"])
    for body, signature in repeated + forged:
        stamp = int(signature.split(",")[0].removeprefix("t="))
        right = StripeWebhooks("", ["whsec_right"]).signature(body, stamp)
        assert (signature == right) == ((body, signature) in repeated)


# ----------------------------------------------------------------------
# Seconds
# ----------------------------------------------------------------------


def test_stopwatch_adds_up_stages_in_their_order():
    watch = Stopwatch()
    with watch.stage("parse", 10):
        pass
    watch.add("match", 2.0)
    watch.add("parse", 4.0)
    watch.count("parse", 10)
    assert list(watch.seconds) == ["parse", "match"]
    assert watch.rows["parse"] == 20
    first, second, total = watch.lines()
    assert "20 rows" in first and "5 rows/s" in first
    assert "rows" not in second
    assert total.split()[-2] == "6.0"


def test_stopwatch_counts_what_breaks_off():
    watch = Stopwatch()
    with pytest.raises(ValueError):
        with watch.stage("parse"):
            raise ValueError
    assert "parse" in watch.seconds


# ----------------------------------------------------------------------
# Rows that are late, and rows that change
# ----------------------------------------------------------------------


def test_late_rows_are_hidden_from_one_visit_and_never_from_two():
    found = 0
    for seed in range(1, 7):
        world, truth = build(seed)
        lates = [fault for fault in truth.faults if fault.name == "row_late"]
        assert not any(fault.seen for fault in lates)
        found += len(lates)
        for company in world.companies:
            rows = {row["id"]: row for row in company.stripe.rows}
            for row_id, shown in company.stripe.late.items():
                created = rows[row_id]["created"]
                assert created < shown < created + 86_400
                # The payout that has the row is made when it is shown at last.
                for payout in company.stripe.payouts:
                    if row_id in company.stripe.members.get(payout["id"], ()):
                        assert shown <= payout["created"]
    assert found


def test_stand_in_hides_what_is_late():
    world, _truth = build(2)
    company = next(each for each in world.companies if each.stripe.late)
    row_id, shown = next(iter(company.stripe.late.items()))
    with StandIns(world, KEY) as stand_ins:
        server = stand_ins.server(company.plan.code)
        for now, is_there in ((shown - 1, False), (shown, True)):
            stand_ins.set_clock(now)
            known = server.world.listing("balance_transactions").rank
            assert (row_id in known) == is_there
        # The money is there at once.
        rows = {row["id"]: row for row in company.stripe.rows}
        late = rows[row_id]
        balances = []
        for now in (late["created"] - 1, late["created"]):
            stand_ins.set_clock(now)
            told = server.world.balance()
            balances.append(
                sum(
                    part["amount"]
                    for part in (*told["available"], *told["pending"])
                    if part["currency"] == late["currency"]
                )
            )
        together = [
            row["net"]
            for row in rows.values()
            if (row["created"], row["currency"]) == (late["created"], late["currency"])
        ]
        assert balances[1] - balances[0] == sum(together)


def test_reference_is_added_between_two_visits(monkeypatch):
    story = Planted(stories_charges.reference_added_later, "EUR", 3, 16)
    monkeypatch.setitem(PLANTED, "nord", (*PLANTED["nord"], story))
    world, truth = build(2)
    (company, *_others) = world.companies
    rows = [row for row in truth.rows if row.scenario == "reference_added_later"]
    assert rows
    for row in rows:
        (created,) = (r["created"] for r in company.stripe.rows if r["id"] == row.key)
        (source,) = (r["source"] for r in company.stripe.rows if r["id"] == row.key)
        (change,) = (c for c in company.stripe.changes if c.object_id == source)
        assert not company.stripe.sources[source]["metadata"]
        assert change.values["metadata"]["invoice"]
        between = [
            step.day
            for step in deliveries.steps(world)
            if created <= step.now < change.at
        ]
        assert len(between) == 1
