from odoo.http import Controller, request, route


class SettlementClosePackDownload(Controller):
    """Hands out evidence packs, and logs who takes them."""

    @route(
        "/settlement/close/pack/<int:pack_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def pack(self, pack_id):
        """Return an evidence pack."""
        pack = request.env["settlement.close.pack"].browse(pack_id).exists()
        if not pack:
            raise request.not_found()
        attachment = pack._handed_out()
        stream = request.env["ir.binary"].sudo()._get_stream_from(attachment)
        return stream.get_response(as_attachment=True, immutable=False)
