from odoo import api, fields, models


class SettlementFileLayoutPart(models.AbstractModel):
    """One row of a list that belongs to a layout; it changes with its draft only."""

    _name = "settlement.file.layout.part"
    _description = "Part of a File Layout"
    _order = "layout_id, sequence, id"

    # What of a row the layout is made of; the other fields help people.
    _content_fields: tuple[str, ...] = ()

    layout_id = fields.Many2one(
        "settlement.file.layout", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="layout_id.company_id", store=True)
    sequence = fields.Integer(default=10)

    def _plain(self):
        """Return the content of the row as plain values, "" for what is empty."""
        self.ensure_one()
        return {name: self._plain_value(name) for name in self._content_fields}

    def _plain_value(self, name):
        value = self[name]
        return (
            value if self._fields[name].type in ("boolean", "integer") else value or ""
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Add rows to drafts; what was proposed keeps its own."""
        layout_ids = {vals.get("layout_id") for vals in vals_list}
        self.env["settlement.file.layout"].browse(layout_ids - {None, False})._touch()
        return super().create(vals_list)

    def write(self, vals):
        """Change rows of drafts."""
        self.layout_id._touch()
        result = super().write(vals)
        self.layout_id._touch()
        return result

    def unlink(self):
        """Delete rows of drafts."""
        self.layout_id._touch()
        return super().unlink()
