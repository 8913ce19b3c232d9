from odoo import models


class SettlementVerification(models.AbstractModel):
    _inherit = "settlement.verification"

    def _checks(self):
        return [*super()._checks(), "_check_counters"]

    def _check_counters(self):
        """Law 1: the maintained counts are what counting the rows gives."""
        wrong = self.env["settlement.counter"]._wrong_counts()
        for subject, company_id, kept, there in wrong:
            yield self._finding(
                1,
                "res.company",
                company_id or 0,
                self.env._(
                    "The board counts %(kept)s of %(subject)s where %(there)s are, or "
                    "other amounts, days or states. Count them anew.",
                    kept=kept,
                    subject=subject,
                    there=there,
                ),
            )
