from odoo import models
from odoo.tools import SQL


class SettlementVerification(models.AbstractModel):
    """Law 11: no entry rests on a mapping that nobody approved."""

    _inherit = "settlement.verification"

    def _checks(self):
        return [*super()._checks(), "_check_posting_mappings"]

    def _check_posting_mappings(self):
        """The decisions that a plan rests on were taken, and in its company."""
        yield from self._findings_of(
            11,
            "settlement.posting",
            SQL(
                """
                SELECT DISTINCT posting.id, used.id::text
                  FROM settlement_posting posting
                 CROSS JOIN LATERAL (
                        SELECT value::int AS id
                          FROM jsonb_array_elements_text(
                                COALESCE(posting.plan -> 'mappings', '[]'))) used
                  LEFT JOIN settlement_mapping mapping
                    ON mapping.id = used.id
                   AND mapping.version > 0
                   AND mapping.company_id = posting.company_id
                 WHERE mapping.id IS NULL
                """
            ),
            self.env._("It was booked by mapping %(mapping)s, which nobody approved."),
            "mapping",
        )
