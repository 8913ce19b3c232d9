from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement_account.planning import proof as proofs

# Days that each proof writes again: what comes late changes days that were proved.
DAYS = 30
AMOUNTS = ("provider", "ledger", "missing", "early", "difference")


class SettlementWalletProof(models.Model):
    """What a proof of a wallet gave for one day: kept, so that it can be looked at.

    A proof reads all rows of a wallet. It is made when something was posted; the
    board shows the newest one, with the moment at which it held.
    """

    _name = "settlement.wallet.proof"
    _description = "Proof of a Wallet"
    _order = "day desc, wallet_id, id"
    _rec_name = "day"
    _log_access = False

    wallet_id = fields.Many2one(
        "settlement.wallet", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    anchor = fields.Date(
        string="Balance of",
        readonly=True,
        help="Day of the reported balance that this one rests on. Empty: the opening.",
    )
    provider = fields.Monetary(string="At the Provider", readonly=True)
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
    in_transit = fields.Monetary(readonly=True)
    transit_difference = fields.Monetary(string="Unexplained in Transit", readonly=True)
    proved_at = fields.Datetime(required=True, readonly=True)

    _day_uniq = models.Constraint(
        "UNIQUE (wallet_id, day)", "A wallet has one proof for each day."
    )
    _company_idx = models.Index("(company_id, wallet_id, day)")

    @api.model
    def _keep(self, wallet, day, book, transit):
        """Write the proofs of the days up to ``day`` that are new or different.

        The newest day is always written: it says when it was proved.
        """
        first = day - timedelta(days=DAYS - 1)
        transits = (
            {each.day: each for each in proofs.prove_transit(transit, first, day)}
            if transit
            else {}
        )
        known = {
            row.day: row
            for row in self.search(
                [("wallet_id", "=", wallet.id), ("day", ">=", first)]
            )
        }
        # After its source corrected itself, days may be known that are none yet.
        (self.union(*known.values()).filtered(lambda row: row.day > day)).unlink()
        fresh = []
        for proof in proofs.prove(book, first, day):
            values = self._values(wallet, proof, transits.get(proof.day))
            row = known.get(proof.day)
            if not row:
                fresh.append(values)
            elif proof.day == day or row._differs(values):
                row.write(values)
        return self.create(fresh)

    @api.model
    def _values(self, wallet, proof, transit):
        return {
            "wallet_id": wallet.id,
            "company_id": wallet.company_id.id,
            "currency_id": wallet.currency_id.id,
            "day": proof.day,
            "anchor": proof.anchor,
            **{name: wallet._major(getattr(proof, name)) for name in AMOUNTS},
            "in_transit": wallet._major(transit.ledger) if transit else 0.0,
            "transit_difference": wallet._major(transit.difference) if transit else 0.0,
            "proved_at": fields.Datetime.now(),
        }

    def _differs(self, values):
        self.ensure_one()
        names = (*AMOUNTS, "in_transit", "transit_difference")
        return any(
            self.currency_id.compare_amounts(self[name], values[name]) for name in names
        )

    @api.model
    def _newest(self, company):
        """Return the newest proof of each wallet of a company."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (wallet_id) id FROM settlement_wallet_proof "
                "WHERE company_id = %s ORDER BY wallet_id, day DESC",
                company.id,
            )
        )
        return self.browse([row_id for (row_id,) in rows])

    # ------------------------------------------------------------------
    # Drill-through
    # ------------------------------------------------------------------

    def action_open_journal_items(self):
        """Open the journal items of the wallet's account up to this day."""
        self.ensure_one()
        return self.wallet_id.action_open_journal_items(self.day)

    def action_open_missing(self):
        """Open the rows that are not posted yet on this day."""
        self.ensure_one()
        return self.wallet_id.action_open_missing(self.day)

    def action_open_early(self):
        """Open the rows that are posted too early on this day."""
        self.ensure_one()
        return self.wallet_id.action_open_early(self.day)

    def action_open_transit(self):
        """Open what is under way to the bank on this day."""
        self.ensure_one()
        return self.wallet_id.action_open_transit(self.day)
