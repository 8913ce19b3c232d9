"""Laws that hold for every statement: sums, identities, determinism."""

import io
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.facts import ParseResult
from odoo.addons.settlement_bank.formats import camt
from odoo.addons.settlement_bank.tests.camt_samples import (
    Detail,
    Entry,
    Statement,
    document,
    footing,
)

TEXTS = st.text("ABC 0123/-äß<&", max_size=20)
DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4}


def amounts(currency):
    places = DECIMALS[currency]
    return st.integers(-(10**9), 10**9).map(
        lambda minor: f"{Decimal(minor).scaleb(-places):f}"
    )


@st.composite
def entries(draw, currency):
    parts = draw(st.lists(amounts(currency), max_size=3))
    texts = draw(st.lists(TEXTS, min_size=3, max_size=3))
    details = [
        Detail(part, draw(st.sampled_from(["", "E1", "E2"])), text)
        for part, text in zip(parts, texts, strict=False)
    ]
    total = f"{sum(map(Decimal, parts)):f}" if parts else draw(amounts(currency))
    if draw(st.booleans()):
        total = draw(amounts(currency))
    return Entry(
        total,
        reference=draw(st.sampled_from(["", "R1", "R2", "R3"])),
        day=draw(st.sampled_from(["2026-01-05", "2026-01-06"])),
        text=draw(TEXTS),
        status=draw(st.sampled_from(["BOOK", "BOOK", "BOOK", "PDNG"])),
        details=details,
    )


@st.composite
def statements(draw):
    currency = draw(st.sampled_from(sorted(DECIMALS)))
    return footing(
        Statement(
            draw(st.lists(entries(currency), max_size=8)),
            opening=draw(amounts(currency)),
            currency=currency,
        )
    )


VERSIONS = st.sampled_from(["02", "04", "08"])


def parse(*given_statements, version="08"):
    content = document(*given_statements, version=version)
    return ParseResult(list(camt.parse(io.BytesIO(content))))


def identities(result):
    return {(fact.external_id, fact.occurrence) for fact in result.transactions}


@given(statements(), VERSIONS)
def test_lines_sum_to_the_total_and_lead_from_balance_to_balance(statement, version):
    result = parse(statement, version=version)
    (batch,) = result.batches
    assert result.rejected == []
    assert sum(fact.net_amount for fact in result.transactions) == batch.total
    assert batch.opening_balance + batch.total == batch.closing_balance


@given(statements())
def test_details_of_an_entry_sum_to_it(statement):
    sums = {}
    for fact in parse(statement).transactions:
        sums.setdefault(fact.entry_reference, Decimal(0))
        sums[fact.entry_reference] += fact.net_amount
    booked = [Decimal(one.amount) for one in statement.entries if one.status == "BOOK"]
    assert sorted(sums.values()) == sorted(booked)


@given(statements(), VERSIONS)
def test_reading_again_gives_the_same_facts(statement, version):
    assert list(parse(statement, version=version)) == list(
        parse(statement, version=version)
    )


@given(statements(), st.randoms(use_true_random=False))
def test_order_of_entries_does_not_change_identities(statement, random):
    shuffled = list(statement.entries)
    random.shuffle(shuffled)
    assert identities(parse(statement)) == identities(
        parse(replace(statement, entries=shuffled))
    )


@given(statements())
def test_every_row_has_its_own_identity(statement):
    result = parse(statement)
    assert len(identities(result)) == len(result.transactions)


@given(statements(), st.integers(0, 8))
def test_split_over_files_keeps_identities_that_do_not_repeat(statement, at):
    first = replace(statement, entries=statement.entries[:at], identifier="A")
    second = replace(statement, entries=statement.entries[at:], identifier="B")
    apart = identities(parse(first)) | identities(parse(second))
    together = identities(parse(statement))
    assert apart == {one for one in together if one in apart}
    assert {one for one in together if one[1] == 0} <= apart


@given(statements())
@settings(max_examples=30)
def test_currency_is_exact_in_every_amount(statement):
    places = DECIMALS[statement.currency]
    for fact in parse(statement).transactions:
        assert fact.net_amount.as_tuple().exponent == -places
