from odoo import models

from ..exceptions.verb import Verb


class SettlementException(models.Model):
    """The verb ``reconfirm``: what was approved is another thing now."""

    _inherit = "settlement.exception"

    def _verbs(self):
        return {
            **super()._verbs(),
            "reconfirm": Verb(
                self.env._("Confirm Anew"),
                ("approval_mismatch", "bank_details_changed"),
                approval="always",
                needs=("comment",),
                effect=self.env._(
                    "Freezes what it is now and asks another person to agree to it "
                    "anew. Posts nothing."
                ),
            ),
        }

    def _resolve_reconfirm(self, comment):
        """Close it: another person has agreed to what it is now.

        :param comment: what was checked, and how.
        """
        self._close(
            "resolved",
            self.env._("Confirmed anew as it is now: %(comment)s", comment=comment),
        )
