from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import payouts

DAY = date(2026, 1, 12)


def payout(number, total=9800, **values):
    return payouts.Payout(
        **{
            "id": number,
            "wallet_id": 1,
            "currency_id": 1,
            "total": total,
            "expected_on": DAY,
            "external_id": f"po_{number:08}",
            "names": ("stripe", "Shop"),
            **values,
        }
    )


def row(number, amount=9800, text="STRIPE", **values):
    return payouts.BankRow(
        **{
            "id": number,
            "currency_id": 1,
            "amount": amount,
            "booked_on": DAY,
            "texts": (text,),
            **values,
        }
    )


def decided(payout_list, rows):
    outcome = payouts.decide(payout_list, rows)
    return {(pair.payout.id, pair.row.id) for pair in outcome.accepted}


def test_levels_of_evidence():
    one = payout(1, reference="TRACE-77 88", descriptor="ACME SHOP")
    for text, level in (
        ("payout trace7788 thanks", payouts.TRACE),
        ("PO_00000001", payouts.TRACE),
        ("Acme-Shop transfer", payouts.DESCRIPTOR),
        ("Stripe Payments Europe", payouts.PROVIDER_NAME),
        ("Thanks", payouts.NOTHING),
    ):
        assert payouts.level_of(one, row(1, text=text))[0] == level


def test_short_words_are_no_evidence():
    one = payout(1, reference="AB1", descriptor="ABC", names=("x",), external_id="po")
    assert payouts.level_of(one, row(1, text="AB1 ABC x po"))[0] == payouts.NOTHING


def test_window():
    for days, inside in ((-4, False), (-3, True), (10, True), (11, False)):
        booked = DAY + timedelta(days=days)
        assert payouts.in_window(payout(1), row(1, booked_on=booked)) is inside


def test_other_currency_is_outside():
    assert not payouts.in_window(payout(1), row(1, currency_id=2))
    assert decided([payout(1)], [row(1, currency_id=2)]) == set()


def test_single_pair():
    assert decided([payout(1)], [row(1)]) == {(1, 1)}


def test_row_without_text_is_proposed_only():
    outcome = payouts.decide([payout(1)], [row(1, text="")])
    assert not outcome.accepted
    assert [pair.row.id for pair in outcome.proposed] == [1]


def test_row_with_text_wins_over_one_without():
    assert decided([payout(1)], [row(1, text=""), row(2)]) == {(1, 2)}


def test_equal_payouts_are_ambiguous():
    outcome = payouts.decide([payout(1), payout(2)], [row(1), row(2)])
    assert not outcome.accepted
    assert not outcome.merged
    assert len(outcome.ambiguous) == 4


def test_traces_tell_equal_payouts_apart():
    outcome = decided(
        [payout(1, reference="TRACE01"), payout(2, reference="TRACE02")],
        [row(1, text="STRIPE TRACE02"), row(2, text="STRIPE TRACE01")],
    )
    assert outcome == {(1, 2), (2, 1)}


def test_one_trace_decides_for_both():
    outcome = decided(
        [payout(1, reference="TRACE01"), payout(2)],
        [row(1, text="STRIPE TRACE01"), row(2)],
    )
    assert outcome == {(1, 1), (2, 2)}


def merged(payout_list, rows):
    outcome = payouts.decide(payout_list, rows)
    return [
        (each.row.id, sorted(payout.id for payout in each.payouts))
        for each in outcome.merged
    ]


def test_merged_payouts():
    group = [payout(1, 5000), payout(2, 3000), payout(3, 1999)]
    assert merged(group, [row(1, 8000)]) == [(1, [1, 2])]


def test_merged_payouts_of_two_wallets_do_not_mix():
    group = [payout(1, 5000), payout(2, 3000, wallet_id=2)]
    assert merged(group, [row(1, 8000)]) == []


def test_two_sums_are_no_match():
    group = [payout(1, 6000), payout(2, 4000), payout(3, 7000), payout(4, 3000)]
    assert merged(group, [row(1, 10_000)]) == []


def test_payout_that_two_rows_need_is_in_neither():
    group = [payout(1, 5000), payout(2, 3000), payout(3, 2000)]
    assert merged(group, [row(1, 8000), row(2, 7000)]) == []


def test_merged_payout_outside_of_the_window():
    late = payout(2, 3000, expected_on=DAY + timedelta(days=20))
    assert merged([payout(1, 5000), late], [row(1, 8000)]) == []


def test_sum_without_text_is_no_match():
    assert merged([payout(1, 5000), payout(2, 3000)], [row(1, 8000, "")]) == []


def test_only_rows_narrows_everything():
    outcome = payouts.decide([payout(1), payout(2, 5)], [row(1), row(2, 5)])
    assert len(outcome.accepted) == 2
    assert len(outcome.only_rows({2}).accepted) == 1


totals = st.integers(1, 6).map(lambda number: number * 1000)
payout_lists = st.lists(totals, max_size=6).map(
    lambda amounts: [payout(number, total) for number, total in enumerate(amounts, 1)]
)
row_lists = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(["", "STRIPE", "Shop"])), max_size=6
).map(
    lambda rows: [
        row(number, amount * 1000, text)
        for number, (amount, text) in enumerate(rows, 1)
    ]
)


@given(payout_lists, row_lists)
@settings(deadline=None, max_examples=400)
def test_nothing_is_used_twice_and_amounts_are_equal(payout_list, rows):
    outcome = payouts.decide(payout_list, rows)
    used_payouts, used_rows = [], []
    for pair in (*outcome.accepted, *outcome.proposed):
        assert pair.payout.total == pair.row.amount
        used_payouts.append(pair.payout.id)
        used_rows.append(pair.row.id)
    for each in outcome.merged:
        assert sum(payout.total for payout in each.payouts) == each.row.amount
        assert each.search.exhaustive and len(each.search.solutions) == 1
        used_payouts += [payout.id for payout in each.payouts]
        used_rows.append(each.row.id)
    assert len(used_payouts) == len(set(used_payouts))
    assert len(used_rows) == len(set(used_rows))


@given(payout_lists, row_lists, st.randoms())
@settings(deadline=None, max_examples=200)
def test_order_does_not_matter(payout_list, rows, random):
    shuffled = list(payout_list), list(rows)
    for each in shuffled:
        random.shuffle(each)
    assert decided(payout_list, rows) == decided(*shuffled)


@given(payout_lists, row_lists)
@settings(deadline=None, max_examples=200)
def test_accepted_pairs_have_no_rival_of_equal_strength(payout_list, rows):
    outcome = payouts.decide(payout_list, rows)
    for pair in outcome.accepted:
        assert pair.level > payouts.NOTHING
        taken = {each.row.id for each in outcome.accepted if each is not pair}
        rivals = [
            other
            for other in rows
            if other.id != pair.row.id
            and other.id not in taken
            and other.amount == pair.payout.total
            and payouts.level_of(pair.payout, other)[0] >= pair.level
        ]
        assert not rivals


def returned(*amounts, uses=1):
    rows = [
        {"batch_id": batch, "external_id": "po_1", "id": number, "amount": amount}
        for number, amount in enumerate(amounts, 1)
        for batch in range(uses)
    ]
    return payouts.returned(
        rows, lambda external_id, came, went: (came["id"], went["id"])
    )


def test_returned_payout_needs_both_rows_once():
    assert returned(9800, -9800) == [(1, 2)]
    assert returned(-9800, 9800) == [(2, 1)]
    assert returned(9800) == []
    assert returned(9800, 9800) == []
    assert returned(9800, -9800, -9800) == []
    assert returned(9800, -9800, uses=2) == []
