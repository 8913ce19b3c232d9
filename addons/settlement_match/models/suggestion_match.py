from odoo import api, models
from odoo.exceptions import UserError

from ..engine import amounts, suggestion
from .suggestion import MOST_SUGGESTIONS

# Lines of Odoo's own statements that are no transactions of ours.
LOOK_ONLY = ("account.bank.statement.line",)
# Suggestions that a person may choose together.
MOST_CHOSEN = MOST_SUGGESTIONS
# Of those that were not chosen so many are kept with the match.
MOST_STORED = 9


class SettlementSuggestion(models.AbstractModel):
    """From suggestions that a person chose to a match."""

    _inherit = "settlement.suggestion"

    @api.model
    def _match(self, record, chosen, *, propose=False, rest_to_credit=None, seen=None):
        """Match an item with suggestions that a person chose.

        The evidence is what the engine says now, never what a caller says it was.

        :param record: what was asked about.
        :param chosen: (model, id) of suggestions, in the order in which they are
            filled where the money does not suffice for all.
        :param propose: only propose; somebody else confirms.
        :param rest_to_credit: what is paid too much stays as the partner's credit;
            None: if there is one payment and a partner whose item it pays.
        :param seen: {(model, id): open minor units} as the person saw them.
        :return: the settlement.match record; the expected payment, where one was
            chosen or asked about: its money is noted and stays open for a document.
        :raises UserError: if a choice is no suggestion any more, was not seen as it
            is now, or is not needed.
        """
        # One worker at a time in a company, as for the stages.
        self.env["settlement.matcher"]._lock(record.company_id, wait=True)
        service = self.with_company(record.company_id)
        question = service._question(record)
        service._check_may_match(record)
        found = service._found(question)
        ranked = service._chosen(found, service._keys(chosen), seen or {})
        if expected := service._expected_of(question, ranked):
            return service._note_received(expected, question, ranked, propose)
        sides = service._sides(question, ranked)
        balanced = service._balanced(sides, {each.key for each in ranked})
        if rest_to_credit is None:
            rest_to_credit = service._may_be_credit(sides)
        match = self.env["settlement.match"]._propose(
            balanced["source"],
            balanced["target"],
            score=min(each.score for each in ranked),
            evidence=suggestion.as_evidence(ranked, self.env.user.name),
            alternatives=service._others_considered(found, ranked) or None,
            rest_to_credit=bool(rest_to_credit and service._is_over(balanced, sides)),
        )
        if not propose:
            match._confirm()
        return match

    @api.model
    def _check_may_match(self, record):
        """Refuse what can be looked up only: nothing would post its match."""
        if record._name in LOOK_ONLY:
            raise UserError(
                self.env._(
                    "%(line)s is not among the transactions yet: it can be looked up, "
                    "and not matched. Have the lines of its journal matched, or run "
                    "the pipeline, then try again.",
                    line=record.display_name,
                )
            )

    @api.model
    def _found(self, question):
        """Return all suggestions as they are now, by key."""
        if not question.asked:
            name = question.record.display_name
            raise UserError(self.env._("Nothing of %(item)s is open.", item=name))
        weighed = self._weighed(question, self._candidates(question))
        return {each.key: each for each in weighed}

    @api.model
    def _chosen(self, found, keys, seen):
        """Return the suggestions for what was chosen, if they are as they were."""
        if any(
            key not in found or seen.get(key, found[key].amount) != found[key].amount
            for key in keys
        ):
            raise UserError(
                self.env._(
                    "What is open has changed since these suggestions were made. "
                    "Nothing was matched: look at the suggestions again."
                )
            )
        return [found[key] for key in keys]

    @api.model
    def _keys(self, chosen):
        """Return what was chosen as distinct (model, id), in order."""
        try:
            keys = [(str(model), int(row_id)) for model, row_id in chosen]
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._("Suggestions are chosen as pairs of model and id.")
            ) from error
        if not keys:
            raise UserError(self.env._("Choose at least one suggestion."))
        return list(dict.fromkeys(keys))[:MOST_CHOSEN]

    @api.model
    def _expected_of(self, question, ranked):
        """Return the expected payments that are asked about or chosen."""
        expected = self.env["settlement.expected.payment"]
        keys = [(question.record._name, question.record.id), *(e.key for e in ranked)]
        return expected.browse(
            [row_id for model, row_id in keys if model == expected._name]
        )

    @api.model
    def _note_received(self, expected, question, ranked, propose):
        """Note by which money an expected payment arrived.

        It is no document: the money stays open until it finds what it pays.
        """
        if len(ranked) > 1 or propose:
            raise UserError(
                self.env._(
                    "An expected payment is not matched: its money is noted. Choose "
                    "one payment and one expected payment, and match them."
                )
            )
        is_asked = question.record == expected
        row_id = ranked[0].key[1] if is_asked else question.record.id
        expected._receive(self.env["settlement.transaction"].browse(row_id))
        return expected

    # ------------------------------------------------------------------
    # Which side is what
    # ------------------------------------------------------------------

    @api.model
    def _sides(self, question, ranked):
        """Return the items of both sides as ``(record, signed minor units)``.

        Money is the source, what it pays the target; between the bank and a payout
        the payout is the source; money that settles other money has no target.
        """
        asked = self._asked_items(question)
        others = [
            (self.env[each.key[0]].browse(each.key[1]), each.amount) for each in ranked
        ]
        chosen = {record._name for record, _amount in others}
        if question.side == "target":
            is_payout = question.record._name == "settlement.batch"
            pair = (asked, others) if is_payout else (others, asked)
        else:
            self._check_may_be_together(chosen)
            is_payout = chosen == {"settlement.batch"}
            pair = (others, asked) if is_payout else (asked, others)
        return dict(zip(("source", "target"), pair, strict=True))

    @api.model
    def _check_may_be_together(self, chosen):
        """Refuse payouts or other money among things of another kind."""
        if len(chosen) > 1 and chosen & {"settlement.batch", "settlement.transaction"}:
            raise UserError(
                self.env._(
                    "Payouts, other money and open items cannot be in one match. "
                    "Match them one after the other."
                )
            )

    @api.model
    def _asked_items(self, question):
        """Return what is asked about as ``(record, signed minor units)``."""
        record = question.record
        if record._name in ("settlement.transaction", "settlement.batch"):
            return [(record, question.asked.amount)]
        targets = self._targets("account.move.line", self._items_of(record).ids)
        lines = self.env["account.move.line"]
        return sorted(
            (
                (lines.browse(target.key[1]), target.amount)
                for target in targets
                if target.currency == question.asked.currency and not target.is_taken
            ),
            key=lambda pair: (pair[0].date_maturity or pair[0].date, pair[0].id),
        )

    # ------------------------------------------------------------------
    # How much of each
    # ------------------------------------------------------------------

    @api.model
    def _balanced(self, sides, chosen):
        """Return both sides with what of each item takes part, equal in sum.

        :param chosen: (model, id) of what a person chose: all of it has to take part.
        """
        items = [*sides["source"], *sides["target"]]
        if len({record.currency_id for record, _minor in items}) > 1:
            return self._whole(sides)
        if self._is_own_money(sides):
            return self._set_off(sides, chosen)
        shares = amounts.shares(
            [minor for _record, minor in sides["source"]],
            [minor for _record, minor in sides["target"]],
        )
        return {
            "source": self._taken(sides["source"], shares.sources, chosen),
            "target": self._taken(sides["target"], shares.targets, chosen),
        }

    @api.model
    def _taken(self, items, taken, chosen):
        """Return items with their shares; refuse a choice that is not needed."""
        shared = [
            (record, share)
            for (record, _minor), share in zip(items, taken, strict=True)
        ]
        idle = [
            record
            for record, share in shared
            if not share and (record._name, record.id) in chosen
        ]
        if idle:
            raise UserError(
                self.env._(
                    "Nothing is left for %(items)s: choose fewer items, or others.",
                    items=", ".join(record.display_name for record in idle),
                )
            )
        return [(record, share) for record, share in shared if share]

    @api.model
    def _is_own_money(self, sides):
        """Return whether money settles other money."""
        return {
            record._name for record, _minor in (*sides["source"], *sides["target"])
        } == {"settlement.transaction"}

    @api.model
    def _set_off(self, sides, chosen):
        """Return money and other money that settle one another; none is a target."""
        # The targets were compared with the sign of what they would settle.
        shares = amounts.shares(
            [minor for _record, minor in sides["source"]],
            [minor for _record, minor in sides["target"]],
        )
        opposite = [-share for share in shares.targets]
        return {
            "source": [
                *self._taken(sides["source"], shares.sources, chosen),
                *self._taken(sides["target"], opposite, chosen),
            ],
            "target": [],
        }

    @api.model
    def _whole(self, sides):
        """Return sides of different currencies: each item counts as a whole."""
        if any(len(items) > 1 for items in sides.values()):
            raise UserError(
                self.env._(
                    "Items in several currencies are matched one by one: nobody knows "
                    "how much of the money is for which."
                )
            )
        return sides

    # ------------------------------------------------------------------
    # What is left, and what else there was
    # ------------------------------------------------------------------

    @api.model
    def _may_be_credit(self, sides):
        """Return whether what is paid too much can stay as a partner's credit.

        It can if it is one payment, and the items are those of one partner.
        """
        records = [record for record, _minor in sides["target"]]
        if len(sides["source"]) != 1 or not records:
            return False
        if sides["source"][0][0]._name != "settlement.transaction":
            return False
        if {record._name for record in records} != {"account.move.line"}:
            return False
        kinds = {record.account_id.account_type for record in records}
        partners = {record.partner_id.commercial_partner_id for record in records}
        return (
            kinds <= {"asset_receivable", "liability_payable"}
            and len(partners) == 1
            and bool(next(iter(partners)))
        )

    @api.model
    def _is_over(self, balanced, sides):
        """Return whether anything of the money is left."""
        if not balanced["target"] or not self._may_be_credit(sides):
            return False
        return [minor for _record, minor in balanced["source"]] != [
            minor for _record, minor in sides["source"]
        ]

    @api.model
    def _others_considered(self, found, chosen):
        """Return the best of what was not chosen, as stored with the match."""
        taken = {each.key for each in chosen}
        rest = [each for key, each in found.items() if key not in taken]
        return [
            {
                "model": each.key[0],
                "id": each.key[1],
                "name": each.name,
                "score": each.score,
            }
            for each in suggestion.ranked(rest, MOST_STORED)
        ]
