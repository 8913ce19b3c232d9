from odoo import api, models
from odoo.tools import SQL

from ..engine import rule, transfers


class SettlementMatcher(models.AbstractModel):
    """Own transfers of which a bank on the way kept a fee: a rule may allow it."""

    _inherit = "settlement.matcher"

    @api.model
    def _withheld_sql(self, one, other):
        """Return whether of what went somewhat less came, in the same currency."""
        return SQL(
            """
            (%(one)s.currency_id = %(other)s.currency_id
             AND %(one)s.amount + %(other)s.amount < 0
             AND -(%(one)s.amount + %(other)s.amount) * 100
                 <= %(percent)s * greatest(-%(one)s.amount, -%(other)s.amount))
            """,
            one=SQL.identifier(one),
            other=SQL.identifier(other),
            percent=transfers.MOST_WITHHELD_PERCENT,
        )

    @api.model
    def _judged_transfers(self, run, pairs):
        """Return (certain, uncertain) plans of transfers that are no plain identity.

        Whether something was withheld, and not another amount meant, is for a person
        or for an approved rule about fees that says so by itself.
        """
        certain, uncertain = [], []
        versions = []
        if any(pair.withheld for pair in pairs):
            rules = self.env["settlement.rule"]
            versions = [
                version
                for version in rules._engine_versions(run.company, [rule.DIFFERENCE])
                if version.difference_kind == rule.FEE
            ]
        for pair in pairs:
            plan = self._transfer_plan(pair)
            if not pair.withheld:
                certain.append(plan)
                continue
            version = self._fee_rule_of(pair, versions)
            plan["rule_version_id"] = version.id if version else None
            is_automatic = version and version.mode == rule.AUTOMATIC
            (certain if is_automatic else uncertain).append(plan)
        return certain, uncertain

    @api.model
    def _fee_rule_of(self, pair, versions):
        """Return the first rule that allows what was withheld, None if none does.

        Its conditions may be about either of the two rows.
        """
        went, came = pair.went, pair.came
        return next(
            (
                version
                for version in versions
                if version.is_effective(came.booked_on)
                and version.tolerates(came.amount, -went.amount, came.currency_id)
                and any(
                    version.conditions.hold(self._end_as_rules_see(end))
                    for end in (came, went)
                )
            ),
            None,
        )

    @api.model
    def _end_as_rules_see(self, end):
        """Return what the conditions of a rule look at."""
        fact = self.env["settlement.transaction"].browse(end.id)
        return rule.Payment(
            backend_id=fact.backend_id.id,
            currency_id=end.currency_id,
            amount=end.amount,
            decimals=fact.currency_id.decimal_places,
            booked_on=end.booked_on,
            partner_ids=frozenset(fact.partner_id.commercial_partner_id.ids),
            account=fact.counterparty_account or "",
            texts=tuple(filter(None, (fact.counterparty_name, fact.description))),
        )
