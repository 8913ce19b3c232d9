from odoo import models


class SettlementConnectorAdyen(models.AbstractModel):
    """Adyen: settlement details reports, their events and disputes."""

    _name = "settlement.connector.adyen"
    _description = "Settlement Connector: Adyen"
    _inherit = "settlement.connector"

    def _about(self):
        return self.env._(
            "Payments, refunds, fees, disputes, reserves and payouts of Adyen. Import "
            "its settlement details reports, or have them fetched: for that you need "
            "an API key or a report user of Adyen, and webhooks make it sooner."
        )
