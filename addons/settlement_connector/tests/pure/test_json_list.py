import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import TransientError
from odoo.addons.settlement_connector.client.json_list import read_list


def test_elements_keep_their_bytes():
    first, second = b'{"id":"a",  "x" : 1.50}', '{"ä": "é"}'.encode()
    content = b'{ "items": [' + first + b" , " + second + b'], "pages": 3 }'
    found = read_list(content, "items", "Acme")
    assert [each.content for each in found.elements] == [first, second]
    assert found.elements[0].raw["id"] == "a"
    assert found.members == {"pages": 3}


@pytest.mark.parametrize("content", [b"{}", b'{"items": []}', b'{"items": null}'])
def test_nothing_is_an_empty_list(content):
    assert read_list(content, "items", "Acme").elements == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"items": [{"id": 1}',
        b'{"items": [{"id": 1},]}',
        b'{"items": [1]}',
        b'{"items": {"id": 1}}',
        b'{"items": []} and more',
        b"<html></html>",
        b'{"items": [{"id": "\xff"}]}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_list_may_be_one_the_next_time(content):
    with pytest.raises(TransientError, match="Acme"):
        read_list(content, "items", "Acme")


@given(
    st.lists(st.dictionaries(st.text(), st.integers() | st.text() | st.booleans())),
    st.integers(),
)
def test_what_json_says_is_what_is_read(items, number):
    content = json.dumps({"before": number, "items": items, "after": [number]})
    found = read_list(content.encode(), "items", "Acme")
    assert [each.raw for each in found.elements] == items
    assert [json.loads(each.content) for each in found.elements] == items
    assert found.members == {"before": number, "after": [number]}
