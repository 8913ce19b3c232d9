from odoo import api, models

from .wallet_proof import NAMED


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def _status_of(self):
        """Add what was posted, by kind of posting."""
        postings = self.env["settlement.posting"]._read_group(
            [("backend_id", "=", self.id), ("state", "=", "posted")],
            ["kind"],
            ["__count"],
        )
        return {**super()._status_of(), "postings": dict(postings)}

    @api.model
    def _wallet_status(self, wallet):
        """Add the proof of a wallet that posts, money written out."""
        status = super()._wallet_status(wallet)
        if not wallet.opening_date:
            return status
        # Whoever may see the wallet may see what its account shows.
        proof = wallet.sudo()._proof()
        transit = proof["in_transit"]
        company_currency = wallet.company_id.currency_id
        rows = self.env["settlement.transaction"].browse(
            list(proof["missing_rows"])[:NAMED]
        )

        def money(minor):
            return wallet.currency_id.format(wallet._major(minor))

        def company_money(minor):
            return company_currency.format(minor / 10**company_currency.decimal_places)

        return {
            **status,
            "proof": {
                "day": proof["day"].isoformat(),
                "basis": proof["basis"],
                "provider": money(proof["provider"]),
                "ledger": money(proof["ledger"]),
                "missing": money(proof["missing"]),
                "missing_count": len(proof["missing_rows"]),
                "missing_rows": rows.mapped("external_id"),
                "difference": money(proof["difference"]),
                "holds": not proof["difference"],
            },
            "in_transit": {
                "ledger": company_money(transit["ledger"]),
                "payouts": company_money(transit["payouts"]),
                "holds": not transit["difference"],
            },
        }
