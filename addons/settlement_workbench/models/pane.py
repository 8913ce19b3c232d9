from ast import literal_eval

from odoo import models

from odoo.addons.settlement.models.exception import OPEN_STATES

from ..pane.keys import APPROVE, INLINE, INLINE_NEEDS, VERB_KEYS

# Fields of the dialogue that are asked for with other means than an input.
UNASKED = ("verb", "exception_ids")
# Values that come from what is marked among the candidates.
MARKED = ("parts", "chosen")
# What confirms a proposal, the more careful one first.
PROPOSAL_VERBS = ("accept_payer", "accept")
INPUT_TYPES = {
    "char": "char",
    "text": "text",
    "date": "date",
    "boolean": "boolean",
    "selection": "selection",
    "many2one": "record",
    "many2many": "files",
    "many2one_reference": "record",
    "integer": "number",
}


class SettlementException(models.Model):
    """One exception as the split pane shows it."""

    _inherit = "settlement.exception"

    def pane_data(self):
        """Return everything that the pane shows of this exception.

        :return: see :meth:`_pane`.
        :raises AccessError: without a role of the suite, or for another company.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        self.check_access("read")
        return self._pane()

    def _pane(self):
        """Return one dict: what it is, its chain, candidates and ways out.

        ``sentence`` and ``arithmetic`` say the cause; ``chain`` is a list of
        ``{model, id, label, amount, state, …}``; ``verbs`` say what can be done, why
        not, and what they ask; ``candidates`` are the best suggestions, with
        ``searched``; ``difference`` is that of what is marked at first.
        """
        self.ensure_one()
        sentence, _newline, more = (self.cause or "").partition("\n")
        return {
            "id": self.id,
            "sentence": sentence,
            "arithmetic": [line for line in more.split("\n") if line.strip()],
            **self._pane_row(),
            "resolution": self.resolution or "",
            "resolved_by": self.resolved_by_id.name or "",
            "approval": self._pane_approval(),
            "previous_id": self.previous_id.id,
            "chain": self._pane_chain(),
            "verbs": self._pane_verbs(),
            "can_act": self._can_act(),
            "enter_verb": self._enter_verb(),
            "preview": None,
            **self._pane_matching(),
        }

    def _enter_verb(self):
        """Return what *Enter* means before anything is chosen, "" if nothing does.

        A decision comes first, then what is proposed; a payer in doubt is accepted as
        such, not in passing.
        """
        if self._pane_request():
            return APPROVE
        if not self._proposals():
            return ""
        names = [name for name in PROPOSAL_VERBS if self._verb(name).fits(self.reason)]
        return next((name for name in names if not self._why_not(name)), "")

    def _can_act(self):
        """Return whether this user may do anything about it."""
        return self.may_act

    def _pane_approval(self):
        """Return who asked for what, while another person decides."""
        if self.state != "waiting_approval":
            return None
        # Who waits for whom may be known by all who see the exception.
        request = self.sudo().approval_id
        return {
            "requester": request.requester_id.name or "",
            "what": request.reason or "",
        }

    # ------------------------------------------------------------------
    # Ways out
    # ------------------------------------------------------------------

    def _pane_verbs(self):
        """Return the verbs that fit, those made for its reason first."""
        if self.state not in OPEN_STATES:
            return []
        verbs = self._verbs()
        may_act = self._can_act()
        return [
            self._pane_verb(name, verbs[name])
            for name in self._offered_verbs()
            if may_act
        ]

    def _pane_verb(self, name, verb):
        why_not = self._why_not(name)
        return {
            "name": name,
            "label": verb.label,
            "enabled": not why_not,
            "why_not": why_not,
            "needs": self._pane_needs(name, verb),
            "effect": verb.effect,
            "posts": verb.posts,
            "approval": verb.approval,
            "key": VERB_KEYS.get(name, ""),
            "takes": self._takes_marked(name),
            "is_own": bool(verb.reasons),
            "dialogue": self._has_dialogue(name),
            "inputs": self._pane_inputs(name, verb),
            "defaults": self._pane_defaults(name),
        }

    def _pane_needs(self, name, verb):
        """Return the names of the values that have to be given."""
        own = [*verb.needs, *INLINE_NEEDS.get(name, ())]
        return list(dict.fromkeys([*own, *self._asked_values(name)]))

    def _has_dialogue(self, name):
        """Return whether a dialogue of its own asks for what the verb needs."""
        if name in INLINE:
            return False
        taken = self._values_taken(name) or ()
        return not set(MARKED) & set(taken) and hasattr(self, f"_open_{name}")

    def _takes_marked(self, name):
        """Return which value of a verb the marked candidates are, "" for none."""
        taken = self._values_taken(name) or ()
        if not self._has_candidates():
            return ""
        return next((value for value in MARKED if value in taken), "")

    def _pane_inputs(self, name, verb):
        """Return what a person is asked for, as the dialogue of the verb asks it."""
        wizard = self.env["settlement.exception.resolve"]
        fields_ = wizard._value_fields(name)
        asked = self._asked_values(name)
        taken = INLINE.get(name) or self._values_taken(name) or ()
        needs = self._pane_needs(name, verb)
        return [
            self._pane_input(wizard, value, fields_[value], needs, asked)
            for value in dict.fromkeys([*taken, *asked])
            if value in fields_ and fields_[value] not in UNASKED
        ]

    def _pane_input(self, wizard, value, name, needs, asked):
        described = wizard.fields_get([name])[name]
        codes = [(code, code) for code in asked.get(value, ())]
        kind = "selection" if codes else INPUT_TYPES.get(described["type"], "char")
        return {
            "name": value,
            "label": described["string"],
            "help": described.get("help") or "",
            "type": kind,
            "options": codes or described.get("selection") or [],
            **self._input_records(described),
            "required": value in needs,
        }

    def _input_records(self, described):
        """Return of which records one is chosen, nothing for other inputs."""
        if described["type"] == "many2one_reference":
            others = [
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.subject_id),
            ]
            return {"model": self.subject_model, "domain": others}
        return {
            "model": described.get("relation") or "",
            "domain": self._input_domain(described.get("domain")),
        }

    def _input_domain(self, domain):
        """Return the domain of a record input; fields give it as text or list."""
        if isinstance(domain, str):
            return literal_eval(domain) if domain else []
        return list(domain or [])
