from odoo import api, models

from ..engine import calibration, calibration_text

# What is known about a match.
VERDICTS = [
    ("right", "Right"),
    ("wrong", "Wrong"),
    ("waiting", "Nobody knows yet"),
    ("void", "Withdrawn"),
]
# Versions of rules that may have matched something.
DECIDED_STATES = ("approved", "retired")
MEANINGS = "meanings"


class SettlementPrecision(models.AbstractModel):
    """How often matches of a kind were right, by what people and the ledger say.

    - right: a person confirmed it; or it was confirmed without a person, is settled
      in the ledger and has stood for the days that the company asks for
    - wrong: a person undid or refused it; or it is a proposal whose money a person
      has since matched with something else
    - waiting: nobody has looked at it, or not for long enough
    - void: withdrawn because the data changed, which says nothing about it
    """

    _name = "settlement.precision"
    _description = "Precision of Matching"

    # ------------------------------------------------------------------
    # What others ask
    # ------------------------------------------------------------------

    @api.model
    def _measured(self, company):
        """Return how often matches were right in a company.

        :return: dict of (kind, rule id or 0) → (right, wrong, lower bound of the
            share of right ones, 0 to 1). Of a rule count the matches by versions
            that say the same as the one in force: a rule that was changed has to
            prove itself again.
        """
        found = {}
        for (kind, version_id), tally in self._counts(company).items():
            rule_id, is_current = self._rule_of(version_id)
            if is_current:
                found.setdefault((kind, rule_id), []).append(tally)
        totals = {key: calibration.total(tallies) for key, tallies in found.items()}
        return {
            key: (tally.right, tally.wrong, tally.bound)
            for key, tally in totals.items()
        }

    @api.model
    def _is_proved(self, company, kind, rule_id=0, version_id=0):
        """Return whether matches of a kind may be confirmed without a person.

        :param kind: as on ``settlement.match``, such as ``subset/iban``.
        :param rule_id: id of the rule that allows them, 0 for none.
        :param version_id: id of the version that allows them, if it need not be the
            one that is in force today.
        :return: whether at least the company's limit is proved to be right. Where
            nothing was ever tried nothing is proved.
        """
        counts = self._counts(company, [kind], is_live=True)
        same = self._same(version_id) if version_id else None
        tally = calibration.total(
            each
            for (_kind, version), each in counts.items()
            if (
                version in same
                if same
                else self._rule_of(version) == (rule_id or 0, True)
            )
        )
        limit = company.settlement_precision_limit
        return calibration.is_proved(tally.right, tally.wrong, limit)

    @api.model
    def _tally_of(self, company, kind, version_id=0):
        """Return the Tally of matches of a kind that one version of a rule allowed.

        Versions that say the same as it count as well.

        :param version_id: id of the version, 0 for matches without a rule.
        """
        counts = self._counts(company, [kind])
        same = self._same(version_id or 0)
        return calibration.total(
            counts[kind, version] for version in same if (kind, version) in counts
        )

    @api.model
    def _words(self, company, kind, version_id=0):
        """Return the sentence about how often matches of a kind were right."""
        tally = self._tally_of(company, kind, version_id)
        return calibration_text.record_text(tally.right, tally.wrong)

    @api.model
    def _needed(self, limit):
        """Return how many matches, all of them right, prove a limit; 0 for never.

        :param limit: in percent.
        """
        return calibration.missing(0, 0, limit) or 0

    @api.model
    def _forget(self):
        """Let the next question count again: matches have changed."""
        self.env.cr.cache.pop(self._name, None)

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

    @api.model
    def _same(self, version_id):
        """Return the ids of the versions of a rule that say the same as one of them."""
        if not version_id:
            return (0,)
        meanings = self._meanings()
        meaning = meanings.get(version_id)
        return tuple(
            other for other, theirs in meanings.items() if theirs == meaning
        ) or (version_id,)

    @api.model
    def _rule_of(self, version_id):
        """Return (rule id, whether what this version allowed counts for the rule)."""
        if not version_id:
            return 0, True
        # Everybody's matches are counted, whoever asks.
        version = self.env["settlement.rule.version"].sudo().browse(version_id)
        rule = version.rule_id
        decided = rule.version_ids.filtered(lambda each: each.state in DECIDED_STATES)
        reference = rule.current_version_id or decided[:1]
        return rule.id, version_id in self._same(reference.id)

    @api.model
    def _meanings(self):
        """Return version id → what it says about which payments, as plain values.

        From when on it holds, and whether it confirms by itself, does not matter for
        whether it is right.
        """
        cache = self._cache()
        if MEANINGS not in cache:
            versions = self.env["settlement.rule.version"].sudo()
            cache[MEANINGS] = {
                version.id: version._meaning()
                for version in versions.search([("state", "in", DECIDED_STATES)])
            }
        return cache[MEANINGS]
