from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import rule, rule_words
from odoo.addons.settlement_match.engine.rule import (
    Conditions,
    Payment,
    RuleVersion,
    Tolerance,
)

DAY = date(2026, 1, 10)
EUR, JPY = 1, 2


def payment(amount=10000, **values):
    given_values = {
        "backend_id": 3,
        "currency_id": EUR,
        "decimals": 2,
        "booked_on": DAY,
        **values,
    }
    return Payment(amount=amount, **given_values)


def version(version_id=1, **values):
    return RuleVersion(version_id, **{"rule_id": version_id, **values})


# ----------------------------------------------------------------------
# Conditions
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({}, True),
        ({"backend_ids": frozenset({3})}, True),
        ({"backend_ids": frozenset({4})}, False),
        ({"direction": "in"}, True),
        ({"direction": "out"}, False),
        ({"currency_ids": frozenset({EUR, JPY})}, True),
        ({"currency_ids": frozenset({JPY})}, False),
        ({"amount_from": Decimal("100.00")}, True),
        ({"amount_from": Decimal("100.01")}, False),
        ({"amount_to": Decimal("100.00")}, True),
        ({"amount_to": Decimal("99.99")}, False),
        ({"partner_ids": frozenset({7, 8})}, True),
        ({"partner_ids": frozenset({8})}, False),
        ({"account": "de02 1203 0000"}, True),
        ({"account": "DE02120300001"}, False),
        ({"text_pattern": "rent*2026"}, True),
        ({"text_pattern": "interest"}, False),
    ],
)
def test_conditions(conditions, holds):
    paid = payment(
        partner_ids=frozenset({6, 7}),
        account="DE0212030000",
        texts=("Rent January 2026",),
    )
    assert Conditions(**conditions).hold(paid) is holds
    # One condition that does not hold is enough.
    both = Conditions(**{"backend_ids": frozenset({4}), **conditions})
    assert both.hold(paid) is (holds and "backend_ids" in conditions)


def test_nothing_moves_in_no_direction():
    assert not Conditions().hold(payment(0))


def test_amounts_have_no_sign():
    assert Conditions(amount_from=Decimal(100), direction="out").hold(payment(-10000))


def test_the_exponent_of_the_currency():
    assert payment(500, decimals=0).size == 500
    assert payment(500, decimals=3).size == Decimal("0.5")


def test_an_account_that_is_unknown_is_nobody_s():
    assert not Conditions(account="DE02").hold(payment())


# ----------------------------------------------------------------------
# Tolerance
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tolerance", "limit"),
    [
        (Tolerance(), 0),
        (Tolerance(percent=Decimal(2)), 200),
        (Tolerance(percent=Decimal("0.125")), 12),
        (Tolerance(amounts={EUR: 150}), 150),
        (Tolerance(amounts={JPY: 150}), 0),
        (Tolerance(percent=Decimal(2), amounts={EUR: 150}), 150),
        (Tolerance(percent=Decimal(1), amounts={EUR: 150}), 100),
        (Tolerance(percent=Decimal(2), amounts={JPY: 150}), 0),
    ],
)
def test_the_limit(tolerance, limit):
    assert tolerance.limit(10000, EUR) == limit
    assert tolerance.limit(-10000, EUR) == limit


@pytest.mark.parametrize(
    ("kind", "source", "target", "fits"),
    [
        ("fee", 9800, 10000, True),
        ("fee", 10200, 10000, False),
        ("fee", -10200, -10000, True),
        ("fee", -9800, -10000, False),
        ("discount", 9800, 10000, True),
        ("discount", 10200, 10000, False),
        ("discount", -9800, -10000, True),
        ("discount", -10200, -10000, False),
        ("rounding", 9999, 10000, True),
        ("rounding", 10001, 10000, True),
        ("rounding", 10000, 10000, False),
    ],
)
def test_what_a_difference_can_be(kind, source, target, fits):
    assert rule.fits_kind(kind, source, target) is fits


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_nothing_beyond_the_limit_is_tolerated(source, target):
    tolerance = Tolerance(percent=Decimal("0.5"), amounts={EUR: 10**6})
    allowing = version(difference_kind="rounding", tolerance=tolerance)
    if allowing.tolerates(source, target, EUR):
        assert source * target > 0
        assert 0 < abs(source - target) <= 10**6
        assert abs(source - target) * 200 <= abs(target)


# ----------------------------------------------------------------------
# Which version decides
# ----------------------------------------------------------------------


