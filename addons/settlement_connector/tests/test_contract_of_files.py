import json
from unittest import SkipTest

from odoo.tests import TransactionCase, tagged

from ..stand_in.server import StandInServer
from .contract import ConnectorContract


@tagged("post_install", "-at_install")
class TestContractOfFiles(ConnectorContract, TransactionCase):
    """The connector of canonical files keeps the contract, as far as it has one.

    It can be sent nothing but files: whatever asks for more is skipped.
    """

    connector = "canonical"
    flaws = ("sum", "exponent", "amount")

    def new_stand_in(self):
        return StandInServer()

    def external_id(self, row):
        return f"txn_{row.number}"

    def file_of(self, rows):
        opening = {
            "type": "balance",
            "currency": "EUR",
            "observed_at": "2026-03-31T00:00:00Z",
            "available": "0.00",
        }
        lines = [opening, *map(self.shown, rows)]
        return "facts.jsonl", b"".join(
            json.dumps(each).encode() + b"\n" for each in lines
        )

    def shown(self, row):
        """Return a row as a line of a file."""
        amount = "a lot" if row.flaw == "amount" else str(row.amount)
        return {
            "type": "transaction",
            "currency": row.currency,
            "external_id": self.external_id(row),
            "kind": "charge",
            "gross_amount": amount,
            "net_amount": "1.00" if row.flaw == "sum" else amount,
            "occurred_at": f"{row.at.isoformat()}Z",
            "booked_on": self.day_of(row).isoformat(),
            "description": row.note,
        }

    def test_what_it_does_not_declare_is_skipped_by_name(self):
        for name in ("pull", "webhook"):
            with self.assertRaisesRegex(SkipTest, f"canonical does not declare {name}"):
                self._skip_without([name], "")
        self._skip_without(["file"], "sum")

    def test_a_flaw_that_it_cannot_show_is_skipped_by_name(self):
        self.flaws = ()
        with self.assertRaisesRegex(SkipTest, "shows no flaw sum"):
            self._skip_without(["file"], "sum")
