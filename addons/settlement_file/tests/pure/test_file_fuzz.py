"""Damaged files, layouts and expressions: only typed errors, never a crash.

``SETTLEMENT_FUZZ=40`` makes forty times as many inputs.
"""

import copy
import io
import os
import random
from decimal import Decimal

import pytest

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import RejectedRow
from odoo.addons.settlement_connector.contract.fact_laws import broken_laws
from odoo.addons.settlement_file.detection.detect import detect
from odoo.addons.settlement_file.expressions.functions import FUNCTIONS, LAZY
from odoo.addons.settlement_file.expressions.language import (
    ExpressionError,
    compile_expression,
)
from odoo.addons.settlement_file.expressions.values import LONGEST_TEXT
from odoo.addons.settlement_file.layout.definition import FileLayout, LayoutError
from odoo.addons.settlement_file.mapping.parse import parse, preview
from odoo.addons.settlement_file.reading.cells import is_sane
from odoo.addons.settlement_file.tests.file_samples_more import SAMPLES

TIMES = int(os.environ.get("SETTLEMENT_FUZZ", "1"))
TEXT_FILES = [each for each in SAMPLES if not each.filename.endswith("xlsx")]
BYTES = b"\"'\n\r,;\t|0\0\xff\xfe\x81[]{}:-+.() \xa0=@"
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda each: each.name)


def flip(content, chance):
    at = chance.randrange(len(content))
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def put(content, chance):
    at = chance.randrange(len(content))
    return content[:at] + bytes([chance.choice(BYTES)]) + content[at:]


def cut(content, chance):
    return content[: chance.randrange(len(content))]


def drop(content, chance):
    at = chance.randrange(len(content))
    return content[:at] + content[at + chance.randrange(1, 60) :]


def repeat(content, chance):
    at = chance.randrange(len(content))
    return (
        content[:at]
        + content[max(0, at - 200) : at] * chance.randrange(1, 4)
        + (content[at:])
    )


def swap_bytes(content, chance):
    old, new = (bytes([chance.choice(BYTES)]) for _turn in range(2))
    return content.replace(old, new, chance.randrange(1, 10))


MUTATIONS = (flip, put, cut, drop, repeat, swap_bytes)


def damaged(content, seed):
    chance = random.Random(seed)
    for _turn in range(chance.randrange(1, 5)):
        content = chance.choice(MUTATIONS)(content, chance) or b"<"
    return content


def read(layout, content, filename=""):
    facts = []
    try:
        for fact in parse(layout, io.BytesIO(content), filename):
            facts.append(fact)
    except MalformedInput as error:
        assert str(error)
    return facts


def check(facts):
    assert broken_laws(facts) == []
    for fact in facts:
        if isinstance(fact, RejectedRow):
            assert len(fact.raw) <= 2000
            (fact.raw + fact.reason + fact.external_id).encode()


@every_sample
def test_damaged_files_raise_typed_errors_only(sample):
    layout = FileLayout.from_data(sample.layout)
    rounds = 10 if sample.filename.endswith("xlsx") else 60
    for seed in range(rounds * TIMES):
        facts = read(layout, damaged(sample.content, seed), sample.filename)
        check(facts)
        for fact in facts:
            str(fact).encode()


@every_sample
def test_previews_of_damaged_files_raise_nothing(sample):
    layout = FileLayout.from_data(sample.layout)
    rounds = 5 if sample.filename.endswith("xlsx") else 15
    for seed in range(rounds * TIMES):
        content = damaged(sample.content, 7_000_000 + seed)
        shown = preview(layout, content, sample.filename, is_whole=bool(seed % 2))
        assert shown.problem or shown.counts["rows"] >= len(shown.rows)
        str(shown).encode()


@every_sample
def test_anything_is_looked_at(sample):
    rounds = 2 if sample.filename.endswith("xlsx") else 8
    for seed in range(rounds * TIMES):
        content = damaged(sample.content, 9_000_000 + seed)
        found = detect(content, sample.filename if seed % 2 else "file")
        str(found).encode()
        shown = preview(found.layout, content, sample.filename, 5)
        assert shown.problem or shown.columns
        if not found.problems:
            FileLayout.from_data(found.layout.to_data())


def test_noise_is_looked_at():
    for seed in range(60 * TIMES):
        chance = random.Random(seed)
        length = chance.randrange(0, 400)
        noise = chance.choice((BYTES, bytes(range(256)), b'{"a": [1, "\\\\x"]}\n'))
        content = bytes(chance.choice(noise) for _turn in range(length))
        name = chance.choice(("a.csv", "a.json", "a.xlsx", "a"))
        found = detect(content, name)
        str(preview(found.layout, content, name)).encode()


