import itertools

from odoo import api, models

from ..canonical.facts import BalanceFact, BatchFact, RejectedRow, TransactionFact
from .backend_automation import INSIDE_HOOK
from .backend_pipeline import CHUNK_FACTS, PARSE_ERRORS

PREVIEW_ROWS = 20


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def preview_file(self, filename, content):
        """Tell what importing a file would change, and change nothing.

        The file goes the very way an import goes, inside a savepoint that is rolled
        back: what is shown is what would happen.

        :param content: bytes or a binary file object.
        :return: dict with ``new``, ``changed``, ``known``, ``batches`` (counts),
            ``rejected`` (list of dicts ``number, reason, raw``), ``rows`` (the first
            20 transactions as dicts; ``effect`` is new, changed, known or rejected),
            ``batch_rows`` and ``balances`` (likewise) and ``error`` (text, empty if it
            could be read).
        :raises UserError: if the backend does not recognise the file.
        """
        self.ensure_one()
        self._require_group("group_accountant", "group_integration_admin")
        self.check_access("read")
        self._check_recognised(filename, content)
        # Facts are nobody's to write; nothing of this survives the savepoint.
        backend = self.sudo().with_context(**{INSIDE_HOOK: True})
        savepoint = self.env.cr.savepoint()
        try:
            return backend._preview(filename, content)
        finally:
            self.env.clear()
            savepoint.close(rollback=True)

    def _preview(self, filename, content):
        """Import into the open savepoint and describe what came of it."""
        message = self._take_in(filename, content)
        message = message.sudo()  # its rows that are put aside are nobody's to write
        preview = {
            "new": 0,
            "changed": 0,
            "known": 0,
            "batches": 0,
            "rejected": [],
            "rows": [],
            "batch_rows": [],
            "balances": [],
            "error": "",
        }
        newest = self.env["settlement.transaction"]._newest_id()
        rules = self.env["settlement.mapping"]._rules_of(self)
        facts = iter(self._facts_of(message, rules))
        while chunk := self._next_facts(facts, preview):
            self._preview_chunk(message, chunk, preview)
        self._note_effects(preview["rows"], newest)
        preview["rejected"] = [
            {"number": row.number, "reason": row.reason, "raw": row.raw}
            for row in message.row_ids
        ]
        return preview

    def _next_facts(self, facts, preview):
        """Return the next chunk; a file that breaks off ends the preview with words."""
        chunk = []
        try:
            chunk.extend(itertools.islice(facts, CHUNK_FACTS))
        except PARSE_ERRORS as error:
            preview["error"] = str(error) or type(error).__name__
        return chunk

    def _preview_chunk(self, message, chunk, preview):
        transactions = [fact for fact in chunk if isinstance(fact, TransactionFact)]
        refused = sum(isinstance(fact, RejectedRow) for fact in chunk)
        counters = self.env["settlement.fact.store"]._store(
            self, [(message, fact) for fact in chunk]
        )
        stored = counters["transactions"]
        preview["new"] += stored - counters["revisions"]
        preview["changed"] += counters["revisions"]
        preview["batches"] += counters["batches"]
        preview["known"] += len(transactions) - stored - counters["rejected"] + refused
        self._preview_statements(chunk, preview)
        for fact in transactions[: PREVIEW_ROWS - len(preview["rows"])]:
            preview["rows"].append(
                {
                    "occurrence": fact.occurrence,
                    "booked_on": fact.booked_on.isoformat(),
                    "external_id": fact.external_id,
                    "kind": fact.kind,
                    "gross_amount": str(fact.gross_amount),
                    "net_amount": str(fact.net_amount),
                    "currency": fact.currency,
                    "counterparty": fact.counterparty_name,
                    "reference": fact.invoice_reference,
                }
            )

    @api.model
    def _preview_statements(self, chunk, preview):
        """Add the batches and balances of a chunk, as far as they are shown."""
        for fact in chunk:
            if (
                isinstance(fact, BatchFact)
                and len(preview["batch_rows"]) < PREVIEW_ROWS
            ):
                preview["batch_rows"].append(
                    {
                        "kind": fact.kind,
                        "external_id": fact.reference or fact.external_id,
                        "date": fact.date.isoformat(),
                        "total": str(fact.total),
                        "opening": _text(fact.opening_balance),
                        "closing": _text(fact.closing_balance),
                        "currency": fact.currency,
                    }
                )
            elif (
                isinstance(fact, BalanceFact)
                and len(preview["balances"]) < PREVIEW_ROWS
            ):
                preview["balances"].append(
                    {
                        "observed_at": fact.observed_at.isoformat(" "),
                        "available": str(fact.available),
                        "pending": str(fact.pending),
                        "currency": fact.currency,
                    }
                )

    def _note_effects(self, rows, newest):
        """Tell of each shown row what the import did with it.

        :param newest: id of the newest transaction before the import.
        """
        stored = self.env["settlement.transaction"].search(
            [
                ("backend_id", "=", self.id),
                ("external_id", "in", [row["external_id"] for row in rows]),
            ]
        )
        found = stored.grouped(lambda row: (row.external_id, row.occurrence))
        for row in rows:
            revisions = found.get(
                (row["external_id"], row.pop("occurrence")), stored[:0]
            )
            fresh = revisions.filtered(lambda known: known.id > newest)
            if not revisions:
                row["effect"] = "rejected"
            elif not fresh:
                row["effect"] = "known"
            else:
                row["effect"] = "changed" if revisions - fresh else "new"


def _text(amount):
    return "" if amount is None else str(amount)
