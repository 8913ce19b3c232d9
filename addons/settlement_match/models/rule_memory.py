from collections import defaultdict

from odoo import api, fields, models


class SettlementRuleVersion(models.Model):
    """What a version was learnt from."""

    _inherit = "settlement.rule.version"

    memory_key = fields.Char(
        readonly=True, copy=False, help="What was learnt; it is proposed once."
    )
    memory_evidence = fields.Json(
        readonly=True,
        copy=False,
        help="The decisions it was learnt from: model and id of each.",
    )
    evidence_count = fields.Integer(
        compute="_compute_evidence_count", string="Learnt from"
    )

    _memory_uniq = models.UniqueIndex(
        "(company_id, memory_key) WHERE memory_key IS NOT NULL",
        "This was proposed before.",
    )

    @api.depends("memory_evidence")
    def _compute_evidence_count(self):
        for version in self:
            version.evidence_count = len(version.memory_evidence or ())

    def action_open_evidence(self):
        """Open the decisions from which these versions were learnt."""
        self.check_access("read")
        by_model = defaultdict(list)
        for model, record_id in (
            key for version in self for key in version.memory_evidence or ()
        ):
            by_model[model].append(record_id)
        model, ids = max(
            by_model.items(),
            key=lambda each: len(each[1]),
            default=("settlement.match", []),
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Learnt from"),
            "res_model": model,
            "view_mode": "list,form",
            "domain": [("id", "in", ids)],
        }


class SettlementRule(models.Model):
    """Rules are found in what people decided again and again."""

    _inherit = "settlement.rule"

    @api.model
    def action_learn(self):
        """Propose the rules that the decisions of the user's companies speak for.

        :return: the drafts, or a notice that there are none.
        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        versions = self.env["settlement.rule.version"]
        for company in self.env.companies:
            versions |= self.env["settlement.memory"]._learn(company)
        if not versions:
            return self._nothing_learnt()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rules Found in What We Did"),
            "res_model": "settlement.rule.version",
            "view_mode": "list,form",
            "domain": [("id", "in", versions.ids)],
        }

    @api.model
    def _nothing_learnt(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._(
                    "No new rule: nothing else was decided three times in the same "
                    "way and never in another one."
                ),
                "type": "info",
            },
        }

    @api.model
    def _cron_learn(self):
        """Look for rules in all companies; called by the scheduled action."""
        bot = self.env["settlement.backend"]._bot()
        for company in bot.company_ids:
            memory = self.with_user(bot).with_context(allowed_company_ids=company.ids)
            memory.env["settlement.memory"]._learn(company)
