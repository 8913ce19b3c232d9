"""What the camt.053 files of a world say is what is true."""

import io
import re
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from odoo.addons.settlement.canonical import money
from odoo.addons.settlement.canonical.facts import BatchFact, TransactionFact
from odoo.addons.settlement_bank.formats import camt as camt_reader
from odoo.addons.settlement_demo.world import build, camt

seeds = given(seed=st.integers(0, 10**6))
few = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def files(seed):
    """Yield (company, statement, facts read back from its file, truth)."""
    world, truth = build(seed)
    for company in world.companies:
        for bank in company.banks:
            for statement in bank.statements:
                content = camt.write(statement)
                facts = list(camt_reader.parse(io.BytesIO(content)))
                yield company, statement, facts, truth


def major(minor, currency):
    return money.from_minor(minor, money.exponent(currency))


def key_of(fact):
    index = re.search(r"#\d+$", fact.external_id)
    return fact.bank_reference + (index.group() if index else "")


@few
@seeds
def test_parser_reads_the_truth_out_of_every_file(seed):
    seen = set()
    for company, statement, facts, truth in files(seed):
        backend = f"{company.plan.code}.bank"
        known = {row.key: row for row in truth.rows if row.backend == backend}
        for fact in facts:
            if not isinstance(fact, TransactionFact):
                continue
            row = known[key_of(fact)]
            assert (fact.kind, fact.currency) == (row.kind, row.currency)
            assert fact.net_amount == major(row.net, row.currency)
            assert fact.booked_on == row.booked_on == statement.day
            assert fact.account_identifier == statement.account
            assert (backend, row.key) not in seen
            seen.add((backend, row.key))
    bank_rows = {(r.backend, r.key) for r in truth.rows if ".bank" in r.backend}
    assert seen == bank_rows


@few
@seeds
def test_statements_as_batches(seed):
    for _company, statement, facts, _truth in files(seed):
        (batch,) = (fact for fact in facts if isinstance(fact, BatchFact))
        currency = statement.currency
        assert batch.complete
        assert batch.sequence == statement.sequence
        assert batch.opening_balance == major(statement.opening, currency)
        assert batch.closing_balance == major(statement.closing, currency)
        assert batch.total == batch.closing_balance - batch.opening_balance
        others = (BatchFact, TransactionFact)
        assert all(isinstance(fact, others) for fact in facts)


def test_references_arrive_where_matching_looks():
    by_scenario = {}
    for company, _statement, facts, truth in files(4):
        backend = f"{company.plan.code}.bank"
        scenarios = {r.key: r.scenario for r in truth.rows if r.backend == backend}
        for fact in facts:
            if isinstance(fact, TransactionFact):
                by_scenario.setdefault(scenarios[key_of(fact)], []).append(fact)
    assert all(f.structured_reference for f in by_scenario["transfer_structured"])
    assert all("INV/" in f.payment_reference for f in by_scenario["batch_entry"])
    assert all(f.counterparty_account for f in by_scenario["unknown_payer"])
    assert all("CHRG" in f.source_code for f in by_scenario["bank_fee"])
    assert all("STRIPE" in f.payment_reference for f in by_scenario["payout"])
    traced = [f for f in by_scenario["payout"] if f.end_to_end_reference]
    assert {fact.currency for fact in traced} == {"EUR", "GBP", "JPY"}


def test_versions_differ_in_their_elements():
    texts = {}
    for company in build(1)[0].companies:
        for bank in company.banks:
            for statement in bank.statements:
                if any(entry.details for entry in statement.entries):
                    texts[statement.version] = camt.write(statement).decode()
    assert "camt.053.001.02" in texts["02"] and "camt.053.001.08" in texts["08"]
    assert "<Sts>BOOK</Sts>" in texts["02"] and "<Cd>BOOK</Cd>" in texts["08"]
    assert "<Pty>" not in texts["02"] and "<Pty>" in texts["08"]


def test_files_are_the_same_bytes_each_time():
    def contents():
        for _company, statement, _facts, _truth in files(6):
            yield statement.filename, camt.write(statement)

    assert dict(contents()) == dict(contents())


def test_amounts_without_decimals():
    (company,) = (c for c in build(1)[0].companies if c.plan.code == "sakura")
    for statement in company.banks[0].statements:
        tree = etree.fromstring(camt.write(statement))
        for amount in tree.iterfind(".//{*}Amt"):
            assert amount.get("Ccy") == "JPY"
            assert Decimal(amount.text) == int(amount.text)
