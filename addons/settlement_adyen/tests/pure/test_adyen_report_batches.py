"""Batches: what their rows add up to, what pays them out, what carries them over."""

import io
import random
import sys
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_adyen.bench.sample_report import write_sample
from odoo.addons.settlement_connector.contract.fact_laws import broken_laws
from odoo.addons.settlement_match.engine import payouts

sys.path.insert(0, str(Path(__file__).parents[1]))
import adyen_report as paper  # noqa: E402
from adyen_report import facts, of_account, payout, refund, sale  # noqa: E402


def net_of_lines(found, batch):
    """Return the sum of what a batch lists; a payout is no line of it."""
    return sum(
        fact.net_amount
        for fact in paper.transactions(found)
        if fact.kind != "payout"
        and fact.batch_external_id == batch.external_id
        and fact.account_identifier == batch.account_identifier
        and fact.currency == batch.currency
    )


def sample(seed, **options):
    file = io.BytesIO()
    written = write_sample(file, seed, **options)
    return file.getvalue(), written.rows


# ----------------------------------------------------------------------
# One batch
# ----------------------------------------------------------------------


def test_a_batch_is_what_was_paid_out():
    found = facts(sale(), refund(), of_account("Fee", debit="7.40"), payout("70.00"))
    (batch,) = paper.batches(found)
    assert (batch.kind, batch.external_id) == ("payout", "237")
    assert batch.total == Decimal("70.00") == net_of_lines(found, batch)
    assert batch.date == date(2026, 1, 8)
    assert batch.complete
    assert batch.lists_rows
    assert batch.payout_external_id == "SampleShop/237/payout/EUR"
    assert batch.source_version_at == paper.TOLD_AT
    assert paper.rejected(found) == []


def test_with_its_payout_a_batch_adds_up_to_nothing():
    found = facts(sale(), refund(), payout("77.40"))
    assert sum(fact.net_amount for fact in paper.transactions(found)) == 0


def test_a_batch_may_be_paid_out_in_parts():
    parts = payout("97.00"), payout("0.50")
    found = facts(sale(), *parts)
    (batch,) = paper.batches(found)
    assert batch.total == Decimal("97.50")
    assert [row.occurrence for row in paper.transactions(found)] == [0, 0, 1]


def test_rows_that_are_missing_show_beside_what_was_paid_out():
    (batch,) = paper.batches(facts(sale(), payout("96.00")))
    # The pipeline compares them: batch_unbalanced, by 1.50.
    assert batch.total == Decimal("96.00")


def test_a_row_that_is_put_aside_is_missing_in_its_batch():
    found = facts(sale(Net_Credit_NC="oops"), refund(), payout("77.40"))
    (batch,) = paper.batches(found)
    assert batch.total - net_of_lines(found, batch) == Decimal("97.50")


def test_the_text_of_the_bank_line():
    (batch,) = paper.batches(facts(sale(), payout("97.50")))
    assert batch.reference == "TX2370000EURXT"
    assert batch.descriptor == "TX2370000EURXT batch 237, SampleShop"


def test_the_text_is_kept_where_the_payout_has_a_reference_of_its_own():
    row = payout("97.50", Psp_Reference="8816178914120000")
    (batch,) = paper.batches(facts(sale(), row))
    assert batch.reference == "TX2370000EURXT"


def test_a_payout_of_another_text_has_a_descriptor_only():
    row = payout("97.50", Modification_Reference="Payout of January")
    (batch,) = paper.batches(facts(sale(), row))
    assert (batch.reference, batch.descriptor) == ("", "Payout of January")


def test_each_currency_has_a_batch_and_a_payout_of_its_own():
    dollars = sale(
        Gross_Currency="USD",
        Net_Currency="USD",
        Modification_Reference="8816178914121981",
    )
    rows = [sale(), dollars, payout("97.50"), payout("97.50", "USD")]
    found = facts(*rows)
    assert {(each.currency, each.total) for each in paper.batches(found)} == {
        ("EUR", Decimal("97.50")),
        ("USD", Decimal("97.50")),
    }
    assert paper.rejected(found) == []


def test_each_merchant_account_counts_its_batches_itself():
    other = {"Merchant_Account": "SampleStore"}
    found = facts(
        sale(),
        sale(**other, Psp_Reference="8816178914129999"),
        payout("97.50"),
        payout("97.50", **other),
    )
    assert {
        (each.account_identifier, each.external_id, each.total)
        for each in (paper.batches(found))
    } == {
        ("SampleShop", "237", Decimal("97.50")),
        ("SampleStore", "237", Decimal("97.50")),
    }
    assert paper.rejected(found) == []


