"""Which keys may go is told from what the credentials still need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_connector.secrets.rotation import (
    MISSING,
    NEWEST,
    OLDER,
    key_states,
)

ids = st.lists(st.text("abc123", min_size=1, max_size=4), unique=True, max_size=5)
uses = st.dictionaries(st.text("abc123", min_size=1, max_size=4), st.integers(1, 9))


def by_id(known, used):
    return {state.id: state for state in key_states(known, used)}


def test_the_first_key_is_the_newest():
    states = key_states(["2027", "2026"], {"2026": 3})
    assert [(each.id, each.role, each.credentials) for each in states] == [
        ("2027", NEWEST, 0),
        ("2026", OLDER, 3),
    ]


@pytest.mark.parametrize(
    ("used", "may_go", "is_to_rotate"),
    [({}, True, False), ({"old": 1}, False, True), ({"new": 4}, True, False)],
)
def test_an_older_key_goes_once_nothing_needs_it(used, may_go, is_to_rotate):
    old = by_id(["new", "old"], used)["old"]
    assert (old.may_go, old.is_to_rotate) == (may_go, is_to_rotate)


def test_a_key_that_is_needed_and_gone_is_named():
    lost = by_id(["new"], {"old": 2})["old"]
    assert (lost.role, lost.credentials) == (MISSING, 2)
    assert not lost.may_go


@given(ids, uses)
def test_every_key_and_every_need_is_told_once(known, used):
    states = key_states(known, used)
    assert sorted(each.id for each in states) == sorted({*known, *used})
    assert sum(each.credentials for each in states) == sum(used.values())
    for each in states:
        assert not (each.may_go and each.credentials)
        assert each.role != NEWEST or not each.may_go
