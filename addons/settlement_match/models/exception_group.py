from odoo import models
from odoo.exceptions import UserError


class SettlementException(models.Model):
    """The verb ``group``: several items that add up, and how many sums there are."""

    _inherit = "settlement.exception"

    def action_find_sums(self):
        """Return in which ways candidates add up to the subject; nothing is written.

        :return: list of ``{"solutions": [[[model, id], …], …], "searched", "left_out",
            "is_unique", "sentence"}``, those with a solution first.
        :raises AccessError: without a role, or for another company.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        subject = self._suggestion_subject()
        subject.check_access("read")
        return [
            {
                "solutions": [
                    [list(key) for key in solution] for solution in ways.solutions
                ],
                "searched": ways.searched,
                "left_out": ways.left_out,
                "is_unique": ways.is_unique,
                "sentence": self._ways_sentence(ways),
            }
            for ways in self.env["settlement.suggestion"]._ways(subject)
        ]

    def _ways_sentence(self, ways):
        """Say how many sums there are, and what that proves."""
        count = len(ways.solutions)
        if not count:
            text = self.env._(
                "None of the sums of %(items)s items is this amount.",
                items=ways.searched,
            )
        elif ways.is_unique:
            text = self.env._(
                "One sum of %(items)s items is this amount, and no other: proved.",
                items=ways.searched,
            )
        else:
            text = self.env._(
                "%(count)s sums of %(items)s items are this amount, maybe more: "
                "the amounts do not tell which is right.",
                count=count,
                items=ways.searched,
            )
        if ways.left_out:
            text += " " + self.env._(
                "%(more)s more items were left out.", more=ways.left_out
            )
        return text

    def _prepare_group(self, chosen=None, comment="", proved=None):
        """Freeze which items are meant, and whether they are the only ones.

        :param proved: whatever a caller says of it, the search says it here.
        """
        ways = self._ways_with(chosen)
        keys = [list(key) for key in self._keys_seen(chosen)[0]] if chosen else None
        if keys is None and not ways.is_unique:
            raise UserError(self._ways_sentence(ways))
        return {
            "chosen": keys or [list(key) for key in ways.solutions[0]],
            "comment": comment or "",
            "proved": ways.is_unique,
        }

    def _ways_with(self, chosen):
        """Return the ways of the group that holds what was chosen.

        :raises UserError: if what was chosen is no sum of this amount.
        """
        # The role for the verb was checked; nothing is written by searching.
        subject = self._suggestion_subject().sudo()
        found = self.env["settlement.suggestion"].sudo()._ways(subject)
        if not chosen:
            if not found or not found[0].solutions:
                raise UserError(
                    self.env._("No items of one payer add up to this amount.")
                )
            return found[0]
        wanted = set(self._keys_seen(chosen)[0])
        for ways in found:
            if any(set(solution) == wanted for solution in ways.solutions):
                return ways
        raise UserError(
            self.env._("What was chosen does not add up to this amount exactly.")
        )

    def _doubts_group(self, values):
        """Another person has to agree unless there is provably no other sum."""
        return not values.get("proved")

    def _resolve_group(self, chosen=None, comment="", proved=False):
        """Match the subject with items that add up to it.

        :param chosen: list of ``[model, id]``; by default the only sum there is.
        :param proved: set by the search, never by who asks: it is looked at again.
        """
        chosen = self._prepare_group(chosen, comment)["chosen"]
        self._resolve_match(chosen, rest_to_credit=False, comment=comment)
