from odoo import api, models

from ..engine import rule, rule_words
from .rule_version import CONTENT_COLUMNS, CONTENT_LISTS


class SettlementRuleVersion(models.Model):
    """What a version says in words, and what the pure engine gets of it."""

    _inherit = "settlement.rule.version"

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.depends(*CONTENT_COLUMNS, *CONTENT_LISTS, "tolerance_ids.amount")
    def _compute_sentence(self):
        for version in self:
            version.sentence = rule_words.sentence(version._words_facts())

    def _words_facts(self):
        """Return what the sentence of this version speaks of."""
        self.ensure_one()
        return rule_words.RuleFacts(
            purpose=self.purpose or "",
            mode=self.mode or "",
            direction=self.direction or "both",
            backends=tuple(self.backend_ids.mapped("name")),
            partners=tuple(self.partner_ids.mapped("display_name")),
            account=self.counterparty_account or "",
            text_pattern=self.text_pattern or "",
            amount_from=self._written(self.amount_from),
            amount_to=self._written(self.amount_to),
            currencies=tuple(self.currency_ids.mapped("name")),
            percent=self._written(self.tolerance_percent),
            tolerances=tuple(self.tolerance_ids.mapped("display_name")),
            difference_kind=self.difference_kind or "",
            booked_on=self.account_id.display_name or "",
            tax=self.tax_id.name or "",
            pays_for=tuple(self.pays_for_partner_ids.mapped("display_name")),
            effective_from=self.effective_from or None,
            effective_to=self.effective_to or None,
        )

    @api.model
    def _written(self, value):
        """Return a number as people write it, "" for none."""
        return f"{self._exact(value):f}" if value else ""

    # ------------------------------------------------------------------
    # For the engine
    # ------------------------------------------------------------------

    def _is_effective(self, day):
        """Return whether the version is for payments of a day, by its own dates."""
        self.ensure_one()
        if self.effective_from and day < self.effective_from:
            return False
        return not self.effective_to or day <= self.effective_to

    def _engine_version(self):
        """Return this version as the pure engine takes it."""
        self.ensure_one()
        return rule.RuleVersion(
            id=self.id,
            rule_id=self.rule_id.id,
            number=self.number,
            sequence=self.rule_id.sequence,
            purpose=self.purpose,
            mode=self.mode,
            effective_from=self.effective_from or None,
            effective_to=self.effective_to or None,
            conditions=self._engine_conditions(),
            tolerance=self._engine_tolerance(),
            difference_kind=self.difference_kind or "",
            account_id=self.account_id.id or 0,
            tax_id=self.tax_id.id or 0,
            pays_for_partner_ids=frozenset(self.pays_for_partner_ids.ids),
        )

    def _engine_conditions(self):
        # For a known payer, the partner is what follows and no condition.
        partners = self.partner_ids if self.purpose != "payer" else ()
        return rule.Conditions(
            backend_ids=frozenset(self.backend_ids.ids),
            direction=self.direction,
            partner_ids=frozenset(partners.ids if partners else ()),
            account=self.counterparty_account or "",
            text_pattern=self.text_pattern or "",
            amount_from=self._exact(self.amount_from) if self.amount_from else None,
            amount_to=self._exact(self.amount_to) if self.amount_to else None,
            currency_ids=frozenset(self.currency_ids.ids),
        )

    def _engine_tolerance(self):
        percent = self._exact(self.tolerance_percent)
        return rule.Tolerance(
            percent=percent or None,
            amounts={
                limit.currency_id.id: rule.minor(
                    self._exact(limit.amount), limit.currency_id.decimal_places
                )
                for limit in self.tolerance_ids
            },
        )
