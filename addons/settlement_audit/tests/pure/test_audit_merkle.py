from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_audit.chain import merkle

leaves = st.lists(st.binary(max_size=40), max_size=70)
hex_hash = st.binary(min_size=32, max_size=32).map(bytes.hex)


def root_by_definition(items):
    """The recursive definition of RFC 6962, section 2.1."""
    if not items:
        return sha256(b"").digest()
    if len(items) == 1:
        return sha256(b"\x00" + items[0]).digest()
    half = 1
    while half * 2 < len(items):
        half *= 2
    left, right = root_by_definition(items[:half]), root_by_definition(items[half:])
    return sha256(b"\x01" + left + right).digest()


@given(leaves)
def test_root_is_the_one_of_the_definition(items):
    assert merkle.merkle_root(items) == root_by_definition(items).hex()


# Published with the reference implementation of certificate transparency.
REFERENCE_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
REFERENCE_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize(("size", "root"), REFERENCE_ROOTS.items())
def test_root_of_the_reference_leaves(size, root):
    assert merkle.merkle_root(REFERENCE_LEAVES[:size]) == root


@given(leaves.filter(bool), st.data())
def test_any_changed_leaf_changes_the_root(items, data):
    position = data.draw(st.integers(0, len(items) - 1))
    changed = [*items]
    changed[position] += b"x"
    assert merkle.merkle_root(changed) != merkle.merkle_root(items)


@given(st.lists(st.binary(max_size=8), min_size=2, unique=True), st.randoms())
def test_order_matters(items, random):
    shuffled = [*items]
    random.shuffle(shuffled)
    same = merkle.merkle_root(shuffled) == merkle.merkle_root(items)
    assert same == (shuffled == items)


@given(leaves, st.binary(max_size=8))
def test_one_leaf_more_changes_the_root(items, leaf):
    assert merkle.merkle_root([*items, leaf]) != merkle.merkle_root(items)


def test_a_node_cannot_pass_as_a_leaf():
    left, right = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    assert merkle.merkle_root([left + right]) != merkle.merkle_root([b"a", b"b"])


@given(leaves)
def test_root_grows_leaf_by_leaf(items):
    root = merkle.MerkleRoot()
    for size, leaf in enumerate(items, start=1):
        root.add(leaf)
        assert root.digest() == merkle.merkle_root(items[:size])
        assert root.count == size


SEAL = {
    "previous_root": merkle.GENESIS,
    "events_root": "ab" * 32,
    "first_id": 1,
    "last_id": 9,
    "count": 8,
    "sealed_at": "2026-01-31T10:00:00",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("previous_root", "01" * 32),
        ("events_root", "ac" * 32),
        ("first_id", 2),
        ("last_id", 10),
        ("count", 9),
        ("sealed_at", "2026-01-31T10:00:01"),
    ],
)
def test_a_seal_vouches_for_each_of_its_facts(name, value):
    assert merkle.seal_root(**{**SEAL, name: value}) != merkle.seal_root(**SEAL)


def test_a_seal_is_no_node_of_a_tree():
    facts = b"1:9:8:2026-01-31T10:00:00"
    content = bytes.fromhex(merkle.GENESIS) + bytes.fromhex("ab" * 32) + facts
    assert merkle.seal_root(**SEAL) == sha256(b"\x02" + content).hexdigest()


@given(st.lists(hex_hash, min_size=2, max_size=6), st.data())
def test_the_last_seal_vouches_for_all_before(roots, data):
    def head(events_roots):
        root = merkle.GENESIS
        for number, events_root in enumerate(events_roots, start=1):
            root = merkle.seal_root(root, events_root, number, number, 1, "")
        return root

    position = data.draw(st.integers(0, len(roots) - 1))
    changed = [*roots]
    changed[position] = data.draw(hex_hash.filter(lambda text: text != roots[position]))
    assert head(changed) != head(roots)
