"""What a connector tells the contract about itself, and what the tests share."""

import base64
import os
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import wraps
from unittest.mock import patch
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from odoo.tools import config

from odoo.addons.settlement.canonical.facts import RawItem

from ...contract.sample import FLAWS, SampleRow, sample_rows
from ...models import backend_pull
from ...secrets.keyring import FILE_VARIABLE, KEYS_VARIABLE

NOW = datetime(2026, 3, 31, 9, 0)
FIRST = datetime(2026, 3, 1)
_KEY_OF_CREDENTIALS = "test:" + base64.b64encode(b"k" * 32).decode()
_ROW_FIELDS = (
    *("external_id", "occurrence", "kind", "gross_amount", "fee_amount"),
    *("tax_amount", "net_amount", "currency_id", "wallet_id", "occurred_at"),
    *("booked_on", "available_on", "value_date", "provider_state", "source_code"),
    *("source_external_id", "payment_reference", "order_reference"),
    *("invoice_reference", "description", "counterparty_name"),
)
_BATCH_FIELDS = (
    *("external_id", "kind", "date", "total", "provider_state", "reference"),
    *("is_complete_at_source", "transaction_count"),
)


def needs(*capabilities, flaw=""):
    """Mark a test as one that asks for capabilities, or for a way of being wrong.

    For a connector without them it is skipped, and the log says which one and why.
    """

    def decorate(test):
        @wraps(test)
        def run(self, *args, **kwargs):
            self._skip_without(capabilities, flaw)
            return test(self, *args, **kwargs)

        return run

    return decorate


