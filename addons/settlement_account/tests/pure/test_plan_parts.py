"""Dates, digests, comparison and clearing of planned entries."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from odoo.addons.settlement_account.planning.accounts import (
    FeeTax,
    MissingAccount,
    Rate,
    TaxShare,
)
from odoo.addons.settlement_account.planning.clearing import (
    Company,
    Move,
    OpenItem,
    plan_clearing,
    stays_where_it_is,
)
from odoo.addons.settlement_account.planning.compare import LedgerLine, differences
from odoo.addons.settlement_account.planning.plan import (
    EntryPlan,
    PlannedLine,
    Unbalanced,
)
from odoo.addons.settlement_account.planning.rows import Row, Settled
from odoo.addons.settlement_account.planning.slices import by_month, chunks, entry_date

EUR, USD = 1, 2
DAY = date(2026, 1, 31)


def row(number, day, kind="charge", **values):
    return Row(number, kind, 100, day, f"row {number}", **values)


def line(amount, **values):
    return PlannedLine("suspense", 40, "x", amount, EUR, amount, amount, **values)


def test_a_payout_over_a_month_end_becomes_two_slices():
    rows = [
        row(1, date(2026, 1, 30)),
        row(2, date(2026, 2, 1), "payout"),
        row(3, date(2026, 1, 31)),
        row(4, date(2026, 2, 2)),
    ]
    (january, first), (february, second) = by_month(rows)
    assert (january, february) == (date(2026, 1, 1), date(2026, 2, 1))
    assert [entry.id for entry in first] == [1, 3]
    # The payout stands behind what it pays out.
    assert [entry.id for entry in second] == [4, 2]
    assert entry_date(first) == date(2026, 1, 31)


def test_rows_are_cut_into_entries_that_can_be_read():
    rows = [row(number, DAY) for number in range(1, 6)]
    assert [[each.id for each in run] for run in chunks(rows, 2)] == [
        [1, 2],
        [3, 4],
        [5],
    ]


def test_an_unbalanced_plan_is_refused():
    with pytest.raises(Unbalanced, match="sum to 5"):
        EntryPlan(DAY, (line(5),)).check()


def test_a_digest_changes_with_each_thing_it_covers():
    entry = EntryPlan(DAY, (line(5), line(-5)), (1, 2))
    changed = [
        replace(entry, date=date(2026, 2, 1)),
        replace(entry, transaction_ids=(1, 3)),
        replace(entry, lines=(line(6), line(-6))),
        replace(entry, lines=(line(5, partner_id=3), line(-5))),
    ]
    assert len({entry.digest(), *(other.digest() for other in changed)}) == 5


def test_differences_name_the_line_and_both_values():
    entry = EntryPlan(DAY, (line(5), line(-5)))
    same = [LedgerLine(40, 0, EUR, 5, 5, "x"), LedgerLine(40, 0, EUR, -5, -5, "x")]
    assert differences(entry, same) == []
    assert differences(entry, same[:1]) == ["2 lines were planned, 1 posted"]
    other = [same[0], replace(same[1], balance=-6)]
    assert differences(entry, other) == ["line 2: balance is -6, planned -5"]


def test_rates_round_half_away_from_zero():
    rate = Rate(Decimal("0.5"))
    assert (rate.to_company(1), rate.to_company(-1)) == (1, -1)
    assert Rate().to_company(7) == 7


def test_shares_of_a_tax_sum_to_the_tax():
    thirds = tuple(TaxShare(n, n, Decimal("0.3333")) for n in (1, 2, 3))
    shares = FeeTax(1, Decimal(19), thirds).shares_of(1000, 190)
    assert sum(amount for _share, amount in shares) == 190


# ----------------------------------------------------------------------
# Clearing
# ----------------------------------------------------------------------

SUSPENSE = OpenItem(11, 40, 0, EUR, -1000, -1000)


def move(item, amount, **values):
    values.setdefault("currency_id", EUR)
    values.setdefault("amount_currency", amount)
    part = Settled(50, 5, amount, move_line_id=900, match_id=3, **values)
    return Move(item, part, "INV/1", 7)


FOREIGN = OpenItem(12, 40, 0, USD, -1000, -2100, -2100)


def test_an_item_in_a_foreign_currency_is_emptied_in_it():
    """A statement line of 21.00 in euros, 10.00 dollars to its customer."""
    part = Settled(50, 5, 2100, USD, 1000, move_line_id=21, match_id=31)
    entry = plan_clearing(DAY, "c", [Move(FOREIGN, part, "m", 1)], Company(EUR))
    cleared, settled = entry.lines
    assert (cleared.currency_id, cleared.amount_currency) == (USD, 1000)
    assert (cleared.amount, cleared.balance) == (2100, 2100)
    assert (settled.currency_id, settled.amount_currency) == (USD, -1000)
    assert settled.balance == -2100


def test_parts_of_an_item_in_a_foreign_currency_share_its_value():
    parts = [
        Settled(50, 5, 700, USD, 333, move_line_id=21, match_id=31),
        Settled(50, 5, 1400, USD, 667, move_line_id=22, match_id=31),
    ]
    moves = [Move(FOREIGN, part, "m", 1) for part in parts]
    cleared, *settled = plan_clearing(DAY, "c", moves, Company(EUR)).lines
    assert (cleared.amount_currency, cleared.balance) == (1000, 2100)
    assert [line.amount_currency for line in settled] == [-333, -667]
    assert [line.balance for line in settled] == [-700, -1400]


def test_a_foreign_item_pays_a_document_of_the_company():
    part = Settled(50, 5, 2100, EUR, 2100, move_line_id=21, match_id=31)
    entry = plan_clearing(DAY, "c", [Move(FOREIGN, part, "m", 1)], Company(EUR))
    cleared, settled = entry.lines
    assert (cleared.currency_id, cleared.amount_currency) == (USD, 1000)
    assert (settled.currency_id, settled.amount_currency) == (EUR, -2100)


def test_a_part_of_a_foreign_item_takes_its_share():
    assert FOREIGN.money == -2100
    assert FOREIGN.in_own_currency(1050) == 500
    assert SUSPENSE.money == -1000
    assert SUSPENSE.in_own_currency(400) == 400


def test_clearing_moves_suspense_to_the_invoice():
    entry = plan_clearing(DAY, "c", [move(SUSPENSE, 1000)], Company(EUR))
    first, second = entry.lines
    assert (first.account_id, first.balance, first.reconcile_with) == (40, 1000, (11,))
    assert (second.account_id, second.balance) == (50, -1000)
    assert (second.reconcile_with, second.partner_id) == ((900,), 5)
    assert (second.transaction_id, entry.match_ids) == (7, (3,))


def test_several_details_of_one_bank_line_clear_it_in_one_line():
    moves = [move(SUSPENSE, 600), move(SUSPENSE, 400)]
    entry = plan_clearing(DAY, "c", moves, Company(EUR))
    assert [item.balance for item in entry.lines] == [1000, -600, -400]


def test_a_foreign_item_is_emptied_at_the_value_it_stands_at():
    item = OpenItem(11, 40, 0, USD, -1000, -333)
    moves = [move(item, 500, currency_id=USD) for _number in range(2)]
    entry = plan_clearing(DAY, "c", moves, Company(EUR))
    assert [each.balance for each in entry.lines] == [333, -167, -166]


def test_a_part_of_a_foreign_item_takes_its_share_of_the_value():
    item = OpenItem(11, 40, 0, USD, -1000, -333)
    entry = plan_clearing(DAY, "c", [move(item, 100, currency_id=USD)], Company(EUR))
    assert [each.balance for each in entry.lines] == [33, -33]


def test_a_document_in_company_currency_leaves_a_difference_of_rates():
    item = OpenItem(11, 40, 0, USD, -1000, -900)
    moves = [move(item, 1000, amount_currency=880)]
    entry = plan_clearing(DAY, "c", moves, Company(EUR, 60))
    assert [(each.account_id, each.balance) for each in entry.lines] == [
        (40, 900),
        (50, -880),
        (60, -20),
    ]
    with pytest.raises(MissingAccount, match="difference"):
        plan_clearing(DAY, "c", moves, Company(EUR))


def test_an_open_line_of_the_same_partner_and_account_needs_no_entry():
    item = OpenItem(11, 50, 5, EUR, -1000, -1000)
    assert stays_where_it_is(move(item, 1000))
    assert not stays_where_it_is(move(SUSPENSE, 1000))
    assert not stays_where_it_is(move(replace(item, partner_id=6), 1000))
