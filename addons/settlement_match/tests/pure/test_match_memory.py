from decimal import Decimal
from itertools import count
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import memory, pattern
from odoo.addons.settlement_match.engine.memory import Resolution

ADA, BOB, EVE = 1, 2, 3
IBAN = "DE02120300000000202051"
numbers = count(1)


def settled(amount=10_000, **values):
    return Resolution(("settlement.match", next(numbers)), amount, **values)


def several(times=3, amount=10_000, **values):
    return [settled(amount, **values) for _time in range(times)]


# ----------------------------------------------------------------------
# Payers
# ----------------------------------------------------------------------


def test_an_account_that_always_pays_for_one_partner():
    decided = several(account=IBAN, partner_id=ADA)
    (rule,) = memory.proposals(decided)
    assert (rule.purpose, rule.account, rule.partner_id) == ("payer", IBAN, ADA)
    assert rule.pays_for_id == 0
    assert rule.evidence == tuple(each.key for each in decided)


def test_the_account_of_another_pays_for_a_partner():
    (rule,) = memory.proposals(several(account=IBAN, partner_id=ADA, owner_id=BOB))
    assert (rule.partner_id, rule.pays_for_id) == (BOB, ADA)


def test_what_is_known_needs_no_rule():
    assert not memory.proposals(several(account=IBAN, partner_id=ADA, owner_id=ADA))


def test_two_decisions_are_no_habit():
    decided = several(2, account=IBAN, partner_id=ADA)
    assert not memory.proposals(decided)
    # What the engine decided is not a third one.
    assert not memory.proposals(
        [*decided, settled(account=IBAN, partner_id=ADA, by_person=False)]
    )
    # Nor is the same decision twice.
    assert not memory.proposals([*decided, decided[0]])


@pytest.mark.parametrize("by_person", [True, False])
@pytest.mark.parametrize("partner_id", [BOB, 0])
def test_one_decision_that_differs_speaks_against_it(by_person, partner_id):
    decided = several(9, account=IBAN, partner_id=ADA)
    other = settled(account=IBAN, partner_id=partner_id, by_person=by_person)
    assert not memory.payers_by_account([*decided, other])


def test_a_name_where_no_account_is_stated():
    decided = several(name="ADA LOVELACE 17", partner_id=ADA)
    (rule,) = memory.proposals(decided)
    assert (rule.text_pattern, rule.partner_id) == ("ADA LOVELACE ##", ADA)


def test_a_name_that_another_carries_too_is_no_clue():
    decided = several(name="J SMITH", partner_id=ADA)
    assert not memory.proposals([*decided, settled(name="j smith", partner_id=BOB)])
    assert not memory.proposals(
        [*decided, settled(text="Invoice 7 for J Smith", partner_id=BOB, account=IBAN)]
    )


# ----------------------------------------------------------------------
# Accounts
# ----------------------------------------------------------------------


def fees(times=3, **values):
    return [
        settled(-500, text=f"MONTHLY FEE 0{month}/2026", account_id=77, **values)
        for month in range(1, times + 1)
    ]


def test_rows_that_are_always_put_to_one_account():
    (rule,) = memory.proposals(fees())
    assert (rule.purpose, rule.account_id, rule.direction) == ("account", 77, "out")
    assert rule.text_pattern == "MONTHLY FEE ##/####"
    assert len(rule.evidence) == 3


def test_two_descriptors_of_one_account_are_two_rules():
    cards = [settled(-50, text=f"CARD COSTS {n}", account_id=77) for n in (7, 8, 9)]
    found = memory.proposals([*fees(), *cards])
    assert [rule.text_pattern for rule in found] == [
        "MONTHLY FEE ##/####",
        "CARD COSTS #",
    ]


def test_the_same_words_on_another_account_speak_against_it():
    other = settled(-500, text="MONTHLY FEE 09/2026", account_id=78)
    assert not memory.proposals([*fees(9), other])


def test_the_same_words_for_a_document_speak_against_it():
    other = settled(-500, text="MONTHLY FEE 09/2026", partner_id=ADA)
    assert not memory.proposals([*fees(9), other])
    engine = settled(-5, text="Monthly fee 09/2026", partner_id=ADA, by_person=False)
    assert not memory.proposals([*fees(9), engine])


# ----------------------------------------------------------------------
# Differences
# ----------------------------------------------------------------------


def short(missing, amount=100_000, **values):
    values = {"partner_id": ADA, "currency_id": 5, "difference_kind": "fee", **values}
    return settled(amount - missing, difference=missing, **values)


