from odoo import api, fields, models


class SettlementBalance(models.Model):
    _name = "settlement.balance"
    _description = "Reported Balance of a Wallet"
    _inherit = ["settlement.hashed"]
    _order = "observed_at desc, id desc"
    # A source may correct what it said; the latest event counts.
    _can_be_resealed = True
    _hashed_fields = (
        "company_id",
        "wallet_id",
        "observed_at",
        "available",
        "pending",
        "reserve",
        "source_version_at",
    )

    wallet_id = fields.Many2one(
        "settlement.wallet", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="wallet_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    message_id = fields.Many2one("settlement.message", index="btree_not_null")
    observed_at = fields.Datetime(required=True)
    available = fields.Monetary()
    pending = fields.Monetary()
    reserve = fields.Monetary()
    source_version_at = fields.Datetime(
        help="When the source said so, where it may correct itself later."
    )
    total = fields.Monetary(compute="_compute_total")

    _instant_uniq = models.Constraint(
        "UNIQUE (wallet_id, observed_at)",
        "A wallet has one reported balance for each instant.",
    )

    @api.depends("available", "pending", "reserve")
    def _compute_total(self):
        for balance in self:
            balance.total = balance.available + balance.pending + balance.reserve

    @api.model
    def _store_fact(self, wallet_id, message, fact):
        """Store one BalanceFact; return the record if anything of it is new.

        Of two words about the same instant the later one counts, whichever comes
        first; where the source does not say when it spoke, the first one stays.
        """
        values = {
            "message_id": message.id,
            "available": float(fact.available),
            "pending": float(fact.pending),
            "reserve": float(fact.reserve),
            "source_version_at": fact.source_version_at,
        }
        known = self.search(
            [("wallet_id", "=", wallet_id), ("observed_at", "=", fact.observed_at)]
        )
        if not known:
            instant = {"wallet_id": wallet_id, "observed_at": fact.observed_at}
            return self.create({**values, **instant})
        if not known._is_corrected_by(fact):
            return self.browse()
        known.write(values)
        known._seal_rows()
        return known

    def _is_corrected_by(self, fact):
        """Return whether a fact about the same instant was said later than this."""
        self.ensure_one()
        said, known = fact.source_version_at, self.source_version_at
        return bool(said and (not known or said > known))
