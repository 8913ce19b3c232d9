from odoo import models


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Tell who may see boards when those of their companies have changed."""
        channels = super()._build_bus_channel_list(channels)
        user = self.env.user
        if user.has_group("settlement.group_viewer"):
            channels += [(company, "settlement_board") for company in user.company_ids]
        return channels
