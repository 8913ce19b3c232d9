from dataclasses import dataclass, replace

from odoo import api, models

from ..engine import subset
from ..engine.together import MOST_GROUPS

# More solutions than that are not told apart by counting them.
MOST_WAYS = 10
# More items than that are not searched to the end.
MOST_SEARCHED = 32


@dataclass(frozen=True, slots=True)
class Ways:
    """In which ways items that have something in common add up to a payment.

    :ivar solutions: tuples of (model, id); at most ``MOST_WAYS``.
    :ivar searched: how many items took part.
    :ivar left_out: how many did not, because of the bound.
    :ivar is_exhaustive: there is certainly no other solution.
    """

    solutions: tuple
    searched: int
    left_out: int
    is_exhaustive: bool

    @property
    def is_unique(self):
        """Whether the one solution is proved to be the only one."""
        return self.is_exhaustive and len(self.solutions) == 1


class SettlementSuggestion(models.AbstractModel):
    """Which sums of candidates make up a payment, and how many there are."""

    _inherit = "settlement.suggestion"

    @api.model
    def _ways(self, record):
        """Return Ways for each group of candidates with something in common.

        Those with a solution come first, then the strongest group.

        :param record: the payment.
        """
        self.env.flush_all()
        service = self.with_company(record.company_id)
        question = service._question(record)
        if not question.asked:
            return []
        groups = service._sum_groups(question)
        amount = question.asked.amount
        found = [service._ways_of(amount, group) for group in groups]
        if service._has_other_way(amount, groups, found):
            found = [replace(ways, is_exhaustive=False) for ways in found]
        return sorted(found, key=lambda ways: not ways.solutions)

    @api.model
    def _has_other_way(self, amount, groups, found):
        """Return whether something beside the sums of one group may be the answer.

        One item alone, items of another payer that make it up as well, or groups that
        nobody looked at.
        """
        return (
            any(minor == amount for group in groups for _key, minor in group)
            or sum(bool(ways.solutions) for ways in found) > 1
            or len(groups) >= MOST_GROUPS
        )

    @api.model
    def _sum_groups(self, question):
        """Return lists of (model, id), minor units of items that may be summed."""
        groups = {}
        for key, candidate in sorted(self._candidates(question).items()):
            if getattr(candidate, "is_taken", False):
                continue
            if candidate.currency != question.asked.currency:
                continue
            weighed = self._weigh(question, candidate)
            group = self._group_of(question, candidate, weighed)
            if group is not None:
                days = 10**6 if weighed.days is None else weighed.days
                groups.setdefault(group, []).append((days, key, candidate.amount))
        return [
            [(key, amount) for _days, key, amount in sorted(group)]
            for _name, group in sorted(groups.items())[:MOST_GROUPS]
        ]

    @api.model
    def _ways_of(self, amount, items):
        """Return Ways for one group."""
        taken = items[:MOST_SEARCHED]
        search = subset.search(
            [minor for _key, minor in taken], amount, smallest=2, limit=MOST_WAYS + 1
        )
        solutions = [
            tuple(taken[position][0] for position in solution)
            for solution in search.solutions[:MOST_WAYS]
        ]
        left_out = len(items) - len(taken)
        is_all = search.exhaustive and not left_out
        return Ways(
            tuple(solutions),
            len(taken),
            left_out,
            is_all and len(search.solutions) <= MOST_WAYS,
        )
