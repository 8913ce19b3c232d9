"""Damaged files: only typed errors, never a crash, good rows never change."""

import io
import random
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement_bank.formats import bank_file
from odoo.addons.settlement_bank.tests.camt_samples import (
    Entry,
    Statement,
    document,
    footing,
)

DATA = Path(__file__).parents[1] / "data"
CORPUS = sorted([*DATA.glob("*.xml"), *(DATA / "fuzz").iterdir()])
ROUNDS = 300


def read(content):
    """Return the facts, and whether reading ended with an error that has a text."""
    facts = []
    try:
        for fact in bank_file.parse(io.BytesIO(content)):
            facts.append(fact)
    except MalformedInput as error:
        assert str(error)
        return facts, True
    return facts, False


def flip(content, chance):
    at = chance.randrange(len(content))
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def cut(content, chance):
    return content[: chance.randrange(len(content))]


def drop(content, chance):
    at = chance.randrange(len(content))
    return content[:at] + content[at + chance.randrange(1, 60) :]


def repeat(content, chance):
    at = chance.randrange(len(content))
    return content[:at] + content[max(0, at - 80) : at] + content[at:]


def swap_tags(content, chance):
    tags = [b"Ntry", b"Stmt", b"Amt", b"TxDtls", b"NtryDtls", b"Bal", b"Cd", b"Acct"]
    old, new = chance.sample(tags, 2)
    return content.replace(b"<" + old, b"<" + new).replace(b"</" + old, b"</" + new)


MUTATIONS = (flip, cut, drop, repeat, swap_tags)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_only_typed_errors(path):
    content = path.read_bytes()
    read(content)
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        mutated = content
        for _turn in range(chance.randrange(1, 4)):
            mutated = chance.choice(MUTATIONS)(mutated, chance) or b"<"
        facts, _failed = read(mutated)
        for fact in facts:
            assert isinstance(fact, TransactionFact | BatchFact | RejectedRow)
            if isinstance(fact, TransactionFact):
                assert fact.external_id
                assert fact.entry_reference
                assert fact.net_amount == fact.gross_amount


def test_damage_in_one_entry_leaves_the_others_as_they_were():
    rows = [Entry(f"{n}.00", f"REF-{n}", text=f"row {n}") for n in range(1, 8)]
    content = document(footing(Statement(rows)))
    good = {
        fact.bank_reference: fact
        for fact in read(content)[0]
        if isinstance(fact, TransactionFact)
    }
    for seed in range(600):
        chance = random.Random(seed)
        begin = content.index(b"<Ntry>", content.index(b"REF-3"))
        end = content.index(b"</Ntry>", begin)
        inside = chance.choice((flip, drop))(content[begin:end], chance)
        facts, failed = read(content[:begin] + inside + content[end:])
        found = {
            fact.bank_reference: fact
            for fact in facts
            if isinstance(fact, TransactionFact)
        }
        for reference, fact in found.items():
            if reference != "REF-4" and reference in good:
                assert fact == good[reference]
        assert {"REF-1", "REF-2", "REF-3"} <= set(found)
        if not failed:
            assert {"REF-5", "REF-6", "REF-7"} <= set(found)
            _assert_change_shows(facts, found, good)


def _assert_change_shows(facts, found, good):
    """A row whose amount changed or that is gone leaves the balances apart."""
    (batch,) = (fact for fact in facts if isinstance(fact, BatchFact))
    total = sum(fact.net_amount for fact in good.values())
    amounts = [fact.net_amount for fact in found.values()]
    assert sum(amounts) == batch.total
    if batch.total != total:
        assert batch.opening_balance + batch.total != batch.closing_balance
