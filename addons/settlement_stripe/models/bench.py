import json
import socket
import subprocess
import sys
import time
from pathlib import Path

from odoo import api, models

from odoo.addons.settlement_connector.webhooks.address import PATH

LOAD = Path(__file__).parent.parent / "bench" / "webhook_load.py"
REQUESTS_PER_SECOND = 100
WARM_UP = 50
START_SECONDS = 60
# Of a backend that only this measurement knows.
SECRET = "whsec_bench"  # noqa: S105


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_webhook(self, rows):
        """Send signed events to a server of this database, 100 each second.

        The floor is the same load on an address that is nobody's: the bare route.
        """
        backend = self._bench_backend("stripe")
        backend.set_credential("webhook_secret", SECRET)
        backend.action_renew_webhook()
        self._commit()
        with _Server(self.env.cr.dbname) as server:
            server.load(backend.webhook_token, WARM_UP)
            floor = server.load("nobody", rows)
            figures = server.load(backend.webhook_token, rows)
        # A new transaction, to see what the server stored.
        self._rollback()
        domain = [("backend_id", "=", backend.id), ("channel", "=", "webhook")]
        stored = self.env["settlement.message"].search_count(domain) - WARM_UP
        return self._figures(
            rows,
            figures.pop("seconds"),
            floor.pop("seconds"),
            stored_rows=stored,
            **figures,
            **{f"floor_{name}": value for name, value in floor.items()},
        )


class _Server:
    """A server of one database on a port of its own, without scheduled actions."""

    def __init__(self, database):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self._command = [
            *(sys.executable, sys.argv[0], f"--database={database}"),
            *(f"--http-port={self.port}", "--max-cron-threads=0", "--log-level=error"),
        ]

    def __enter__(self):
        self._process = subprocess.Popen(self._command)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                time.sleep(0.2)
        self.__exit__()
        raise RuntimeError("The server for the measurement did not start.")

    def __exit__(self, *_error):
        self._process.terminate()
        self._process.wait(30)

    def load(self, token, requests):
        """Return the figures of that many requests to a webhook."""
        url = f"http://127.0.0.1:{self.port}{PATH}{token}"
        rate = str(REQUESTS_PER_SECOND)
        answer = subprocess.run(
            [sys.executable, str(LOAD), url, SECRET, str(requests), rate],
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(answer.stdout)
