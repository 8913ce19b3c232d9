"""What rules make of facts: the kind changes, the money never does."""

from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    FeeFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement.canonical.kinds import KIND_SIGNS, TRANSACTION_KINDS
from odoo.addons.settlement.mapping.apply import (
    MappedFact,
    MappingConflict,
    apply,
    apply_all,
)
from odoo.addons.settlement.mapping.rules import Rule, RuleSet

FACT_FIELDS = [field.name for field in fields(TransactionFact)]


def fact(gross="-5.00", code="unknown:quantum", kind="adjustment", **values):
    gross = Decimal(gross)
    fee = Decimal(values.pop("fee", "0"))
    return TransactionFact(
        **{
            "currency": "EUR",
            "external_id": "txn_1",
            "kind": kind,
            "gross_amount": gross,
            "fee_amount": fee,
            "fees": (FeeFact("processing", fee),) if fee else (),
            "net_amount": gross - fee,
            "occurred_at": datetime(2026, 3, 10),
            "booked_on": date(2026, 3, 10),
            "source_code": code,
            **values,
        }
    )


def ruled(*rules, reading=3):
    return RuleSet(rules, {rule.code: reading for rule in rules})


def values_of(each):
    return {name: getattr(each, name) for name in FACT_FIELDS}


def test_a_rule_says_what_a_code_is():
    mapped = apply(fact(), ruled(Rule(7, "quantum", kind="fee")))
    assert (mapped.kind, mapped.mapping_id, mapped.reading) == ("fee", 7, 3)
    assert values_of(mapped) == {**values_of(fact()), "kind": "fee"}


def test_other_codes_stay_the_very_same_object():
    each = fact(code="charge/charge", kind="charge", gross="5")
    assert apply(each, ruled(Rule(7, "quantum", kind="fee"))) is each


def test_a_rule_without_kind_keeps_the_connector_s_and_is_named():
    mapped = apply(fact(), ruled(Rule(7, "quantum")))
    assert (mapped.kind, mapped.mapping_id) == ("adjustment", 7)


def test_a_withdrawn_rule_brings_back_what_the_connector_says_as_a_later_reading():
    mapped = apply(
        fact(), ruled(Rule(7, "quantum", kind="fee", is_withdrawn=True), reading=9)
    )
    assert (mapped.kind, mapped.mapping_id, mapped.reading) == ("adjustment", 0, 9)


def test_fees_withheld_from_the_row_stay_with_it():
    mapped = apply(
        fact("-5.00", fee="1.00"), ruled(Rule(7, "quantum", kind="transfer"))
    )
    assert mapped.fees == (FeeFact("processing", Decimal("1.00")),)
    assert mapped.net_amount == Decimal("-6.00")


def test_a_row_without_gross_is_judged_by_its_net():
    each = fact("0", fee="2.00")
    assert apply(each, ruled(Rule(7, "quantum", kind="fee"))).kind == "fee"
    with pytest.raises(MappingConflict):
        apply(each, ruled(Rule(7, "quantum", kind="fee_refund")))


@pytest.mark.parametrize("kind", sorted(KIND_SIGNS))
def test_money_that_goes_the_other_way_is_refused_and_named(kind):
    if kind.startswith("bank"):
        return
    wrong = "5.00" if KIND_SIGNS[kind] < 0 else "-5.00"
    rules = ruled(Rule(7, "quantum", name="Quantum", kind=kind))
    with pytest.raises(MappingConflict) as caught:
        apply(fact(wrong), rules)
    assert caught.value.reason == "unknown_mapping"
    for word in ("txn_1", "Quantum", "5.00 EUR", kind, "2026-03-10"):
        assert word in str(caught.value)
    right = "-5.00" if KIND_SIGNS[kind] < 0 else "5.00"
    assert apply(fact(right), rules).kind == kind


def test_a_bank_entry_stays_one_and_nothing_else_becomes_one():
    bank = fact(code="PMNT/MDOP/CHRG", kind="bank_debit")
    with pytest.raises(MappingConflict, match="is entry of a bank account"):
        apply(bank, ruled(Rule(7, "PMNT/MDOP/CHRG", kind="fee")))
    assert apply(bank, ruled(Rule(7, "PMNT/MDOP/CHRG"))).kind == "bank_debit"
    with pytest.raises(MappingConflict, match="is no entry"):
        apply(fact(), ruled(Rule(7, "quantum", kind="bank_debit")))


def test_the_connector_s_own_kind_is_never_a_conflict():
    # Providers do send a negative charge; who repeats its kind changes nothing.
    each = fact("5.00", kind="fee")
    assert apply(each, ruled(Rule(7, "quantum", kind="fee"))).kind == "fee"


def test_a_conflict_puts_one_row_aside_and_no_other():
    batch = BatchFact("EUR", "payout", "po_1", date(2026, 3, 10), Decimal(1))
    stream = [batch, fact("5.00"), fact("-5.00", external_id="txn_2")]
    done = list(apply_all(iter(stream), ruled(Rule(7, "quantum", kind="fee"))))
    assert done[0] is batch
    assert isinstance(done[1], RejectedRow)
    assert (done[1].external_id, done[1].code) == ("txn_1", "unknown_mapping")
    assert done[2].kind == "fee"


def test_without_rules_the_stream_passes_untouched():
    stream = [fact(), RejectedRow(1, "raw", "why")]
    assert [id(each) for each in apply_all(stream, RuleSet())] == list(map(id, stream))


AMOUNTS = st.decimals(-1000, 1000, places=2)
FACTS = st.lists(
    st.builds(
        lambda gross, code, number: fact(str(gross), code, external_id=f"txn_{number}"),
        AMOUNTS,
        st.sampled_from(("unknown:a", "a", "b", "c")),
        st.integers(1, 50),
    ),
    max_size=12,
)
KINDS = [kind for kind in TRANSACTION_KINDS if not kind.startswith("bank")]
RULES = st.lists(
    st.builds(
        Rule,
        id=st.integers(1, 99),
        code=st.sampled_from(("a", "b")),
        kind=st.sampled_from(["", *KINDS]),
        direction=st.sampled_from(("", "in", "out")),
        version=st.integers(1, 3),
        is_withdrawn=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda rule: (rule.code, rule.key, rule.version),
).map(lambda rules: ruled(*rules))


@given(FACTS, RULES)
def test_every_row_comes_out_once_and_no_money_is_lost(facts, rules):
    done = list(apply_all(facts, rules))
    assert len(done) == len(facts)
    for before, after in zip(facts, done, strict=True):
        if isinstance(after, RejectedRow):
            assert before.external_id in after.reason
            continue
        assert {**values_of(after), "kind": ""} == {**values_of(before), "kind": ""}
        assert after.gross_amount * KIND_SIGNS.get(after.kind, 0) >= 0


@given(FACTS, RULES, st.randoms())
def test_the_order_of_facts_does_not_matter(facts, rules, random):
    def outcome(stream):
        return sorted(
            repr(each.reason if isinstance(each, RejectedRow) else each)
            for each in apply_all(stream, rules)
        )

    shuffled = list(facts)
    random.shuffle(shuffled)
    assert outcome(facts) == outcome(shuffled)


@given(FACTS, RULES)
def test_applying_again_changes_nothing(facts, rules):
    once = [each for each in apply_all(facts, rules) if isinstance(each, MappedFact)]
    again = [each for each in apply_all(once, rules) if isinstance(each, MappedFact)]
    # A row whose first kind was refused cannot be here; all others stay.
    assert [each.kind for each in again] == [each.kind for each in once]
