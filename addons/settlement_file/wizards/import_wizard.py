from odoo import fields, models


class SettlementImportWizard(models.TransientModel):
    _inherit = "settlement.import.wizard"

    connector = fields.Selection(related="backend_id.connector")

    def action_set_up_layout(self):
        """Button: set up a layout for the chosen file, for backends of any file.

        :raises AccessError: without the integration administrator role.
        """
        self.env["settlement.backend"]._require_group("group_integration_admin")
        filename, _content = self._file()
        start = self.env["settlement.file.layout.start"].create(
            {
                "name": self.backend_id.name,
                "sample": self.content,
                "sample_name": filename,
                "company_id": self.backend_id.company_id.id,
                "backend_id": self.backend_id.id,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New File Layout"),
            "res_model": start._name,
            "res_id": start.id,
            "view_mode": "form",
            "target": "new",
        }
