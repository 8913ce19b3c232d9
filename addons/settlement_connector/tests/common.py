"""Frame of the Odoo tests: a connector whose source is a plain Python object."""

import os
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.addons.settlement.canonical.facts import RawItem
from odoo.addons.settlement.tests.common import SettlementCase

from ..secrets.keyring import FILE_VARIABLE, KEYS_VARIABLE, new_key_line

SECRET = "sk_test_51HouseKeyForTheTests"
OTHER_SECRET = "sk_test_51AnotherKeyForTests"
NOW = datetime(2026, 3, 10, 12, 0)


def item(number, day=1):
    """Return an object of the source."""
    return RawItem(f"obj_{number}", b'{"id": %d, "day": %d}' % (number, day))


class FakeSource:
    """Pages per stream; each page is a list of items or an error to raise.

    A page is fetched by its number, which is the cursor. An error is raised once
    and then gone.
    """

    def __init__(self):
        self.pages = {"charges": []}
        self.calls = []
        self.crash = None

    def streams(self, handler, backend):
        """Stand for ``_streams`` of a connector."""
        return list(self.pages)

    def pull(self, handler, backend, stream, since, until, cursor, limit):
        """Stand for ``_pull`` of a connector: return the page at ``cursor``."""
        backend._count_call()
        self.calls.append((stream, since, until, cursor))
        pages = self.pages[stream]
        number = int(cursor or 0)
        if number < len(pages) and isinstance(pages[number], BaseException):
            raise pages.pop(number)
        found = pages[number] if number < len(pages) else []
        more = number + 1 < len(pages)
        return found, str(number + 1) if more else None, more


class ConnectorCase(SettlementCase):
    """A backend whose connector pulls from ``self.source``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.handler = type(cls.env["settlement.connector.canonical"])

    def setUp(self):
        super().setUp()
        self.set_keys(new_key_line("test"))
        self.source = FakeSource()
        self.teach("_credential_names", lambda handler: ["api_key", "webhook_secret"])
        self.teach("_capabilities", lambda handler: {"pull"})
        self.teach("_streams", self.source.streams)
        self.teach("_pull", self.source.pull)
        self.set_created(self.backend, NOW - timedelta(days=1))
        self.travel(NOW)

    def teach(self, name, method):
        """Replace one method of the connector during the test."""
        replacement = lambda *args, **kwargs: method(*args, **kwargs)  # noqa: E731
        self.patch(self.handler, name, replacement)

    def set_keys(self, *lines):
        """Give the server these keys for credentials, and no other."""
        environment = {KEYS_VARIABLE: "\n".join(lines), FILE_VARIABLE: ""}
        patcher = patch.dict(os.environ, environment)
        patcher.start()
        self.addCleanup(patcher.stop)

    def travel(self, moment):
        """Make it ``moment`` (naive UTC) for the rest of the test."""
        now = self.env["settlement.backend"]._fields["retry_at"]
        patcher = patch.object(type(now), "now", staticmethod(lambda *args: moment))
        patcher.start()
        self.addCleanup(patcher.stop)

    def set_created(self, backend, moment):
        """Date the creation of a backend back."""
        backend.flush_recordset()
        self.env.cr.execute(
            "UPDATE settlement_backend SET create_date = %s WHERE id = %s",
            [moment, backend.id],
        )
        backend.invalidate_recordset(["create_date"])

    def leave_transaction_alone(self):
        """Make commands that roll back work inside a test."""
        patcher = patch.object(self.env.cr, "rollback", lambda: None)
        patcher.start()
        self.addCleanup(patcher.stop)

    def refused(self, call, *kinds):
        """Assert that a call raises one of these kinds of errors."""
        try:
            call()
        except kinds:
            return
        self.fail("The call was not refused.")

    def windows(self, backend=None):
        """Return the windows of a backend, oldest first."""
        domain = [("backend_id", "=", (backend or self.backend).id)]
        return self.env["settlement.window"].search(domain, order="id")

    def exceptions(self, backend=None):
        """Return the open exceptions about a backend."""
        return self.env["settlement.exception"].search(
            [
                ("subject_model", "=", "settlement.backend"),
                ("subject_id", "=", (backend or self.backend).id),
                ("state", "=", "open"),
            ]
        )

    def events(self, action):
        """Return the events of an action that this test caused."""
        return self.env["settlement.event"].search([("action", "=", action)])
