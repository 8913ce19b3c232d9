import io
import tempfile
import time
import tracemalloc

from odoo import api, models

# Rows of which the memory is measured; what is ten times longer must not need more.
MEMORY_ROWS = 5_000


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_reading(self, rows, write, read, read_cells):
        """Read a file of so many rows into facts; nothing is stored.

        The floor is reading the same file into cells. Seconds are those of the
        processor, so that other work on the machine does not count.

        :param write: writes a file of a number of rows.
        :param read: returns the facts of a file as a stream.
        :param read_cells: returns its rows as a stream.
        """
        with tempfile.TemporaryFile() as file:
            write(file, rows)
            size = file.tell()
            floor = self._processor_seconds(file, read_cells)
            seconds = self._processor_seconds(file, read)
        return self._figures(
            rows,
            seconds,
            floor,
            megabytes_per_second=round(size / seconds / 1e6, 1),
            peak_kib=self._bench_peak(MEMORY_ROWS, write, read),
            peak_kib_of_ten_times_the_rows=self._bench_peak(
                10 * MEMORY_ROWS, write, read
            ),
        )

    @api.model
    def _processor_seconds(self, file, read):
        """Return the seconds that reading a file to its end takes."""
        file.seek(0)
        started = time.process_time()
        for _each in read(file):
            pass
        return time.process_time() - started

    @api.model
    def _bench_peak(self, rows, write, read):
        """Return the most memory that a reader holds at once, in KiB."""
        file = io.BytesIO()
        write(file, rows)
        file.seek(0)
        tracemalloc.start()
        try:
            for _fact in read(file):
                pass
            return tracemalloc.get_traced_memory()[1] // 1024
        finally:
            tracemalloc.stop()
