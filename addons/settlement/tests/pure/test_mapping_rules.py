"""Which rule holds for a row: scope, conditions, versions, days."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.mapping.rules import (
    Rule,
    RuleSet,
    code_key,
    direction_of,
    is_unknown,
)

DAY = date(2026, 3, 10)
NO_MONEY = Decimal(0)
IN, OUT = Decimal(5), Decimal(-5)


def found(*rules, code="code", amount=OUT, currency="EUR", day=DAY):
    rule = RuleSet(rules).find(code, amount, currency, day)
    return rule.id if rule else None


def test_the_mark_of_an_unknown_code_is_no_part_of_it():
    assert code_key("unknown:a/b") == code_key(" a/b ") == "a/b"
    assert is_unknown("unknown:a/b") and not is_unknown("a/b")
    rule = Rule(1, "a/b", kind="fee")
    assert found(rule, code="unknown:a/b") == found(rule, code="a/b") == 1


def test_a_code_is_compared_as_it_is():
    rule = Rule(1, "PMNT/RCDT/ESCT")
    assert found(rule, code="PMNT/RCDT/ESCT") == 1
    for other in ("pmnt/rcdt/esct", "PMNT/RCDT", "PMNT/RCDT/ESCT/AC04", ""):
        assert found(rule, code=other) is None


def test_direction_follows_the_sign():
    assert [direction_of(amount) for amount in (IN, OUT, NO_MONEY)] == ["in", "out", ""]


def test_one_backend_is_more_special_than_its_connector_than_the_company():
    company, connector, backend = (Rule(9 - at, "code", scope=at) for at in range(3))
    assert found(company, connector, backend) == backend.id
    assert found(connector, company) == connector.id
    assert found(company) == company.id


def test_within_a_scope_conditions_make_special_currency_first():
    general = Rule(1, "code")
    of_direction = Rule(2, "code", direction="out")
    of_currency = Rule(3, "code", currency="EUR")
    of_both = Rule(4, "code", currency="EUR", direction="out")
    assert found(general, of_direction) == 2
    assert found(general, of_direction, of_currency) == 3
    assert found(general, of_direction, of_currency, of_both) == 4
    # A special rule of the company does not beat a general one of the backend.
    assert found(of_both, Rule(5, "code", scope=2)) == 5


def test_conditions_must_be_met():
    rule = Rule(1, "code", currency="EUR", direction="out")
    assert found(rule) == 1
    assert found(rule, amount=IN) is None
    assert found(rule, amount=NO_MONEY) is None
    assert found(rule, currency="USD") is None


def test_the_latest_version_in_force_holds_on_each_day():
    first = Rule(1, "code", version=1)
    second = Rule(2, "code", version=2, since=date(2026, 3, 1))
    third = Rule(3, "code", version=3, since=date(2026, 4, 1))
    rules = (first, second, third)
    assert found(*rules, day=date(2026, 2, 28)) == 1
    assert found(*rules, day=date(2026, 3, 1)) == 2
    assert found(*rules, day=date(2026, 3, 31)) == 2
    assert found(*rules, day=date(2026, 4, 1)) == 3


def test_a_later_version_from_an_earlier_day_covers_what_was_before():
    second = Rule(2, "code", version=2, since=date(2026, 6, 1))
    third = Rule(3, "code", version=3, since=date(2026, 2, 1))
    assert found(second, third, day=date(2026, 7, 1)) == 3
    assert found(Rule(1, "code"), second, third, day=date(2026, 1, 31)) == 1


def test_withdrawn_gives_way_to_what_is_less_special():
    company = Rule(1, "code", scope=0, kind="adjustment")
    gone = Rule(2, "code", scope=2, version=1, is_withdrawn=True)
    assert found(gone) is None
    assert found(company, gone) == 1


def test_withdrawn_from_a_day_leaves_the_days_before():
    first = Rule(1, "code", version=1)
    gone = Rule(2, "code", version=2, since=date(2026, 3, 1), is_withdrawn=True)
    assert found(first, gone, day=date(2026, 2, 28)) == 1
    assert found(first, gone, day=date(2026, 3, 1)) is None


def test_readings_are_of_the_code_whoever_marks_it():
    rules = RuleSet([Rule(1, "a")], {"a": 7})
    assert rules.reading("a") == rules.reading("unknown:a") == 7
    assert rules.reading("b") == 0
    assert rules.codes == ["a"]
    assert rules and not RuleSet()


RULES = st.lists(
    st.builds(
        Rule,
        id=st.integers(1, 99),
        code=st.sampled_from(("a", "b")),
        scope=st.integers(0, 2),
        direction=st.sampled_from(("", "in", "out")),
        currency=st.sampled_from(("", "EUR")),
        since=st.sampled_from((None, date(2026, 3, 1), date(2026, 3, 20))),
        version=st.integers(1, 4),
        is_withdrawn=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda rule: (rule.code, rule.key, rule.version),
)


@given(RULES, st.randoms(), st.sampled_from((IN, OUT, NO_MONEY)))
def test_the_order_of_rules_does_not_matter(rules, random, amount):
    shuffled = list(rules)
    random.shuffle(shuffled)
    for code in ("a", "b"):
        assert RuleSet(rules).find(code, amount, "EUR", DAY) == RuleSet(shuffled).find(
            code, amount, "EUR", DAY
        )


@given(RULES, st.sampled_from((IN, OUT, NO_MONEY)), st.sampled_from(("EUR", "USD")))
def test_what_is_found_holds_and_nothing_holding_is_more_special(
    rules, amount, currency
):
    found_rule = RuleSet(rules).find("a", amount, currency, DAY)
    candidates = [
        rule
        for rule in rules
        if rule.code == "a"
        and rule.fits(direction_of(amount), currency)
        and rule.is_in_force(DAY)
    ]
    latest = {}
    for rule in sorted(candidates, key=lambda rule: rule.version):
        latest[rule.key] = rule
    holding = [rule for rule in latest.values() if not rule.is_withdrawn]
    expected = max(holding, key=lambda rule: rule.rank, default=None)
    assert found_rule == expected
