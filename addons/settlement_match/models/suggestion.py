from dataclasses import dataclass, field

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import calibration_text, sentences, suggested_difference, suggestion
from ..engine.standing import standing
from ..engine.together import MOST_ITEMS, Member, sums

# What people ask about, by what it is: money, or what money may be for.
MONEY_MODELS = ("settlement.transaction", "account.bank.statement.line")
MOST_SUGGESTIONS = 50
# So many matches are counted to say how often their kind was right.
MOST_COUNTED = 10_000
# A suggestion that only a currency and a month have in common is none.
LEAST_SCORE = 15


@dataclass(slots=True)
class Question:
    """What is asked, and what was looked at to answer it.

    :ivar asked: the engine's Money or Target, None if nothing of it is open.
    :ivar side: ``money`` or ``target``: which of them it is.
    :ivar searched: what was looked for, in words; ``bounds``: where it was cut.
    """

    record: object
    side: str
    asked: object = None
    searched: list = field(default_factory=list)
    bounds: list = field(default_factory=list)


class SettlementSuggestion(models.AbstractModel):
    """Who pays what, before anybody has decided: candidates, scores and reasons.

    Nothing is written by asking. What can be a candidate is found by indexes, a
    bounded number for each clue, and weighed in plain Python.
    """

    _name = "settlement.suggestion"
    _description = "Settlement Suggestion"

    @api.model
    def _report(self, record, limit=10):
        """Answer what an item may be matched with.

        :param record: one record of a model that can be matched, or a document or
            payment of Odoo.
        :param limit: most candidates, 1 to 50.
        :return: dict with ``candidates`` (see :meth:`_as_dict`), ``searched`` (what
            was looked for, in words) and ``bounds`` (where the search was cut).
        """
        record.ensure_one()
        self.env.flush_all()
        service = self.with_company(record.company_id)
        question = service._question(record)
        ranked, pairs = [], {}
        if question.asked:
            pairs = service._candidates(question)
            found = service._weighed(question, pairs)
            ranked = suggestion.ranked(found, service._limit(limit))
        return {
            "candidates": service._as_dicts(ranked),
            "searched": question.searched,
            "bounds": question.bounds,
        }

    @api.model
    def _limit(self, limit):
        if not isinstance(limit, int) or isinstance(limit, bool):
            raise UserError(self.env._("The number of suggestions is a whole number."))
        return min(max(limit, 1), MOST_SUGGESTIONS)

    @api.model
    def _question(self, record):
        """Return what is asked about a record, with what is open of it."""
        if record._name in MONEY_MODELS:
            moneys = self._moneys(record._name, record.ids)
            return Question(record, "money", next(iter(moneys), None))
        return Question(record, "target", self._asked_target(record))

    @api.model
    def _candidates(self, question):
        """Return the engine's facts of all candidates, by key."""
        if question.side == "money":
            found = self._targets_for(question)
        else:
            found = self._moneys_for(question)
        return {each.key: each for each in found}

    # ------------------------------------------------------------------
    # Weighing
    # ------------------------------------------------------------------

    @api.model
    def _weighed(self, question, candidates):
        """Return a suggestion for each candidate that says anything."""
        alone = {
            key: self._weigh(question, candidate)
            for key, candidate in candidates.items()
        }
        together = self._together(question, candidates, alone)
        found = [
            self._weigh(question, candidates[key], together.get(key))
            if key in together
            else single
            for key, single in alone.items()
        ]
        return [
            each
            for each in found
            if each.score >= LEAST_SCORE and self._is_worth_it(each, candidates)
        ]

    @api.model
    def _is_worth_it(self, found, candidates):
        """Return whether a candidate says more than that it is held by a match."""
        if not getattr(candidates[found.key], "is_taken", False):
            return True
        whats = {piece["what"] for piece in found.contributions}
        return bool(whats & suggestion.REFERENCE_WEIGHTS.keys())

    @api.model
    def _weigh(self, question, candidate, together=None):
        if question.side == "money":
            pair = (question.asked, candidate)
        else:
            pair = (candidate, question.asked)
        return suggestion.suggest(*pair, together, asker=question.side)

    @api.model
    def _together(self, question, candidates, alone):
        """Return which candidates reach the amount together."""
        groups = {}
        for key, candidate in candidates.items():
            is_taken = getattr(candidate, "is_taken", False)
            if is_taken or candidate.currency != question.asked.currency:
                continue
            group = self._group_of(question, candidate, alone[key])
            if group is not None:
                days = alone[key].days
                member = Member(key, candidate.name, candidate.amount)
                order = (10**6 if days is None else days, key)
                groups.setdefault(group, []).append((order, member))
        ordered = [
            [member for _order, member in sorted(group, key=lambda pair: pair[0])]
            for _name, group in sorted(groups.items())
            if len(group) > 1
        ]
        search = sums(question.asked.amount, ordered)
        if search.left_out:
            question.bounds.append(
                self.env._(
                    "Sums were searched among the nearest %(most)s items of a partner; "
                    "%(more)s more were left out.",
                    most=MOST_ITEMS,
                    more=search.left_out,
                )
            )
        return search.found

    @api.model
    def _group_of(self, question, candidate, weighed):
        """Return what a candidate has in common with others that may be summed.

        First what the references name, then what belongs to the same partner.
        """
        whats = {piece["what"] for piece in weighed.contributions}
        if whats & suggestion.REFERENCE_WEIGHTS.keys() - {"provider_name", "slip"}:
            return (0, "")
        if whats & suggestion.PAYER_WEIGHTS.keys():
            if question.side == "money":
                return (1, str(candidate.partner_id))
            return (1, "")
        return None

    # ------------------------------------------------------------------
    # Answering
    # ------------------------------------------------------------------

    @api.model
    def _as_dicts(self, ranked):
        """Return suggestions as dicts; each has:

        ``model, id, name``; ``amount_minor`` (open of it, signed) with ``currency``,
        ``currency_id`` and ``amount`` written out; ``score`` 0 to 100;
        ``contributions`` with signed weights that add up to it, in codes and in
        words; ``kind``; ``difference_kind``, ``difference_minor`` and ``difference``
        (what would be left between both, in words); ``together``
        (model and id of those that make up the sum with it); ``alternatives`` (how
        it stands to the others), ``precision`` (how often matches like it were
        right) and ``blocked_by`` (what holds it already), all three in words.
        """
        names = self._names([each.key for each in ranked])
        holders = self._holders([each.key for each in ranked])
        measured = self._measured()
        currencies = self.env["res.currency"]
        return [
            {
                "model": each.key[0],
                "id": each.key[1],
                "name": names.get(each.key, each.name),
                "amount_minor": each.amount,
                "currency": each.currency,
                "currency_id": each.currency_id,
                "amount": self._written(
                    each.amount, currencies.browse(each.currency_id)
                ),
                "score": each.score,
                "kind": each.kind,
                **self._difference_of(each),
                "contributions": [
                    {**piece, "words": sentences.contribution_words(piece)}
                    for piece in each.contributions
                ],
                "together": [list(key) for key in each.partners],
                "alternatives": standing(place, ranked),
                "precision": self._precision_words(measured, each.kind),
                "blocked_by": holders.get(each.key, ""),
            }
            for place, each in enumerate(ranked)
        ]

    @api.model
    def _difference_of(self, found):
        """Return what would be left between both: code, minor units, words."""
        left = found.difference
        words = ""
        if left.kind:
            currency = self.env["res.currency"].browse(found.target_currency_id)
            words = suggested_difference.WORDS[left.kind]
            if left.minor:
                words = f"{self._written(abs(left.minor), currency)}: {words}"
        return {
            "difference_kind": left.kind,
            "difference_minor": left.minor,
            "difference": words,
        }

    @api.model
    def _written(self, minor, currency):
        return currency.format(minor / 10**currency.decimal_places)

    @api.model
    def _names(self, keys):
        """Return what people call these records, by key."""
        by_model = {}
        for model, row_id in keys:
            by_model.setdefault(model, []).append(row_id)
        return {
            (model, record.id): self._name_of(record)
            for model, ids in by_model.items()
            for record in self.env[model].browse(ids)
        }

    @api.model
    def _name_of(self, record):
        if record._name == "account.move.line":
            partner = record.partner_id.name
            name = record.move_id.name or record.display_name
            return f"{name}, {partner}" if partner else name
        return record.display_name

    # ------------------------------------------------------------------
    # How often such matches were right
    # ------------------------------------------------------------------

    @api.model
    def _measured(self):
        """Return kind → (right, wrong) of matches that were decided.

        Of very many matches a sample of their pages is counted, always the same.
        """
        rows = self.env.execute_query(
            SQL("SELECT reltuples FROM pg_class WHERE relname = 'settlement_match'")
        )
        percent = min(100.0, 100.0 * MOST_COUNTED / max(rows[0][0], 1))
        sample = SQL("TABLESAMPLE SYSTEM (%s) REPEATABLE (1)", percent)
        precision = self.env["settlement.precision"]
        days = self.env.company.settlement_evidence_days
        query = SQL(
            """
            SELECT kind, count(*) FILTER (WHERE verdict = 'right'),
                   count(*) FILTER (WHERE verdict = 'wrong')
              FROM (SELECT match.kind, %(verdict)s AS verdict
                      FROM settlement_match match %(sample)s
                     WHERE match.company_id = %(company)s
                       AND match.state <> 'proposed'
                       AND match.rule_version_id IS NULL) judged
             GROUP BY kind
            """,
            verdict=precision._decided_sql("match", days),
            sample=sample if percent < 100 else SQL(""),
            company=self.env.company.id,
        )
        return {kind: counts for kind, *counts in self.env.execute_query(query)}

    @api.model
    def _precision_words(self, measured, kind):
        """Return how often matches found like this were right, in words."""
        return calibration_text.record_text(*measured.get(kind, (0, 0)))
