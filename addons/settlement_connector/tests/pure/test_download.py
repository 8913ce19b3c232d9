"""What is too large for the memory goes into a file, under the same rules."""

import gzip
import io
import tracemalloc

import pytest

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    TransientError,
)
from odoo.addons.settlement_connector.client.http import (
    HttpClient,
    NotAllowed,
    NotFound,
)
from odoo.addons.settlement_connector.client.retry import RetryPolicy
from odoo.addons.settlement_connector.tests.stand_in import StandIn

MEBIBYTE = 1024 * 1024
BODY = b"Type,Net\n" + b"Settled,5.00\n" * 50_000


@pytest.fixture
def server():
    with StandIn() as stand_in:
        yield stand_in


def new_client(server, **options):
    options = {"allow_loopback": True, "content_type": "", **options}
    policy = RetryPolicy(attempts=2, jitter=lambda: 1.0)
    return HttpClient(server.url, [], retry=policy, sleep=lambda _s: None, **options)


@pytest.mark.parametrize("pack", [None, gzip.compress])
def test_a_body_goes_into_the_file(server, pack):
    headers = {"Content-Encoding": "gzip"} if pack else {}
    server.answer(body=pack(BODY) if pack else BODY, headers=headers)
    file = io.BytesIO()
    answer = new_client(server).download("report.csv", file, auth=("u", "p"))
    assert file.getvalue() == BODY
    assert (answer.status, answer.content) == (200, b"")
    assert server.received[0].headers["Authorization"].startswith("Basic ")


def test_a_second_attempt_begins_with_an_empty_file(server):
    server.answer(body=BODY, cut=True)
    server.answer(body=b"short")
    file = io.BytesIO(b"what was there before, and longer")
    new_client(server).download("report.csv", file)
    assert file.getvalue() == b"short"


def test_a_body_that_stays_cut_is_an_error(server):
    for _attempt in range(2):
        server.answer(body=BODY, cut=True)
    with pytest.raises(TransientError, match="cut"):
        new_client(server).download("report.csv", io.BytesIO())


def test_no_more_than_allowed_is_taken(server):
    server.answer(body=gzip.compress(BODY), headers={"Content-Encoding": "gzip"})
    file = io.BytesIO()
    with pytest.raises(BusinessError, match="larger"):
        new_client(server, max_bytes=1000).download("report.csv", file)
    assert len(file.getvalue()) <= 1000


def test_a_type_that_was_not_asked_for(server):
    for _attempt in range(2):
        server.answer(body=b"<html>", content_type="text/html")
    with pytest.raises(TransientError, match="text/html"):
        new_client(server, content_type="text/csv").download("a", io.BytesIO())


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AuthenticationError),
        (403, NotAllowed),
        (404, NotFound),
        (400, BusinessError),
    ],
)
def test_what_is_refused_leaves_the_file_alone(server, status, error):
    server.answer(status=status, body=b'{"message": "no such report"}')
    file = io.BytesIO()
    with pytest.raises(error, match="no such report"):
        new_client(server).download("a", file)
    assert file.getvalue() == b""


def test_only_what_is_not_there_is_not_found(server):
    server.answer(status=410, body=b"{}")
    with pytest.raises(BusinessError) as caught:
        new_client(server).get("a")
    assert not isinstance(caught.value, NotFound)


def test_the_memory_does_not_grow_with_a_compressed_body(server, tmp_path):
    """A chunk of what was packed may unpack to a thousand times its size."""
    size = 64 * MEBIBYTE
    server.answer(body=gzip.compress(bytes(size)), headers={"Content-Encoding": "gzip"})
    client = new_client(server, max_bytes=2 * size)
    with (tmp_path / "report").open("w+b") as file:
        tracemalloc.start()
        try:
            client.download("a", file)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert file.tell() == size
    assert peak < 8 * MEBIBYTE
