from odoo import models
from odoo.tools import config, str2bool

from ..client.http import HttpClient

# Name of the switch in the [options] of the server's configuration file.
LOOPBACK_SWITCH = "settlement_allow_loopback"


class SettlementConnector(models.AbstractModel):
    """The outward half of the contract: what a connector knows of its protocol."""

    _inherit = "settlement.connector"

    # ------------------------------------------------------------------
    # What a connector declares
    # ------------------------------------------------------------------

    def _credential_names(self):
        """Return the names of the credentials that this connector needs."""
        return []

    def _default_api_url(self, backend):
        """Return the address of the API, used while the backend names no other."""
        return ""

    def _allowed_hosts(self, backend):
        """Return the hosts (``host`` or ``host:port``) that may be reached.

        Reports and files often live on hosts of their own: list them too.
        """
        return []

    def _streams(self, backend):
        """Return the names of what can be pulled, in the order of pulling."""
        return []

    # ------------------------------------------------------------------
    # What a connector does
    # ------------------------------------------------------------------

    def _check_connection(self, backend):
        """Ask the provider who we are to it.

        :return: dict in the provider's own words, such as ``account_identifier``,
            ``name``, ``currencies``.
        :raises SettlementError: as :meth:`_pull`.
        """
        raise NotImplementedError

    def _pull(self, backend, stream, since, until, cursor, limit):
        """Fetch one page; store nothing, change nothing.

        :param since: naive UTC, the first moment asked for.
        :param until: naive UTC, the last moment asked for.
        :param cursor: text that the page before returned, None on the first page.
        :param limit: how many objects a page should have at most.
        :return: (list of RawItem, cursor of the next page or None, whether there
            are more pages).
        :raises TransientError: the same page may work later.
        :raises AuthenticationError: the credentials are refused.
        :raises BusinessError: a person has to decide.
        :raises MalformedInput: the answer does not follow the protocol.
        """
        raise NotImplementedError

    def _verify_webhook(self, backend, headers, raw_body):
        """Return the provider's event id if the signature of the bytes is right.

        It runs inside the provider's request: no other call to the provider, and
        nothing is stored.

        :param headers: mapping of the request's headers, whatever their case.
        :param raw_body: the bytes as they were sent.
        :raises AuthenticationError: if it is not; the text contains nothing of the
            input.
        :raises MalformedInput: if it is, but the event has no id.
        """
        raise NotImplementedError

    def _acknowledgement(self):
        """Return the text that the provider expects when its event is kept.

        Most providers look at the status alone.
        """
        return ""

    def _pull_announced(self, backend, target):
        """Fetch an object that a webhook named; store nothing, change nothing.

        ``_parse`` of a message of the channel ``webhook`` believes nothing that the
        event says: it calls ``backend._announce([target, …])`` with what is to be
        fetched, or ``message._ignore(note)``, and returns no facts.

        :param target: text that ``_parse`` announced.
        :return: iterable of (stream, list of RawItem), page by page.
        :raises SettlementError: as :meth:`_pull`.
        """
        raise NotImplementedError

    # ------------------------------------------------------------------
    # What a connector is given
    # ------------------------------------------------------------------

    def _client_for(self, backend, **options):
        """Return the HTTP client of a backend. It holds no credential.

        :param options: as for :class:`~..client.http.HttpClient`.
        :raises BusinessError: if the backend's address is not allowed.
        """
        return HttpClient(
            backend.api_url or self._default_api_url(backend),
            self._allowed_hosts(backend),
            allow_loopback=self._loopback_allowed(backend),
            before_request=backend._count_call,
            **options,
        )

    def _loopback_allowed(self, backend):
        """Return whether a backend may talk to a stand-in on this machine.

        Only in a test environment, and only if the owner of the server has said so
        where no user of the database can.
        """
        switch = str2bool(config.get(LOOPBACK_SWITCH) or "", False)
        return backend.environment == "test" and switch
