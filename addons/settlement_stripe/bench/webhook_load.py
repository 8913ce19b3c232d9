"""Send signed events to an address at a steady rate and print how long it took.

webhook_load.py URL SECRET REQUESTS REQUESTS_PER_SECOND

A process of its own, so that it shares no interpreter with what it measures.
"""

import hashlib
import hmac
import http.client
import json
import sys
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

CONNECTIONS = 32


def signed_event(secret: str) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of a new event, of a usual size."""
    event = {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "type": "charge.succeeded",
        "livemode": False,
        "data": {"object": {"object": "charge", "id": "ch_1", "fill": "x" * 3000}},
    }
    body = json.dumps(event).encode()
    stamp = str(int(time.time()))
    signed = stamp.encode() + b"." + body
    value = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return body, {
        "Content-Type": "application/json",
        "Stripe-Signature": f"t={stamp},v1={value}",
    }


def send(url: str, secret: str, due: float) -> tuple[int, float]:
    """Send one event when it is due; return status and milliseconds since then."""
    time.sleep(max(0.0, due - time.monotonic()))
    parts = urlsplit(url)
    body, headers = signed_event(secret)
    begun = time.monotonic()
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("POST", parts.path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, (time.monotonic() - begun) * 1000
    finally:
        connection.close()


def main(url: str, secret: str, requests: int, rate: float) -> None:
    """Send the requests and print the figures as JSON."""
    begun = time.monotonic()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        sent = [
            pool.submit(send, url, secret, begun + number / rate)
            for number in range(requests)
        ]
    results = [one.result() for one in sent]
    times = sorted(milliseconds for _status, milliseconds in results)
    figures = {
        "seconds": time.monotonic() - begun,
        "p50_ms": round(times[len(times) // 2], 1),
        "p99_ms": round(times[len(times) * 99 // 100], 1),
        "answers": Counter(str(status) for status, _milliseconds in results),
    }
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
