from odoo import api, fields, models


class SettlementBalance(models.Model):
    _name = "settlement.balance"
    _description = "Reported Balance of a Wallet"
    _inherit = ["settlement.hashed"]
    _order = "observed_at desc, id desc"
    _hashed_fields = (
        "company_id",
        "wallet_id",
        "observed_at",
        "available",
        "pending",
        "reserve",
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
        """Store one BalanceFact; return the new record, or none if it is known."""
        known = self.search(
            [("wallet_id", "=", wallet_id), ("observed_at", "=", fact.observed_at)]
        )
        if known:
            return self.browse()
        return self.create(
            {
                "wallet_id": wallet_id,
                "message_id": message.id,
                "observed_at": fact.observed_at,
                "available": float(fact.available),
                "pending": float(fact.pending),
                "reserve": float(fact.reserve),
            }
        )
