from odoo import models

from odoo.addons.settlement.canonical.facts import ParseResult

from ..ledger.statement_lines import read_lines


class SettlementConnectorLedger(models.AbstractModel):
    """Statement lines that are in Odoo already, whoever brought them there."""

    _name = "settlement.connector.ledger"
    _inherit = "settlement.connector"
    _description = "Connector: Bank Journals in Odoo"

    def _about(self):
        return self.env._(
            "Statement lines of bank and cash journals in Odoo: entered by hand, "
            "imported, or brought by another module. You need nothing else."
        )

    def _parse(self, message):
        return ParseResult(self._facts(message))

    def _facts(self, message):
        with message._open_content() as content:
            yield from read_lines(content)
