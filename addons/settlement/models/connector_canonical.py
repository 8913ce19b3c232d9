from odoo import models

from ..canonical import json_lines
from ..canonical.facts import ParseResult


class SettlementConnectorCanonical(models.AbstractModel):
    """Files of systems that state canonical facts themselves."""

    _name = "settlement.connector.canonical"
    _inherit = "settlement.connector"
    _description = "Connector: Canonical JSON Lines"

    def _about(self):
        return self.env._(
            "Files of a system of yours that states settled money itself: one JSON "
            "object a line. You need one of its files."
        )

    def _capabilities(self):
        return {"file", "balances", "expected_payments"}

    def _recognises(self, filename, head):
        return head.lstrip()[:1] == b"{"

    def _parse(self, message):
        return ParseResult(self._facts(message))

    def _facts(self, message):
        with message._open_content() as content:
            yield from json_lines.read_facts(content)
