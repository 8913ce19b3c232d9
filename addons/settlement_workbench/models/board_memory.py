from odoo import api, fields, models


class SettlementBoardMemory(models.Model):
    """What a tile of the board showed when it could last be worked out."""

    _name = "settlement.board.memory"
    _description = "Last Good Tile of the Board"
    _log_access = False
    _rec_name = "key"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    key = fields.Char(required=True, readonly=True)
    content = fields.Json(readonly=True)
    right_at = fields.Datetime(required=True, readonly=True)

    _tile_uniq = models.Constraint(
        "UNIQUE (company_id, key)", "A tile is remembered once for each company."
    )

    @api.model
    def _keep(self, company, tiles):
        """Remember the tiles of a company that could be worked out just now."""
        known = self.search([("company_id", "=", company.id)]).grouped("key")
        now = fields.Datetime.now()
        for tile in tiles:
            values = {"content": tile, "right_at": now}
            if tile["key"] in known:
                known[tile["key"]].write(values)
            else:
                self.create({"company_id": company.id, "key": tile["key"], **values})

    @api.model
    def _recall(self, company, key):
        """Return (content, moment) of a tile, or (None, None)."""
        found = self.search([("company_id", "=", company.id), ("key", "=", key)])
        return (found.content, found.right_at) if found else (None, None)
