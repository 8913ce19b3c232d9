from odoo import fields, models


class SettlementPosting(models.Model):
    _inherit = "settlement.posting"

    dispute_id = fields.Many2one(
        "settlement.dispute",
        index="btree_not_null",
        ondelete="restrict",
        help="The dispute whose outcome the entry brings into the ledger.",
    )
    dispute_outcome = fields.Char(help="The outcome as it was booked.")

    def _note_dispute(self, dispute):
        """Say whose outcome these postings book; it is not part of what was posted."""
        self.write(
            {"dispute_id": dispute.id, "dispute_outcome": dispute._outcome_text()}
        )
