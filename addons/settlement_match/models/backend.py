import uuid

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
        record = self.env["settlement.run"]._current()
        for company in self.company_id:
            if record._is_cancelled():
                break
            for stage, counters in matcher._match_company(company, checkpoint).items():
                stages[stage] = matcher._added(stages.get(stage, {}), counters)
        return {
            **totals,
            "matched": sum(each.get("matched", 0) for each in stages.values()),
            "ambiguous": sum(each.get("ambiguous", 0) for each in stages.values()),
            "stages": stages,
        }

    def _start_match(self):
        """Open a run that matches in the company of these backends, and begin it.

        :return: the settlement.run record.
        """
        backends = self.with_context(settlement_correlation_id=str(uuid.uuid4()))
        run = backends._start_run("match", set())
        if self._uses_jobs():
            run._match_later()
        else:
            run._match_now()
        return run
