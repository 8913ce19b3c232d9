"""Bodies are read whole or not at all, however they are cut into pieces."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import BusinessError, TransientError
from odoo.addons.settlement_connector.client.body import body_pieces

LIMIT = 100_000
ENCODERS = {"gzip": gzip.compress, "deflate": zlib.compress}


def read_body(*arguments):
    """Return a body whole."""
    return b"".join(body_pieces(*arguments))


def reader(data, pieces=()):
    """Return a read function that hands ``data`` out in pieces of these sizes."""
    sizes = iter(pieces)
    position = 0

    def read(amount):
        nonlocal position
        size = min(next(sizes, amount), amount)
        piece = data[position : position + size]
        position += len(piece)
        return piece

    return read


pieces_of = st.lists(st.integers(1, 50), max_size=30)
bodies = st.binary(max_size=2000)


@given(bodies, pieces_of)
def test_plain_bodies(body, pieces):
    headers = {"Content-Length": str(len(body))}
    assert read_body(reader(body, pieces), headers, LIMIT) == body
    assert read_body(reader(body, pieces), {}, LIMIT) == body


@given(bodies, pieces_of, st.sampled_from(sorted(ENCODERS)))
def test_compressed_bodies(body, pieces, encoding):
    sent = ENCODERS[encoding](body)
    headers = {"Content-Encoding": encoding, "Content-Length": str(len(sent))}
    assert read_body(reader(sent, pieces), headers, LIMIT) == body


@given(bodies, st.data(), pieces_of, st.sampled_from(sorted(ENCODERS)))
def test_a_compressed_body_that_was_cut_is_never_accepted(body, data, pieces, encoding):
    sent = ENCODERS[encoding](body)
    cut = sent[: data.draw(st.integers(0, len(sent) - 1))]
    with pytest.raises(TransientError):
        read_body(reader(cut, pieces), {"Content-Encoding": encoding}, LIMIT)


@given(st.binary(min_size=1, max_size=2000), st.data())
def test_a_plain_body_that_was_cut_is_never_accepted(body, data):
    cut = body[: data.draw(st.integers(0, len(body) - 1))]
    with pytest.raises(TransientError, match="cut"):
        read_body(reader(cut), {"Content-Length": str(len(body))}, LIMIT)


@given(st.binary(max_size=300))
def test_rubbish_is_refused_with_a_sentence(rubbish):
    try:
        read_body(reader(rubbish), {"Content-Encoding": "gzip"}, LIMIT)
    except TransientError as error:
        assert "compressed" in str(error)


@given(st.integers(0, 300), st.integers(0, 300), st.booleans())
def test_no_body_is_larger_than_the_limit(size, limit, compressed):
    body = b"\0" * size
    sent = gzip.compress(body) if compressed else body
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    try:
        assert len(read_body(reader(sent), headers, limit)) <= limit
    except BusinessError:
        assert max(size, len(sent)) > limit


def test_an_announced_size_above_the_limit_is_not_even_read():
    def read(amount):
        raise AssertionError("nothing should be read")

    with pytest.raises(BusinessError, match="shorter period"):
        read_body(read, {"Content-Length": "999999999"}, LIMIT)


@pytest.mark.parametrize("length", ["", "-1", "abc", "1, 1", "٣"])
def test_a_length_that_is_none_is_ignored(length):
    assert read_body(reader(b"abc"), {"Content-Length": length}, LIMIT) == b"abc"


def test_an_encoding_that_nobody_asked_for():
    with pytest.raises(TransientError, match="'br'"):
        read_body(reader(b"abc"), {"Content-Encoding": "br"}, LIMIT)


def test_two_compressed_parts_in_one_body_are_refused():
    body = gzip.compress(b"a") + gzip.compress(b"b")
    with pytest.raises(TransientError):
        read_body(reader(body), {"Content-Encoding": "gzip"}, LIMIT)


def test_too_slow():
    with pytest.raises(TransientError, match="too slowly"):
        read_body(reader(b"abc"), {}, LIMIT, lambda: True)
