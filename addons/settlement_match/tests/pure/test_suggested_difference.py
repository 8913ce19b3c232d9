from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import evidence, rule
from odoo.addons.settlement_match.engine.suggested_difference import (
    NOTHING,
    WORDS,
    Difference,
    difference,
    needs_no_document,
)
from odoo.addons.settlement_match.engine.suggestion import suggest
from odoo.addons.settlement_match.engine.suggestion_facts import Money, Ruled, Target

DAY = date(2026, 1, 10)
EUR = 1


def money(amount=9800, **values):
    payment = rule.Payment(1, EUR, amount, 2, DAY, texts=("monthly charge",))
    return Money(
        **{
            "key": ("settlement.transaction", 1),
            "name": "t1",
            "currency": "EUR",
            "amount": amount,
            "day": DAY,
            "currency_id": EUR,
            "payment": payment,
            **values,
        }
    )


def target(amount=10000, **values):
    return Target(
        **{
            "key": ("account.move.line", 2),
            "name": "INV/1",
            "currency": "EUR",
            "amount": amount,
            "currency_id": EUR,
            "partner_id": 7,
            **values,
        }
    )


def version(purpose=rule.DIFFERENCE, kind=rule.FEE, limit=500, **conditions):
    return rule.RuleVersion(
        id=1,
        rule_id=1,
        number=1,
        purpose=purpose,
        conditions=rule.Conditions(**conditions),
        tolerance=rule.Tolerance(amounts={EUR: limit}),
        difference_kind=kind,
    )


def left(paid, wanted, offered=None):
    return difference(paid, wanted, paid.amount if offered is None else offered)


def test_nothing_is_left():
    assert left(money(10000), target()) == NOTHING
    assert left(money(-9800), target()) == NOTHING


@pytest.mark.parametrize(
    ("amount", "kind", "minor"),
    [
        (9999, "rounding", 1),
        (10002, "rounding", -2),
        (9997, "write_off", 3),
        (10100, "write_off", -100),
        (9800, "part", 200),
        (5000, "part", 5000),
        (10101, "credit", -101),
    ],
)
def test_what_nobody_has_decided_about(amount, kind, minor):
    assert left(money(amount), target()) == Difference(kind, minor)
    opposite = left(money(-amount), target(-10000))
    assert opposite == Difference(kind, -minor)


def test_what_banks_usually_keep():
    assert left(money(fees=(200, 300)), target()).kind == "fee"
    assert left(money(9750, fees=(200,)), target()).kind == "part"


def test_instalment_is_a_part_however_small_the_rest():
    assert left(money(9950), target(parts=(9950, 50))).kind == "part"
    assert left(money(9950), target()).kind == "write_off"


def test_terms_of_the_document():
    in_time = target(discounted=(DAY, 9800))
    assert left(money(), in_time) == Difference("discount", 200)
    assert left(money(9801), in_time).kind == "part"
    late = target(discounted=(date(2026, 1, 9), 9800))
    assert left(money(), late).kind == "part"


def test_approved_rule_goes_first():
    ruled = Ruled(version(kind=rule.DISCOUNT), "Cash discount (v1)")
    found = left(money(rules=(ruled,), fees=(200,)), target())
    assert found == Difference("discount", 200, "Cash discount (v1)")


def test_rule_that_does_not_allow_it():
    for other in (
        version(limit=199),
        version(direction=rule.OUT),
        version(partner_ids=frozenset({8})),
        version(purpose=rule.PAYER),
        version(text_pattern="*rent*"),
    ):
        assert left(money(rules=(Ruled(other, "x"),)), target()).kind == "part"
    own = version(partner_ids=frozenset({7}), text_pattern="*charge*")
    assert left(money(rules=(Ruled(own, "x"),)), target()).kind == "fee"


def test_other_currency_is_a_matter_of_rates():
    foreign = target(currency="USD", currency_id=2)
    assert difference(money(), foreign, None) == Difference("exchange")
    # What the customer saw can be compared; a rule of ours is for our currency.
    ruled = Ruled(version(), "x")
    assert difference(money(rules=(ruled,)), foreign, 9800).kind == "part"


def test_rule_by_which_no_document_is_needed():
    account = Ruled(version(rule.ACCOUNT, "", text_pattern="*charge*"), "Charges")
    assert needs_no_document(money(rules=(account,))) == "Charges"
    assert needs_no_document(money()) == ""
    assert needs_no_document(money(rules=(account,), payment=None)) == ""
    other = Ruled(version(rule.ACCOUNT, "", text_pattern="*rent*"), "Rents")
    assert needs_no_document(money(rules=(other,))) == ""


# ----------------------------------------------------------------------
# In a suggestion
# ----------------------------------------------------------------------


def weights(found):
    return {piece["what"]: piece["weight"] for piece in found.contributions}


def test_rules_have_contributions_of_their_own():
    allowed = Ruled(version(), "Fees")
    account = Ruled(version(rule.ACCOUNT, "", text_pattern="*charge*"), "Charges")
    paid = money(payers={7: ("rule", "Ada pays", "Ada")})
    plain = suggest(paid, target(), asker="money")
    assert weights(plain)["rule"] == evidence.RULE_WEIGHT
    better = suggest(replace(paid, rules=(allowed,)), target(), asker="money")
    assert weights(better)["rule_difference"] > 0
    assert better.score > plain.score
    assert better.difference == Difference("fee", 200, "Fees")
    worse = suggest(replace(paid, rules=(account,)), target(), asker="money")
    assert weights(worse)["needs_none"] < 0
    assert worse.score < plain.score


def test_mandate_is_a_clue_of_its_own():
    paid = money(payers={7: ("payer_mandate", "MND-1", "Ada")})
    found = suggest(paid, target(), asker="target")
    assert weights(found)["payer_mandate"] > 0
    assert found.difference.kind == "part"
    assert found.target_currency_id == EUR


@given(
    st.integers(-20_000, 20_000).filter(bool),
    st.integers(-20_000, 20_000).filter(bool),
    st.lists(st.integers(1, 500), max_size=3),
)
def test_money_and_difference_are_what_is_open(amount, wanted, fees):
    found = left(money(amount, fees=tuple(fees)), target(wanted))
    if found.kind:
        assert found.kind in WORDS
        assert amount + found.minor == wanted
    else:
        assert amount == wanted or (amount < 0) != (wanted < 0)


def test_percent_of_a_rule():
    two = replace(version(), tolerance=rule.Tolerance(percent=Decimal(2)))
    assert left(money(rules=(Ruled(two, "x"),)), target()).kind == "fee"
    assert left(money(9799, rules=(Ruled(two, "x"),)), target()).kind == "part"
