"""Frame of the tests of the set-up: a provider that is a plain Python list."""

import base64
import json
import os
from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import SQL

from odoo.addons.settlement.canonical.errors import AuthenticationError
from odoo.addons.settlement.canonical.facts import RawItem
from odoo.addons.settlement_connector.secrets.keyring import (
    FILE_VARIABLE,
    KEYS_VARIABLE,
    new_key_line,
)

from .common import SettlementAccountCase

KEY = "_".join(("sk", "test", "51OfTheSetUp"))
STEPS = ("access", "wallets", "accounts", "codes", "rehearsal", "limits", "go_live")


class Provider:
    """Stands for the outward half of the canonical connector."""

    def __init__(self):
        self.begin_anew("USD")

    def begin_anew(self, currency):
        """Forget all that a test has taught."""
        self.capabilities = {"file", "balances", "expected_payments"}
        self.objects = []
        self.refusal = None
        self.answer = {
            "account_identifier": "acct_1",
            "name": "Shop",
            "currencies": [currency],
        }

    def methods(self):
        """Return the methods of the contract by name."""
        return {
            "_capabilities": lambda handler: set(self.capabilities),
            "_credential_names": lambda handler: (
                ["api_key", "webhook_secret"] if "pull" in self.capabilities else []
            ),
            "_streams": lambda handler, backend: ["rows"],
            "_check_connection": lambda handler, backend: self.check(),
            "_pull": lambda handler, *args: self.pull(*args),
        }

    def check(self):
        """Answer who we are, or refuse."""
        if self.refusal:
            raise AuthenticationError(self.refusal)
        return dict(self.answer)

    def pull(self, backend, stream, since, until, cursor, limit):
        """Return what came into being in a period, on one page."""
        self.check()
        found = [
            RawItem(str(number), json.dumps(each).encode() + b"\n")
            for number, each in enumerate(self.objects)
            if since <= moment_of(each) <= until
        ]
        return found, None, False


def moment_of(each):
    """Return when an object of the provider came into being."""
    text = each.get("occurred_at") or each.get("observed_at") or each["date"]
    return datetime.fromisoformat(text.replace("Z", "")[:19])


