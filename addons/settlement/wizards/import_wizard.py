import base64

from odoo import fields, models
from odoo.exceptions import UserError


class SettlementImportWizard(models.TransientModel):
    _name = "settlement.import.wizard"
    _description = "Import a File"

    backend_id = fields.Many2one(
        "settlement.backend",
        required=True,
        default=lambda self: self.env["settlement.backend"].search(
            [("company_id", "in", self.env.companies.ids)], limit=1
        ),
    )
    content = fields.Binary(required=True, attachment=False)
    filename = fields.Char()

    def action_import(self):
        """Import the chosen file, run the pipeline and show what came of it."""
        self.ensure_one()
        if not self.content:
            raise UserError(self.env._("Choose a file first."))
        message = self.backend_id.import_file(
            self.filename or self.env._("upload"), base64.b64decode(self.content)
        )
        self.backend_id.run_pipeline()
        return self.env["settlement.transaction"]._open_records(message)
