from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from .claim import ITEM_COLUMNS

# From here on a proposal is a guess: later data may speak against it, so each run
# looks at its money again with everything else.
FIRST_FUZZY_STAGE = 5


class SettlementMatcher(models.AbstractModel):
    """What the fuzzy stages find: confirmed if that is proved, else proposed."""

    _inherit = "settlement.matcher"

    @api.model
    def _is_proved(self, company, kind, rule_id=0):
        """Return whether matches of this kind have been right often enough."""
        return self.env["settlement.precision"]._is_proved(company, kind, rule_id)

    @api.model
    def _settle_given(self, run, stage, method, certain, uncertain):
        """Write what a fuzzy stage found, and withdraw what it would not find again.

        :param certain: plans as :meth:`_plan_given` takes them, of which nothing is
            in doubt: confirmed if their kind is proved.
        :param uncertain: plans that a person has to look at in any case.
        :return: dict of counters.
        """
        confirmed, proposed = [], list(uncertain)
        for plan in certain:
            is_proved = self._is_plan_proved(run, plan)
            (confirmed if is_proved else proposed).append(plan)
        confirmed, proposed = (
            [plan for plan in plans if self._is_wanted(run, plan)]
            for plans in (confirmed, proposed)
        )
        new = self._withdraw_outdated(run, stage, proposed)
        matched = self._write_plan(
            run.company, self._plan_given(confirmed, stage, method)
        )
        self._write_plan(
            run.company, self._plan_given(new, stage, method), state="proposed"
        )
        return {"matched": matched, "proposed": len(proposed)}

    @api.model
    def _in_doubt(self, plan):
        """Return a plan that others rival, as one of a kind of its own.

        How often people take such a plan says nothing about plans without rivals.
        """
        return {**plan, "kind": f"{plan['kind']}:doubt"}

    @api.model
    def _is_plan_proved(self, run, plan):
        """Return whether matches like this plan, by its rule, have been right."""
        version_id = plan.get("rule_version_id")
        if not version_id:
            return self._is_proved(run.company, plan["kind"])
        return self.env["settlement.precision"]._is_proved(
            run.company, plan["kind"], version_id=version_id
        )

    @api.model
    def _is_wanted(self, run, plan):
        """Return whether a run that is for some transactions only is for this plan."""
        if run.wanted is None:
            return True
        rows = {line.get("transaction_id") for line in plan["lines"]}
        return not rows.isdisjoint(run.wanted)

    @api.model
    def _withdraw_outdated(self, run, stage, plans):
        """Withdraw proposals that nobody would make any more; return the new plans."""
        known = self._proposals_of(run, stage)
        wanted = {self._plan_key(plan): plan for plan in plans}
        stale = [match_id for key, match_id in known.items() if key not in wanted]
        if stale:
            self.env["settlement.match"].browse(sorted(stale))._undo(
                self.env._("Other data fit better, or as well.")
            )
        return [plan for key, plan in wanted.items() if key not in known]

    @api.model
    def _proposals_of(self, run, stage):
        """Return what a stage has proposed: key of the plan → match."""
        lines = defaultdict(list)
        rows = defaultdict(set)
        for match_id, side, amount, *items in self.env.execute_query(
            self._proposed_lines_sql(run.company, stage)
        ):
            lines[match_id].append((side, *(item or 0 for item in items), amount))
            rows[match_id].add(items[0])
        return {
            tuple(sorted(of_match)): match_id
            for match_id, of_match in lines.items()
            if run.wanted is None or not rows[match_id].isdisjoint(run.wanted)
        }

    @api.model
    def _proposed_lines_sql(self, company, stage):
        columns = [SQL.identifier("line", column) for column in ITEM_COLUMNS.values()]
        return SQL(
            """
            SELECT line.match_id, line.side, line.amount_minor, %s
              FROM settlement_match match
              JOIN settlement_match_line line ON line.match_id = match.id
             WHERE match.company_id = %s
               AND match.state = 'proposed'
               AND match.stage = %s
             ORDER BY line.id
            """,
            SQL(", ").join(columns),
            company.id,
            stage,
        )

    @api.model
    def _plan_key(self, plan):
        """Return what a plan joins; two plans with the same key are the same."""
        return tuple(
            sorted(
                (
                    line["side"],
                    *(line.get(column) or 0 for column in ITEM_COLUMNS.values()),
                    line["amount_minor"],
                )
                for line in plan["lines"]
            )
        )

    @api.model
    def _reconsidered_sql(self, company):
        """Return the transactions whose only proposals are guesses of the engine."""
        return SQL(
            """
            SELECT line.transaction_id
              FROM settlement_match match
              JOIN settlement_match_line line ON line.match_id = match.id
             WHERE match.company_id = %s
               AND match.state = 'proposed'
               AND line.transaction_id IS NOT NULL
             GROUP BY line.transaction_id
            HAVING bool_and(%s)
            """,
            company.id,
            self._reconsidered_stages_sql(),
        )

    @api.model
    def _reconsidered_stages_sql(self):
        """Return the condition on ``match`` that its proposal is judged again."""
        return SQL("match.stage >= %s", FIRST_FUZZY_STAGE)
