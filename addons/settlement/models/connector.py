from odoo import models

from ..canonical.facts import ParseResult
from ..canonical.known_codes import codes_page


class SettlementConnector(models.AbstractModel):
    """What a connector owns: the meaning of what its source reports.

    A concrete connector is an AbstractModel ``settlement.connector.<code>`` that
    inherits this one. The pipeline owns storage, states, retries and errors.
    """

    _name = "settlement.connector"
    _description = "Settlement Connector Contract"

    def _about(self):
        """Return a sentence for who connects a source: what it is, what it takes."""
        return ""

    def _capabilities(self):
        """Return the set of what the connector can do.

        Any of ``pull, webhook, file, expected_payments, disputes, balances,
        payment_initiation``.
        """
        return set()

    def _recognises(self, filename, head):
        """Return whether the first bytes look like a file of this source.

        :param filename: the sender's name of the file; not to be trusted.
        :param head: the first 64 KiB of the content.
        """
        return False

    def _known_codes(self):
        """Return what the connector makes of each code, as KnownCode rows.

        A code may be a part of the codes of rows, or a pattern of them.
        """
        return []

    def _codes_introduction(self):
        """Return what stands before the tables of codes in the manual (Markdown)."""
        return (
            "What each row of this source becomes, by its code: one kind, or one for "
            "money that\ngoes (−) and one for money that comes (+). *Review* means "
            "that a person decides.\n"
        )

    def _codes_page(self):
        """Return the page of the manual that shows what each code becomes."""
        return codes_page(self._codes_introduction(), self._known_codes())

    def _known_code(self, source_code):
        """Return the KnownCode of a row's code, None if the connector has none."""
        known = {each.code: each for each in self._known_codes()}
        return known.get(source_code)

    def _parse(self, message):
        """Return the canonical facts of a message as a stream.

        :param message: one settlement.message; its bytes come from
            ``message._open_content()``, what the request knew from
            ``message.context``.
        :raises MalformedInput: if nothing of it can be read.
        """
        return ParseResult([])