class ContractBase:
    """What a connector says of itself; see the package for how to use it."""

    # Odoo runs only tests of a class's own body, if this does not say otherwise.
    allow_inherited_tests_method = True

    # -- what a connector has to say ----------------------------------------------

    # Its code.
    connector = ""
    # Every credential it declares: name → value that the stand-in accepts. At least
    # twelve letters each, so that they can be searched for.
    credentials = {}

    def new_stand_in(self):
        """Return a stand-in without any rows, not started yet.

        It has ``url, faults, log, start(), stop()``: a
        :class:`~..stand_in.server.StandInServer`.
        """
        raise NotImplementedError

    def show(self, server, rows):
        """Let the stand-in show rows; one of a known number takes its place.

        A row is visible from its own moment on, if the stand-in has a clock.
        """
        raise NotImplementedError

    def external_id(self, row):
        """Return the ``external_id`` of the transaction that comes of a row."""
        raise NotImplementedError

    # -- what it may have to say ---------------------------------------------------

    # The account of its wallets.
    account = "ACC-1"
    # Start of the path that the rows are fetched from; "" = any. Faults happen there.
    rows_path = ""
    # Rows of a page; the frame asks ``_pull`` for that many.
    page_size = 3
    # A type of row that the connector has never heard of; its exception names it.
    unknown_code = "quantum_fee"
    # In which ways of FLAWS the stand-in can show a wrong row.
    flaws = ()
    # A currency without decimals of which the flaw "exponent" shows a half.
    whole_currency = "JPY"
    # Kind of an ordinary payment.
    payment_kind = "charge"

    def name_of(self, row):
        """Return by what the reason names a row that was put aside."""
        return self.external_id(row)

    def set_clock(self, server, moment):
        """Set the clock of the stand-in, if it has one (naive UTC)."""

    def file_of(self, rows):
        """Return (file name, bytes) of a report with rows. Capability ``file``."""
        raise NotImplementedError

    def event_of(self, row, number=1, secret=None):
        """Return (headers, bytes) of a signed event about a row.

        Capability ``webhook``.

        :param number: another number is another event about the same row.
        :param secret: what to sign with, instead of the credential.
        """
        raise NotImplementedError

    # Name of the credential that events are signed with.
    webhook_credential = "webhook_secret"

    def day_of(self, row):
        """Return the day on which a row is booked: that of the backend's zone."""
        moment = row.at.replace(tzinfo=timezone.utc)
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    # Zone of the backends.
    timezone = "Europe/Berlin"

    # -- frame ---------------------------------------------------------------------

    @classmethod
    def setUpClass(cls):
        """Give the server keys, allow the loopback, stop the clock."""
        super().setUpClass()
        keys = {KEYS_VARIABLE: _KEY_OF_CREDENTIALS, FILE_VARIABLE: ""}
        cls.startClassPatcher(patch.dict(os.environ, keys))
        switch = {"settlement_allow_loopback": "True"}
        cls.startClassPatcher(patch.dict(config.options, switch))
        cls.clock = cls.startClassPatcher(freeze_time(NOW))
        cls.company = cls.env["res.company"].create({"name": "Contract"})
        cls.env.user.company_ids += cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        codes = {"EUR", "JPY", "KWD", cls.whole_currency}
        domain = [("name", "in", list(codes))]
        currencies = cls.env["res.currency"].with_context(active_test=False)
        cls.currencies = currencies.search(domain)
        cls.currencies.active = True

    def setUp(self):
        """Start a stand-in and connect a backend to it."""
        super().setUp()
        self.clock.move_to(NOW)
        self.patch(backend_pull, "PAGE_ITEMS", self.page_size)
        # Seconds that the client would have waited.
        self.slept = []
        self.client_options = {}
        self._watch_client()
        self.server = self.start_stand_in()
        self.backend = self.new_backend(self.server)

    @property
    def handler(self):
        """Return the connector."""
        return self.env[f"settlement.connector.{self.connector}"]

    def _watch_client(self):
        """Note waits instead of waiting, and let tests set options of the client."""
        connector = type(self.handler)
        original = connector._client_for

        def client_for(handler, backend, **options):
            options = {"sleep": self.slept.append, **options, **self.client_options}
            return original(handler, backend, **options)

        self.patch(connector, "_client_for", client_for)

    def _skip_without(self, capabilities, flaw):
        for name in capabilities:
            if name not in self.handler._capabilities():
                self.skipTest(f"{self.connector} does not declare {name}.")
        if flaw and flaw not in self.flaws:
            self.assertIn(flaw, FLAWS)
            self.skipTest(f"The stand-in of {self.connector} shows no flaw {flaw}.")

    # -- making things ---------------------------------------------------------------

    def start_stand_in(self, rows=()):
        """Return a stand-in that serves, with its clock at this moment."""
        server = self.new_stand_in()
        self.set_clock(server, datetime.now())
        if rows:
            self.show(server, rows)
        server.start()
        self.addCleanup(server.stop)
        return server

    def new_backend(self, server, credentials=None, **values):
        """Return a backend that asks a stand-in, with a wallet for each currency."""
        backend = self.env["settlement.backend"].create(
            {
                "name": f"Contract {server.url} {len(self._backends())}",
                "company_id": self.company.id,
                "connector": self.connector,
                "environment": "test",
                "timezone": self.timezone,
                "api_url": server.url,
                "history_since": FIRST,
                "wallet_ids": [
                    (0, 0, {"account_identifier": self.account, "currency_id": one.id})
                    for one in self.currencies
                ],
                **values,
            }
        )
        given = self.credentials if credentials is None else credentials
        for name, value in given.items():
            backend.set_credential(name, value)
        return backend

    def _backends(self):
        return self.env["settlement.backend"].search(
            [("company_id", "=", self.company.id)]
        )

    def rows(self, count, first=NOW - timedelta(days=6), **options):
        """Return ordinary payments of the last days."""
        return sample_rows(count, first, **options)

    def row(self, number=500, at=NOW - timedelta(days=2), amount="25.00", **values):
        """Return one row."""
        return SampleRow(number, at, Decimal(amount), **values)

    def travel(self, moment, *servers):
        """Let it be another moment, here and at the provider."""
        self.clock.move_to(moment)
        for server in servers or (self.server,):
            self.set_clock(server, moment)

    # -- doing things -------------------------------------------------------------

    def parse(self, backend=None):
        """Read what waits."""
        (backend or self.backend).run_pipeline(until="parse")

    def pull(self, backend=None, **period):
        """Fetch and read; return the new messages."""
        messages = (backend or self.backend).pull(**period)
        self.parse(backend)
        return messages

    def undisturbed(self, rows):
        """Return what comes of rows without any trouble."""
        server = self.start_stand_in(rows)
        backend = self.new_backend(server)
        self.pull(backend)
        self.assertEqual(backend.last_error or "", "")
        return self.state_of(backend)

    def items_of(self, backend):
        """Return all that a backend was sent by pulls, as (stream, item)."""
        found = []
        for message in self.messages(backend, channel="poll"):
            with message._open_content() as content:
                item = RawItem(
                    message.external_id, content.read(), message.context or {}
                )
            found.append((message.stream, item))
        return found

    # -- looking at things ---------------------------------------------------------

    def messages(self, backend=None, **values):
        """Return the messages of a backend with these values, oldest first."""
        domain = [("backend_id", "=", (backend or self.backend).id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["settlement.message"].search(domain, order="id")

    def transactions(self, backend=None, **values):
        """Return the current transactions of a backend with these values."""
        domain = [("backend_id", "=", (backend or self.backend).id)]
        domain += [("is_current", "=", True)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["settlement.transaction"].search(domain, order="external_id")

    def of_row(self, row, backend=None):
        """Return the current transactions of a row."""
        return self.transactions(
            backend, external_id=self.external_id(row), occurrence=0
        )

    def put_aside(self, backend=None, about=None):
        """Return the rows that wait in quarantine, or those about one row."""
        domain = [("backend_id", "=", (backend or self.backend).id)]
        domain += [("state", "=", "quarantined")]
        if about:
            domain += [("external_id", "=", self.external_id(about))]
        return self.env["settlement.message.row"].search(domain)

    def exceptions(self, backend=None, **values):
        """Return the open exceptions of a backend with these values."""
        domain = [("backend_id", "=", (backend or self.backend).id)]
        domain += [("state", "not in", ("resolved", "ignored"))]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["settlement.exception"].search(domain)

    def windows(self, backend=None, **values):
        """Return the windows of a backend, oldest first."""
        domain = [("backend_id", "=", (backend or self.backend).id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["settlement.window"].search(domain, order="id")

    def state_of(self, backend=None):
        """Return all facts of a backend in a form that can be compared."""
        rows = self.transactions(backend).read(_ROW_FIELDS)
        batches = self.env["settlement.batch"].search_read(
            [("backend_id", "=", (backend or self.backend).id)], _BATCH_FIELDS
        )
        return {
            "transactions": sorted(map(self._plain, rows)),
            "batches": sorted(map(self._plain, batches)),
        }

    @staticmethod
    def _plain(values):
        """Return the values of a record without what differs between backends."""
        wallet = values.pop("wallet_id", None)
        values.pop("id")
        plain = {name: str(value) for name, value in values.items()}
        return str(sorted({**plain, "has wallet": str(bool(wallet))}.items()))

    @staticmethod
    def money(amount):
        """Return an amount of a record as Decimal."""
        return Decimal(repr(amount)).normalize() + 0

    def total(self, rows, backend=None):
        """Return the sum of the net of the transactions of rows."""
        found = [self.of_row(row, backend) for row in rows]
        return sum((self.money(each.net_amount) for each in found), Decimal(0))

    # -- assertions ----------------------------------------------------------------

    def assert_row(self, row, backend=None):
        """Assert that a row is one transaction, and the one that it should be."""
        found = self.of_row(row, backend)
        self.assertEqual(len(found), 1, f"{row} became {len(found)} transactions.")
        self.assertEqual(found.kind, self.payment_kind)
        self.assertEqual(found.currency_id.name, row.currency)
        self.assertEqual(self.money(found.gross_amount), row.amount)
        self.assertEqual(found.occurred_at, row.at)
        self.assertEqual(found.booked_on, self.day_of(row))

    def assert_complete(self, rows, backend=None):
        """Assert that rows came in, once each, and that nothing was put aside."""
        for row in rows:
            self.assert_row(row, backend)
        self.assertFalse(self.put_aside(backend).mapped("reason"))
        failed = self.messages(backend).filtered(
            lambda message: message.state in ("failed", "dead")
        )
        self.assertFalse(failed.mapped("error"))

    def assert_nothing_hurts(self, backend=None):
        """Assert that no failure of a pull is open any more."""
        for reason in ("connector_failed", "malformed_input", "missing_data"):
            found = self.exceptions(backend, reason=reason)
            self.assertFalse(found.mapped("cause"))
        self.assertFalse((backend or self.backend).last_error)
        self.assertEqual((backend or self.backend).state, "connected")
