from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# After so many equal decisions by hand a rule is offered.
OFFER_AFTER = 2
# Days of history that an offer is tried on.
TRIED = timedelta(days=90)
# Once in a transaction is enough.
_WOKEN = "settlement_rule_offers"


class SettlementMatch(models.Model):
    _inherit = "settlement.match"

    def _log_confirmed(self):
        """Let a habit be looked for after each decision by hand."""
        result = super()._log_confirmed()
        if not self.is_automatic and not self.rule_version_id:
            self.env["settlement.rule"]._wake_offers()
        return result


class SettlementRule(models.Model):
    """Rules offered for what was done by hand, and what became of them."""

    _inherit = "settlement.rule"

    last_hit_at = fields.Datetime("Last Match", compute="_compute_last_hit")
    wrong_rate = fields.Char(
        compute="_compute_wrong_rate",
        string="How Often Wrong",
        help="Of the matches of which it is known, those that proved wrong.",
    )

    def _compute_last_hit(self):
        self.env["settlement.match"].flush_model()
        found = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT version.rule_id, max(match.decided_at)
                      FROM settlement_match match
                      JOIN settlement_rule_version version
                        ON version.id = match.rule_version_id
                     WHERE version.rule_id = ANY(%s)
                     GROUP BY version.rule_id
                    """,
                    self.ids,
                )
            )
        )
        for rule in self:
            rule.last_hit_at = found.get(rule.id, False)

    @api.depends("current_version_id")
    def _compute_wrong_rate(self):
        precision = self.env["settlement.precision"]
        for company, rules in self.grouped("company_id").items():
            measured = precision._measured(company) if company else {}
            for rule in rules:
                tallies = [
                    tally
                    for (_kind, rule_id), tally in measured.items()
                    if rule_id == rule.id
                ]
                rule.wrong_rate = rule._wrong_words(tallies)

    def _wrong_words(self, tallies):
        """Return the share of wrong matches in words, False if none is known yet."""
        right = sum(tally[0] for tally in tallies)
        wrong = sum(tally[1] for tally in tallies)
        if not right + wrong:
            return False
        return self.env._(
            "%(wrong)s of %(known)s (%(share)s %%)",
            wrong=wrong,
            known=right + wrong,
            share=f"{100 * wrong / (right + wrong):.1f}",
        )

    # ------------------------------------------------------------------
    # Pause
    # ------------------------------------------------------------------

    def action_pause(self):
        """Let these rules decide nothing until somebody goes on with them.

        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("write")
        self.write({"active": False})

    def action_go_on(self):
        """Let paused rules decide again; what they say was approved before.

        :raises AccessError: without the approver role: it decides again by itself.
        """
        self.env["settlement.backend"]._require_group("group_approver")
        self.check_access("write")
        self.write({"active": True})

    # ------------------------------------------------------------------
    # Offers
    # ------------------------------------------------------------------

    @api.model
    def _wake_offers(self):
        """Have habits looked for soon, behind the click and not inside it."""
        if self.env.cr.cache.get(_WOKEN):
            return
        self.env.cr.cache[_WOKEN] = True
        # Anyone who decides by hand may wake the scheduled action.
        self.env.ref("settlement_workbench.cron_rule_offers").sudo()._trigger()

    @api.model
    def _cron_offer(self):
        """Scheduled action: offer rules for what people have done again."""
        bot = self.env["settlement.backend"]._bot()
        for company in bot.company_ids:
            rules = self.with_user(bot).with_context(allowed_company_ids=company.ids)
            rules._offer(company)

    @api.model
    def _offer(self, company):
        """Draft the rules for habits of a company, try them, and tell who has them.

        :return: the new settlement.rule.version records.
        """
        versions = self.env["settlement.memory"]._learn(company, OFFER_AFTER)
        since = fields.Date.context_today(self) - TRIED
        for version in versions:
            version.action_backtest(since=since)
            version._tell_offer()
        return versions

    @api.model
    def action_offers(self):
        """Look for habits now and open what is offered.

        :return: the list of rules that wait for somebody to take them up.
        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        for company in self.env.companies:
            self._offer(company)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "settlement_workbench.action_settlement_rule_offer"
        )


class SettlementRuleVersion(models.Model):
    _inherit = "settlement.rule.version"

    gained_count = fields.Integer("Gained", compute="_compute_tried")
    lost_count = fields.Integer("Lost", compute="_compute_tried")
    wrong_count = fields.Integer("Wrong", compute="_compute_tried")
    tried_from = fields.Date(compute="_compute_tried")
    is_tried = fields.Boolean(compute="_compute_tried")
    can_match_again = fields.Boolean(compute="_compute_can_match_again")

    def _compute_tried(self):
        for version in self:
            tried = version.backtest_id
            version.is_tried = bool(tried)
            version.tried_from = tried.since
            version.gained_count = tried.gained_count
            version.lost_count = tried.lost_count
            version.wrong_count = tried.wrong_count

    @api.depends("state")
    def _compute_can_match_again(self):
        for version in self:
            version.can_match_again = version.state == "approved"

    def _tell_offer(self):
        """Tell those whose decisions these were that there is a rule for them."""
        self.ensure_one()
        matches = self.env["settlement.match"].browse(
            [
                key[1]
                for key in self.memory_evidence or ()
                if key[0] == "settlement.match"
            ]
        )
        # Who decided may be told what came of it.
        for user in matches.exists().sudo().decided_by_id:
            user._bus_send(
                "settlement_rule_offer",
                {
                    "id": self.id,
                    "words": self.sentence,
                    "count": self.evidence_count,
                    "gained": self.gained_count,
                    "lost": self.lost_count,
                    "wrong": self.wrong_count,
                },
            )

    def action_open_tried(self):
        """Open the payments behind a number: the outcome is in the context."""
        self.ensure_one()
        self.check_access("read")
        outcome = self.env.context.get("outcome")
        action = {
            "type": "ir.actions.act_window",
            "name": self.backtest_id.display_name,
            "res_model": "settlement.backtest.line",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("backtest_id", "=", self.backtest_id.id)],
        }
        if outcome:
            action["domain"].append(("outcome", "=", outcome))
        return action

    def action_approve(self):
        """Approve, and offer to match again what is open.

        :return: the question whether to match again now, if anything is open.
        """
        super().action_approve()
        # What a rule concerns is looked up by the engine; the role was checked.
        rematch = self.env["settlement.rematch"].sudo()
        approved = self.sudo().filtered(lambda version: version.state == "approved")
        count = sum(len(rematch._concerned(version)) for version in approved)
        if len(approved) != 1 or not count:
            return None
        wizard = self.env["settlement.rule.again"].create(
            {"version_id": approved.id, "count": count}
        )
        return wizard._open()
