import contextlib
from datetime import timedelta

from odoo import models

from odoo.addons.settlement.canonical.errors import AuthenticationError, BusinessError
from odoo.addons.settlement.canonical.facts import ParseResult, RawItem
from odoo.addons.settlement.canonical.time_zones import zone_of
from odoo.addons.settlement_connector import secrets_store
from odoo.addons.settlement_connector.client.http import NotAllowed, NotFound

from ..client import report_address, webhook_event
from ..client.adyen_client import DEADLINE, LARGEST, AdyenClient, Keys
from ..client.report_address import LIVE_URL, TEST_URL, ReportAddress
from ..client.webhook_login import verify_login
from ..mapper import codes
from ..reports.file import is_report, read_report
from . import event_reading
from .backend import STREAM

# An account that nobody has.
NOBODY = "no-account-of-anybody"


def _adyen_client(handler, backend, **options):
    """Return a client with the backend's keys.

    It is no method: server actions may call methods of records, and would have the
    keys with the client.

    :raises AuthenticationError: if there are no keys.
    """
    keys = Keys(
        *(
            _values(handler.env, backend, name)
            for name in ("api_key", "report_user", "report_password")
        )
    )
    http = handler._client_for(
        backend, content_type="", max_bytes=LARGEST, deadline=DEADLINE, **options
    )
    return AdyenClient(http, keys)


def _values(env, backend, name):
    """Return the values of a credential that need not be there.

    :raises CredentialVoid: if it is there and cannot be used any more.
    """
    stored = env["settlement.credential"].sudo()  # whoever pulls need not see keys
    if not stored.search_count([("backend_id", "=", backend.id), ("name", "=", name)]):
        return []
    return secrets_store.reveal(env, backend, name)


class SettlementConnectorAdyen(models.AbstractModel):
    """Adyen: settlement details reports, their events and disputes."""

    _name = "settlement.connector.adyen"
    _description = "Settlement Connector: Adyen"
    _inherit = "settlement.connector"

    # ------------------------------------------------------------------
    # What Adyen is
    # ------------------------------------------------------------------

    def _about(self):
        return self.env._(
            "Payments, refunds, fees, disputes, reserves and payouts of Adyen. Import "
            "its settlement details reports, or have them fetched: for that you need "
            "an API key or a report user of Adyen, and webhooks make it sooner."
        )

    def _capabilities(self):
        return {"pull", "disputes", "webhook", "file"}

    def _recognises(self, filename, head):
        return is_report(head)

    def _credential_names(self):
        return [
            "api_key",
            "report_user",
            "report_password",
            "hmac_key",
            "webhook_user",
            "webhook_password",
        ]

    def _default_api_url(self, backend):
        return LIVE_URL if backend.environment == "live" else TEST_URL

    def _allowed_hosts(self, backend):
        return [self._default_api_url(backend).removeprefix("https://")]

    def _known_codes(self):
        return codes.known_codes()

    def _codes_introduction(self):
        return codes.INTRODUCTION

    def _known_code(self, source_code):
        return codes.known_code(source_code)

    def _codes_page(self):
        return codes.page()

    def _streams(self, backend):
        return [f"{STREAM}{account}" for account in backend._adyen_accounts()]

    # ------------------------------------------------------------------
    # Talking to Adyen
    # ------------------------------------------------------------------

    def _check_connection(self, backend):
        """Return the merchant accounts whose reports the keys open."""
        client = _adyen_client(self, backend)
        try:
            return self._answer_of(client, backend)
        except AuthenticationError as error:
            raise BusinessError(
                self.env._(
                    "Adyen refuses the API key or the report user. It has to be one of "
                    "the %(environment)s environment. %(error)s",
                    environment=backend.environment,
                    error=str(error),
                )
            ) from error

    def _answer_of(self, client, backend):
        """Ask for reports that are not there: who may not ask is refused."""
        accounts = backend._adyen_accounts()
        for account in accounts:
            number = backend._adyen_walk(account).highest + 1
            with contextlib.suppress(NotFound):
                self._report(client, ReportAddress.of_batch(account, number)).close()
        if accounts:
            return {"merchant_accounts": accounts}
        with contextlib.suppress(NotFound, NotAllowed):
            client.report(ReportAddress.of_batch(NOBODY, 1)).close()
        words = self.env._(
            "known to Adyen; once a merchant account has a wallet, its reports are "
            "asked for, too"
        )
        return {"keys": words}

    def _report(self, client, report):
        """Return a report as a file.

        :raises BusinessError: if the keys are good, but not for this account: what
            other accounts have can still be fetched.
        """
        try:
            return client.report(report)
        except NotAllowed as error:
            raise BusinessError(
                self.env._(
                    "Adyen knows the user, but it may not download the reports of "
                    "%(account)s. Give it the role that downloads reports for this "
                    "merchant account. %(error)s",
                    account=report.account,
                    error=str(error),
                )
            ) from error

    def _pull(self, backend, stream, since, until, cursor, limit):
        """Fetch one report: a page is a report, and the cursor its number."""
        account = stream.removeprefix(STREAM)
        walk = backend._adyen_walk(account, backend._adyen_resting(stream))
        # Days are those of the account's own zone.
        day = (since - timedelta(days=1)).date()
        number = walk.following(int(cursor or 0), day)
        if not number:
            return [], None, False
        report = ReportAddress.of_batch(account, number)
        client = _adyen_client(self, backend)
        try:
            items = [RawItem(report.filename, self._report(client, report))]
        except NotFound:
            # It is not there yet; a later pull asks for it again.
            items = []
        walk = walk.with_batch(number) if items else walk
        return items, str(number), bool(walk.following(number, day))

    def _pull_announced(self, backend, target):
        report = report_address.of_target(target)
        file = self._report(_adyen_client(self, backend), report)
        yield f"{STREAM}{report.account}", [RawItem(report.filename, file)]

    # ------------------------------------------------------------------
    # Webhooks
    # ------------------------------------------------------------------

    def _verify_webhook(self, backend, headers, raw_body):
        keys = secrets_store.reveal(self.env, backend, "hmac_key")
        users = _values(self.env, backend, "webhook_user")
        if users:
            passwords = secrets_store.reveal(self.env, backend, "webhook_password")
            verify_login(headers.get("Authorization"), users, passwords)
        event = webhook_event.read_event(raw_body)
        webhook_event.verify(event, raw_body, headers, keys)
        webhook_event.check_side(event, backend.environment)
        return event.id

    def _acknowledgement(self):
        return "[accepted]"

    # ------------------------------------------------------------------
    # Reading what came
    # ------------------------------------------------------------------

    def _parse(self, message):
        if message.channel == "webhook":
            return event_reading.read(message)
        return ParseResult(self._report_facts(message))

    def _report_facts(self, message):
        """Yield what a report says, reading it as a stream."""
        zone = zone_of(message.backend_id.timezone)
        with message._open_content() as content:
            yield from read_report(content, zone, self._told_at(message))

    def _told_at(self, message):
        """Return when these bytes came first: once more is no later word."""
        same = message.search(
            [
                ("backend_id", "=", message.backend_id.id),
                ("sha256", "=", message.sha256),
            ]
        )
        return min(same.mapped("received_at"), default=message.received_at)
