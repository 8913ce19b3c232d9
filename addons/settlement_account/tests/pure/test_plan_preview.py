from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.preview import (
    Seen,
    SeenEntry,
    SeenLine,
    changes,
    digest_of_changes,
)

LINE = SeenLine(10, 7, "Fee", 1, 300, 300, (5,), (("4", "100.0"),), "fee")
ENTRY = SeenEntry("settlement", 2, "2026-01-31", "po_1", (LINE,))
SEEN = Seen((ENTRY,), ((99, 300),))


# ----------------------------------------------------------------------
# The hash of a preview
# ----------------------------------------------------------------------


def test_the_same_preview_has_the_same_hash():
    assert SEEN.digest() == Seen((ENTRY,), ((99, 300),)).digest()


def test_every_detail_changes_the_hash():
    other_lines = [
        replace(LINE, account_id=11),
        replace(LINE, partner_id=8),
        replace(LINE, name="Fees"),
        replace(LINE, currency_id=2),
        replace(LINE, amount_currency=301),
        replace(LINE, balance=301),
        replace(LINE, tax_ids=()),
        replace(LINE, analytic=()),
        replace(LINE, role="fee_tax"),
    ]
    others = [
        Seen((replace(ENTRY, lines=(line,)),), SEEN.settled) for line in other_lines
    ]
    others += [
        Seen((replace(ENTRY, kind="reversal"),), SEEN.settled),
        Seen((replace(ENTRY, journal_id=3),), SEEN.settled),
        Seen((replace(ENTRY, date="2026-02-01"),), SEEN.settled),
        Seen((replace(ENTRY, reference="po_2"),), SEEN.settled),
        Seen((ENTRY, ENTRY), SEEN.settled),
        Seen((), SEEN.settled),
        Seen((ENTRY,), ((99, 301),)),
        Seen((ENTRY,), ()),
    ]
    hashes = {other.digest() for other in others}
    assert len(hashes) == len(others)
    assert SEEN.digest() not in hashes


def test_the_effect_on_accounts():
    other = replace(LINE, account_id=20, balance=-300)
    seen = Seen((replace(ENTRY, lines=(LINE, other)), ENTRY))
    assert seen.change_of([10]) == 600
    assert seen.change_of([20]) == -300
    assert seen.change_of([10, 20]) == 300
    assert seen.change_of([]) == 0


# ----------------------------------------------------------------------
# What replacing entries changes
# ----------------------------------------------------------------------

lines = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 2), st.integers(-999, 999)), max_size=12
)


def test_what_moves_from_one_account_to_another():
    found = changes([(1, 0, 300), (2, 0, -300)], [(3, 0, 300), (2, 0, -300)])
    assert [(each.account_id, each.before, each.after) for each in found] == [
        (1, 300, 0),
        (3, 0, 300),
    ]


def test_another_partner_is_a_change():
    found = changes([(1, 7, 300)], [(1, 8, 300)])
    assert [each.difference for each in found] == [-300, 300]


@given(lines)
def test_the_same_lines_in_any_order_change_nothing(before):
    assert changes(before, before[::-1]) == []


@given(lines, lines)
def test_differences_sum_to_what_the_lines_differ_by(before, after):
    found = changes(before, after)
    whole = sum(line[2] for line in after) - sum(line[2] for line in before)
    assert sum(each.difference for each in found) == whole


@given(lines, lines)
def test_the_hash_tells_changes_apart(before, after):
    one, other = changes(before, after), changes(after, before)
    assert (digest_of_changes(one) == digest_of_changes(other)) == (one == other)
