"""The lines that a simulation ends with."""

from odoo.addons.settlement_demo.simulation import summary
from odoo.addons.settlement_demo.simulation.stopwatch import Stopwatch
from odoo.addons.settlement_demo.world import build


def backend(needed, matched, methods, exceptions, *proofs):
    return {
        "matching": {"needed": needed, "matched": matched, "by_method": methods},
        "exceptions": exceptions,
        "wallets": [
            {"proof": {"holds": proof}, "in_transit": transit and {"holds": transit}}
            for proof, transit in proofs
        ],
    }


def test_world_is_told_in_numbers():
    _world, truth = build(1)
    text = "\n".join(summary.world_lines(truth))
    assert "seed 1, 1 months from 2026-03-01, 3 companies" in text
    charges = sum(row.kind == "charge" for row in truth.rows)
    assert f"{charges} charges" in text
    assert f"{len(truth.payouts)} payouts" in text
    assert f"{len(truth.faults)} faults" in text


def test_backends_are_added_up():
    lines = summary.status_lines(
        [
            backend(10, 9, {"reference": 9}, {"unmatched": 1}, (True, True)),
            backend(30, 27, {"reference": 20, "batch": 7}, {}, (False, None)),
        ]
    )
    assert lines == [
        "36 of 40 rows matched (90.0 %): reference 29, batch 7",
        "1 open exceptions: unmatched 1",
        "2 of 3 proofs of wallets and of money in transit hold",
    ]


def test_nothing_is_no_error():
    lines = summary.status_lines([{}])
    assert lines[0].startswith("0 of 0 rows matched (0.0 %): none")


def test_rows_per_second_are_those_of_all_rows():
    _world, truth = build(1)
    watch = Stopwatch()
    watch.add("parse", 2.0)
    watch.add("validate", 1.0)
    parse, validate, total = summary.watch_lines(watch, truth)
    assert f"{len(truth.rows):,} rows" in parse
    assert f"{len(truth.rows) / 2:.0f} rows/s" in parse
    assert "rows" not in validate
    assert total.endswith("3.0 s")
