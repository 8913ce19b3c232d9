from odoo import models

from odoo.addons.settlement.canonical import bank_codes
from odoo.addons.settlement.canonical.facts import ParseResult

from ..formats import bank_file


class SettlementConnectorBank(models.AbstractModel):
    """Statement files of banks, one account or many in a file."""

    _name = "settlement.connector.bank"
    _inherit = "settlement.connector"
    _description = "Connector: Bank Files"

    def _about(self):
        return self.env._(
            "Statement files as banks deliver them (camt.052, camt.053, camt.054), one "
            "account or many. You need one of your bank's files."
        )

    def _capabilities(self):
        return {"file"}

    def _recognises(self, filename, head):
        return bank_file.recognises(filename, head)

    def _known_codes(self):
        return bank_codes.known_codes()

    def _known_code(self, source_code):
        return bank_codes.known_code(source_code)

    def _parse(self, message):
        return ParseResult(self._facts(message))

    def _facts(self, message):
        with message._open_content() as content:
            yield from bank_file.parse(content)
