from odoo import models


class SettlementConnectorFile(models.AbstractModel):
    """Files of any source, read as an approved layout says."""

    _name = "settlement.connector.file"
    _inherit = "settlement.connector"
    _description = "Connector: Any File"

    def _capabilities(self):
        return {"file"}
