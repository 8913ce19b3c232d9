"""Cutting a list into its elements keeps every byte."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import TransientError
from odoo.addons.settlement_stripe.client.json_page import read_page

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text('aä€🙂\\"[]{},:\n ', max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab]}", max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
ELEMENTS = st.lists(
    st.builds(
        lambda more, name: {**more, "id": name},
        st.dictionaries(st.text("xyz", min_size=1), VALUES, max_size=3),
        st.text("tn_0", min_size=1),
    ),
    max_size=5,
)


@given(ELEMENTS, st.booleans(), st.sampled_from([None, 0, 2]), st.booleans())
def test_elements_are_slices_of_the_answer(elements, more, indent, ascii_only):
    pieces = [
        json.dumps(one, indent=indent, ensure_ascii=ascii_only) for one in elements
    ]
    text = (
        '{"object": "list", "data" : [ ' + " , ".join(pieces) + ' ],\n "extra": [1],'
        f' "has_more": {json.dumps(more)}, "url": "/v1/x"}}\n'
    )
    page = read_page(text.encode())
    assert [one.content for one in page.elements] == [one.encode() for one in pieces]
    assert [one.raw for one in page.elements] == elements
    assert page.has_more is more
    assert page.last_id == (elements[-1]["id"] if elements else "")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"data": []}',
        b'{"has_more": false}',
        b'{"data": {}, "has_more": false}',
        b'{"data": null, "has_more": false}',
        b'{"data": [1], "has_more": false}',
        b'{"data": [{"id": 7}], "has_more": false}',
        b'{"data": [{}], "has_more": false}',
        b'{"data": [{"id": "a"},], "has_more": false}',
        b'{"data": [], "has_more": false,}',
        b'{"data": [], "has_more": false} {}',
        b'{"data": [{"id": "a"}], "has_mo',
        b'{"data": [{"id": "a"',
        b'{"data": [{"id": "\xff"}], "has_more": false}',
        b'{"data": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_whole_list_may_be_asked_again(content):
    with pytest.raises(TransientError):
        read_page(content)


@given(ELEMENTS, st.integers(0, 10**6))
def test_no_prefix_passes_for_the_whole(elements, place):
    text = json.dumps({"data": elements, "has_more": False})
    content = text.encode()[: place % len(text.encode())]
    with pytest.raises(TransientError):
        read_page(content)


@given(st.binary(max_size=100))
def test_any_bytes_are_refused_in_order(content):
    try:
        read_page(content)
    except TransientError:
        pass