def test_days_are_those_of_the_backend():
    late = payout("97.50", Creation_Date="2026-01-08 00:30:00", TimeZone="CET")
    (batch,) = paper.batches(facts(sale(), late, zone=paper.ZoneInfo("America/Lima")))
    assert batch.date == date(2026, 1, 7)


# ----------------------------------------------------------------------
# Carried over
# ----------------------------------------------------------------------


def carried(amount, number, other):
    side = "credit" if other > number else "debit"
    way = "to" if other > number else "from"
    return of_account(
        "Balancetransfer",
        **{side: amount},
        Batch_Number=str(number),
        Modification_Reference="",
        Modification_Merchant_Reference=f"Balancetransfer {way} batch {other}",
    )


def test_a_negative_batch_pays_nothing_and_opens_the_next_one():
    first = [refund(), carried("20.10", 237, 238)]
    second = [carried("20.10", 238, 237), sale(Batch_Number="238")]
    found = facts(*first, *second, payout("77.40", batch="238"))
    nothing, paid = paper.batches(found)
    assert (nothing.external_id, nothing.total) == ("237", 0)
    assert (paid.external_id, paid.total) == ("238", Decimal("77.40"))
    for batch in (nothing, paid):
        assert batch.complete
        assert net_of_lines(found, batch) == batch.total
    out, into = (row for row in paper.transactions(found) if row.kind == "transfer")
    assert out.net_amount + into.net_amount == 0
    assert paper.rejected(found) == []


def test_a_batch_that_nobody_pays_or_carries_over_is_shown():
    found = facts(sale())
    (batch,) = paper.batches(found)
    assert (batch.complete, batch.total) == (False, Decimal("97.50"))
    (finding,) = paper.rejected(found)
    assert (finding.number, finding.code) == (0, "batch_unbalanced")
    assert "add up to 97.50 EUR, and no row pays that out" in finding.reason


def test_it_is_settled_once_a_report_has_the_payout():
    (finding,) = paper.rejected(facts(sale()))
    (fact,) = paper.transactions(facts(payout("97.50")))
    assert finding.external_id == fact.external_id


def test_a_part_without_the_payout_never_outdoes_the_part_that_has_it():
    later = paper.TOLD_AT + timedelta(days=9)
    (without,) = paper.batches(facts(sale(), told_at=later))
    (paid,) = paper.batches(facts(refund(), payout("77.40")))
    assert without.source_version_at < paid.source_version_at


def test_a_report_that_is_issued_again_has_the_later_word():
    later = paper.TOLD_AT + timedelta(seconds=1)
    before, after = (
        facts(sale(), payout("97.50"), told_at=told) for told in (paper.TOLD_AT, later)
    )
    for old, new in zip(before, after, strict=True):
        assert old.external_id == new.external_id
        assert old.source_version_at < new.source_version_at


@pytest.mark.parametrize("type_name", ["DepositCorrection", "InvoiceDeduction"])
def test_rows_of_the_account_are_lines_of_their_batch(type_name):
    found = facts(sale(), of_account(type_name, debit="7.50"), payout("90.00"))
    (batch,) = paper.batches(found)
    assert net_of_lines(found, batch) == batch.total == Decimal("90.00")


def test_a_payout_that_came_back_is_a_line_of_the_batch_that_has_it():
    back = of_account("BankInstructionReturned", credit="50.00")
    found = facts(sale(), back, payout("147.50"))
    (batch,) = paper.batches(found)
    assert net_of_lines(found, batch) == batch.total == Decimal("147.50")


# ----------------------------------------------------------------------
# At the bank
# ----------------------------------------------------------------------


def waiting(number, batch):
    return payouts.Payout(
        id=number,
        wallet_id=1,
        currency_id=1,
        total=int(batch.total.scaleb(2)),
        expected_on=batch.date,
        external_id=batch.external_id,
        reference=batch.reference,
        descriptor=batch.descriptor,
        names=("adyen",),
    )


def arrived(number, total, text):
    day = date(2026, 1, 9)
    return payouts.BankRow(number, 1, int(Decimal(total).scaleb(2)), day, (text,))