class SetupCase(SettlementAccountCase):
    """A company with a chart, three people, and a provider that can be pulled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.new_user("group_integration_admin")
        cls.accountant = cls.new_user("group_accountant")
        cls.approver = cls.new_user("group_approver")
        cls.handler = type(cls.env["settlement.connector.canonical"])
        cls.today = fields.Date.today()
        cls.provider = Provider()
        for name, method in cls.provider.methods().items():
            cls.startClassPatcher(patch.object(cls.handler, name, method))
        keys = {KEYS_VARIABLE: new_key_line("test"), FILE_VARIABLE: ""}
        cls.startClassPatcher(patch.dict(os.environ, keys))

    def setUp(self):
        super().setUp()
        self.provider.begin_anew(self.currency.name)
        self.provider.objects = [self.balance("0.00")]
        self.teach_to_pull()

    # ------------------------------------------------------------------
    # The provider
    # ------------------------------------------------------------------

    @classmethod
    def teach_to_pull(cls):
        """Make the canonical connector one that pulls."""
        cls.provider.capabilities = {"pull", "balances"}

    def teach_files(self):
        """Make the canonical connector one that reads files, as it is."""
        self.provider.capabilities = {"file", "balances"}

    @classmethod
    def day(cls, ago):
        """Return the day that many days ago."""
        return cls.today - timedelta(days=ago)

    def charge(self, number, ago, gross="100.00", **values):
        """Return a charge as the provider sends it."""
        day = self.day(ago).isoformat()
        return {
            "type": "transaction",
            "currency": self.currency.name,
            "external_id": f"txn_{number}",
            "kind": "charge",
            "gross_amount": gross,
            "net_amount": gross,
            "occurred_at": f"{day}T00:00:01Z",
            "booked_on": day,
            **values,
        }

    @classmethod
    def balance(cls, amount, ago=0):
        """Return a balance as the provider sends it."""
        return {
            "type": "balance",
            "currency": cls.currency.name,
            "observed_at": f"{cls.day(ago).isoformat()}T00:00:02Z",
            "available": amount,
        }

    def paid_out(self, number, ago, *charges):
        """Return charges with the payout that lists them."""
        total = sum(int(float(each["net_amount"]) * 100) for each in charges)
        amount = f"{total / 100:.2f}"
        batch = {"batch_kind": "payout", "batch_external_id": f"po_{number}"}
        own = self.charge(
            f"po_{number}",
            ago,
            f"-{amount}",
            kind="payout",
            source_external_id=f"po_{number}",
            **batch,
        )
        return [
            *({**each, **batch} for each in charges),
            own,
            {
                "type": "batch",
                "currency": self.currency.name,
                "kind": "payout",
                "external_id": f"po_{number}",
                "date": self.day(ago).isoformat(),
                "total": amount,
            },
        ]

    def set_keys(self, *lines):
        """Give the server these keys for credentials, and no other."""
        environment = {KEYS_VARIABLE: "\n".join(lines), FILE_VARIABLE: ""}
        patcher = patch.dict(os.environ, environment)
        patcher.start()
        self.addCleanup(patcher.stop)

    # ------------------------------------------------------------------
    # The set-up
    # ------------------------------------------------------------------

    @classmethod
    def start(cls, user=None, **values):
        """Return a new set-up, as the integration administrator starts it."""
        return (
            cls.env["settlement.setup"]
            .with_user(user or cls.admin)
            .create(
                {
                    "name": "New Provider",
                    "connector": "canonical",
                    "timezone": "UTC",
                    **values,
                }
            )
        )

    @classmethod
    def reach(cls, step, **values):
        """Return a set-up of the pulled provider in which ``step`` is next."""
        cls.teach_to_pull()
        setup = cls.start(**values)
        books = setup.with_user(cls.accountant)
        acts = {
            "access": setup.action_connect,
            "wallets": lambda: cls.enter(setup),
            "accounts": setup.action_use_wallets,
            "codes": books.action_set_accounts,
            "rehearsal": books.action_confirm_codes,
            "limits": lambda: cls.rehearse(setup),
            "go_live": setup.with_user(cls.approver).action_set_limits,
        }
        for name in STEPS[: STEPS.index(step) + 1]:
            acts[name]()
        assert setup.step == step, setup.step
        return setup

    @classmethod
    def enter(cls, setup):
        """Enter the key and check it."""
        setup.set_credential("api_key", KEY)
        setup.action_check_access()

    @classmethod
    def rehearse(cls, setup):
        """Run the dry run and go on."""
        mine = setup.with_user(cls.accountant)
        mine.action_rehearse()
        mine.action_confirm_rehearsal()

    def by(self, user, records):
        """Return records as another user sees them."""
        return records.with_user(user)

    def upload(self, setup, *objects, name="facts.jsonl"):
        """Give a set-up a file, as the form does."""
        content = b"".join(json.dumps(each).encode() + b"\n" for each in objects)
        setup.write({"upload_name": name, "upload": base64.b64encode(content)})

    def refused(self, call, *kinds):
        """Assert that a call raises one of these kinds of errors, and undo it."""
        try:
            with self.env.cr.savepoint():
                call()
        except kinds:
            return
        self.fail("The call was not refused.")

    # ------------------------------------------------------------------
    # What is in the database
    # ------------------------------------------------------------------

    def events(self, action, setup):
        """Return the events of a set-up."""
        return (
            self.env["settlement.event"]
            .sudo()
            .search(
                [
                    ("action", "=", f"setup.{action}"),
                    ("model", "=", "settlement.setup"),
                    ("res_id", "=", setup.id),
                ]
            )
        )

    def row_counts(self):
        """Return the number of rows of every table."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL(
                "SELECT table_name FROM information_schema.tables "
                "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            )
        )
        return {
            name: self.env.execute_query(
                SQL("SELECT count(*) FROM %s", SQL.identifier(name))
            )[0][0]
            for (name,) in tables
        }

    def first_of_month(self):
        """Return the first day of the month at hand."""
        return date(self.today.year, self.today.month, 1)
