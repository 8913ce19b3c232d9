import json
import re
import threading
import time
from datetime import timedelta

from odoo import fields, models

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
)
from odoo.addons.settlement.canonical.facts import ParseResult
from odoo.addons.settlement.canonical.time_zones import zone_of
from odoo.addons.settlement_connector import secrets_store

from ..client import announced, permissions, streams, webhook_event, webhook_signature
from ..client.rate_limit import RateLimiter
from ..client.stripe_client import (
    BASE_URL,
    CALLS_PER_SECOND,
    HOSTS,
    SHOULD_RETRY_HEADER,
    StripeClient,
)
from ..mapper import known_codes, parse_item
from ..mapper.balances import read_balances
from ..reports.columns import header_of, is_report
from ..reports.file import read_report

# What people upload or a transport brings; the rest is one object of the API each.
FILE_CHANNELS = ("file", "manual")
ACCOUNT_ID = re.compile(r"\bacct_[A-Za-z0-9]+")

# One limiter for each backend of this process: pages are fetched by clients of their
# own, but Stripe counts the calls of the account.
_limiters = {}
_limiters_lock = threading.Lock()


def _limiter_of(backend):
    """Return the limiter that all calls of a backend share in this process."""
    with _limiters_lock:
        key = (backend.env.cr.dbname, backend.id)
        return _limiters.setdefault(key, RateLimiter(CALLS_PER_SECOND))


def _stripe_client(handler, backend):
    """Return a client with the backend's keys.

    It is no method: server actions may call methods of records, and would have the
    keys with the client.

    :raises AuthenticationError: if there is no key.
    """
    keys = secrets_store.reveal(handler.env, backend, "api_key")
    http = handler._client_for(backend, should_retry_header=SHOULD_RETRY_HEADER)
    return StripeClient(http, keys, _limiter_of(backend))


