"""Keep the values of credentials out of Odoo's own debug log of RPC calls."""

import logging

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


logging.getLogger("odoo.service.model").addFilter(PrivateCallFilter())
