from odoo.http import Controller, content_disposition, request, route

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SettlementBatchExport(Controller):
    """Hands out workbooks of payouts and statements."""

    @route(
        "/settlement/batch/<string:numbers>/export.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def export(self, numbers):
        """Return the workbook of the batches with these comma-separated numbers."""
        wanted = numbers.split(",")
        if not all(number.isdecimal() for number in wanted):
            raise request.not_found()
        batches = request.env["settlement.batch"].browse(map(int, wanted)).exists()
        if not batches:
            raise request.not_found()
        content, name = batches._export_xlsx()
        headers = [
            ("Content-Type", XLSX),
            ("Content-Disposition", content_disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(content, headers)
