import io

from odoo import fields, models
from odoo.exceptions import UserError

from ..export.workbook import write_workbook
from ..services.payout_tables import PayoutTables

# More lines than a person reads; whoever needs them all exports payout by payout.
MAX_LINES = 200_000


class SettlementBatch(models.Model):
    _inherit = "settlement.batch"

    def action_export_xlsx(self):
        """Download these payouts or statements as one workbook.

        :return: action that opens the address of the workbook.
        :raises AccessError: without the viewer role.
        :raises UserError: if there are more lines than one workbook should hold.
        """
        self._check_export()
        numbers = ",".join(map(str, self.ids))
        return {
            "type": "ir.actions.act_url",
            "url": f"/settlement/batch/{numbers}/export.xlsx",
            "target": "download",
        }

    def _check_export(self):
        self.env["settlement.backend"]._require_group("group_viewer")
        self.check_access("read")
        lines = sum(self.mapped("transaction_count"))
        if lines > MAX_LINES:
            raise UserError(
                self.env._(
                    "These have %(lines)s lines; one workbook takes %(most)s. Choose "
                    "fewer payouts.",
                    lines=lines,
                    most=MAX_LINES,
                )
            )

    def _export_xlsx(self):
        """Return the workbook of these batches: summary, lines, entries, proof.

        Who takes data out of the system is part of the audit trail.

        :return: tuple of the bytes and the name of the file.
        """
        self._check_export()
        content = io.BytesIO()
        write_workbook(content, PayoutTables(self).sheets(), self._export_title())
        for batch in self:
            # Readers may export, and only the system writes the trail.
            self.env["settlement.event"].sudo()._log(
                "batch.exported",
                batch.sudo(),
                reason=self.env._("Exported by %(user)s.", user=self.env.user.name),
                count=batch.transaction_count,
            )
        return content.getvalue(), self._export_file_name()

    def _export_title(self):
        return self.display_name if len(self) == 1 else self._description

    def _export_file_name(self):
        name = self.external_id if len(self) == 1 else fields.Date.today().isoformat()
        safe = "".join(sign if sign.isalnum() else "_" for sign in name)
        return f"settlement_{safe}.xlsx"
