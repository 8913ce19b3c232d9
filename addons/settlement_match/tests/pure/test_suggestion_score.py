from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import evidence, sentences, suggestion
from odoo.addons.settlement_match.engine.standing import standing
from odoo.addons.settlement_match.engine.suggestion import Money, Target
from odoo.addons.settlement_match.engine.together import Together

DAY = date(2026, 1, 10)
MONEY = Money(key=("money", 1), name="txn_1", currency="EUR", amount=10000, day=DAY)
TARGET = Target(
    key=("item", 7),
    name="INV/1",
    currency="EUR",
    amount=10000,
    first_day=DAY,
    last_day=DAY,
    partner_id=5,
    partner="Ada Ltd",
)


def scored(money=MONEY, target=TARGET, together=None, asker="money"):
    return suggestion.suggest(money, target, together, asker=asker)


def weights(found):
    return {str(piece["what"]): piece["weight"] for piece in found.contributions}


# What either side may say, weakest first: (changes of the money, of the target).
IDENTITIES = (
    ({}, {}),
    (
        {"references": frozenset({("invoice", "INV10")})},
        {"references": frozenset({("invoice", "INV01")})},
    ),
    (
        {"tokens": frozenset({"REF4711"})},
        {"references": frozenset({("invoice", "REF4711")})},
    ),
    (
        {"references": frozenset({("order", "S1")})},
        {"references": frozenset({("order", "S1")})},
    ),
    (
        {"tokens": frozenset({"INV1"})},
        {"references": frozenset({("invoice", "INV1")}), "number": "INV1"},
    ),
    (
        {"references": frozenset({("invoice", "INV1")})},
        {"references": frozenset({("invoice", "INV1")})},
    ),
    (
        {"references": frozenset({("structured", "RF1")})},
        {"references": frozenset({("structured", "RF1")})},
    ),
)
PAYERS = (
    {"payers": {9: ("payer_iban", "DE1", "Borg")}},
    {},
    {"counterparty": "Ada Ltd"},
    {"payers": {5: ("payer_email", "a@b", "Ada")}},
    {"payers": {5: ("payer_iban", "DE1", "Ada")}},
    {"payers": {5: ("payer_partner", "Ada", "Ada")}},
)
# Offered against 100.00 open: other way, part, swapped digits, near, exact.
AMOUNTS = (-10000, 4000, 1000, 9950, 10000)
DAYS = (400, 100, 40, 20, 7, 0)


def build(identity, payer, amount, days):
    for_money, for_target = IDENTITIES[identity]
    money = replace(
        MONEY,
        **for_money,
        **PAYERS[payer],
        amount=AMOUNTS[amount],
        day=DAY + timedelta(days=DAYS[days]),
    )
    return scored(money, replace(TARGET, **for_target))


choices = st.tuples(
    st.integers(0, len(IDENTITIES) - 1),
    st.integers(0, len(PAYERS) - 1),
    st.integers(0, len(AMOUNTS) - 1),
    st.integers(0, len(DAYS) - 1),
)


@given(choices, st.integers(0, 3))
@settings(deadline=None, max_examples=500)
def test_a_stronger_reason_never_lowers_the_score(choice, raised):
    most = (IDENTITIES, PAYERS, AMOUNTS, DAYS)
    stronger = list(choice)
    stronger[raised] = min(stronger[raised] + 1, len(most[raised]) - 1)
    if raised == 2 and (choice[2], stronger[2]) == (1, 2):
        stronger[2] = 3  # a swapped digit says as little as a part
    weak, strong = build(*choice), build(*stronger)
    assert strong.score >= weak.score
    assert strong.strength >= weak.strength
    assert strong.order() <= weak.order()


@given(choices)
@settings(deadline=None, max_examples=500)
def test_reasons_add_up_to_the_score(choice):
    found = build(*choice)
    total = sum(int(str(piece["weight"])) for piece in found.contributions)
    assert total == found.score == evidence.score(list(found.contributions))
    assert 0 <= found.score <= 100
    assert all(sentences.contribution_words(p) for p in found.contributions)


@given(st.lists(choices, max_size=12), st.randoms(), st.integers(-1, 12))
@settings(deadline=None, max_examples=200)
def test_order_of_arrival_does_not_matter(several, random, limit):
    found = [
        replace(build(*choice), key=("item", number))
        for number, choice in enumerate(several)
    ]
    shuffled = list(found)
    random.shuffle(shuffled)
    ranked = suggestion.ranked(found, limit)
    assert ranked == suggestion.ranked(shuffled, limit)
    assert [each.score for each in ranked] == sorted(
        (each.score for each in ranked), reverse=True
    )
    assert len(ranked) == min(max(limit, 0), len(found))
    assert ranked == suggestion.ranked(found, 100)[: max(limit, 0)]


@given(st.lists(choices, min_size=1, max_size=6))
@settings(deadline=None, max_examples=200)
def test_every_place_has_its_sentence(several):
    ranked = suggestion.ranked(
        [
            replace(build(*choice), key=("item", number), name=f"INV/{number}")
            for number, choice in enumerate(several)
        ],
        10,
    )
    for place in range(len(ranked)):
        text = standing(place, ranked)
        assert text.endswith(".") and "{" not in text
        assert (ranked[0].name in text) == (place > 0) or len(ranked) == 1


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
@settings(deadline=None, max_examples=1000)
def test_any_text_at_all(one, other, third):
    money = replace(
        MONEY,
        text=one,
        tokens=frozenset({other}),
        counterparty=third,
        references=frozenset({("invoice", one), ("structured", third)}),
    )
    target = replace(
        TARGET,
        name=one,
        partner=other,
        number=third,
        references=frozenset({("invoice", other), ("order", third)}),
        traces=(("trace", one), ("descriptor", third)),
    )
    found = scored(money, target)
    assert 0 <= found.score <= 100
    assert standing(0, [found])


