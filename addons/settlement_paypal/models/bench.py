from zoneinfo import ZoneInfo

from odoo import api, models

from ..bench.sample_report import write_report
from ..reports.file import read_report
from ..reports.lines import read_rows

ZONE = ZoneInfo("America/Los_Angeles")


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_paypal(self, rows):
        """Read a settlement report of PayPal into facts; nothing is stored."""
        return self._bench_reading(rows, write_report, self._paypal_facts, read_rows)

    @api.model
    def _paypal_facts(self, file):
        return read_report(file, ZONE)
