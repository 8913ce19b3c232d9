from odoo import api, fields, models
from odoo.exceptions import UserError


class SettlementFileLayoutStart(models.TransientModel):
    """Takes a sample; what is found out about it becomes the draft of a layout."""

    _name = "settlement.file.layout.start"
    _description = "New File Layout"

    name = fields.Char("Whose File", required=True, help="The source of the file.")
    sample = fields.Binary("Sample File", required=True, attachment=False)
    sample_name = fields.Char()
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain="[('id', 'in', allowed_company_ids)]",
    )
    backend_id = fields.Many2one(
        "settlement.backend",
        string="For Backend",
        domain="[('connector', '=', 'file'), ('company_id', '=', company_id)]",
        help="It reads such files as soon as the layout is approved. It can be chosen "
        "later too.",
    )

    layout_id = fields.Many2one(
        "settlement.file.layout",
        readonly=True,
        help="The draft whose sample is replaced, if one is.",
    )

    @api.onchange("backend_id")
    def _onchange_backend_id(self):
        if self.backend_id and not self.name:
            self.name = self.backend_id.name

    def action_start(self):
        """Look at the sample and open the draft that it leads to.

        :raises AccessError: without the integration administrator role.
        :raises UserError: if the file is neither CSV nor XLSX nor JSON.
        """
        self.ensure_one()
        if not self.sample:
            raise UserError(self.env._("Choose a file first."))
        layout = self.layout_id or self.env["settlement.file.layout"]
        if layout:
            layout._replace_sample(self.sample_name, self.sample)
        else:
            layout = layout._start(
                self.name, self.sample_name, self.sample, self.company_id
            )
        if self.backend_id:
            self.backend_id._use_file_layout(layout)
        return layout._open_form()
