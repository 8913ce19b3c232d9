"""Webhooks over real HTTP into a server process of Odoo: what gets in and what not."""

import concurrent.futures
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import time

import pytest
import requests
from integration.databases import ODOO, TEMPLATE, Database, environment

SECRET = "_".join(("whsec", "OfTheIntegrationTests"))
OLD_SECRET = "_".join(("whsec", "OfTheTimeBefore"))
CONNECT = """
backend = env["settlement.backend"].create(
    {{"name": "Shop", "connector": "stripe", "environment": "test"}}
)
backend.set_credential("webhook_secret", {secret!r})
backend.action_renew_webhook()
backend._set_state("connected")
env.cr.commit()
print("token", backend.webhook_token)
"""
# An event of Stripe is a few kilobytes; what is larger than this is none.
TOO_LARGE = (1 << 18) + 1
LONGEST_START = 120


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Server:
    """A running Odoo, and a provider that speaks to its webhook."""

    def __init__(self, database, token, log):
        self.database = database
        self.log = log
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/settlement/webhook/{token}"
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [ODOO, "-d", database.name, f"--http-port={port}"]
                + ["--max-cron-threads=0", "--log-level=info"],
                cwd="/",
                env=environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait(self):
        """Wait until it answers."""
        ends = time.monotonic() + LONGEST_START
        while time.monotonic() < ends and self.process.poll() is None:
            try:
                return requests.get(self.url, timeout=5)
            except requests.RequestException:
                time.sleep(0.2)
        raise AssertionError(self.log.read_text()[-3000:])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def send(self, body, signature=None, url=None):
        """Send a body as Stripe does; return the answer."""
        header = sign(body) if signature is None else signature
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if header:
            headers["Stripe-Signature"] = header
        return requests.post(url or self.url, data=body, headers=headers, timeout=60)

    def kept(self):
        """Return event id → (hash of its bytes, state)."""
        rows = self.database.query(
            "SELECT external_id, sha256, state FROM settlement_message "
            "WHERE channel = 'webhook'"
        )
        return {name: (sha256, state) for name, sha256, state in rows}

    def refusals(self):
        return self.database.query(
            "SELECT cause FROM settlement_exception "
            "WHERE reason = 'signature_invalid' AND state = 'open'"
        )


def event(number, kind="charge.succeeded"):
    """Return the bytes of an event with a name that is not plain ASCII."""
    subject = {"object": "charge", "id": f"ch_{number}", "description": "Änne – 5 €"}
    return json.dumps(
        {
            "id": f"evt_{number}",
            "object": "event",
            "type": kind,
            "livemode": False,
            "data": {"object": subject},
        },
        ensure_ascii=False,
    ).encode()


def sign(body, secret=SECRET, age=0, scheme="v1"):
    """Return the header that Stripe sends with a body."""
    moment = int(time.time()) - age
    signed = f"{moment}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={moment},{scheme}={digest}"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    database = Database("webhook").create(TEMPLATE)
    running = None
    try:
        output = database.shell(CONNECT.format(secret=SECRET)).stdout
        token = re.search(r"^token (\S+)$", output, re.MULTILINE)[1]
        log = tmp_path_factory.mktemp("webhook") / "odoo.log"
        running = Server(database, token, log)
        running.wait()
        yield running
    finally:
        if running:
            running.stop()
        database.drop()


def is_kept(server, body, answer):
    """Assert that exactly these bytes were answered with 200 and are kept."""
    name = json.loads(body)["id"]
    assert (answer.status_code, answer.content) == (200, b"")
    assert server.kept()[name] == (hashlib.sha256(body).hexdigest(), "received")


def test_valid(server):
    body = event(1)
    is_kept(server, body, server.send(body))


def test_several_signatures_one_of_them_valid(server):
    body = event(2)
    good = sign(body)
    bad = sign(body, OLD_SECRET).split(",")[1]
    is_kept(server, body, server.send(body, f"{good},{bad}"))
    body = event(3)
    moment, good = sign(body).split(",")
    is_kept(server, body, server.send(body, f"{moment},v1={'0' * 64},v0=1,{good}"))


