"""Damaged reports and notifications: typed errors only, and no row takes another along.

``SETTLEMENT_FUZZ_ROUNDS=100000`` tries so many inputs; by default there are few. Rows
of the corpus have texts in quotes, so that damage opens and closes quotes elsewhere.
"""

import io
import json
import os
import random
import sys
from dataclasses import astuple
from datetime import datetime
from pathlib import Path

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    DisputeFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement.canonical.kinds import EXCEPTION_REASONS
from odoo.addons.settlement_adyen.bench.sample_report import write_sample
from odoo.addons.settlement_adyen.mapper.disputes import EVENTS
from odoo.addons.settlement_adyen.mapper.notifications import (
    announced_report,
    facts_of,
)
from odoo.addons.settlement_adyen.reports.file import is_report, read_report
from odoo.addons.settlement_connector.contract.damage import damaged
from odoo.addons.settlement_connector.contract.damaged_rows import (
    net_sum,
    read_until_broken,
    said,
)
from odoo.addons.settlement_connector.contract.fact_laws import broken_laws

sys.path.insert(0, str(Path(__file__).parents[1]))
import adyen_report as paper  # noqa: E402

ROUNDS = int(os.environ.get("SETTLEMENT_FUZZ_ROUNDS", "1500"))
WORDS = (b"Settled", b"Refunded", b"Chargeback", b"MerchantPayout", b"Fee", b"?")


def _slices(content, chance, count):
    """Return short reports: the head of a long one with some of its rows."""
    head, *rows = content.splitlines(keepends=True)
    return [head + b"".join(chance.sample(rows, 8)) for _each in range(count)]


def _corpus():
    chance = random.Random(1)
    rows = [paper.sale(), paper.refund(), paper.of_account("Fee", debit="7.40")]
    rows += [paper.of_account("Balancetransfer", credit="1.00"), paper.payout("71.00")]
    found = [paper.file_of(*rows), paper.accounting_of(paper.record())]
    found += [path.read_bytes() for path in sorted(DATA.glob("*.csv"))]
    for seed in range(4):
        file = io.BytesIO()
        write_sample(file, seed, batches=1, rows=4)
        found += _slices(file.getvalue(), chance, 6)
    return found


DATA = Path(__file__).parents[1] / "data"
CORPUS = _corpus()


def read(content):
    """Return the facts, and whether reading ended with an error."""
    return read_until_broken(
        read_report(io.BytesIO(content), paper.ZONE, paper.TOLD_AT)
    )


def test_only_typed_errors_and_lawful_facts():
    read_at_all = 0
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        content = damaged(chance.choice(CORPUS), chance, WORDS)
        is_report(content[:65_536])
        found, failed = read(content)
        read_at_all += not failed
        assert not broken_laws(found), seed
        names = set()
        for fact in found:
            assert isinstance(fact, TransactionFact | BatchFact | RejectedRow)
            if isinstance(fact, RejectedRow):
                assert fact.code in EXCEPTION_REASONS
                assert "\0" not in fact.raw + fact.reason
            elif isinstance(fact, TransactionFact):
                names.add((fact.external_id, fact.occurrence))
                assert len(fact.external_id.encode()) < 2500
                assert "\0" not in "".join(map(str, astuple(fact)))
        assert len(names) == len(paper.transactions(found)), seed
    # Most inputs are damaged inside of a row, not so that nothing can be read.
    assert read_at_all > ROUNDS // 2


def test_damage_inside_some_rows_leaves_the_others_and_their_sum_as_they_were():
    changed = 0
    for seed in range(ROUNDS // 2):
        chance = random.Random(seed)
        head, *rows = chance.choice(CORPUS).splitlines(keepends=True)
        bad = set(chance.sample(range(len(rows)), 1 + len(rows) // 3))
        kept = [row for place, row in enumerate(rows) if place not in bad]
        good = said(read(head + b"".join(kept))[0])
        spoilt = [
            _one_line(damaged(row.rstrip(), chance, WORDS)) if place in bad else row
            for place, row in enumerate(rows)
        ]
        found = said(read(head + b"".join(spoilt))[0])
        assert not good - found, seed
        left_alone = found & good
        assert net_sum(left_alone) == net_sum(good)
        changed += found != said(read(head + b"".join(rows))[0])
    assert changed > ROUNDS // 4


def _one_line(row):
    return row.replace(b"\r", b" ").replace(b"\n", b" ") + b"\r\n"


# ----------------------------------------------------------------------
# Notifications
# ----------------------------------------------------------------------

ITEM = {
    "additionalData": {
        "chargebackReasonCode": "10.4",
        "defensePeriodEndsAt": "2026-02-01T10:00:00+01:00",
        "disputeStatus": "Undefended",
    },
    "amount": {"currency": "EUR", "value": 5000},
    "eventCode": "CHARGEBACK",
    "eventDate": "2026-01-09T10:00:00+01:00",
    "merchantAccountCode": paper.ACCOUNT,
    "originalReference": paper.PSP,
    "pspReference": "8816178914130001",
    "reason": "https://ca-test.adyen.com/reports/download",
    "success": "true",
}
VALUES = (
    *(None, True, 0, -1, 1.5, 10**30, "", "x", [], {}, ["x"], {"currency": 5}),
    *({"currency": "EUR", "value": "1"}, {"currency": "CLP", "value": 101}, "CLP"),
    *("2026-01-09", "9999-12-31T23:59:59-12:00", "REPORT_AVAILABLE", "\ud800"),
    "settlement_detail_report_batch_1.csv",
    *EVENTS,
)


def test_notifications_raise_typed_errors_only():
    told = 0
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        item = json.loads(json.dumps(ITEM))
        for _turn in range(chance.randrange(1, 4)):
            place = chance.choice((item, item, item.get("additionalData")))
            if isinstance(place, dict):
                place[chance.choice([*ITEM, *place, "more"])] = chance.choice(VALUES)
        try:
            announced_report(item)
            found = facts_of(item)
        except MalformedInput as error:
            assert str(error)
            continue
        told += len(found)
        for fact in found:
            assert isinstance(fact, DisputeFact)
            assert fact.external_id
            assert fact.amount >= 0
            assert isinstance(fact.opened_at, datetime)
    assert told > ROUNDS // 4
