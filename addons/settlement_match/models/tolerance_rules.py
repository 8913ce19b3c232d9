from odoo import api, models
from odoo.tools import SQL

from ..engine import rule


class SettlementMatcher(models.AbstractModel):
    """The rules about differences that hold in one run, as a temporary table."""

    _inherit = "settlement.matcher"

    @api.model
    def _load_rules(self, run, versions, method):
        """Fill ``settlement_rule_now``: a row per version, period and currency."""
        query = SQL("SELECT DISTINCT currency_id FROM settlement_tolerable")
        ids = [row[0] for row in self.env.execute_query(query)]
        currencies = self.env["res.currency"].browse(ids)
        names = self._names_of(versions)
        rows = [
            self._rule_row(run, version, period, position, currency, names, method)
            for position, (version, *period) in enumerate(
                sorted(rule.periods(versions), key=lambda each: each[0].rank), start=1
            )
            for currency in currencies
        ]
        self._temporary("settlement_rule_now", self._rules_sql(rows))

    @api.model
    def _names_of(self, versions):
        records = self.env["settlement.rule.version"].browse(
            [version.id for version in versions]
        )
        return {record.id: record.display_name for record in records}

    @api.model
    def _rule_row(self, run, version, period, position, currency, names, method):
        """Return one row of ``settlement_rule_now`` as SQL."""
        conditions, tolerance = version.conditions, version.tolerance
        return SQL(
            "(%s, %s, %s, %s::date, %s::date, %s, %s, %s::int8, %s::numeric, "
            "%s::int8, %s::int8, %s::int4[], %s, %s::text[])",
            version.id,
            names[version.id],
            position,
            *(day.isoformat() for day in period),
            currency.id if self._is_for(conditions, currency) else 0,
            version.difference_kind,
            tolerance.amounts.get(currency.id, 0) if tolerance.amounts else None,
            str(tolerance.percent) if tolerance.percent is not None else None,
            self._bound(conditions.amount_from, currency),
            self._bound(conditions.amount_to, currency),
            sorted(conditions.backend_ids) or None,
            conditions.direction,
            self._proved_kinds(run, version, method),
        )

    @api.model
    def _is_for(self, conditions, currency):
        return not conditions.currency_ids or currency.id in conditions.currency_ids

    @api.model
    def _bound(self, amount, currency):
        """Return a bound of a rule in minor units, None if there is none."""
        if amount is None:
            return None
        return rule.minor(amount, currency.decimal_places)

    @api.model
    def _proved_kinds(self, run, version, method):
        """Return the kinds of matches that the version confirms by itself."""
        if version.mode != rule.AUTOMATIC:
            return []
        kinds = [
            f"{found}/{side}:{version.difference_kind}"
            for found in sorted({method, "structured"})
            for side in (rule.SHORT, rule.OVER)
        ]
        return [
            kind
            for kind in kinds
            if self._is_proved(run.company, kind, version.rule_id)
        ]

    @api.model
    def _rules_sql(self, rows):
        """Return the rows of ``settlement_rule_now`` as a SELECT."""
        nothing = SQL(
            "(0, '', 0, NULL::date, NULL::date, 0, '', NULL::int8, NULL::numeric, "
            "NULL::int8, NULL::int8, NULL::int4[], '', NULL::text[])"
        )
        return SQL(
            """
            SELECT * FROM (VALUES %s) AS rule (
                   version_id, name, position, first_day, last_day, currency_id, kind,
                   limit_minor, percent, amount_from, amount_to, backend_ids,
                   direction, proved_kinds)
             WHERE rule.currency_id <> 0
            """,
            SQL(", ").join([*rows, nothing]),
        )