class SettlementConnectorStripe(models.AbstractModel):
    """Stripe: balance transactions, payouts and their lists, balances."""

    _name = "settlement.connector.stripe"
    _description = "Settlement Connector: Stripe"
    _inherit = "settlement.connector"

    # ------------------------------------------------------------------
    # What Stripe is
    # ------------------------------------------------------------------

    def _about(self):
        return self.env._(
            "Charges, refunds, fees, disputes and payouts, fetched from Stripe. You "
            "need an API key; a restricted key that may only read is enough. Or "
            "import its itemized report files, without any key."
        )

    def _capabilities(self):
        return {"pull", "balances", "disputes", "webhook", "file"}

    def _recognises(self, filename, head):
        return is_report(header_of(head))

    def _credential_names(self):
        return ["api_key", "webhook_secret"]

    def _default_api_url(self, backend):
        return BASE_URL

    def _allowed_hosts(self, backend):
        return list(HOSTS)

    def _known_codes(self):
        return known_codes.known_codes()

    def _codes_introduction(self):
        return known_codes.INTRODUCTION

    def _known_code(self, source_code):
        return known_codes.known_code(source_code)

    def _streams(self, backend):
        return list(streams.STREAMS)

    # ------------------------------------------------------------------
    # Talking to Stripe
    # ------------------------------------------------------------------

    def _check_connection(self, backend):
        """Return who Stripe says we are and in which currencies it holds money."""
        client = _stripe_client(self, backend)
        balance = json.loads(client.balance().content)
        self._check_mode(backend, balance)
        self._check_permissions(client)
        account = self._account(client)
        return {
            "account_identifier": account.get("id", ""),
            "name": self._account_name(account),
            "country": account.get("country") or "",
            "currencies": self._currencies(account, balance),
            "balances": self._balances(balance),
        }

    def _balances(self, balance):
        """Return what Stripe holds for us, as text by currency code."""
        facts = read_balances(balance, fields.Datetime.now())
        return {
            fact.currency: str(fact.available + fact.pending + fact.reserve)
            for fact in facts
        }

    def _check_mode(self, backend, balance):
        """Refuse a key of the other mode: test money must not meet real books."""
        live = balance.get("livemode") is True
        if live == (backend.environment == "live"):
            return
        raise BusinessError(
            self.env._(
                "This key belongs to Stripe's %(mode)s mode, but %(backend)s is a "
                "%(environment)s environment. Enter a key of the same mode.",
                mode="live" if live else "test",
                backend=backend.name,
                environment=backend.environment,
            )
        )

    def _check_permissions(self, client):
        """Refuse a key that may not read all that will be asked for."""
        refused = permissions.refusals(client)
        if refused:
            raise BusinessError(
                self.env._(
                    "The key may not read %(names)s. Give it the permission to read "
                    "these in Stripe's dashboard, or enter another key. Stripe says: "
                    "%(words)s",
                    names=", ".join(refused),
                    words=next(iter(refused.values())),
                )
            )

    def _account(self, client):
        """Return the account, or what its refusal says of it.

        Stripe does not let every restricted key read the account it belongs to. All
        that is lost is a name, and the refusal names the account.
        """
        try:
            return client.account()
        except AuthenticationError as error:
            named = ACCOUNT_ID.search(str(error))
            return {"id": named.group() if named else ""}

    def _account_name(self, account):
        """Return the name by which people know the account."""
        settings = account.get("settings") or {}
        places = (
            (settings.get("dashboard") or {}).get("display_name"),
            (account.get("business_profile") or {}).get("name"),
            account.get("email"),
        )
        return next(filter(None, places), "")

    def _currencies(self, account, balance):
        """Return the codes of all currencies with a balance, the account's first."""
        codes = [account.get("default_currency") or ""]
        for bucket in ("available", "pending"):
            codes += sorted(entry["currency"] for entry in balance.get(bucket) or [])
        return list(dict.fromkeys(code.upper() for code in codes if code))

    def _pull(self, backend, stream, since, until, cursor, limit):
        client = _stripe_client(self, backend)
        request = streams.PullRequest(
            since=since,
            until=until,
            cursor=cursor,
            limit=limit,
            listed_payouts=self._listed_payouts(backend, stream, since),
        )
        try:
            return streams.pull(client, stream, request)
        except AuthenticationError as error:
            if stream != "disputes":
                raise
            # The key has just read the rows: it is good, but may not read these.
            raise BusinessError(
                self.env._(
                    "The API key may not read disputes. Allow it “Disputes: Read” at "
                    "Stripe. %(error)s",
                    error=str(error),
                )
            ) from error

    def _listed_payouts(self, backend, stream, since):
        """Return the payouts whose final list is known and adds up already."""
        if stream != "payout_transactions":
            return frozenset()
        domain = [
            ("backend_id", "=", backend.id),
            ("kind", "=", "payout"),
            ("lists_rows", "=", True),
            ("state", "in", ("validated", "posted", "reconciled")),
        ]
        if since:
            # One day more, for the day of a payout is that of the backend's zone.
            reach = since - streams.PAYOUT_LIFE - timedelta(days=1)
            domain.append(("date", ">=", fields.Date.to_date(reach)))
        batches = self.env["settlement.batch"].search_fetch(domain, ["external_id"])
        return frozenset(batches.mapped("external_id"))

    # ------------------------------------------------------------------
    # Webhooks
    # ------------------------------------------------------------------

    def _verify_webhook(self, backend, headers, raw_body):
        header = headers.get(webhook_signature.HEADER) or ""
        secrets = secrets_store.reveal(self.env, backend, "webhook_secret")
        webhook_signature.verify(header, raw_body, secrets, time.time())
        return webhook_event.read_event(raw_body).id

    def _pull_announced(self, backend, target):
        return announced.fetch(_stripe_client(self, backend), target)

    # ------------------------------------------------------------------
    # Reading what came
    # ------------------------------------------------------------------

    def _parse(self, message):
        backend = message.backend_id
        if message.channel in FILE_CHANNELS:
            return ParseResult(self._report_facts(message))
        with message._open_content() as content:
            raw = content.read()
        if message.channel == "webhook":
            return self._parse_event(message, webhook_event.read_event(raw))
        account = self._account_identifier(backend)
        return parse_item(raw, message.context or {}, backend.timezone, account)

    def _report_facts(self, message):
        """Yield what a report file says, reading it as a stream."""
        backend = message.backend_id
        account = self._account_identifier(backend)
        with message._open_content() as content:
            yield from read_report(content, zone_of(backend.timezone), account)

    def _parse_event(self, message, event):
        """Have the object of an event fetched; nothing else of it is believed."""
        backend = message.backend_id
        target = announced.target_of(event)
        note = self._foreign_note(backend, event)
        if not target and not note:
            note = self.env._(
                "An event %(type)s moves no money here; it was not used.",
                type=event.type,
            )
        if note:
            message._ignore(note)
        else:
            backend._announce([target])
        return ParseResult([])

    def _foreign_note(self, backend, event):
        """Return why an event is not about this backend's money, "" if it is."""
        if event.is_live != (backend.environment == "live"):
            return self.env._(
                "The event is of Stripe's %(mode)s mode, but %(backend)s is a "
                "%(environment)s environment; it was not used.",
                mode="live" if event.is_live else "test",
                backend=backend.name,
                environment=backend.environment,
            )
        account = self._account_identifier(backend)
        if event.account and event.account != account:
            return self.env._(
                "The event is about the connected account %(account)s, not about our "
                "own money; it was not used.",
                account=event.account,
            )
        return ""

    def _account_identifier(self, backend):
        """Return the account of the payments balance if the wallets name just one.

        Wallets of Stripe's other balances are named ``<account>/<balance>``.
        """
        identifiers = backend.wallet_ids.mapped("account_identifier")
        accounts = {name for name in identifiers if "/" not in name}
        return accounts.pop() if len(accounts) == 1 else ""
