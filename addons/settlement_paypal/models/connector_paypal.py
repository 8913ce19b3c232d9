from odoo import fields, models

from odoo.addons.settlement.canonical.errors import AuthenticationError, BusinessError
from odoo.addons.settlement.canonical.facts import ParseResult
from odoo.addons.settlement.canonical.time_zones import zone_of
from odoo.addons.settlement_connector import secrets_store

from ..client import announced, streams, webhook_event
from ..client.pace import Pace
from ..client.paypal_client import (
    CALLS_PER_SECOND,
    LIVE_HOSTS,
    LIVE_URL,
    SANDBOX_HOSTS,
    SANDBOX_URL,
    Keys,
    PaypalClient,
)
from ..client.tokens import TokenCache
from ..client.webhook_signature import Signature, verify_by_call
from ..mapper import codes
from ..mapper.balances import read_balances
from ..mapper.items import parse_item
from ..reports.file import is_report, read_report
from . import webhook_keys

# What people upload or a transport brings; the rest is one object of the API each.
FILE_CHANNELS = ("file", "manual")
# Tokens live as long as this process; no table, file or log ever has one.
_tokens = TokenCache()
# Pages are fetched by clients of their own, but PayPal counts the calls of the app.
_paces = {}


def _pace_of(who):
    """Return the pace that all calls of a backend keep in this process."""
    return _paces.setdefault(who, Pace(CALLS_PER_SECOND))


def _paypal_client(handler, backend, **options):
    """Return a client with the backend's keys.

    It is no method: server actions may call methods of records, and would have the
    keys with the client.

    :raises AuthenticationError: if there are no keys.
    """
    keys = Keys(
        secrets_store.reveal(handler.env, backend, "client_id"),
        secrets_store.reveal(handler.env, backend, "client_secret"),
    )
    http = handler._client_for(backend, **options)
    who = (handler.env.cr.dbname, backend.id, backend.api_url or "")
    return PaypalClient(http, keys, _tokens, who, _pace_of(who))


class SettlementConnectorPaypal(models.AbstractModel):
    """PayPal: transactions, balances and disputes, and its report files."""

    _name = "settlement.connector.paypal"
    _description = "Settlement Connector: PayPal"
    _inherit = "settlement.connector"

    # ------------------------------------------------------------------
    # What PayPal is
    # ------------------------------------------------------------------

    def _about(self):
        return self.env._(
            "Payments, refunds, fees, disputes, holds and withdrawals of PayPal. "
            "Import its settlement reports, or have its transactions fetched: for "
            "that you need an app of PayPal with “Transaction search”."
        )

    def _capabilities(self):
        return {"pull", "balances", "disputes", "webhook", "file"}

    def _recognises(self, filename, head):
        return is_report(head)

    def _credential_names(self):
        return ["client_id", "client_secret", "webhook_id"]

    def _default_api_url(self, backend):
        return LIVE_URL if backend.environment == "live" else SANDBOX_URL

    def _allowed_hosts(self, backend):
        return list(LIVE_HOSTS if backend.environment == "live" else SANDBOX_HOSTS)

    def _known_codes(self):
        return codes.known_codes()

    def _codes_introduction(self):
        return codes.INTRODUCTION

    def _known_code(self, source_code):
        return codes.known_code(source_code)

    def _streams(self, backend):
        return list(streams.STREAMS)

    # ------------------------------------------------------------------
    # Talking to PayPal
    # ------------------------------------------------------------------

    def _check_connection(self, backend):
        """Return which account the keys belong to and what it holds."""
        client = _paypal_client(self, backend)
        now = fields.Datetime.now()
        try:
            answer = client.balances().json()
        except AuthenticationError as error:
            raise BusinessError(
                self.env._(
                    "PayPal refuses the keys. They must be of the %(environment)s "
                    "environment, and their app needs “Transaction search”, which "
                    "PayPal may take nine hours to allow. %(error)s",
                    environment=backend.environment,
                    error=str(error),
                )
            ) from error
        facts = read_balances(answer, {"observed_at": now.isoformat()})
        return {
            "account_identifier": str(answer.get("account_id") or ""),
            "currencies": [fact.currency for fact in facts],
            "balances": {
                fact.currency: str(fact.available + fact.reserve) for fact in facts
            },
        }

    def _pull(self, backend, stream, since, until, cursor, limit):
        request = streams.PullRequest(
            now=fields.Datetime.now(),
            since=since,
            until=until,
            cursor=cursor,
            limit=limit,
        )
        return streams.pull(_paypal_client(self, backend), stream, request)

    # ------------------------------------------------------------------
    # Webhooks
    # ------------------------------------------------------------------

    def _verify_webhook(self, backend, headers, raw_body):
        webhook_ids = secrets_store.reveal(self.env, backend, "webhook_id")
        if backend.paypal_webhook_check == "call":
            event = webhook_event.read_event(raw_body)
            client = _paypal_client(self, backend, **webhook_keys.IMPATIENT)
            verify_by_call(
                Signature.of(headers),
                raw_body,
                webhook_ids,
                webhook_event.utc_now(),
                client.confirms,
            )
            return event.id
        webhook_keys.verify(self, backend, headers, raw_body, webhook_ids)
        return webhook_event.read_event(raw_body).id

    def _pull_announced(self, backend, target):
        now = fields.Datetime.now()
        return announced.fetch(_paypal_client(self, backend), target, now)

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
        zone, decimals = zone_of(backend.timezone), backend._paypal_decimals()
        with message._open_content() as content:
            yield from read_report(content, zone, decimals)

    def _parse_event(self, message, event):
        """Have the object of an event fetched; nothing else of it is believed."""
        if event.target:
            message.backend_id._announce([event.target])
        else:
            message._ignore(
                self.env._(
                    "An event %(type)s moves no money here; it was not used.",
                    type=event.type,
                )
            )
        return ParseResult([])

    def _account_identifier(self, backend):
        """Return the account if the wallets name just one."""
        accounts = set(backend.wallet_ids.mapped("account_identifier"))
        return accounts.pop() if len(accounts) == 1 else ""
