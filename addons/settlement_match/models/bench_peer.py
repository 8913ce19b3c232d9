import time
from datetime import date, datetime
from decimal import Decimal

from odoo import Command, api, models

from odoo.addons.settlement.canonical.facts import TransactionFact

DAY = date(2026, 1, 10)
# What payers write around the number of the invoice; the first is the bare number.
LABELS = ("{0}", "Invoice {0}", "{0} thank you", "{1}", "Payment of {0}, customer 4711")
# The peer's time for a line grows with the lines of a call: ten are its best.
PEER_CHUNK = 10
# The peer gets a sample: as many lines as it does in this time, making them included.
PEER_SECONDS = 60


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_match_peer(self, rows):
        """Match the same bank lines with as many invoices twice: the peer and we.

        The peer is ``account_reconcile_oca``, which has to be installed. Its lines are
        made while the clock stands; it reconciles, we match and claim. It gets the
        first lines only, as many as it does in ``PEER_SECONDS``, against all invoices;
        the floor is the time it would take for all lines if it stayed as fast. Nothing
        stays.
        """
        lines = self.env["account.bank.statement.line"]
        if not hasattr(lines, "_do_auto_reconcile"):
            raise ValueError("Install account_reconcile_oca first: that is the peer.")
        invoices = self._peer_invoices(rows)
        labels = [
            LABELS[number % len(LABELS)].format(
                invoice.name, invoice.name.lower().replace("/", " ")
            )
            for number, invoice in enumerate(invoices)
        ]
        ours = self._with_rollback(self._match_ours, invoices, labels)
        peer = self._with_rollback(self._match_by_peer, invoices, labels)
        return {
            **self._figures(
                rows, ours["seconds"], peer["seconds"] * rows / peer["lines"]
            ),
            "floor_is_extrapolated": peer["lines"] < rows,
            "ours": ours,
            "peer": {**peer, "of_lines": rows, "budget_seconds": PEER_SECONDS},
        }

    @api.model
    def _with_rollback(self, action, *arguments):
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        try:
            return action(*arguments)
        finally:
            savepoint.close(rollback=True)
            self.env.clear()

    @api.model
    def _peer_invoices(self, rows):
        """Return posted invoices of one customer, each of another amount."""
        customer = self.env["res.partner"].create({"name": "Bench customer"})
        invoices = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "invoice_date": DAY,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Goods",
                                "price_unit": number + 1,
                                "tax_ids": False,
                            }
                        )
                    ],
                }
                for number in range(rows)
            ]
        )
        invoices.action_post()
        return invoices

    @api.model
    def _rate(self, lines, seconds, hits):
        return {
            "lines": lines,
            "seconds": round(seconds, 2),
            "lines_per_second": round(lines / seconds, 1) if seconds else None,
            "hits": hits,
            "hit_rate": round(hits / lines, 4),
        }

    @api.model
    def _match_ours(self, invoices, labels):
        """Return seconds and hits of our engine, from stored facts to claims."""
        backend = self._bench_backend("canonical")
        facts = [
            TransactionFact(
                currency=self.env.company.currency_id.name,
                external_id=f"peer-{number}",
                kind="bank_credit",
                gross_amount=Decimal(number + 1),
                net_amount=Decimal(number + 1),
                occurred_at=datetime(2026, 1, 10, 12),
                booked_on=DAY,
                description=label,
            )
            for number, label in enumerate(labels)
        ]
        message = self.env["settlement.message"]._receive(backend, "manual", b"peer")
        self.env["settlement.fact.store"]._store(
            backend, [(message, fact) for fact in facts]
        )
        matcher = self.env["settlement.matcher"].sudo()
        seconds = self._timed(matcher._match_company, self.env.company)
        self.env.invalidate_all()
        found = self.env["settlement.transaction"].search(
            [("backend_id", "=", backend.id), ("match_state", "=", "matched")]
        )
        hits = sum(
            row.match_line_ids.match_id.line_ids.move_line_id.move_id
            == invoices[int(row.external_id.removeprefix("peer-"))]
            for row in found
        )
        return self._rate(len(invoices), seconds, hits)

    @api.model
    def _match_by_peer(self, invoices, labels):
        """Return seconds and hits of the peer, for as many lines as it has time."""
        deadline = time.monotonic() + PEER_SECONDS
        seconds, hits, done = 0.0, 0, 0
        while done < len(labels) and time.monotonic() < deadline:
            chunk = slice(done, done + PEER_CHUNK)
            lines = self._peer_lines(labels[chunk], done)
            seconds += self._timed(self._reconcile_by_peer, lines)
            hits += self._peer_hits(lines, invoices[chunk])
            done += len(lines)
        return self._rate(done, seconds, hits)

    @api.model
    def _peer_lines(self, labels, first):
        """Return bank lines with these labels that nobody has matched yet.

        The peer's own ``create`` would match them at once.
        """
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.env.company.id), ("type", "=", "bank")], limit=1
        )
        lines = self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": journal.id,
                    "date": DAY,
                    "payment_ref": f"not yet {number}",
                    "amount": number + 1,
                }
                for number in range(first, first + len(labels))
            ]
        )
        for line, label in zip(lines, labels, strict=True):
            line.payment_ref = label
        self.env.flush_all()
        return lines

    @api.model
    def _reconcile_by_peer(self, lines):
        lines._auto_reconcile()
        self.env.flush_all()

    @api.model
    def _peer_hits(self, lines, invoices):
        return sum(
            line.is_reconciled and invoice.payment_state != "not_paid"
            for line, invoice in zip(lines, invoices, strict=True)
        )
