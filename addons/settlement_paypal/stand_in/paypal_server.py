"""A stand-in of PayPal on this machine: real HTTP, own figures. Pure Python.

It answers as the API does: tokens, transactions by page and period, balances, disputes,
and the certificate with which it signs the events that it sends.
"""

from __future__ import annotations

import base64
import json
import zlib
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from odoo.addons.settlement_connector.stand_in.pages import numbered_page
from odoo.addons.settlement_connector.stand_in.server import Answer, StandInServer

ACCOUNT = "ZSHOPEXAMPLE1"
# Built from parts, so that no scanner takes them for real keys.
CLIENT_ID = "-".join(("client", "of", "the", "stand", "in"))
CLIENT_SECRET = "-".join(("secret", "of", "the", "stand", "in"))
OLD_SECRET = "-".join(("secret", "that", "was", "replaced"))
WEBHOOK_ID = "8PT597110X687430LKGECATA"
CERTIFICATE = "/v1/notifications/certs/CERT-360caa42-fca2a594-5a29e601"
VERIFY = "/v1/notifications/verify-webhook-signature"
TOO_MANY = {
    "name": "RESULTSET_TOO_LARGE",
    "message": "Result set size is greater than the maximum limit. Change the filter "
    "criteria and try again.",
}
NOT_AVAILABLE = {
    "name": "INVALID_REQUEST",
    "message": "Data for the given start date is not available.",
}


def transaction(number, code="T0006", value="100.00", **info):
    """Return one element of ``transaction_details``.

    :param info: further fields of ``transaction_info``; ``fee`` is the fee's value,
        ``at`` the instant, ``currency`` the currency, ``payer`` the payer's block.
    """
    currency = info.pop("currency", "USD")
    at = info.pop(
        "at", f"2026-01-06T{8 + number // 60 % 16:02}:{number % 60:02}:00+0000"
    )
    fee = info.pop("fee", "")
    payer = info.pop("payer", {})
    made = {
        "paypal_account_id": "PAYER00000001",
        "transaction_id": f"{number:05}AB12345CD678",
        "transaction_event_code": code,
        "transaction_initiation_date": at,
        "transaction_updated_date": at,
        "transaction_amount": {"currency_code": currency, "value": value},
        "transaction_status": "S",
        **info,
    }
    if fee:
        made["fee_amount"] = {"currency_code": currency, "value": fee}
    return {"transaction_info": made, "payer_info": payer}


def dispute(number, status="OPEN", outcome="", **values):
    """Return one dispute over the payment of that number."""
    made = {
        "dispute_id": f"PP-D-{number}",
        "create_time": "2026-01-10T10:00:00.000Z",
        "update_time": "2026-01-10T10:00:00.000Z",
        "status": status,
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "dispute_amount": {"currency_code": "USD", "value": "100.00"},
        "dispute_life_cycle_stage": "CHARGEBACK",
        "disputed_transactions": [
            {"seller_transaction_id": f"{number:05}AB12345CD678"}
        ],
        **values,
    }
    if outcome:
        made["dispute_outcome"] = {"outcome_code": outcome}
    return made


def instant(text):
    """Return an instant of a request or a row, aware."""
    plain = text.replace("Z", "+00:00")
    if plain[-5] in "+-" and ":" not in plain[-5:]:
        plain = f"{plain[:-2]}:{plain[-2:]}"
    return datetime.fromisoformat(plain)


