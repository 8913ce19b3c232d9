import io
import json
import resource
import tempfile
import time
import uuid

from odoo import api, models
from odoo.tools import SQL


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _figures(self, rows, seconds, floor_seconds, **more):
        """Return the figures every bench reports, the same names everywhere."""
        return {
            "rows": rows,
            "seconds": round(seconds, 3),
            "floor_seconds": round(floor_seconds, 3),
            "ratio": round(seconds / floor_seconds, 2) if floor_seconds else None,
            "rows_per_second": round(rows / seconds) if seconds else None,
            "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            **more,
        }

    @api.model
    def _timed(self, action, *arguments):
        """Run ``action`` and return its seconds."""
        started = time.monotonic()
        action(*arguments)
        return time.monotonic() - started

    @api.model
    def _bench_ingest(self, rows):
        """Take in a canonical file: staged, deduplicated, hashed, indexed.

        The floor is COPY of the same rows into a bare table with a primary key and
        a unique index. The second import has other bytes and the same facts.
        """
        backend = self._bench_backend("canonical")
        with tempfile.TemporaryFile() as file:
            self._write_bench_file(file, rows)
            floor = self._timed(self._copy_floor, file)
            first = self._timed(self._import_bench_file, backend, file)
            file.seek(0, io.SEEK_END)
            file.write(b"\n")
            again = self._timed(self._import_bench_file, backend, file)
        stored = self.env["settlement.transaction"].search_count(
            [("backend_id", "=", backend.id)]
        )
        return self._figures(
            rows,
            first,
            floor,
            again_seconds=round(again, 3),
            stored_rows=stored,
        )

    @api.model
    def _bench_backend(self, connector):
        """Return a backend of its own with one wallet in the company's currency."""
        name = f"Bench {uuid.uuid4()}"
        backend = self.env["settlement.backend"].create(
            {"name": name, "connector": connector, "company_id": self.env.company.id}
        )
        self.env["settlement.wallet"].create(
            {
                "backend_id": backend.id,
                "account_identifier": name,
                "currency_id": self.env.company.currency_id.id,
            }
        )
        return backend

    @api.model
    def _write_bench_file(self, file, rows):
        currency = self.env.company.currency_id.name
        for number in range(rows):
            charge = {
                "type": "transaction",
                "currency": currency,
                "external_id": f"txn_{number:09}",
                "kind": "charge",
                "gross_amount": f"{number % 500 + 1}.25",
                "fee_amount": "0.25",
                "net_amount": f"{number % 500 + 1}.00",
                "fees": [{"kind": "processing", "amount": "0.25"}],
                "occurred_at": f"2026-01-{number % 28 + 1:02}T12:00:00Z",
                "booked_on": f"2026-01-{number % 28 + 1:02}",
                "source_external_id": f"ch_{number:09}",
                "payment_reference": f"pi_{number:09}",
                "invoice_reference": f"INV/2026/{number:07}",
                "counterparty_name": f"Customer {number % 997}",
            }
            file.write(json.dumps(charge).encode() + b"\n")

    @api.model
    def _copy_floor(self, file):
        file.seek(0)
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE bench_floor ("
                "id serial PRIMARY KEY, content jsonb UNIQUE) ON COMMIT DROP"
            )
        )
        # A byte that JSON never contains keeps CSV from splitting the line.
        self.env.cr.copy_expert(
            "COPY bench_floor (content) FROM STDIN "
            "(FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')",
            file,
        )
        self._commit()

    @api.model
    def _import_bench_file(self, backend, file):
        file.seek(0)
        backend.import_file("bench.jsonl", file)
        backend._run_pipeline("parse", self._commit)