def two_batches():
    rows = [sale(), payout("97.50")]
    rows += [
        sale(Batch_Number="238", Modification_Reference="8816178914121999"),
        payout("97.50", batch="238"),
    ]
    return [
        waiting(number, batch)
        for number, batch in enumerate(paper.batches(facts(*rows)), 1)
    ]


def test_the_bank_line_names_its_batch_among_equal_ones():
    text = "SEPA TX2380000EURXT batch 238, SampleShop ADYEN N.V."
    outcome = payouts.decide(two_batches(), [arrived(7, "97.50", text)])
    (pair,) = outcome.accepted
    assert (pair.payout.external_id, pair.level) == ("238", payouts.TRACE)


def test_several_batches_in_one_transfer():
    text = "TX2370000EURXT batch 237 and 238"
    outcome = payouts.decide(two_batches(), [arrived(7, "195.00", text)])
    (merged,) = outcome.merged
    assert {each.external_id for each in merged.payouts} == {"237", "238"}


# ----------------------------------------------------------------------
# Laws, on reports with all types
# ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_every_row_is_a_transaction_and_every_batch_adds_up(seed):
    content, rows = sample(seed, batches=3)
    found = paper.read(content)
    known = {(fact.external_id, fact.occurrence) for fact in paper.transactions(found)}
    assert len(known) == rows
    assert paper.rejected(found) == []
    assert broken_laws(found) == []
    for batch in paper.batches(found):
        assert net_of_lines(found, batch) == batch.total
        assert batch.complete
    assert len(paper.batches(found)) == 2 * 4 * 3


def test_the_samples_have_every_case():
    found = [fact for seed in range(8) for fact in paper.read(sample(seed)[0])]
    codes = {fact.source_code for fact in paper.transactions(found)}
    assert {"Settled", "BalanceTransfer", "SecondChargeback"} <= codes
    assert 0 in {batch.total for batch in paper.batches(found)}
    assert any(fact.presentment_amount for fact in paper.transactions(found))


def parts_of(content, chance, count):
    """Return a report as several files, each row in one of them, in any order."""
    head, *rows = content.splitlines(keepends=True)
    chance.shuffle(rows)
    files = [[head] for _each in range(count)]
    for row in rows:
        chance.choice(files).append(row)
    return [b"".join(lines) for lines in files]


def stored(files):
    """Return what is known after some files: the latest word on everything."""
    rows, said = {}, {}
    for content in files:
        found = paper.read(content)
        for fact in paper.transactions(found):
            rows[fact.external_id, fact.occurrence] = fact
        for batch in paper.batches(found):
            key = batch.account_identifier, batch.external_id, batch.currency
            known = said.get(key)
            if known is None or known.source_version_at <= batch.source_version_at:
                said[key] = batch
    return rows, {
        key: batch.total for key, batch in said.items() if batch.source_version_at
    }


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 5), st.integers(1, 4), st.integers(0, 10**6))
def test_order_of_rows_and_split_of_files_change_nothing(seed, count, shuffle):
    content, _rows = sample(seed, batches=1, rows=4)
    files = parts_of(content, random.Random(shuffle), count)
    whole, totals = stored([content])
    found, parts = stored(files)
    assert found == whole
    paid = {key for key, total in totals.items() if total}
    assert {key: parts[key] for key in paid} == {key: totals[key] for key in paid}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 5), st.integers(0, 10**6))
def test_rows_that_are_put_aside_leave_the_sum_of_the_others_alone(seed, spoil):
    content, rows = sample(seed, batches=1, rows=4)
    chance = random.Random(spoil)
    good = {
        (row.external_id, row.occurrence): row
        for row in paper.transactions(paper.read(content))
    }
    head, *lines = content.splitlines(keepends=True)
    bad = set(chance.sample(range(rows), rows // 3))
    spoilt = [
        chance.choice((b"x" + line.replace(b",", b";", 3), b'"' + line, b"\xff,\n"))
        if number in bad
        else line
        for number, line in enumerate(lines)
    ]
    found = paper.read(head + b"".join(spoilt))
    kept = {(row.external_id, row.occurrence): row for row in paper.transactions(found)}
    assert kept.items() <= good.items()
    assert len(kept) == rows - len(bad)
    assert len([each for each in paper.rejected(found) if each.number]) == len(bad)
    sums = defaultdict(Decimal)
    for row in kept.values():
        sums[row.currency] += row.net_amount
    for currency, total in sums.items():
        assert total == sum(
            good[key].net_amount for key in kept if good[key].currency == currency
        )
