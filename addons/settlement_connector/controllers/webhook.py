import threading

from werkzeug.exceptions import RequestEntityTooLarge

from odoo import SUPERUSER_ID
from odoo.http import Controller, Response, request, route

from ..webhooks.address import PATH, mask_addresses

# Larger than any event; small enough to be kept in the database.
MAX_BYTES = 1 << 18
KEPT = 200
TOO_LARGE = 413
UNAVAILABLE = 503
# Seconds after which a provider may try again.
RETRY_AFTER = 3600


class SettlementWebhook(Controller):
    """Takes in what providers send to a backend of their own accord."""

    @route(
        f"{PATH}<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=MAX_BYTES,
        settlement_raw_body=True,
    )
    def receive(self, token, **_parameters):
        """Keep an event that its provider signed, and say so in its words."""
        # The address is shown where the server describes its threads.
        thread = threading.current_thread()
        thread.url = mask_addresses(getattr(thread, "url", ""))
        body = self._body()
        if body is None:
            return self._answer(TOO_LARGE)
        # Nobody is logged in: the signature decides, and the system does the rest.
        backends = request.env["settlement.backend"].with_user(SUPERUSER_ID)
        status = backends._receive_webhook(token, request.httprequest.headers, body)
        words = backends._acknowledgement(token) if status == KEPT else ""
        return self._answer(status, words)

    def _body(self):
        """Return the bytes as they were sent, None if there are too many."""
        try:
            body = request.httprequest.get_data()
        except RequestEntityTooLarge:
            return None
        return body if len(body) <= MAX_BYTES else None

    def _answer(self, status, words=""):
        headers = {"Cache-Control": "no-store"}
        if status == UNAVAILABLE:
            headers["Retry-After"] = str(RETRY_AFTER)
        return Response(words, status=status, headers=headers, mimetype="text/plain")
