from datetime import timedelta

from odoo import api, fields, models

DAYS = 30


class SettlementWalletDay(models.TransientModel):
    """The proof of a wallet on one day, as people look at it."""

    _name = "settlement.wallet.day"
    _description = "Proof of a Wallet on a Day"
    _order = "day desc, id"
    _rec_name = "day"

    wallet_id = fields.Many2one("settlement.wallet", required=True, readonly=True)
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    day = fields.Date(required=True, readonly=True)
    anchor = fields.Date(
        string="Balance of",
        readonly=True,
        help="Day of the reported balance that this one rests on. Empty: the opening.",
    )
    provider = fields.Monetary(
        string="At the Provider",
        readonly=True,
        help="Without what its own rows have put into a reserve.",
    )
    ledger = fields.Monetary(string="In the Ledger", readonly=True)
    missing = fields.Monetary(
        string="Not Posted Yet",
        readonly=True,
        help="Booked by then, and not in the ledger by then.",
    )
    early = fields.Monetary(
        string="Posted Early",
        readonly=True,
        help="In the ledger by then, and booked later or changed since.",
    )
    difference = fields.Monetary(string="Unexplained", readonly=True)
    in_transit = fields.Monetary(string="In Transit", readonly=True)
    transit_difference = fields.Monetary(string="Unexplained in Transit", readonly=True)

    @api.model
    def _create_for(self, wallet):
        """Return the last 30 days of a wallet up to its newest data."""
        # Whoever may see a wallet may see what its account shows in all.
        wallet = wallet.sudo()
        last = wallet._proof_day()
        first = last - timedelta(days=DAYS - 1)
        transits = {each.day: each for each in wallet._transits(first, last)}
        return self.create(
            [
                self._values(wallet, proof, transits.get(proof.day))
                for proof in wallet._proofs(first, last)
            ]
        )

    @api.model
    def _values(self, wallet, proof, transit):
        return {
            "wallet_id": wallet.id,
            "day": proof.day,
            "anchor": proof.anchor,
            "provider": wallet._major(proof.provider),
            "ledger": wallet._major(proof.ledger),
            "missing": wallet._major(proof.missing),
            "early": wallet._major(proof.early),
            "difference": wallet._major(proof.difference),
            "in_transit": wallet._major(transit.ledger) if transit else 0.0,
            "transit_difference": wallet._major(transit.difference) if transit else 0.0,
        }

    def action_open_missing(self):
        """Open the rows that are not posted yet on this day."""
        self.ensure_one()
        return self.wallet_id.action_open_missing(self.day)

    def action_open_early(self):
        """Open the rows that are posted too early on this day."""
        self.ensure_one()
        return self.wallet_id.action_open_early(self.day)

    def action_open_journal_items(self):
        """Open the journal items up to this day."""
        self.ensure_one()
        return self.wallet_id.action_open_journal_items(self.day)

    def action_open_transit(self):
        """Open what is under way to the bank on this day."""
        self.ensure_one()
        return self.wallet_id.action_open_transit(self.day)
