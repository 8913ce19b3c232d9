from odoo import models


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def _step_match(self, checkpoint):
        """Match what is open in the companies of these backends.

        :return: dict of counters; ``stages`` has them per stage.
        """
        totals = super()._step_match(checkpoint)
        matcher = self.env["settlement.matcher"]
        stages = {}
        for company in self.company_id:
            for stage, counters in matcher._match_company(company, checkpoint).items():
                stages[stage] = matcher._added(stages.get(stage, {}), counters)
        return {
            **totals,
            "matched": sum(each.get("matched", 0) for each in stages.values()),
            "ambiguous": sum(each.get("ambiguous", 0) for each in stages.values()),
            "stages": stages,
        }
