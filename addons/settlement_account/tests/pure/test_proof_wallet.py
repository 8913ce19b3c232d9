from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.proof import (
    DayProof,
    Gap,
    RowGroup,
    Snapshot,
    WalletBook,
    days,
    find,
    gaps,
    prove,
)

OPENING = date(2026, 1, 1)
LENGTH = 12


def day(number):
    return OPENING + timedelta(days=number)


def book(*groups, ledger=None, snapshots=(), opening=0):
    return WalletBook(
        opening_date=OPENING,
        opening_balance=opening,
        groups=groups,
        ledger=ledger or {},
        snapshots=snapshots,
    )


def figures(wallet_book, number):
    (proof,) = prove(wallet_book, day(number), day(number))
    return proof.provider, proof.ledger, proof.missing, proof.early, proof.difference


def test_the_opening_alone():
    assert figures(book(opening=500, ledger={day(-3): 500}), 4) == (500, 500, 0, 0, 0)


def test_a_row_is_missing_until_its_entry():
    wallet_book = book(RowGroup(90, day(2), (day(5),)), ledger={day(5): 90})
    assert figures(wallet_book, 1) == (0, 0, 0, 0, 0)
    assert figures(wallet_book, 2) == (90, 0, 90, 0, 0)
    assert figures(wallet_book, 5) == (90, 90, 0, 0, 0)


def test_a_row_is_early_until_it_is_booked():
    wallet_book = book(RowGroup(90, day(5), (day(2),)), ledger={day(2): 90})
    assert figures(wallet_book, 2) == (0, 90, 0, 90, 0)
    assert figures(wallet_book, 5) == (90, 90, 0, 0, 0)


def test_a_row_that_its_source_no_longer_counts_stays_early():
    wallet_book = book(RowGroup(90, None, (day(2),)), ledger={day(2): 90})
    assert figures(wallet_book, 9) == (0, 90, 0, 90, 0)


def test_a_row_may_leave_the_ledger_and_come_again():
    group = RowGroup(90, day(1), (day(1), day(3)), (day(5),))
    ledger = {day(1): 90, day(3): 90, day(5): -90}
    wallet_book = book(group, ledger=ledger)
    assert figures(wallet_book, 1) == (90, 90, 0, 0, 0)
    # Posted again before the reversal counts: the ledger has it twice.
    assert figures(wallet_book, 3) == (90, 180, 0, 90, 0)
    assert figures(wallet_book, 5) == (90, 90, 0, 0, 0)


def test_a_balance_is_rolled_back_and_forward():
    wallet_book = book(
        RowGroup(100, day(1)),
        RowGroup(50, day(6)),
        RowGroup(7, day(9)),
        snapshots=[Snapshot(day(6), 150, 150)],
    )
    assert figures(wallet_book, 1)[0] == 100
    assert figures(wallet_book, 6)[0] == 150
    assert figures(wallet_book, 9)[0] == 157


def test_rows_that_a_balance_has_not_seen_are_added_to_it():
    wallet_book = book(RowGroup(100, day(1)), snapshots=[Snapshot(day(1), 60, 60)])
    assert figures(wallet_book, 1)[0] == 100


def test_a_reserve_put_aside_by_rows_is_not_in_the_wallet():
    # Provider: 60 available, 40 reserved; the rows are +100 and −40.
    wallet_book = book(
        RowGroup(100, day(1)),
        RowGroup(-40, day(2)),
        snapshots=[Snapshot(day(3), 60 + 40, 100)],
    )
    assert figures(wallet_book, 1)[0] == 100
    assert figures(wallet_book, 3)[0] == 60


def test_each_day_rests_on_the_first_balance_from_then_on():
    wallet_book = book(
        snapshots=[Snapshot(day(6), 30, 0), Snapshot(day(3), 0, 0)],
    )
    proofs = prove(wallet_book, day(0), day(8))
    assert [proof.anchor for proof in proofs] == [
        *[day(3)] * 4,
        *[day(6)] * 5,
    ]
    assert gaps(proofs) == [Gap(day(4), day(8), 30)]


def test_days_before_the_opening_are_left_out():
    assert [proof.day for proof in prove(book(), day(-9), day(1))] == [day(0), day(1)]
    assert prove(book(), day(-9), day(-1)) == []


def test_what_was_in_the_ledger_before_counts_from_the_first_day():
    assert figures(book(opening=5, ledger={day(-700): 5}), 9)[1] == 5