def test_the_strongest_of_several_references_counts_once():
    pairs = frozenset({("invoice", "INV1"), ("order", "S1")})
    found = scored(
        replace(MONEY, references=pairs, tokens=frozenset({"INV1"})),
        replace(TARGET, references=pairs, number="INV1"),
    )
    assert weights(found)["invoice"] == 55
    assert not {"order", "number"} & weights(found).keys()


def test_reasons_beyond_a_hundred_are_cut():
    found = scored(
        replace(
            MONEY,
            references=frozenset({("provider", "pi_1")}),
            payers={5: ("payer_partner", "Ada", "Ada")},
        ),
        replace(TARGET, references=frozenset({("provider", "pi_1")})),
    )
    assert found.score == 100
    assert found.strength == 60 + 8 + 10 + 30 + 5
    assert list(weights(found).values()) == [60, 8, 10, 22, 0]


def test_provider_id_in_a_text_is_no_word():
    found = scored(
        replace(MONEY, tokens=frozenset({"PI4711"})),
        replace(TARGET, references=frozenset({("provider", "PI4711")})),
    )
    assert "token" not in weights(found)


def test_payer_known_as_somebody_else():
    found = scored(replace(MONEY, payers={9: ("payer_iban", "DE1", "Borg")}))
    assert weights(found)["other_payer"] == -20
    found = scored(replace(MONEY, payers={9: ("payer_email", "a@b", "Borg")}))
    assert "other_payer" not in weights(found)
    both = {9: ("payer_iban", "1", "B"), 5: ("payer_iban", "1", "Ada")}
    found = scored(replace(MONEY, payers=both))
    assert weights(found)["payer_iban"] == 40


def test_other_currency():
    pair = {"references": frozenset({("invoice", "INV1")})}
    found = scored(replace(MONEY, **pair), replace(TARGET, currency="GBP", **pair))
    assert weights(found)["other_currency"] == -10
    assert weights(found)["unknown_amount"] == 0
    assert found.kind == "reference/rate"
    assert scored(target=replace(TARGET, currency="GBP")).score == 0
    seen = replace(MONEY, presentment=("GBP", 10000))
    found = scored(seen, replace(TARGET, currency="GBP"))
    assert weights(found)["presentment"] == 10
    assert weights(found)["amount"] == 30


def test_the_sum_with_others():
    together = Together((("item", 8),), ("INV/2",), True)
    target = replace(TARGET, amount=6000)
    found = scored(target=target, together=together)
    assert weights(found)["together"] == 28
    assert found.partners == (("item", 8),)
    assert found.kind == "subset/none"
    several = replace(together, is_unique=False)
    assert weights(scored(target=target, together=several))["together"] == 12
    # What is equal by itself needs no others.
    assert "together" not in weights(scored(together=together))


def test_suggestion_is_about_the_other_side():
    assert scored(asker="target").key == ("money", 1)
    assert scored(asker="money").key == ("item", 7)


def test_days_outside_of_a_span():
    first, last = date(2026, 1, 1), date(2026, 1, 31)
    assert suggestion.days_apart(DAY, first, last) == 0
    assert suggestion.days_apart(date(2026, 2, 2), first, last) == 2
    assert suggestion.days_apart(date(2025, 12, 30), first, last) == 2
    assert suggestion.days_apart(DAY, None, last) == 21
    assert suggestion.days_apart(DAY, last, first) == 0
    assert suggestion.days_apart(None, first, last) is None
    assert suggestion.days_apart(DAY, None, None) is None


def test_kinds_are_those_of_the_engine():
    def kind(money, target):
        return scored(replace(MONEY, **money), replace(TARGET, **target)).kind

    for what, method in (
        ("provider", "identifier"),
        ("structured", "structured"),
        ("invoice", "reference"),
        ("order", "reference"),
    ):
        pair = {"references": frozenset({(what, "X1")})}
        assert kind(pair, pair) == f"{method}/exact"
        assert kind({**pair, "amount": 4000}, pair) == f"{method}/part"
        assert kind({**pair, "amount": 14000}, pair) == f"{method}/over"
    assert kind({"text": "XPO4711X"}, {"traces": (("trace", "po_4711"),)}) == (
        "batch/trace"
    )
    assert kind({"payers": {5: ("payer_iban", "1", "A")}}, {}) == "amount_date/iban"


def test_why_another_one_lost():
    pair = frozenset({("invoice", "INV1")})
    best = scored(replace(MONEY, references=pair), replace(TARGET, references=pair))
    worse = scored(
        replace(MONEY, payers={9: ("payer_iban", "DE1", "Borg")}),
        replace(TARGET, key=("item", 8), name="INV/2", amount=12000),
    )
    behind = best.score - worse.score
    assert standing(0, [best, worse]) == f"The best of 2; INV/2 is {behind} behind."
    text = standing(1, [best, worse])
    assert text.startswith(f"{best.score - worse.score} behind INV/1, which has")
    assert "the document number INV1" in text
    assert "the same amount" in text
    assert "against it: a payer who is known as somebody else: Borg" in text
    assert standing(0, [best]) == "The only candidate."
    twin = replace(best, key=("item", 9), name="INV/3")
    assert "fits as well" in standing(0, [best, twin])
    assert standing(1, [best, twin]) == "It fits as well as INV/1."


def test_evidence_of_a_choice_names_the_person():
    found = scored()
    kept = suggestion.as_evidence([found, found], "Grace")["contributions"]
    assert kept[-1] == {"what": "person", "weight": 0, "text": "Grace"}
    assert len(kept) == len(found.contributions) + 1
