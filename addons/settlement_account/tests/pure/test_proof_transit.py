from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.proof import (
    Gap,
    RowGroup,
    TransitBook,
    WalletBook,
    find,
    gaps,
    prove_transit,
)

OPENING = date(2026, 1, 1)
LENGTH = 12


def day(number):
    return OPENING + timedelta(days=number)


def test_a_payout_is_under_way_until_the_bank_has_it():
    transit = TransitBook(
        payouts=[RowGroup(90, None, (day(2),))],
        received={day(4): 90},
        ledger={day(2): 90, day(4): -90},
    )
    proofs = prove_transit(transit, day(1), day(4))
    assert [proof.expected for proof in proofs] == [0, 90, 90, 0]
    assert [proof.ledger for proof in proofs] == [0, 90, 90, 0]
    assert not gaps(proofs)


def test_a_reversed_payout_is_no_longer_under_way():
    transit = TransitBook(
        payouts=[RowGroup(90, None, (day(2),), (day(5),))],
        ledger={day(2): 90, day(5): -90},
    )
    assert not gaps(prove_transit(transit, day(0), day(9)))


def test_what_nobody_paid_out_is_a_gap():
    transit = TransitBook(ledger={day(3): 5})
    assert gaps(prove_transit(transit, day(0), day(4))) == [Gap(day(3), day(4), 5)]


def test_findings_reach_as_far_as_the_account_in_transit():
    transit = TransitBook(ledger={day(30): 5})
    _newest, findings = find(WalletBook(OPENING, 0), transit, 0)
    assert findings.transit == [Gap(day(30), day(30), 5)]


@given(
    st.lists(
        st.tuples(st.integers(1, 999), st.integers(0, 9), st.integers(0, 3)),
        max_size=6,
    )
)
def test_payouts_that_arrive_are_always_proved(payouts):
    ledger, received, groups = {}, {}, []
    for amount, sent, taken in payouts:
        arrived = day(sent + taken)
        groups.append(RowGroup(amount, None, (day(sent),)))
        received[arrived] = received.get(arrived, 0) + amount
        ledger[day(sent)] = ledger.get(day(sent), 0) + amount
        ledger[arrived] = ledger.get(arrived, 0) - amount
    transit = TransitBook(groups, received, ledger)
    proofs = prove_transit(transit, OPENING, day(LENGTH))
    assert not gaps(proofs)
    assert proofs[-1].expected == 0
