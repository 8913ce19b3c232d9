"""Damaged reports and answers: typed errors only, and no row takes another along.

``SETTLEMENT_FUZZ_ROUNDS=100000`` tries so many inputs; by default there are few.
"""

import copy
import io
import json
import os
import random
from pathlib import Path
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import RejectedRow
from odoo.addons.settlement.canonical.kinds import EXCEPTION_REASONS
from odoo.addons.settlement_connector.contract.damage import damaged
from odoo.addons.settlement_connector.contract.damaged_rows import (
    net_sum,
    read_until_broken,
    said,
)
from odoo.addons.settlement_connector.contract.fact_laws import broken_laws
from odoo.addons.settlement_paypal.mapper.items import parse_item
from odoo.addons.settlement_paypal.reports.file import is_report, read_report
from odoo.addons.settlement_paypal.stand_in import paypal_report as paper

ROUNDS = int(os.environ.get("SETTLEMENT_FUZZ_ROUNDS", "1500"))
ZONE = ZoneInfo("America/Los_Angeles")
DATA = Path(__file__).parents[1] / "data"
WORDS = (
    *(b"SB", b"SH", b"CH", b"SF", b"RH", b"T0006", b"T1201", b"T9999", b"CR", b"DR"),
    *(b"2026/01/06 23:59:59 -0800", b"9999/12/31 23:59:59 +1400", b'"SB",'),
)
CODES = ("T0006", "T1107", "T0400", "T2103", "T2104", "T1201", "T0200", "T0106")


def _rows(seed):
    """Return rows of several kinds and currencies; no two say the same."""
    chance = random.Random(seed)
    return [
        paper.row(
            100 * seed + number,
            chance.choice(CODES),
            chance.choice((-1, 1)) * 100 * chance.randrange(1, 90_000),
            fee=100 * chance.choice((0, 30, -64, 320)),
            currency=chance.choice(("EUR", "USD", "GBP", "JPY")),
            custom_field=chance.choice(("SO1", 'a "quoted" one', "ünï,code")),
        )
        for number in range(1, 9)
    ]


CORPUS = [
    *(path.read_bytes() for path in sorted(DATA.glob("*.csv"))),
    *(paper.file_of(*_rows(seed)) for seed in range(1, 9)),
]


def read(content):
    """Return the facts, and whether reading ended with an error."""
    return read_until_broken(read_report(io.BytesIO(content), ZONE))


def test_only_typed_errors_and_lawful_facts():
    read_at_all = 0
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        content = damaged(chance.choice(CORPUS), chance, WORDS)
        is_report(content[:65_536])
        found, failed = read(content)
        read_at_all += not failed
        assert not broken_laws(found), seed
        for fact in found:
            if isinstance(fact, RejectedRow):
                assert fact.code in EXCEPTION_REASONS, seed
    # Most inputs are damaged inside of a row, not so that nothing can be read.
    assert read_at_all > ROUNDS // 2


def test_damage_inside_some_rows_leaves_the_others_and_their_sum_as_they_were():
    changed = 0
    for seed in range(ROUNDS // 2):
        chance = random.Random(seed)
        lines = chance.choice(CORPUS).splitlines(keepends=True)
        rows = [place for place, line in enumerate(lines) if line.startswith(b'"SB"')]
        bad = set(chance.sample(rows, 1 + len(rows) // 3))
        kept = [line for place, line in enumerate(lines) if place not in bad]
        good = _said(kept)
        spoilt = [
            _spoilt(line, chance) if place in bad else line
            for place, line in enumerate(lines)
        ]
        found = _said(spoilt)
        assert not good - found, seed
        assert net_sum(found & good) == net_sum(good)
        changed += found != _said(lines)
    assert changed > ROUNDS // 4


def _spoilt(line, chance):
    """Return a row that is damaged, and still one line and no line of the frame."""
    content = damaged(line[4:].rstrip(), chance, WORDS)
    return b'"SB"' + content.replace(b"\r", b" ").replace(b"\n", b" ") + b"\r\n"


def _said(lines):
    return said(read(b"".join(lines))[0])


# ----------------------------------------------------------------------
# Answers of the API
# ----------------------------------------------------------------------

VALUES = (
    *(None, True, 0, -1, 1.5, 10**30, "", "x", [], {}, ["x"], "\ud800", "a\0b"),
    *({"currency_code": "EUR", "value": "1.00"}, {"currency_code": 5, "value": "x"}),
    *({"currency_code": "JPY", "value": "1.5"}, "NaN", "-1e9", "T0006", "S", "9" * 40),
    *("2026-01-09T10:00:00Z", "2026-01-09T10:00:00+0000", "9999-12-31T23:59:59-1200"),
)


def _places(value):
    """Return all objects and lists inside of a value."""
    inner = value.values() if isinstance(value, dict) else value
    found = [value]
    for each in inner:
        if isinstance(each, dict | list):
            found += _places(each)
    return found


def test_answers_raise_typed_errors_only():
    answer = json.loads((DATA / "transactions_20260106.json").read_text())
    items = answer["transaction_details"]
    told = 0
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        item = copy.deepcopy(chance.choice(items))
        for _turn in range(chance.randrange(1, 4)):
            place = chance.choice(_places(item))
            if isinstance(place, dict):
                value = copy.deepcopy(chance.choice(VALUES))
                place[chance.choice([*place, "more"])] = value
            elif place:
                place[chance.randrange(len(place))] = copy.deepcopy(
                    chance.choice(VALUES)
                )
        try:
            found = list(
                parse_item(json.dumps(item).encode(), {"account": "B2"}, "UTC", "A1")
            )
        except MalformedInput as error:
            assert str(error)
            continue
        told += len(found)
        assert not broken_laws(found), seed
    assert told > ROUNDS // 4
