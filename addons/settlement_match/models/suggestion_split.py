from odoo import api, models
from odoo.exceptions import UserError

from ..engine import suggestion

# Decimal places make minor units of what people type; nobody types more digits.
MOST_MINOR = 10**18


class SettlementSuggestion(models.AbstractModel):
    """One payment divided over several items, so much for each."""

    _inherit = "settlement.suggestion"

    @api.model
    def _split(self, record, parts):
        """Propose a match in which a person says how much is for which item.

        :param record: the payment.
        :param parts: list of ``[model, id, minor units]``; signed like the item.
        :return: the settlement.match record, proposed.
        :raises UserError: if a part is no suggestion any more, or more than is open.
        """
        self.env["settlement.matcher"]._lock(record.company_id, wait=True)
        service = self.with_company(record.company_id)
        question = service._question(record)
        service._check_may_match(record)
        found = service._found(question)
        wanted = service._parts(parts)
        ranked = service._chosen(found, list(wanted), {})
        targets = [service._part(each, wanted[each.key]) for each in ranked]
        service._check_may_be_together({each.key[0] for each in ranked})
        source = service._whole_of_parts(question, ranked, targets)
        return self.env["settlement.match"]._propose(
            [source],
            targets,
            score=min(each.score for each in ranked),
            evidence=suggestion.as_evidence(ranked, self.env.user.name),
            alternatives=service._others_considered(found, ranked) or None,
        )

    @api.model
    def _parts(self, parts):
        """Return (model, id) → minor units of what a person gave."""
        wanted = {}
        for each in parts:
            try:
                model, row_id, minor = str(each[0]), int(each[1]), int(each[2])
            except (IndexError, TypeError, ValueError) as error:
                raise UserError(
                    self.env._("Parts are given as model, id and amount.")
                ) from error
            if not 0 < abs(minor) < MOST_MINOR:
                raise UserError(self.env._("Each part needs an amount."))
            if (model, row_id) in wanted:
                raise UserError(self.env._("Name each item once."))
            wanted[model, row_id] = minor
        if not wanted:
            raise UserError(self.env._("Say how much is for which item."))
        return wanted

    @api.model
    def _part(self, found, minor):
        """Return (record, minor units) of one part.

        :raises UserError: if that much of it is not open.
        """
        if minor * found.amount <= 0 or abs(minor) > abs(found.amount):
            currency = self.env["res.currency"].browse(found.currency_id)
            raise UserError(
                self.env._(
                    "%(open)s of %(item)s are open: %(part)s cannot be a part of it.",
                    open=self._written(found.amount, currency),
                    item=found.name,
                    part=self._written(minor, currency),
                )
            )
        return self.env[found.key[0]].browse(found.key[1]), minor

    @api.model
    def _whole_of_parts(self, question, ranked, targets):
        """Return (payment, minor units) that the parts take of it."""
        asked = question.asked
        if {each.currency for each in ranked} != {asked.currency}:
            raise UserError(
                self.env._("Only items in the currency of the payment divide it.")
            )
        total = sum(minor for _record, minor in targets)
        if total * asked.amount <= 0 or abs(total) > abs(asked.amount):
            currency = self.env["res.currency"].browse(asked.currency_id)
            raise UserError(
                self.env._(
                    "The parts are %(parts)s, the payment has %(open)s left.",
                    parts=self._written(total, currency),
                    open=self._written(asked.amount, currency),
                )
            )
        return question.record, total
