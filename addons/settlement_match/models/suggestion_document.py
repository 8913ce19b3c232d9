from odoo import models


class SettlementSuggestionDocument(models.AbstractModel):
    """A document or payment of the ledger: what could have paid it?"""

    _name = "settlement.suggestion.document"
    _description = "Document that Waits for its Money"
    _inherit = ["settlement.suggestion.subject"]

    def _payment_suggestions(self, limit=10):
        """Return what could have paid this document, best first.

        :param limit: most suggestions, 1 to 50.
        :return: list of dicts, see ``settlement.suggestion._as_dicts``.
        """
        return self._suggestions(limit)

    def action_payment_suggestions(self, limit=10):
        """Return what could have paid this document; nothing is written.

        :param limit: most suggestions, 1 to 50.
        :return: dict with ``candidates, searched, bounds``.
        :raises AccessError: without a role, or for a document of another company.
        """
        return self.action_suggestions(limit)
