from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import amounts
from odoo.addons.settlement_match.engine.amounts import Amounts, relation, shares

money = st.integers(-(10**12), 10**12).filter(bool)
some = st.lists(money, min_size=1, max_size=6)


def what(offered, wanted, **more):
    return relation(Amounts(offered, wanted, **more)).what


def test_relations():
    assert what(10000, 10000) == "amount"
    assert what(-10000, 10000) == "opposite"
    assert what(5000, 10000, parts=(5000, 5000)) == "instalment"
    assert what(8500, 10000, fees=(1500,)) == "usual_fee"
    assert what(11500, 10000, fees=(1500,)) == "over"
    assert what(9901, 10000) == "near_amount"
    assert what(10100, 10000) == "near_amount"
    assert what(1934, 9134) == "swapped"
    assert what(9134, 1934) == "swapped"
    assert what(4000, 10000) == "part"
    assert what(14000, 10000) == "over"
    assert what(-4000, -10000) == "part"
    assert what(-14000, -10000) == "over"


def test_words():
    found = relation(Amounts(9901, 10000))
    assert found.text == "0.99 short"
    assert relation(Amounts(-10050, -10000)).text == "0.50 over"
    assert relation(Amounts(995, 1000, decimals=0)).text == "5 short"
    assert relation(Amounts(99500, 100000, decimals=3)).text == "0.500 short"
    assert relation(Amounts(8500, 10000, fees=(1500,))).text == "15.00"


@given(money, money, st.lists(st.integers(1, 10**6), max_size=3))
@settings(deadline=None, max_examples=500)
def test_equal_amounts_weigh_most(offered, wanted, fees):
    exact = relation(Amounts(wanted, wanted, (), fees))
    other = relation(Amounts(offered, wanted, (), fees))
    assert exact.weight >= other.weight
    assert (other.what == "amount") == (offered == wanted)


@given(money, money)
@settings(deadline=None, max_examples=500)
def test_signs_do_not_matter_where_both_turn(offered, wanted):
    assert relation(Amounts(offered, wanted)) == relation(Amounts(-offered, -wanted))


@given(money, st.lists(st.integers(1, 10**6), max_size=3))
@settings(deadline=None, max_examples=300)
def test_variants_are_what_relations_look_for(amount, fees):
    found = amounts.variants(amount, fees)
    assert found[0] == amount
    assert len(found) == len(set(found)) <= 1 + len(fees) + 17
    for other in found[1:]:
        assert (other < 0) == (amount < 0)
        assert relation(Amounts(amount, other, (), fees)).what in (
            "usual_fee",
            "near_amount",
            "swapped",
        )


@given(money, money)
@settings(deadline=None, max_examples=500)
def test_window_has_all_that_is_near(amount, other):
    lowest, highest = amounts.window(amount)
    assert lowest < amount < highest
    if relation(Amounts(amount, other)).what == "near_amount":
        assert lowest <= other <= highest


@given(some, some, st.sampled_from([1, -1]))
@settings(deadline=None, max_examples=500)
def test_shares_of_one_way_are_equal(sources, targets, sign):
    sources = [sign * abs(amount) for amount in sources]
    targets = [sign * abs(amount) for amount in targets]
    found = shares(sources, targets)
    assert sum(found.sources) == sum(found.targets)
    assert found.rest == sum(sources) - sum(found.sources)
    assert found.missing == sum(targets) - sum(found.targets)
    assert not (found.rest and found.missing)


@given(some, some)
@settings(deadline=None, max_examples=500)
def test_shares_are_never_too_much(sources, targets):
    found = shares(sources, targets)
    for given_amounts, taken in ((sources, found.sources), (targets, found.targets)):
        assert len(taken) == len(given_amounts)
        for amount, share in zip(given_amounts, taken, strict=True):
            assert abs(share) <= abs(amount)
            assert share == 0 or (share < 0) == (amount < 0)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=5), st.integers(1, 1000))
@settings(deadline=None, max_examples=500)
def test_credit_notes_count_in_full(invoices, note):
    invoices = [*invoices, note]
    total = sum(invoices) - note
    paid = max(total // 2, 1)
    found = shares([paid], [*invoices, -note])
    assert sum(found.targets) == sum(found.sources) == paid
    assert found.targets[-1] == -note


def test_shares_by_hand():
    assert shares([100], [60, 70]).targets == (60, 40)
    assert shares([100], [60, 40, 20]).targets == (60, 40, 0)
    assert shares([60, 60], [100]).sources == (60, 40)
    assert shares([150], [100]).rest == 50
    assert shares([40], [100]).missing == 60
    assert shares([-30], [-100]).targets == (-30,)
    assert shares([100], [-100]) == amounts.Shares((0,), (0,), 100, -100)
