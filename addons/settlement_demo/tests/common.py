import base64
import hashlib
import os
from unittest.mock import patch

from odoo.tests import TransactionCase
from odoo.tools import SQL, config

from odoo.addons.settlement_connector.secrets.keyring import (
    FILE_VARIABLE,
    KEYS_VARIABLE,
)
from odoo.addons.settlement_stripe.client.rate_limit import RateLimiter
from odoo.addons.settlement_stripe.models import connector_stripe

from ..builders.backend_builder import API_KEY
from ..simulation.stand_ins import StandIns

_KEYS = "test:" + base64.b64encode(b"k" * 32).decode()
# Attempts and their counters: each run leaves a trace of its own.
LOGS = (
    "settlement_run",
    "settlement_run_stage",
    "settlement_window",
    "settlement_call_count",
    "settlement_backend_settlement_run_rel",
)
# What is settled by a posting leaves these with the next matching: the index of open
# documents, and what matching remembers of payments that it left open.
INDEXES = (
    "settlement_document_reference",
    "settlement_match_leftover",
    "settlement_match_trace",
    "settlement_match_watermark",
)
# When something was last seen well, or proved, is no result of what was brought.
TIMES = {
    "settlement_backend": ("last_success_at", "write_date"),
    "settlement_wallet_proof": ("proved_at", "write_date"),
}


class WorldCase(TransactionCase):
    """A database in which a world happens, with real stand-ins on the loopback."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keys = {KEYS_VARIABLE: _KEYS, FILE_VARIABLE: ""}
        cls.startClassPatcher(patch.dict(os.environ, keys))
        switch = {"settlement_allow_loopback": "True"}
        cls.startClassPatcher(patch.dict(config.options, switch))
        # The real limit would only make the tests wait.
        cls.startClassPatcher(
            patch.object(
                connector_stripe, "_limiter_of", lambda backend: RateLimiter(10_000)
            )
        )
        cls.simulation = cls.env["settlement.simulation"]

    @classmethod
    def serve(cls, world):
        """Start the stand-ins of a world until the end of the class."""
        stand_ins = StandIns(world, API_KEY, cls.simulation._addresses(world))
        stand_ins.__enter__()
        cls.addClassCleanup(stand_ins.__exit__)
        return stand_ins

    @classmethod
    def build_world(cls, world):
        """Create what Odoo knows of a world; return what was connected."""
        stand_ins = cls.serve(world)
        connected = cls.simulation._build(world, stand_ins, cls.gather_statistics)
        cls.see_companies()
        return stand_ins, connected

    @classmethod
    def gather_statistics(cls):
        """Let the database know how large its tables are: nothing is committed here."""
        cls.simulation._gather_statistics()

    @classmethod
    def see_companies(cls):
        """Let the environment of the tests see all companies."""
        companies = cls.env["res.company"].search([])
        cls.env = cls.env(context={"allowed_company_ids": companies.ids})
        cls.simulation = cls.env["settlement.simulation"]

    def snapshot(self):
        """Return table → (rows, digest) of everything that is not a log."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL(
                "SELECT table_name FROM information_schema.tables "
                "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' "
                "AND (table_name LIKE 'settlement%%' OR table_name LIKE 'account%%' "
                "OR table_name LIKE 'payment%%')"
            )
        )
        names = sorted(name for (name,) in tables if name not in (*LOGS, *INDEXES))
        return {name: self._digest(name) for name in names}

    def _digest(self, table):
        rows = self.env.execute_query(
            SQL(
                "SELECT (to_jsonb(stored) - %s::text[])::text AS content "
                "FROM %s stored ORDER BY content",
                list(TIMES.get(table, ())),
                SQL.identifier(table),
            )
        )
        content = "\n".join(row for (row,) in rows)
        return len(rows), hashlib.sha256(content.encode()).hexdigest()
