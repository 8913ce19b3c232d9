import io
import tempfile
import time
import tracemalloc
from zoneinfo import ZoneInfo

from odoo import api, models

from ..bench.sample_report import write_report
from ..reports.file import read_report
from ..reports.lines import read_rows

ZONE = ZoneInfo("America/Los_Angeles")
# Rows of which the memory is measured; what is ten times longer must not need more.
MEMORY_ROWS = 5_000


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_paypal(self, rows):
        """Read a settlement report into facts; nothing is stored.

        The floor is reading the same file into cells. Seconds are those of the
        processor, so that other work on the machine does not count.
        """
        with tempfile.TemporaryFile() as file:
            write_report(file, rows)
            size = file.tell()
            floor = self._processor_seconds(file, read_rows)
            seconds = self._processor_seconds(file, self._bench_facts)
        return self._figures(
            rows,
            seconds,
            floor,
            megabytes_per_second=round(size / seconds / 1e6, 1),
            peak_kib=self._bench_peak(MEMORY_ROWS),
            peak_kib_of_ten_times_the_rows=self._bench_peak(10 * MEMORY_ROWS),
        )

    @api.model
    def _bench_facts(self, file):
        return read_report(file, ZONE)

    @api.model
    def _processor_seconds(self, file, read):
        """Return the seconds that reading a file to its end takes."""
        file.seek(0)
        started = time.process_time()
        for _each in read(file):
            pass
        return time.process_time() - started

    @api.model
    def _bench_peak(self, rows):
        """Return the most memory that the reader holds at once, in KiB."""
        file = io.BytesIO()
        write_report(file, rows)
        file.seek(0)
        tracemalloc.start()
        try:
            for _fact in self._bench_facts(file):
                pass
            return tracemalloc.get_traced_memory()[1] // 1024
        finally:
            tracemalloc.stop()
