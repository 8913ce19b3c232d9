from odoo.addons.settlement.canonical.kind_rules import (
    KindRule,
    by_direction,
    for_review,
    memos,
)


def test_a_table_by_direction():
    rules = by_direction("fee_refund", "fee", {"F1": "a fee", "F2": "another"})
    assert rules == {
        "F1": KindRule("fee_refund", "fee", "a fee"),
        "F2": KindRule("fee_refund", "fee", "another"),
    }


def test_codes_that_a_person_looks_at():
    (rule,) = for_review({"X": "odd"}).values()
    assert (rule.credit, rule.debit, rule.review, rule.memo) == (
        *("adjustment", "adjustment"),
        *(True, False),
    )


def test_codes_that_move_no_money_say_so():
    (rule,) = memos({"X": "shown"}).values()
    assert (rule.review, rule.memo) == (False, True)
    assert rule.meaning == "shown; moves no money"


def test_the_line_of_the_manual():
    known = KindRule("charge", "refund", "sold", review=True).known_code("S", "type")
    assert (known.code, known.credit, known.debit) == ("S", "charge", "refund")
    assert (known.review, known.group, known.meaning) == (True, "type", "sold")
