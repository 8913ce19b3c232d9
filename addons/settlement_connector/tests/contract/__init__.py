"""The contract of every connector, as tests that its addon runs.

A connector names itself, brings a stand-in of its provider and says how a row looks
there; what has to hold is tested here, over real HTTP on this machine. ::

    from odoo.tests import TransactionCase, tagged

    from odoo.addons.settlement_connector.tests.contract import ConnectorContract

    from .acme_stand_in import KEY, SECRET, AcmeStandIn


    @tagged("post_install", "-at_install")
    class TestAcmeContract(ConnectorContract, TransactionCase):
        connector = "acme"
        credentials = {"api_key": KEY, "webhook_secret": SECRET}
        rows_path = "/v1/payments"
        flaws = ("sum", "amount")

        def new_stand_in(self):
            return AcmeStandIn()  # inherits settlement_connector.stand_in.server

        def show(self, server, rows):  # contract.sample.SampleRow
            for row in rows:
                server.payments[row.number] = {"id": f"pay_{row.number}", …}

        def external_id(self, row):
            return f"pay_{row.number}"

        def file_of(self, rows):  # capability "file"
            return "payments.csv", …

        def event_of(self, row, number=1, secret=None):  # capability "webhook"
            return {"X-Signature": …}, body

Rules of the hooks:

* ``show`` adds rows; a row of a known ``number`` takes the place of the former one.
  The same row is always shown in the same way. ``code`` "" is an ordinary payment,
  any other one the provider's type of the row. ``note`` must reach the fact (as its
  description, say). ``flaw`` is one of those that the class lists in ``flaws``.
* Amounts are gross. The connector's fees are its own affair: the contract compares
  gross, currency, kind, moment and day, and for the rest whole states with one another.
* A stand-in with a clock implements ``set_clock(server, moment)`` and shows rows from
  their moment on. One without shows them at once.
* Faults happen on paths that start with ``rows_path``: keep log-in and the like out.
* Pages have ``page_size`` rows, for the frame asks ``_pull`` for that many. A connector
  whose provider has pages of another size sets it to that.

* ``readme/KINDS.md`` of the addon is what ``_codes_page()`` returns, written by
  ``odoo settlement codes CODE --write``. Override that method for another form.

Tests of capabilities that ``_capabilities()`` does not name, and of flaws that the
stand-in cannot show, are skipped by name; the log says which and why. A capability that
is declared and has no hook fails. To change a test for good reason, override it; that
shows in a review.

See :class:`.base.ContractBase` for all hooks.
"""

from .base import ContractBase, needs
from .failing import FailingContract
from .files import FilesContract
from .meaning import MeaningContract
from .privacy import PrivacyContract
from .pulling import PullingContract
from .webhooks import WebhooksContract

__all__ = ["ConnectorContract", "needs"]


class ConnectorContract(
    PullingContract,
    FailingContract,
    MeaningContract,
    PrivacyContract,
    FilesContract,
    WebhooksContract,
    ContractBase,
):
    """All of the contract; see the module."""
