from odoo import api, models

from ..bench import sample_files
from ..layout.definition import FileLayout
from ..mapping.parse import parse
from ..reading.csv_rows import CsvRows


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_file(self, rows):
        """Read a CSV file into facts as a layout says; nothing is stored."""
        return self._bench_reading(
            rows, sample_files.write_csv, self._file_facts, self._file_cells
        )

    @api.model
    def _file_facts(self, file):
        return parse(FileLayout.from_data(sample_files.layout("csv")), file)

    @api.model
    def _file_cells(self, file):
        return CsvRows(file, "utf-8", ",", '"')