VECTORS = {
    "tampered body": lambda body: (body.replace(b"ch_", b"cx_"), sign(body)),
    "one byte more": lambda body: (body + b"\n", sign(body)),
    "wrong secret": lambda body: (body, sign(body, OLD_SECRET)),
    "too old": lambda body: (body, sign(body, age=301)),
    "from the future": lambda body: (body, sign(body, age=-301)),
    "another moment": lambda body: (body, re.sub(r"t=\d+", "t=1", sign(body))),
    "no moment": lambda body: (body, sign(body).split(",")[1]),
    "unknown scheme": lambda body: (body, sign(body, scheme="v0")),
    "no signature": lambda body: (body, f"t={int(time.time())}"),
    "empty signature": lambda body: (body, f"t={int(time.time())},v1="),
    "missing header": lambda body: (body, ""),
    "nonsense": lambda body: (body, "\x7f=,;=" * 200),
    "no JSON": lambda body: (b"id=evt_1", sign(b"id=evt_1")),
    "no id": lambda body: (b"{}", sign(b"{}")),
    "empty body": lambda body: (b"", sign(b"")),
}


@pytest.mark.parametrize("name", VECTORS)
def test_what_is_never_accepted(server, name):
    before = server.kept()
    body, header = VECTORS[name](event(99))
    answer = server.send(body, header)
    assert (answer.status_code, answer.content) == (400, b"")
    assert server.kept() == before


def test_refusals_are_one_exception(server):
    server.send(event(99), "")
    assert len(server.refusals()) == 1


def test_a_replayed_event_is_kept_once(server):
    body = event(4)
    header = sign(body)
    for _number in range(3):
        is_kept(server, body, server.send(body, header))
    rows = server.database.query(
        "SELECT count(*) FROM settlement_message WHERE external_id = 'evt_4'"
    )
    assert rows == [(1,)]


def test_the_same_event_many_times_at_once_is_kept_once(server):
    body = event(5)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _number: server.send(body), range(12)))
    assert {answer.status_code for answer in answers} == {200}
    rows = server.database.query(
        "SELECT count(*) FROM settlement_message WHERE external_id = 'evt_5'"
    )
    assert rows == [(1,)]


def test_an_event_of_an_unknown_type_is_kept(server):
    body = event(6, "nobody.has_heard_of_it")
    is_kept(server, body, server.send(body))


def test_a_huge_body_is_refused(server):
    before = server.kept()
    body = event(7).replace(b"ch_7", b"x" * TOO_LARGE)
    assert server.send(body).status_code == 413
    assert server.kept() == before


def test_a_huge_body_without_length_is_refused(server):
    before = server.kept()
    parts = iter([b"x" * 65536] * 80)
    answer = requests.post(
        server.url, data=parts, headers={"Stripe-Signature": "t=1"}, timeout=60
    )
    assert answer.status_code in (400, 411, 413)
    assert server.kept() == before


def test_a_foreign_address_and_other_methods(server):
    body = event(8)
    elsewhere = server.url[:-4] + "AAAA"
    assert server.send(body, url=elsewhere).status_code == 404
    for method in ("GET", "PUT", "DELETE"):
        answer = requests.request(method, server.url, timeout=60)
        assert answer.status_code in (404, 405), method
    assert "evt_8" not in server.kept()


def test_a_killed_server_has_what_it_confirmed(server):
    """Runs last: whatever was answered with 200 is in the database."""
    body = event(9)
    assert server.send(body).status_code == 200
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert "evt_9" in server.kept()


def test_the_log_has_no_secret_and_no_address(server):
    text = server.log.read_text(errors="replace")
    token = server.url.rsplit("/", 1)[1]
    assert SECRET not in text
    assert token not in text
    assert "Traceback" not in text
    # It is the log of this server.
    assert server.database.name in text
