from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import api, models

from ..bench.sample_report import write_report
from ..reports.file import read_report
from ..reports.lines import read_rows

ZONE = ZoneInfo("Europe/Amsterdam")
TOLD_AT = datetime(2026, 1, 20)


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_adyen(self, rows):
        """Read a settlement details report of Adyen into facts; nothing is stored."""
        return self._bench_reading(
            rows, write_report, self._adyen_facts, self._adyen_cells
        )

    @api.model
    def _adyen_facts(self, file):
        return read_report(file, ZONE, TOLD_AT)

    @api.model
    def _adyen_cells(self, file):
        return read_rows(file, ",")
