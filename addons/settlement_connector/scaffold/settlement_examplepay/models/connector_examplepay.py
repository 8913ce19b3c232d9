from odoo import models

from odoo.addons.settlement.canonical.facts import ParseResult
from odoo.addons.settlement_connector import secrets_store

from ..client import (
    API_KEY,
    BASE_URL,
    HOSTS,
    STREAMS,
    WEBHOOK_SECRET,
    ExamplepayClient,
    read_event,
    verify,
)
from ..mapper import known_codes, read_file, read_object, recognises


def _client(handler, backend):
    """Return a client with the backend's keys.

    It is no method: server actions may call methods of records, and would have the
    keys with the client.
    """
    keys = secrets_store.reveal(handler.env, backend, API_KEY)
    return ExamplepayClient(handler._client_for(backend), keys)


class SettlementConnectorExamplepay(models.AbstractModel):
    """Example Pay: one list of rows, report files with the same rows, events."""

    _name = "settlement.connector.examplepay"
    _description = "Settlement Connector: Example Pay"
    _inherit = "settlement.connector"

    def _about(self):
        return self.env._(
            "Payments, fees, refunds, disputes and payouts of Example Pay. You need an "
            "API key that may read; or import its report files, without any key."
        )

    def _capabilities(self):
        return {"pull", "webhook", "file"}

    def _credential_names(self):
        return [API_KEY, WEBHOOK_SECRET]

    def _default_api_url(self, backend):
        return BASE_URL

    def _allowed_hosts(self, backend):
        return list(HOSTS)

    def _streams(self, backend):
        return list(STREAMS)

    def _known_codes(self):
        return known_codes()

    def _recognises(self, filename, head):
        return recognises(head)

    def _check_connection(self, backend):
        return _client(self, backend).account()

    def _pull(self, backend, stream, since, until, cursor, limit):
        return _client(self, backend).page(stream, since, until, cursor, limit)

    def _verify_webhook(self, backend, headers, raw_body):
        secrets = secrets_store.reveal(self.env, backend, WEBHOOK_SECRET)
        verify(headers, raw_body, secrets)
        return read_event(raw_body).id

    def _pull_announced(self, backend, target):
        stream, _colon, identity = target.partition(":")
        yield stream, _client(self, backend).one(stream, identity)

    def _parse(self, message):
        with message._open_content() as content:
            if message.channel in ("file", "manual"):
                return ParseResult(self._file_facts(message))
            raw = content.read()
        if message.channel != "webhook":
            return ParseResult(read_object(raw, *self._place(message)))
        # Nothing that an event says is believed; what it names is fetched.
        message.backend_id._announce([read_event(raw).target])
        return ParseResult([])

    def _file_facts(self, message):
        """Yield what a report file says, reading it as a stream."""
        with message._open_content() as content:
            yield from read_file(content, *self._place(message))

    def _place(self, message):
        """Return the zone that counts days, and the account if there is only one."""
        backend = message.backend_id
        accounts = set(backend.wallet_ids.mapped("account_identifier"))
        return backend.timezone, accounts.pop() if len(accounts) == 1 else ""
