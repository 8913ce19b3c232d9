from odoo import models

from odoo.addons.settlement.models.exception import OPEN_STATES

from ..services.batch_poster import POSTING_REASONS
from ..services.write_off_limit import WRITE_OFFS, WriteOffLimit


class SettlementException(models.Model):
    """What people match goes into the ledger as far as it is ready."""

    _inherit = "settlement.exception"

    def _bring_to_ledger(self, match):
        """Post what a confirmed match makes ready.

        What cannot be posted yet, such as rows of a closed period, has an exception
        of its own then: the match is right all the same.
        """
        result = super()._bring_to_ledger(match)
        rows = match._matched_rows()
        for backend, of_backend in rows.grouped("backend_id").items():
            backend = backend.with_company(backend.company_id)
            backend._post_rows(of_backend.with_env(backend.env))
        return result

    def _doubts_accept(self, values):
        """A proposal that writes off more than the policy lets go needs another."""
        if super()._doubts_accept(values):
            return True
        match = self._chosen_proposal(values.get("match_id"))
        if match.difference_kind not in WRITE_OFFS:
            return False
        row = match.line_ids.transaction_id[:1]
        return bool(row) and WriteOffLimit(match.company_id).exceeds(
            row.backend_id, match.currency_id, match.difference_minor, row.booked_on
        )

    def _refusals_of(self, rows):
        """Return why rows cannot be posted, in the words of their exceptions."""
        subjects = [
            ("settlement.batch", rows.batch_id),
            ("settlement.wallet", rows.wallet_id),
        ]
        return [
            cause
            for model, records in subjects
            for cause in self.sudo()
            .search(
                [
                    ("subject_model", "=", model),
                    ("subject_id", "in", records.ids),
                    ("reason", "in", POSTING_REASONS),
                    ("state", "in", OPEN_STATES),
                ]
            )
            .mapped("cause")
        ]