# ----------------------------------------------------------------------
# Layouts
# ----------------------------------------------------------------------

ODD_VALUES = (
    "", "x", 0, -1, 10**9, True, None, [], {}, ["x"], {"a": "b"}, "\0", "a" * 5000,
    "iso", "EUR", "%d%d", "%", "[A]", "1/0", '"', "columns", "net_amount",
    "Europe/Rome", ",", ".",
    "\n", "é", "skip", "payout", "json", "xlsx", "utf-16", "rot13", 1.5,
)  # fmt: skip


def mutated_data(data, chance):
    """Change, drop or add one member somewhere."""
    data = copy.deepcopy(data)
    holder = data
    for _turn in range(chance.randrange(0, 4)):
        inner = [
            each
            for each in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(each, dict | list) and each
        ]
        if not inner:
            break
        holder = chance.choice(inner)
    key = chance.choice(
        list(holder) if isinstance(holder, dict) else range(len(holder))
    )
    act = chance.randrange(4)
    if act == 0:
        del holder[key]
    elif act == 1 and isinstance(holder, dict):
        holder[chance.choice(("extra", "mode", "column", "by"))] = chance.choice(
            ODD_VALUES
        )
    else:
        holder[key] = chance.choice(ODD_VALUES)
    return data


@every_sample
def test_damaged_layouts_are_refused_with_a_path_or_read(sample):
    rounds = 10 if sample.filename.endswith("xlsx") else 40
    for seed in range(rounds * TIMES):
        data = mutated_data(sample.layout, random.Random(seed))
        try:
            layout = FileLayout.from_data(data)
        except LayoutError as error:
            assert error.sentence
            continue
        assert FileLayout.from_data(layout.to_data()) == layout
        check(read(layout, sample.content, sample.filename))


# ----------------------------------------------------------------------
# Expressions
# ----------------------------------------------------------------------

CELLS = {
    "A": "12.50", "B": "", "C": "text, with", "D": "2026-01-05", "E": Decimal("7"),
    "F": "-0.005", "G": "9" * 30, "H": "(1,234.5)", "I": "x" * 3000,
}  # fmt: skip
PIECES = [
    *(f"[{name}]" for name in [*CELLS, "missing"]),
    *("+", "-", "*", "/", "&", "(", ")", ",", "=", "<>", "<", ">=", "and", "or", "not"),
    *('"a"', '""', '","', "'b'", "0", "1", "2", "3.14", "10000", "99999999999", "-1"),
    *('"t"', '"%d.%m.%Y"', '"half_even"', '"up"', "true", "nothing", "[", '"', "#"),
    *(f"{name}(" for name in [*FUNCTIONS, *LAZY]),
]


def random_expression(chance, depth=0):
    """Return an expression that is well formed more often than not."""
    if depth > 4 or chance.random() < 0.3:
        return chance.choice(PIECES[: len(CELLS) + 1] + ["1", "2.5", '"a"', '"t"', "3"])
    kind = chance.randrange(4)
    if kind == 0:
        name = chance.choice([*FUNCTIONS, *LAZY])
        count = chance.randrange(1, 4)
        inner = (random_expression(chance, depth + 1) for _turn in range(count))
        return f"{name}({', '.join(inner)})"
    if kind == 1:
        return f"({random_expression(chance, depth + 1)})"
    sign = chance.choice(("+", "-", "*", "/", "&", "=", "<", ">=", " and ", " or "))
    first, second = (random_expression(chance, depth + 1) for _turn in range(2))
    return f"{first}{sign}{second}"


def evaluate(text):
    try:
        expression = compile_expression(text, {"t": {"a": "1", "text, with": "found"}})
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)
        assert error.sentence
        return False
    try:
        value = expression.value(CELLS)
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)
        return False
    if isinstance(value, Decimal):
        assert is_sane(value)
    if isinstance(value, str):
        assert len(value) <= LONGEST_TEXT
    return True


def test_expressions_of_random_pieces():
    for seed in range(1500 * TIMES):
        chance = random.Random(seed)
        count = chance.randrange(1, 25)
        evaluate(" ".join(chance.choice(PIECES) for _turn in range(count)))


def test_expressions_of_random_trees():
    good = sum(
        evaluate(random_expression(random.Random(seed))) for seed in range(1500 * TIMES)
    )
    assert good > 300 * TIMES


def test_expressions_of_random_signs():
    signs = "".join(PIECES) + "\n\t \u2212×÷é\U0001f600"
    for seed in range(1000 * TIMES):
        chance = random.Random(seed)
        evaluate("".join(chance.choice(signs) for _turn in range(chance.randrange(60))))
