import time

from odoo import api, models
from odoo.tools import SQL

from ..engine import backtest, calibration
from .backtest import MOST_ROWS


class SettlementBacktest(models.Model):
    """What another limit of the precision to be proved would have done."""

    _inherit = "settlement.backtest"

    @api.model
    def _of_limit(self, company, limit, since=None, until=None):
        """Try another limit of the precision that a kind of match has to prove.

        :param limit: in percent.
        :return: the settlement.backtest record.
        """
        since, until = self._period(since, until)
        started = time.monotonic()
        before = company.settlement_precision_limit
        tally = backtest.Tally(self._most_lines())
        rows = self._limit_rows(company, limit, since, until)
        for verdict in backtest.judge_limit(rows):
            tally.add(verdict)
        return self._keep(
            tally,
            {
                "company_id": company.id,
                "subject": "limit",
                "precision_before": before,
                "precision_after": limit,
                "since": since,
                "until": until,
                "row_count": len(rows),
                "seconds": time.monotonic() - started,
            },
        )

    @api.model
    def _limit_rows(self, company, limit, since, until):
        """Return the payments that another limit concerns, as ``LimitRow``.

        Only kinds count that have to be proved at all.
        """
        changed = self._changed_kinds(company, limit)
        if not changed:
            return []
        kinds = SQL(", ").join(
            SQL("(%s, %s, %s)", kind, rule_id, is_proved)
            for (kind, rule_id), is_proved in sorted(changed.items())
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT money.transaction_id, money.currency_id, money.amount_minor,
                       match.id, match.state, match.is_refused IS TRUE,
                       match.is_automatic IS TRUE, changed.is_proved
                  FROM settlement_match match
                  LEFT JOIN settlement_rule_version version
                    ON version.id = match.rule_version_id
                  JOIN (VALUES %(kinds)s) AS changed (kind, rule_id, is_proved)
                    ON changed.kind = match.kind
                   AND changed.rule_id = COALESCE(version.rule_id, 0)
                  JOIN settlement_match_line money
                    ON money.match_id = match.id AND money.transaction_id IS NOT NULL
                  JOIN settlement_transaction fact ON fact.id = money.transaction_id
                 WHERE match.company_id = %(company)s
                   AND fact.is_current
                   AND fact.booked_on BETWEEN %(since)s AND %(until)s
                 ORDER BY money.transaction_id, match.id
                 LIMIT %(most)s
                """,
                kinds=kinds,
                company=company.id,
                since=since,
                until=until,
                most=MOST_ROWS,
            )
        )
        return [backtest.LimitRow(*row) for row in rows]

    @api.model
    def _changed_kinds(self, company, limit):
        """Return (kind, rule id) → whether it would be proved, where that changes."""
        changed = {}
        before = company.settlement_precision_limit
        for key, (right, wrong, _bound) in self._fuzzy_kinds(company).items():
            is_proved = calibration.is_proved(right, wrong, limit)
            if is_proved != calibration.is_proved(right, wrong, before):
                changed[key] = is_proved
        return changed

    @api.model
    def _fuzzy_kinds(self, company):
        """Return how often matches of the kinds that have to be proved were right."""
        measured = self.env["settlement.precision"]._measured(company)
        return {
            (kind, rule_id): numbers
            for (kind, rule_id), numbers in measured.items()
            if rule_id or backtest.has_to_be_proved(kind)
        }
