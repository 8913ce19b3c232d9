"""A stand-in of Adyen on this machine: real HTTP, own figures. Pure Python.

It answers as the download of reports does, and makes the events that Adyen would send,
signed by the letter of its documentation.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import unquote

from odoo.addons.settlement_connector.stand_in.server import Answer, StandInServer

ACCOUNT = "ExampleShopEU"
COMPANY = "ExampleCompany"
# Built from parts, so that no scanner takes them for real keys.
API_KEY = "-".join(("key", "of", "the", "stand", "in"))
USER = f"report@Company.{COMPANY}"
PASSWORD = "-".join(("password", "of", "the", "stand", "in"))
HMAC_KEY = hashlib.sha256(b"key of the stand-in").hexdigest().upper()
WEBHOOK_USER = "-".join(("user", "of", "our", "webhook"))
WEBHOOK_PASSWORD = "-".join(("password", "of", "our", "webhook"))
DOWNLOADS = "/reports/download"
ADDRESS = f"https://ca-test.adyen.com{DOWNLOADS}"


class AdyenStandIn(StandInServer):
    """Adyen with some reports.

    ``reports`` are bytes by account and file name.
    """

    def __init__(self):
        super().__init__()
        self.api_keys = [API_KEY]
        self.logins = {USER: PASSWORD}
        self.accounts = {ACCOUNT}
        self.reports = {}
        self.chunked = False

    def refusal(self, status, words, headers=None):
        """Return an error in Adyen's envelope."""
        return Answer.of_json(
            {
                "status": status,
                "errorCode": "000",
                "message": words,
                "errorType": "security" if status in (401, 403) else "internal",
            },
            status,
            headers=headers or {},
        )

    def respond(self, request, fault):
        """Answer one request for a report."""
        if not self.is_known(request.headers):
            return self.refusal(401, "HTTP Status Response - Unauthorized")
        downloads, scope, account, name = self.parts(request.path)
        if downloads != DOWNLOADS or scope not in ("MerchantAccount", "Company"):
            return self.refusal(404, "Not Found")
        if account not in self.accounts:
            return self.refusal(403, "Not allowed to download reports of this account")
        if (account, name) not in self.reports:
            return self.refusal(404, "Report not found")
        return Answer(
            body=self.reports[account, name],
            content_type="text/csv",
            chunked=self.chunked,
        )

    @staticmethod
    def parts(path):
        """Return the four parts of the path of a report."""
        return [unquote(part) for part in path.rsplit("/", 3)]

    def is_known(self, headers):
        """Tell whether a request shows a key, or a user with its password."""
        if headers.get("X-API-Key") in self.api_keys:
            return True
        shown = headers.get("Authorization", "").partition("Basic ")[2]
        logins = [f"{user}:{word}".encode() for user, word in self.logins.items()]
        return base64.b64decode(shown) in logins

    def issue(self, number, content, account=ACCOUNT):
        """Have the settlement details report of a batch, whatever was there before."""
        self.reports[account, report_name(number)] = content


def report_name(number):
    """Return the file name of the settlement details report of a batch."""
    return f"settlement_detail_report_batch_{number}.csv"


# -- events ------------------------------------------------------------------------


def item(code, reference, **values):
    """Return one item of a notification, not signed yet."""
    return {
        "additionalData": {},
        "amount": {"currency": "EUR", "value": 0},
        "eventCode": code,
        "eventDate": "2026-03-30T10:00:00+02:00",
        "merchantAccountCode": ACCOUNT,
        "merchantReference": "",
        "pspReference": reference,
        "reason": "",
        "success": "true",
        **values,
    }


def available(name, account=ACCOUNT, **values):
    """Return the item that announces a report."""
    url = f"{ADDRESS}/MerchantAccount/{account}/{name}"
    values = {"merchantAccountCode": account, "reason": url, **values}
    return item("REPORT_AVAILABLE", name, **values)


def notification(*items, live="false", key=HMAC_KEY):
    """Return the body of a notification, each item signed."""
    made = [{"NotificationRequestItem": signed(one, key)} for one in items]
    return json.dumps({"live": live, "notificationItems": made}).encode()


def signed(one, key=HMAC_KEY):
    """Return an item with its signature."""
    text = ":".join(
        str(part)
        for part in (
            one.get("pspReference", ""),
            one.get("originalReference", ""),
            one.get("merchantAccountCode", ""),
            one.get("merchantReference", ""),
            one.get("amount", {}).get("value", ""),
            one.get("amount", {}).get("currency", ""),
            one.get("eventCode", ""),
            str(one.get("success", "")).lower(),
        )
    )
    data = {**one.get("additionalData", {}), "hmacSignature": sign(text.encode(), key)}
    return {**one, "additionalData": data}


def sign(content, key=HMAC_KEY):
    """Return the signature of some bytes; a key that is none signs as its letters."""
    try:
        secret = bytes.fromhex(key)
    except ValueError:
        secret = key.encode()
    return base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()


def basic(user=WEBHOOK_USER, password=WEBHOOK_PASSWORD):
    """Return the header that shows user and password."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