def test_runs_of_one_difference_are_one_gap():
    def proof(number, difference):
        return DayProof(day(number), difference, 0, 0, 0)

    found = gaps(proof(n, d) for n, d in enumerate((0, 3, 3, 0, 3, 5, 0)))
    assert found == [
        Gap(day(1), day(2), 3),
        Gap(day(4), day(4), 3),
        Gap(day(5), day(5), 5),
    ]
    assert found[0].as_list() == ["2026-01-02", "2026-01-03", 3]


def test_findings_cover_entries_after_the_last_data():
    wallet_book = book(RowGroup(90, day(2), (day(2),)), ledger={day(2): 90, day(9): 5})
    newest, findings = find(wallet_book, None, 0)
    assert (newest.day, newest.difference) == (day(2), 0)
    assert findings.wallet == [Gap(day(9), day(9), -5)]
    assert findings


def test_an_opening_that_the_ledger_lacks_is_found():
    _newest, findings = find(book(opening=500, ledger={day(0): 450}), None, 450)
    assert findings.opening == 50
    assert findings.as_dict() == {
        "wallet": [["2026-01-01", "2026-01-01", 50]],
        "transit": [],
        "opening": 50,
    }
    assert not find(book(), None, 0)[1]


# ----------------------------------------------------------------------
# Whatever happens
# ----------------------------------------------------------------------

numbers = st.integers(0, LENGTH)
row_groups = st.builds(
    lambda amount, booked, entered, undone: RowGroup(
        amount,
        None if booked is None else day(booked),
        tuple(day(number) for number in sorted(entered)),
        tuple(day(number + 1) for number in sorted(entered)[:undone]),
    ),
    st.integers(-1000, 1000),
    st.none() | numbers,
    st.lists(numbers, max_size=3),
    st.integers(0, 2),
)


def ledger_of(groups):
    """Return the ledger that posts exactly these rows."""
    gained = {}
    for group in groups:
        for one in group.entered:
            gained[one] = gained.get(one, 0) + group.amount
        for one in group.left:
            gained[one] = gained.get(one, 0) - group.amount
    return gained


def booked_until(groups, limit):
    return sum(g.amount for g in groups if g.booked and g.booked <= limit)


@given(st.lists(row_groups, max_size=8), st.integers(-500, 500))
def test_a_ledger_that_has_only_our_entries_is_always_proved(groups, opening):
    ledger = ledger_of(groups)
    ledger[OPENING] = ledger.get(OPENING, 0) + opening
    wallet_book = book(*groups, ledger=ledger, opening=opening)
    proofs = prove(wallet_book, OPENING, day(LENGTH + 2))
    assert not gaps(proofs)
    for proof in proofs:
        assert proof.provider == opening + booked_until(groups, proof.day)


@given(
    st.lists(row_groups, max_size=8),
    st.lists(numbers, min_size=1, max_size=4, unique=True),
)
def test_true_balances_prove_every_day(groups, told):
    snapshots = [
        Snapshot(day(n), booked_until(groups, day(n)), booked_until(groups, day(n)))
        for n in told
    ]
    wallet_book = book(*groups, ledger=ledger_of(groups), snapshots=snapshots)
    assert not gaps(prove(wallet_book, OPENING, day(LENGTH)))


@given(st.lists(row_groups, max_size=8), numbers, st.integers(1, 99))
def test_a_foreign_entry_is_found_from_its_day_on(groups, number, amount):
    ledger = ledger_of(groups)
    ledger[day(number)] = ledger.get(day(number), 0) + amount
    proofs = prove(book(*groups, ledger=ledger), OPENING, day(LENGTH))
    assert gaps(proofs) == [Gap(day(number), day(LENGTH), -amount)]


@given(st.lists(row_groups, max_size=8), numbers, st.integers(1, 99))
def test_a_lost_row_is_found_from_the_balance_before_it(groups, number, lost):
    seen = booked_until(groups, day(number))
    wallet_book = book(
        *groups,
        ledger=ledger_of(groups),
        snapshots=[Snapshot(day(number), seen + lost, seen)],
    )
    proofs = prove(wallet_book, OPENING, day(LENGTH))
    assert {proof.difference for proof in proofs} == {lost}


@given(st.lists(row_groups, max_size=6), numbers, numbers)
def test_a_window_shows_what_the_whole_shows(groups, one, other):
    first, last = sorted((one, other))
    wallet_book = book(*groups, ledger=ledger_of(groups))
    whole = prove(wallet_book, OPENING, day(LENGTH))
    assert prove(wallet_book, day(first), day(last)) == whole[first : last + 1]


def test_days_are_whole():
    assert list(days(day(1), day(3))) == [day(1), day(2), day(3)]
    assert list(days(day(2), day(1))) == []