class PaypalStandIn(StandInServer):
    """PayPal with some rows, which are shown from their moment on.

    :param signer: key and certificate with which it signs its events.
    """

    def __init__(self, signer=None):
        super().__init__()
        self.account = ACCOUNT
        self.secrets = [CLIENT_SECRET]
        self.rows = []
        self.disputes = []
        self.balances = {"USD": ("0.00", "0.00")}
        self.clock = None
        self.refreshed_at = "2026-01-31T08:30:00Z"
        self.most_rows = 10_000
        self.oldest = None
        self.lifetime = 32_400
        self.tokens = set()
        self.tokens_given = 0
        self.may_read_disputes = True
        self.may_search = True
        self.signer = signer or Signer()

    # -- answers -----------------------------------------------------------------

    def refusal(self, status, words, headers=None):
        """Return an error in PayPal's envelope."""
        name = {401: "invalid_token", 403: "NOT_AUTHORIZED"}.get(status, "ERROR")
        made = refusal(status, name, words)
        made.headers.update(headers or {})
        return made

    def respond(self, request, fault):
        """Answer one request as PayPal does."""
        if request.path == CERTIFICATE:
            return Answer(body=self.signer.pem, content_type="application/x-pem-file")
        if request.path == "/v1/oauth2/token":
            return self.token(request)
        if not self.is_known(request):
            return refusal(401, "invalid_token", "Token signature verification failed")
        return self.resource(request.path, dict(request.params), fault, request.body)

    def resource(self, path, params, fault, body=b""):
        """Answer who has a token."""
        if path == "/v1/reporting/transactions" and self.may_search:
            return self.transactions(params, fault)
        if path == "/v1/reporting/balances" and self.may_search:
            return answer(self.balances_now())
        if path.startswith("/v1/customer/disputes") and self.may_read_disputes:
            return self.dispute_answer(path, params)
        if path == VERIFY:
            return self.verification(body)
        if path.startswith("/v1/"):
            words = "Authorization failed due to insufficient permissions."
            return refusal(403, "NOT_AUTHORIZED", words)
        return refusal(404, "RESOURCE_NOT_FOUND", "The resource does not exist.")

    def verification(self, body):
        """Say whether the event in a question was signed by us."""
        told = json.loads(body)
        event = body.split(b'"webhook_event": ', 1)[1][:-1]
        signed = "|".join(
            (
                told["transmission_id"],
                told["transmission_time"],
                told["webhook_id"],
                str(zlib.crc32(event)),
            )
        )
        good = self.signer.has_signed(signed.encode(), told["transmission_sig"])
        return answer({"verification_status": "SUCCESS" if good else "FAILURE"})

    def token(self, received):
        """Give a token to who shows an id and its secret."""
        given = received.headers.get("Authorization", "").partition("Basic ")[2]
        good = [f"{CLIENT_ID}:{secret}".encode() for secret in self.secrets]
        is_asked = received.body == b"grant_type=client_credentials"
        if base64.b64decode(given) not in good or not is_asked:
            return Answer(
                401,
                b'{"error":"invalid_client",'
                b'"error_description":"Client Authentication failed"}',
            )
        self.tokens_given += 1
        text = f"A21AA-token-{self.tokens_given}-of-the-stand-in"
        self.tokens.add(text)
        return answer(
            {
                "scope": "https://uri.paypal.com/services/reporting/search/read",
                "access_token": text,
                "token_type": "Bearer",
                "expires_in": self.lifetime,
            }
        )

    def is_known(self, received):
        """Tell whether a request has a token that was given and not taken back."""
        header = received.headers.get("Authorization", "")
        return header.partition("Bearer ")[2] in self.tokens

    def transactions(self, params, fault):
        """Answer a search by period and page."""
        since, until = instant(params["start_date"]), instant(params["end_date"])
        if until - since > timedelta(days=31):
            return refusal(
                400, "INVALID_REQUEST", "Date range is greater than 31 days."
            )
        if self.oldest and since < self.oldest:
            return Answer(400, json.dumps(NOT_AVAILABLE).encode())
        until = min(until, self.clock) if self.clock else until
        rows = [one for one in self.rows if since <= self.moment(one) <= until]
        if "transaction_id" in params:
            rows = [one for one in rows if self.name(one) == params["transaction_id"]]
        if len(rows) > self.most_rows:
            return Answer(400, json.dumps(TOO_MANY).encode())
        size, page = int(params.get("page_size", 100)), int(params.get("page", 1))
        shown = numbered_page(rows, page, size, fault).rows
        return answer(
            {
                "transaction_details": shown,
                "account_number": self.account,
                "last_refreshed_datetime": self.refreshed_at,
                "page": page,
                "total_items": len(rows),
                "total_pages": -(-len(rows) // size),
            }
        )

    @staticmethod
    def moment(row):
        """Return when a row was begun."""
        return instant(row["transaction_info"]["transaction_initiation_date"])

    @staticmethod
    def name(row):
        """Return the id of a row."""
        return row["transaction_info"]["transaction_id"]

    def balances_now(self):
        """Return the answer of the balances call."""
        return {
            "balances": [
                {
                    "currency": currency,
                    "primary": currency == "USD",
                    "total_balance": {"currency_code": currency, "value": total},
                    "available_balance": {"currency_code": currency, "value": free},
                }
                for currency, (total, free) in self.balances.items()
            ],
            "account_id": self.account,
            "as_of_time": "2026-01-31T09:00:00Z",
            "last_refresh_time": self.refreshed_at,
        }

    def dispute_answer(self, path, params):
        """Answer for the list of disputes, or for one of them."""
        name = path.rpartition("/")[2]
        if name != "disputes":
            found = [one for one in self.disputes if one["dispute_id"] == name]
            missing = refusal(404, "RESOURCE_NOT_FOUND", "No such dispute.")
            return answer(found[0]) if found else missing
        size = int(params["page_size"])
        start = int(params.get("next_page_token", 0))
        changed = [
            one
            for one in self.disputes
            if instant(params["update_time_after"])
            <= instant(one["update_time"])
            <= instant(params["update_time_before"])
        ]
        short = [
            {name: one[name] for name in ("dispute_id", "status", "reason")}
            for one in changed[start : start + size]
        ]
        links = [
            {"rel": "self", "href": "https://api-m.paypal.com/v1/customer/disputes"}
        ]
        if start + size < len(changed):
            href = (
                f"/v1/customer/disputes?page_size={size}&next_page_token={start + size}"
            )
            links.append({"rel": "next", "href": f"https://api-m.paypal.com{href}"})
        return answer({"items": short, "links": links})

    # -- events ------------------------------------------------------------------

    def event(self, kind, resource, number=1):
        """Return an event of a kind about an object."""
        return {
            "id": f"WH-{number:017}-EVENT",
            "event_version": "1.0",
            "create_time": "2026-01-06T10:00:00.000Z",
            "resource_type": "capture",
            "event_type": kind,
            "summary": "Something happened.",
            "resource": resource,
        }

    def headers(self, body, webhook_id=WEBHOOK_ID, sent_at=None, **changed):
        """Return the headers with which PayPal sends a body."""
        moment = sent_at or datetime.now(timezone.utc)
        stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        transmission = "69cd13f0-d67a-11e5-baa3-778b53f4ae55"
        signed = f"{transmission}|{stamp}|{webhook_id}|{zlib.crc32(body)}"
        return {
            "PAYPAL-TRANSMISSION-ID": transmission,
            "PAYPAL-TRANSMISSION-TIME": stamp,
            "PAYPAL-TRANSMISSION-SIG": self.signer.sign(signed.encode()),
            "PAYPAL-CERT-URL": f"{self.url}{CERTIFICATE}",
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
            **changed,
        }


def answer(body):
    """Return a good answer."""
    return Answer(body=json.dumps(body).encode())


def refusal(status, name, message):
    """Return an error as PayPal words it."""
    return Answer(status, json.dumps({"name": name, "message": message}).encode())


class Signer:
    """An authority of its own, and a certificate that it issued to PayPal's name."""

    def __init__(self, name="messageverificationcerts.paypal.com", **times):
        self.root_key = new_key()
        self.root = certificate("Root of the stand-in", self.root_key)
        self.key = new_key()
        self.leaf = certificate(name, self.key, self.root, self.root_key, **times)

    @property
    def pem(self):
        """Return the certificate as PayPal serves it, its authority behind it."""
        return b"".join(pem_of(one) for one in (self.leaf, self.root))

    def sign(self, content):
        """Return the signature of a text in base64."""
        signed = self.key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signed).decode()

    def has_signed(self, content, signature):
        """Tell whether a signature in base64 is ours, of this text."""
        return self.sign(content) == signature


def new_key():
    """Return a key that is quick to make."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem_of(one):
    """Return a certificate as text."""
    return one.public_bytes(serialization.Encoding.PEM)


def certificate(name, key, issuer=None, issuer_key=None, is_ca=None, days=(-1, 30)):
    """Return a certificate for a name; without issuer an authority of its own."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    is_ca = issuer is None if is_ca is None else is_ca
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if not is_ca:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256())