def test_a_usual_amount():
    (rule,) = memory.differences([short(1_500), short(1_500), short(1_200)])
    assert (rule.purpose, rule.partner_id, rule.currency_id) == ("difference", ADA, 5)
    assert (rule.difference_kind, rule.direction) == ("fee", "in")
    assert (rule.tolerance, rule.tolerance_percent) == (1_500, Decimal(0))


def test_a_usual_share():
    decided = [
        short(2_000, difference_kind="discount"),
        short(20_000, 1_000_000, difference_kind="discount"),
        short(333, 16_666, difference_kind="discount"),
    ]
    (rule,) = memory.differences(decided)
    assert (rule.tolerance, rule.tolerance_percent) == (0, Decimal("2.000"))


def test_what_varies_is_nothing_usual():
    assert not memory.differences([short(10), short(1_000), short(4_000, 900_000)])


def test_a_large_difference_is_not_small():
    assert not memory.differences([short(10_001, 100_000) for _time in range(5)])
    assert memory.differences([short(10_000, 100_000) for _time in range(5)])


def test_another_meaning_speaks_against_it():
    decided = [short(1_500) for _time in range(5)]
    assert not memory.differences([*decided, short(1_500, difference_kind="discount")])
    assert not memory.differences([*decided, short(-1_500)])
    # Another currency or partner is another matter.
    assert memory.differences([*decided, short(9, difference_kind="x", currency_id=6)])
    assert memory.differences([*decided, short(9, difference_kind="x", partner_id=BOB)])


def test_the_whole_document_is_no_difference():
    assert not memory.differences([short(100, 0) for _time in range(3)])


# ----------------------------------------------------------------------
# What always holds
# ----------------------------------------------------------------------

resolutions = st.lists(
    st.builds(
        settled,
        st.sampled_from([-500, 10_000, 20_000]),
        account=st.sampled_from(["", IBAN, "GB1"]),
        name=st.sampled_from(["", "ADA LTD", "Bob & Co"]),
        text=st.sampled_from(["", "MONTHLY FEE 01", "MONTHLY FEE 02", "RENT MAY"]),
        partner_id=st.sampled_from([0, ADA, BOB]),
        owner_id=st.sampled_from([0, EVE]),
        account_id=st.sampled_from([0, 77, 78]),
        difference=st.sampled_from([0, 100, 150]),
        difference_kind=st.sampled_from(["fee", "discount"]),
        currency_id=st.just(5),
        by_person=st.booleans(),
    ),
    max_size=14,
)


@given(resolutions)
@settings(deadline=None, max_examples=200)
def test_no_rule_contradicts_what_it_was_learnt_from(decided):
    by_key = {each.key: each for each in decided}
    for rule in memory.proposals(decided):
        assert len(rule.evidence) >= memory.LEAST
        behind = [by_key[key] for key in rule.evidence]
        assert all(each.by_person for each in behind)
        for each in decided:
            if rule.purpose == "payer" and rule.account == each.account != "":
                assert each.partner_id == (rule.pays_for_id or rule.partner_id)
            if rule.purpose == "account" and each.account_id != rule.account_id:
                assert not pattern.compiled(rule.text_pattern).matches(each.text)
        for each in behind:
            if rule.text_pattern:
                texts = (each.name, each.text)
                assert pattern.compiled(rule.text_pattern).matches_any(texts)


@given(resolutions, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=100)
def test_the_order_of_decisions_does_not_matter(decided, random):
    shuffled = list(decided)
    random.shuffle(shuffled)

    def purposes(rules):
        return sorted((rule.purpose, rule.account, rule.evidence) for rule in rules)

    assert purposes(memory.proposals(decided)) == purposes(memory.proposals(shuffled))


def test_a_year_of_decisions_takes_seconds():
    """Thousands of partners with habits, and as many texts that could contradict."""
    words = ["NORTH", "HARBOUR", "MILL", "STONE", "LAKE", "FIELD", "TOWER", "BRIDGE"]
    decided = [
        settled(
            name=f"{words[at % 8]} {words[at // 8 % 8]} {words[at // 64 % 8]}{at} LTD",
            text=f"Invoice {at} of {time}",
            partner_id=at,
        )
        for at in range(1, 400)
        for time in range(5)
    ]
    decided += [
        settled(-5, text=f"{words[at % 8]} FEE {time}", account_id=1000 + at % 8)
        for at in range(8)
        for time in range(100, 400)
    ]
    started = monotonic()
    found = memory.proposals(decided)
    assert monotonic() - started < 10
    assert sum(rule.purpose == "payer" for rule in found) > 300
    assert sum(rule.purpose == "account" for rule in found) == 8
