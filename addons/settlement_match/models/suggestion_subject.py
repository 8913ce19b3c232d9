from odoo import models


class SettlementSuggestionSubject(models.AbstractModel):
    """What a person may ask about: what is it for, or what has paid it?"""

    _name = "settlement.suggestion.subject"
    _description = "Subject of Suggestions"

    def _suggestion_subject(self):
        """Return the record that stands for this one; another addon may know better."""
        self.ensure_one()
        return self

    def _suggestions(self, limit=10):
        """Return what this item may be matched with, best first.

        :param limit: most suggestions, 1 to 50.
        :return: list of dicts, see ``settlement.suggestion._as_dicts``.
        """
        return self._suggestion_report(limit)["candidates"]

    def _suggestion_report(self, limit=10):
        """Return suggestions, what was searched for, and where it was cut."""
        subject = self._suggestion_subject()
        return self.env["settlement.suggestion"]._report(subject, limit)

    def _check_may_ask(self):
        """Refuse who may not see settlements, or not this record."""
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        self.check_access("read")
        self._suggestion_subject().check_access("read")

    def action_suggestions(self, limit=10):
        """Return what this item may be matched with; nothing is written.

        :param limit: most suggestions, 1 to 50.
        :return: dict with ``candidates, searched, bounds``, see
            ``settlement.suggestion._report``.
        :raises AccessError: without a role, or for an item of another company.
        """
        self._check_may_ask()
        return self._suggestion_report(limit)

    def action_match_suggestions(self, chosen, propose=False, rest_to_credit=None):
        """Match this item with suggestions that the user chose.

        :param chosen: list of ``[model, id]``, in the order in which they are filled.
        :param propose: only propose it; somebody else confirms.
        :param rest_to_credit: what is paid too much stays as the partner's credit;
            None: where that is possible.
        :return: (model, id) of the settlement.match; of the expected payment, where
            one was chosen or asked about.
        :raises AccessError: without the accountant role.
        :raises UserError: if a choice is no suggestion any more or is not needed.
        """
        decided = self._match_suggestions(chosen, propose, rest_to_credit)
        return decided._name, decided.id

    def _match_suggestions(self, chosen, propose=False, rest_to_credit=None, seen=None):
        """Check the role and match; see :meth:`action_match_suggestions`."""
        self._check_may_ask()
        self.env["settlement.backend"]._require_group("group_accountant")
        # Matches are written by the engine only; the role was checked.
        subject = self._suggestion_subject().sudo()
        return subject.env["settlement.suggestion"]._match(
            subject, chosen, propose=propose, rest_to_credit=rest_to_credit, seen=seen
        )

    def action_open_suggestions(self):
        """Open the dialog that shows suggestions and matches what is chosen."""
        self._check_may_ask()
        return self.env["settlement.suggest"]._open(self)
