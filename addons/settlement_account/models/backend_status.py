from odoo import api, models

from ..planning import proof as proofs
from ..services.proof_reader import ProofReader
from ..services.transit_reader import TransitReader

# Missing rows that the status names one by one.
NAMED = 20


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def _status_of(self):
        """Add what of the batches is in the ledger and settled, and all postings."""
        postings = self.env["settlement.posting"]._read_group(
            [("backend_id", "=", self.id), ("state", "=", "posted")],
            ["kind"],
            ["__count"],
        )
        return {
            **super()._status_of(),
            "batch_amounts": self._batch_amounts(),
            "postings": dict(postings),
        }

    def _batch_amounts(self):
        """Return the total of the batches by state and currency, written out."""
        groups = self.env["settlement.batch"]._read_group(
            [("backend_id", "=", self.id)],
            ["state", "currency_id"],
            ["total:sum", "__count"],
        )
        amounts = {}
        for state, currency, total, count in groups:
            amounts.setdefault(state, {})[currency.name] = {
                "batches": count,
                "total": currency.format(total),
            }
        return amounts

    @api.model
    def _wallet_status(self, wallet):
        """Add the proof of a wallet that posts, money written out."""
        status = super()._wallet_status(wallet)
        if not wallet.opening_date:
            return status
        # Whoever may see the wallet may see what its account shows in all.
        wallet = wallet.sudo()
        newest, findings = wallet._proof_findings()[wallet]
        return {
            **status,
            "proof": self._proof_status(wallet, newest, findings),
            "in_transit": self._transit_status(wallet, newest.day, findings),
        }

    @api.model
    def _proof_status(self, wallet, newest, findings):
        rows = ProofReader(wallet).absent_rows(newest.day, NAMED)
        missing = [row.external_id for row in rows if row.is_missing]
        return {
            "day": newest.day.isoformat(),
            "basis": newest.anchor.isoformat() if newest.anchor else "opening",
            "provider": wallet._money(newest.provider),
            "ledger": wallet._money(newest.ledger),
            "missing": wallet._money(newest.missing),
            "missing_rows": missing,
            "early": wallet._money(newest.early),
            "difference": wallet._money(newest.difference),
            "difference_minor": newest.difference,
            "holds": not newest.difference,
            "holds_every_day": not (findings.wallet or findings.opening),
            "gaps": [gap.as_list() for gap in findings.wallet],
        }

    @api.model
    def _transit_status(self, wallet, day, findings):
        book = TransitReader(wallet).books().get(wallet.id)
        if not book:
            return None
        (transit,) = proofs.prove_transit(book, day, day)
        return {
            "ledger": wallet._money(transit.ledger),
            "payouts": wallet._money(transit.expected),
            "difference": wallet._money(transit.difference),
            "holds": not transit.difference,
            "holds_every_day": not findings.transit,
        }
