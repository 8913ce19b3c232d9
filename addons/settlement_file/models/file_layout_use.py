from odoo import api, fields, models
from odoo.exceptions import UserError


class SettlementFileLayout(models.Model):
    """The files that were read by a layout."""

    _inherit = "settlement.file.layout"

    message_file_ids = fields.One2many(
        "settlement.message", "file_layout_id", string="Files Read"
    )
    file_count = fields.Integer("Files", compute="_compute_file_count")
    older_file_count = fields.Integer(
        "Read by Other Versions", compute="_compute_file_count"
    )

    @api.depends("message_file_ids", "version_ids.message_file_ids")
    def _compute_file_count(self):
        counts = dict(
            self.env["settlement.message"]._read_group(
                [("file_layout_id", "in", self.origin_id.version_ids.ids)],
                ["file_layout_id"],
                ["__count"],
            )
        )
        for layout in self:
            total = sum(
                counts.get(version, 0) for version in layout.origin_id.version_ids
            )
            layout.file_count = counts.get(layout._origin, 0)
            layout.older_file_count = total - layout.file_count

    def action_open_files(self):
        """Open the files that this version has read."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Files Read by %(layout)s", layout=self.display_name),
            "res_model": "settlement.message",
            "view_mode": "list,form",
            "domain": [("file_layout_id", "=", self.id)],
        }

    def action_replay_files(self):
        """Show what changes if files of other versions are read by this one.

        It is done from the dialogue: what changed becomes a new revision, what is
        posted already an exception.

        :raises AccessError: without the integration administrator role.
        :raises UserError: if this version does not read files now.
        """
        self.ensure_one()
        self._require_editor()
        if not self.is_in_force:
            raise UserError(
                self.env._(
                    "%(layout)s is not in force: files would be read by another "
                    "version.",
                    layout=self.display_name,
                )
            )
        others = self.origin_id.version_ids - self
        return others.message_file_ids.action_open_replay()

    # ------------------------------------------------------------------
    # Which files it fits
    # ------------------------------------------------------------------

    def _used_columns(self):
        """Return the columns of the file that the layout reads, each once."""
        self.ensure_one()
        made = {*self.computed_ids.mapped("name"), *self.cell_ids.mapped("name")}
        used = self.line_ids.filtered("use").mapped("column")
        return [column for column in dict.fromkeys(used) if column not in made]

    def _used_column_count(self):
        return len(self._used_columns())

    def _columns_missing_in(self, columns):
        """Return the columns that the layout reads and a file does not have."""
        return [name for name in self._used_columns() if name not in set(columns)]
