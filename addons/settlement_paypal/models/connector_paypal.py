from odoo import models

from odoo.addons.settlement.canonical.facts import ParseResult

from ..mapper import codes
from ..mapper.zone import zone_of
from ..reports.file import is_report, read_report

# What people upload or a transport brings; the rest is one object of the API each.
FILE_CHANNELS = ("file", "manual")


class SettlementConnectorPaypal(models.AbstractModel):
    """PayPal: settlement and transaction reports."""

    _name = "settlement.connector.paypal"
    _description = "Settlement Connector: PayPal"
    _inherit = "settlement.connector"

    # ------------------------------------------------------------------
    # What PayPal is
    # ------------------------------------------------------------------

    def _capabilities(self):
        return {"file"}

    def _recognises(self, filename, head):
        return is_report(head)

    def _known_codes(self):
        return codes.known_codes()

    def _known_code(self, source_code):
        return codes.known_code(source_code)

    # ------------------------------------------------------------------
    # Reading what came
    # ------------------------------------------------------------------

    def _parse(self, message):
        return ParseResult(self._report_facts(message))

    def _report_facts(self, message):
        """Yield what a report file says, reading it as a stream."""
        zone = zone_of(message.backend_id.timezone)
        with message._open_content() as content:
            yield from read_report(content, zone)
