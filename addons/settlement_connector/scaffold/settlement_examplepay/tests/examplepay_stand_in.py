"""A stand-in of Example Pay on this machine."""

import csv
import hashlib
import hmac
import io
import json
from datetime import datetime, timezone

from odoo.addons.settlement_connector.stand_in.pages import numbered_page
from odoo.addons.settlement_connector.stand_in.server import Answer, StandInServer

from ..client import SIGNATURE_HEADER, STREAMS
from ..mapper import COLUMNS

# Built from parts, so that no scanner takes them for real ones.
KEY = "-".join(("key", "of", "the", "stand", "in"))
SECRET = "-".join(("secret", "of", "the", "stand", "in"))
ACCOUNT = "account_1"


class ExamplepayStandIn(StandInServer):
    """Shows ``objects`` (number → row) that were made up to ``moment``."""

    def __init__(self):
        super().__init__()
        self.objects = {}
        self.moment = datetime(2026, 3, 31)

    def now(self):
        """Return the provider's clock."""
        return self.moment.replace(tzinfo=timezone.utc).timestamp()

    def respond(self, request, fault):
        """Answer as Example Pay does."""
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return self.refusal(401, "This key is not known.")
        if request.path == "/v1/account":
            return Answer.of_json({"id": ACCOUNT, "name": "Shop Example"})
        stream = request.path.removeprefix("/v1/")
        if stream not in STREAMS:
            return self.refusal(404, "There is no such list.")
        rows = self.listed(request) if stream == STREAMS[0] else []
        number, size = request.param("page", "1"), request.param("per_page", "50")
        page = numbered_page(rows, int(number), int(size), fault)
        return Answer.of_json({"items": page.rows, "next_page": page.following})

    def listed(self, request):
        """Return the objects that a request asks for, oldest first."""
        first, last = request.param("from"), request.param("to", "9999")
        wanted, now = request.param("id"), f"{self.moment.isoformat()}Z"
        return sorted(
            (
                each
                for each in self.objects.values()
                if first <= each["created_at"] <= min(last, now)
                and wanted in ("", each["id"])
            ),
            key=lambda each: (each["created_at"], each["id"]),
        )


def report(objects):
    """Return objects as a report file."""
    text = io.StringIO()
    lines = csv.DictWriter(text, COLUMNS)
    lines.writeheader()
    lines.writerows(objects)
    return text.getvalue().encode()


def event(object_id, event_id="event_1", secret=SECRET):
    """Return (headers, body) of a signed event about an object."""
    body = json.dumps({"id": event_id, "object_id": object_id, "amount": "5"}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {SIGNATURE_HEADER: signature}, body
