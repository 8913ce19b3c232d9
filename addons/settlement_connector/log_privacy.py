"""Keep credentials and the addresses of webhooks out of the server's log."""

import logging

from .webhooks.address import PATH, mask_addresses

_PRIVATE_METHODS = frozenset({"set_credential"})
_PRIVATE_MODELS = frozenset({"settlement.credential.wizard"})


class PrivateCallFilter(logging.Filter):
    """Replace the arguments in ``call <records>.<method>(<arguments>)``."""

    def filter(self, record):
        """Redact what is private; every line is kept."""
        if isinstance(record.args, tuple) and len(record.args) == 3:
            records, method, _arguments = record.args
            model = getattr(records, "_name", "")
            if method in _PRIVATE_METHODS or model in _PRIVATE_MODELS:
                record.args = (records, method, "***")
        return True


class WebhookAddressFilter(logging.Filter):
    """Mask the token in the address of a webhook, wherever the line names it."""

    def filter(self, record):
        """Redact what is private; every line is kept."""
        if PATH in str(record.msg) or PATH in str(record.args):
            record.msg = mask_addresses(record.getMessage())
            record.args = None
        return True


# The access log of Odoo's server, and what describes the requests it works on.
for _name in ("werkzeug", "odoo.http", "odoo.service.server", "odoo.tools.misc"):
    logging.getLogger(_name).addFilter(WebhookAddressFilter())
logging.getLogger("odoo.service.model").addFilter(PrivateCallFilter())
