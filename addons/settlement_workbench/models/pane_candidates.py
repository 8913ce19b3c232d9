from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement.models.exception import OPEN_STATES
from odoo.addons.settlement_match.models.exception import SUBJECTS

from ..pane import badges
from ..pane.difference import (
    AGAINST,
    EXACT,
    NOTHING,
    OVER,
    difference,
)

# Candidates have the keys 1 to 9 and 0.
MOST_CANDIDATES = 10
# Where the best candidate may be the wrong one, whatever speaks for it. A payment that
# Odoo has yet to book would be there twice, once its invoice were matched with it.
NEVER_MARKED = ("ambiguous", "paid_not_in_ledger", "partner_conflict", "duplicate")


class SettlementException(models.Model):
    """What an exception may be matched with, and what a choice leaves."""

    _inherit = "settlement.exception"

    def _pane_matching(self):
        """Return candidates, what was searched, and the difference at first."""
        if not self._has_candidates():
            return {
                "candidates": [],
                "has_candidates": False,
                "searched": [],
                "bounds": [],
                "proposals": [],
                "preselected": [],
                "difference": None,
            }
        report = self._suggestion_subject()._suggestion_report(MOST_CANDIDATES)
        found = report["candidates"]
        is_safe = self.reason not in NEVER_MARKED
        marked = badges.preselected(found) if is_safe else []
        return {
            "candidates": [self._pane_candidate(each, found) for each in found],
            "has_candidates": True,
            "searched": report["searched"],
            "bounds": report["bounds"],
            "proposals": self._pane_proposals(),
            "preselected": [list(key) for key in marked],
            "difference": self._difference(marked),
        }

    def _has_candidates(self):
        if self.subject_model not in SUBJECTS or self.state not in OPEN_STATES:
            return False
        if not (self.has_suggestions or "match" in self._offered_verbs()):
            return False
        # What is used up is not matched any more: its rest stands on the document.
        return bool(self._open_of(self._suggestion_subject())[0])

    def _pane_candidate(self, found, candidates):
        """Return a suggestion as the pane shows it."""
        return {
            "model": found["model"],
            "id": found["id"],
            "name": found["name"],
            "amount": found["amount"],
            "amount_minor": found["amount_minor"],
            "currency": found["currency"],
            "score": found["score"],
            "chips": [
                {
                    "what": piece["what"],
                    "weight": piece["weight"],
                    "words": piece["words"],
                }
                for piece in found["contributions"]
            ],
            "badge": badges.badge(found, candidates),
            "badge_words": self._badge_words(badges.badge(found, candidates)),
            "together": found["together"],
            "alternatives": found["alternatives"],
            "precision": found["precision"],
            "blocked_by": found["blocked_by"],
        }

    def _badge_words(self, badge):
        return {
            badges.ONLY: self.env._("only candidate"),
            badges.UNIQUE: self.env._("1 unique (proved)"),
            badges.SEVERAL: self.env._("2+ solutions"),
        }.get(badge, "")

    def _pane_proposals(self):
        """Return the matches that are proposed for it, with why."""
        return [
            {
                "id": match.id,
                "score": match.score,
                "sentence": match.sentence,
                "items": [
                    [line._item()._name, line._item().id]
                    for line in match.line_ids
                    if line._item()
                ],
                "unique": bool(match.unique_proof),
            }
            for match in self._proposals()
        ]

    # ------------------------------------------------------------------
    # What a choice leaves
    # ------------------------------------------------------------------

    def pane_choice(self, chosen, parts=None):
        """Return the difference between this item and what is marked for it.

        :param chosen: list of ``[model, id]``.
        :param parts: list of ``[model, id, amount]``, where a person divides it: see
            ``_parts_in_minor``.
        :return: see :meth:`_difference`.
        :raises AccessError: without a role of the suite, or for another company.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        self.check_access("read")
        keys, _seen = self._keys_seen(chosen)
        given = self._parts_in_minor(parts or ())
        amounts = {(model, row_id): minor for model, row_id, minor in given}
        return self._difference(keys, amounts)

    def _difference(self, keys, parts=None):
        """Return what is left between the item and items marked for it.

        :return: ``{asked, chosen, rest, company_rest, outcome, words, count}``;
            amounts written out, ``outcome`` as in ``pane.difference``, or ``rate``
            where other currencies had to be converted.
        """
        subject = self._suggestion_subject()
        asked, currency = self._open_of(subject)
        day = self._money_day(subject)
        amounts, is_foreign = [], False
        for model, row_id in keys:
            record = self._marked_record(model, row_id)
            minor, own = self._open_of(record)
            minor = (parts or {}).get((model, row_id), minor)
            if self._settles_opposite(subject, record):
                minor = -minor
            is_foreign |= own != currency
            amounts.append(self._minor_in(minor, own, currency, day))
        found = difference(asked, amounts)
        return {
            **self._difference_amounts(found, currency, day),
            "outcome": "rate" if is_foreign else found.outcome,
            "is_zero": found.outcome == EXACT,
            "words": self._difference_words(found, currency, is_foreign),
            "count": len(keys),
        }

    def _marked_record(self, model, row_id):
        """Return a marked item that the user may see.

        :raises UserError: if it is nothing that can be matched.
        """
        known = (
            "account.move.line",
            "settlement.transaction",
            "settlement.batch",
            "settlement.expected.payment",
        )
        if model not in known:
            raise UserError(self.env._("That cannot be matched."))
        record = self.env[model].browse(row_id).exists()
        record.check_access("read")
        if not record or record.company_id != self.company_id:
            raise UserError(self.env._("One of the candidates is not there any more."))
        return record

    def _open_of(self, record):
        """Return what is open of a record in signed minor units, and its currency."""
        if record._name == "settlement.expected.payment":
            return record.amount_minor, record.currency_id
        minor = self.env["settlement.match"]._signed_free(record)
        return minor, record.currency_id

    def _settles_opposite(self, subject, record):
        """Return whether both are money of ours, which settle one another."""
        return (
            subject._name == "settlement.transaction"
            and record._name == "settlement.transaction"
        )

    def _money_day(self, subject):
        if subject._name == "settlement.transaction":
            return subject.booked_on
        return fields.Date.context_today(self)

    def _minor_in(self, minor, currency, wanted, day):
        """Return minor units of one currency in another one, at the company's rate."""
        if currency == wanted:
            return minor
        amount = currency._convert(
            minor / 10**currency.decimal_places, wanted, self.company_id, day
        )
        return round(amount * 10**wanted.decimal_places)

    def _difference_amounts(self, found, currency, day):
        own = self.company_currency_id
        rest = self._minor_in(found.rest, currency, own, day)
        return {
            "asked": self._written_minor(found.asked, currency),
            "chosen": self._written_minor(found.chosen, currency),
            "rest": self._written_minor(found.rest, currency),
            "rest_minor": found.rest,
            "asked_minor": found.asked,
            "decimals": currency.decimal_places,
            "currency": currency.name,
            "company_rest": self._written_minor(rest, own),
            "company_currency": own.name,
        }

    def _written_minor(self, minor, currency):
        return currency.format(minor / 10**currency.decimal_places)

    def _difference_words(self, found, currency, is_foreign):
        """Say what the difference means; zero, too, is said in words."""
        rest = self._written_minor(abs(found.rest), currency)
        if found.outcome == NOTHING:
            return self.env._("Nothing is marked: all of it is open.")
        if found.outcome == AGAINST:
            return self.env._("One is money in, the other money out.")
        if is_foreign:
            return self.env._(
                "In several currencies: %(rest)s would be left at the company's rate; "
                "Odoo books the exchange difference.",
                rest=rest,
            )
        if found.outcome == EXACT:
            return self.env._("No difference: it fits exactly.")
        if found.outcome == OVER:
            return self.env._("%(rest)s of it are left.", rest=rest)
        return self.env._(
            "%(rest)s are missing: what is marked last is paid in part.", rest=rest
        )
