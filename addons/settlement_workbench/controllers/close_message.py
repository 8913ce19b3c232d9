from odoo.http import Controller, Response, content_disposition, request, route

CHUNK = 1 << 16


class SettlementMessageDownload(Controller):
    """Hands out raw payloads, and logs who takes them."""

    @route(
        "/settlement/message/<int:message_id>/payload",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def payload(self, message_id):
        """Return a payload as it is stored, in pieces."""
        message = request.env["settlement.message"].browse(message_id).exists()
        if not message:
            raise request.not_found()
        content = message._handed_out()
        name = message.filename or f"message_{message.id}.txt"
        headers = [
            # Whatever a stranger sent is never shown as a page of ours.
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", content_disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        pieces = iter(lambda: content.read(CHUNK), b"")
        response = Response(pieces, headers=headers, direct_passthrough=True)
        response.call_on_close(content.close)
        return response
