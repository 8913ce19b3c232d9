import os
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical import kinds
from odoo.addons.settlement_paypal.mapper import codes, const

PAGE = Path(__file__).parents[2] / "readme" / "KINDS.md"
# The list of PayPal's page "Transaction event codes", as far as it names each code.
LISTED = (
    [f"T00{n:02}" for n in range(20)]
    + [f"T01{n:02}" for n in range(14)]
    + "T0200 T0201 T0202 T0300 T0301 T0302 T0303 T0400 T0401 T0402 T0403".split()
    + "T1000 T1100 T1101 T1102 T1104 T1105 T1106 T1107 T1108 T1109".split()
    + [f"T111{n}" for n in range(10)]
    + "T1200 T1201 T1202 T1203 T1204 T1205 T1207 T1208 T1300 T1301 T1302".split()
    + "T1400 T1900 T2000 T2001 T2002 T2003 T2004 T2101 T2102 T2103 T2104".split()
    + "T2105 T2106 T2107 T2108 T2111 T2112 T2113 T2114 T2201 T2301".split()
    + "T5000 T5001 T9800 T9900".split()
)
GROUPS = "T05 T06 T07 T08 T09 T15 T16 T17 T18 T30 T97".split()


@pytest.mark.parametrize("code", LISTED)
def test_every_listed_code_is_decided(code):
    assert code in const.CODE_KINDS


def test_no_code_is_made_up():
    assert set(const.CODE_KINDS) == set(LISTED)
    assert set(const.GROUP_KINDS) == set(GROUPS)


def test_only_kinds_of_the_canonical_model():
    for known in codes.known_codes():
        assert {known.credit, known.debit} <= set(kinds.TRANSACTION_KINDS)


@pytest.mark.parametrize("known", codes.known_codes(), ids=lambda known: known.code)
def test_no_kind_contradicts_the_way_of_its_money(known):
    assert kinds.KIND_SIGNS.get(known.credit, 1) > 0
    assert kinds.KIND_SIGNS.get(known.debit, -1) < 0


@pytest.mark.parametrize(
    ("code", "is_debit", "kind"),
    [
        ("T0006", False, "charge"),
        ("T0001", True, "charge"),
        ("T1107", True, "refund"),
        ("T1107", False, "charge"),
        ("T0106", True, "dispute_fee"),
        ("T0106", False, "fee_refund"),
        ("T1108", False, "fee_refund"),
        ("T0200", True, "conversion"),
        ("T0400", True, "payout"),
        ("T0400", False, "payout_failure"),
        ("T1101", False, "payout_failure"),
        ("T1201", True, "dispute"),
        ("T1202", False, "dispute_reversal"),
        ("T2103", True, "reserve_hold"),
        ("T2104", False, "reserve_release"),
        ("T2301", True, "withholding"),
        ("T1501", True, "reserve_hold"),
        ("T1700", True, "payout"),
        ("T0700", False, "topup"),
        ("T2004", False, "financing"),
    ],
)
def test_kinds_by_code_and_direction(code, is_debit, kind):
    assert codes.classify(code, is_debit) == (kind, code, False)


@pytest.mark.parametrize("code", ["T0020", "T1206", "T9999", "X", "", "T2120"])
def test_a_code_that_is_not_listed_waits_for_a_person(code):
    assert codes.classify(code, True) == ("adjustment", f"unknown:{code}", False)
    assert codes.known_code(code) is None


def test_codes_that_only_a_person_can_book():
    assert codes.classify("T1900", False)[:2] == ("adjustment", "unknown:T1900")
    assert codes.classify("T0501", True)[:2] == ("adjustment", "unknown:T0501")


@pytest.mark.parametrize("code", ["T1300", "T1301", "T1302", "T9800"])
def test_what_moves_no_money_says_so(code):
    assert codes.classify(code, False)[2]
    assert "moves no money" in codes.known_code(code).meaning


def test_every_code_is_shown_as_it_is_read():
    for known in codes.known_codes():
        code = known.code if len(known.code) > 3 else f"{known.code}42"
        for is_debit, shown in ((True, known.debit), (False, known.credit)):
            kind, source_code, _is_memo = codes.classify(code, is_debit)
            assert kind == shown
            assert source_code.startswith("unknown:") == known.review
        assert codes.known_code(code).words == known.words


def test_the_manual_shows_these_tables():
    if os.environ.get("SETTLEMENT_WRITE_README"):
        PAGE.write_text(codes.page())
    assert PAGE.read_text() == codes.page()