def test_the_first_whose_conditions_hold():
    versions = [
        version(1, sequence=20),
        version(2, sequence=10, conditions=Conditions(direction="out")),
        version(3, sequence=15),
        version(4, sequence=15),
    ]
    assert rule.first_of(versions, payment()).id == 3
    assert rule.first_of(versions, payment(-1)).id == 2
    assert rule.first_of([], payment()) is None


def test_the_latest_version_of_a_rule_takes_its_days():
    old = version(1, number=1)
    new = version(2, rule_id=1, number=2, effective_from=DAY)
    assert rule.first_of([old, new], payment()).id == 2
    before = payment(booked_on=DAY - timedelta(days=1))
    assert rule.first_of([old, new], before).id == 1


def test_a_later_version_that_does_not_fit_keeps_the_former_out():
    new = version(2, rule_id=1, number=2, conditions=Conditions(direction="out"))
    assert rule.first_of([version(1), new], payment()) is None


def test_a_version_comes_back_after_a_later_one():
    old = version(1)
    new = version(
        2,
        rule_id=1,
        number=2,
        effective_from=date(2026, 2, 1),
        effective_to=date(2026, 2, 28),
    )
    found = [(each.id, first, last) for each, first, last in rule.periods([old, new])]
    assert found == [
        (2, date(2026, 2, 1), date(2026, 2, 28)),
        (1, date.min, date(2026, 1, 31)),
        (1, date(2026, 3, 1), date.max),
    ]


days = st.one_of(st.none(), st.integers(0, 20).map(lambda n: DAY + timedelta(days=n)))


@given(
    st.lists(st.tuples(st.integers(1, 3), days, days), max_size=8),
    st.integers(-1, 21),
)
def test_periods_say_what_the_versions_say(drawn, number):
    versions = [
        version(
            position,
            rule_id=rule_id,
            number=position,
            effective_from=first,
            effective_to=last,
        )
        for position, (rule_id, first, last) in enumerate(drawn, start=1)
    ]
    day = DAY + timedelta(days=number)
    by_period = [
        each.id for each, first, last in rule.periods(versions) if first <= day <= last
    ]
    assert sorted(by_period) == sorted(each.id for each in rule.in_force(versions, day))


# ----------------------------------------------------------------------
# Words
# ----------------------------------------------------------------------


def test_a_difference_in_words():
    facts = rule_words.RuleFacts(
        direction="in",
        backends=("Bank A", "Bank B"),
        partners=("Ada Ltd",),
        text_pattern="charges*",
        amount_from="10",
        amount_to="500",
        currencies=("EUR",),
        percent="2",
        tolerances=("5.00 €",),
        difference_kind="fee",
        mode="automatic",
        effective_from=date(2026, 1, 1),
    )
    assert rule_words.sentence(facts) == (
        "Money in, from Bank A and Bank B, of Ada Ltd, text contains “charges*”, "
        "between 10 and 500, in EUR: a difference of up to 2 % and 5.00 € is a fee. "
        "Such matches are confirmed by themselves once the rule has proved right. For "
        "payments from 2026-01-01 on."
    )


def test_a_payer_in_words():
    facts = rule_words.RuleFacts(
        purpose="payer",
        account="DE02120300000000202051",
        partners=("Ada Ltd",),
        pays_for=("Bob Ltd", "Cid Ltd"),
    )
    assert rule_words.sentence(facts) == (
        "Money in or out, from the bank account ending in 2051: the payer is Ada Ltd "
        "and may pay for Bob Ltd and Cid Ltd. Such matches are proposed to a person."
    )


def test_an_account_in_words():
    facts = rule_words.RuleFacts(
        purpose="account",
        direction="out",
        text_pattern="interest",
        booked_on="600 Interest",
        tax="VAT 20",
        effective_to=date(2026, 12, 31),
    )
    assert rule_words.sentence(facts) == (
        "Money out, text contains “interest”: no document is needed, it is booked on "
        "600 Interest, VAT 20 included. Such matches are proposed to a person. For "
        "payments until 2026-12-31."
    )


def test_many_names_are_counted():
    names = tuple(f"Bank {letter}" for letter in "ABCDEF")
    said = rule_words.sentence(rule_words.RuleFacts(backends=names))
    assert "Bank A, Bank B, Bank C, Bank D and 2 more backends" in said


def test_an_empty_draft_says_so():
    said = rule_words.sentence(rule_words.RuleFacts(purpose=""))
    assert "up to nothing is explained" in said
