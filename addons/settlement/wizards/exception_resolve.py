from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.exception_verbs import IGNORE_CODES

# Value of a verb → field of the dialogue.
VALUE_FIELDS = {
    "reason": "comment",
    "comment": "comment",
    "question": "comment",
    "code": "code",
    "user_id": "user_id",
    "due_on": "day",
    "expected_on": "day",
    "seen": "seen",
    "where": "where",
    "twin_id": "twin_id",
    "attachment_ids": "attachment_ids",
    # What a company asks for besides.
    "why": "comment",
    "evidence_ids": "attachment_ids",
    "reason_code": "reason_code",
}


class SettlementExceptionResolve(models.TransientModel):
    """What a verb needs to know, for one exception or many, and what came of it."""

    _name = "settlement.exception.resolve"
    _description = "Resolve Exceptions"

    exception_ids = fields.Many2many("settlement.exception", required=True)
    exception_count = fields.Integer(compute="_compute_exceptions")
    cause = fields.Text(compute="_compute_exceptions")
    twin_model = fields.Char(compute="_compute_exceptions")
    verb = fields.Selection("_verb_selection")
    offered = fields.Char(compute="_compute_exceptions")
    effect = fields.Char(compute="_compute_effect")
    takes = fields.Char(compute="_compute_effect")
    comment = fields.Text()
    code = fields.Selection(IGNORE_CODES, string="Reason Code")
    reason_code = fields.Char(
        string="Code Asked For", help="A code that the company asks for."
    )
    user_id = fields.Many2one(
        "res.users", string="Person", domain="[('share', '=', False)]"
    )
    day = fields.Date(string="Until")
    seen = fields.Char(string="What was Seen")
    where = fields.Char(string="Where it was Seen")
    twin_id = fields.Many2oneReference("Twin (ID)", model_field="twin_model")
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")
    outcome = fields.Text(readonly=True)
    left_ids = fields.Many2many(
        "settlement.exception", "settlement_exception_resolve_left", readonly=True
    )

    @api.model
    def _verb_selection(self):
        verbs = self.env["settlement.exception"]._verbs()
        return [(name, verb.label) for name, verb in verbs.items()]

    @api.depends("exception_ids")
    def _compute_exceptions(self):
        for wizard in self:
            exceptions = wizard.exception_ids
            wizard.exception_count = len(exceptions)
            wizard.cause = exceptions.cause if len(exceptions) == 1 else False
            models_ = set(exceptions.mapped("subject_model"))
            wizard.twin_model = models_.pop() if len(models_) == 1 else False
            names = {name for each in exceptions for name in each._offered_verbs()}
            wizard.offered = " ".join(["", *sorted(names), ""])

    @api.depends("verb", "exception_ids")
    def _compute_effect(self):
        verbs = self.env["settlement.exception"]._verbs()
        for wizard in self:
            verb = verbs.get(wizard.verb)
            wizard.effect = verb.effect if verb else False
            names = set(wizard._fields_taken().values())
            wizard.takes = " ".join(["", *sorted(names), ""])

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Give each verb a button; those that fit the exceptions are shown."""
        arch, view = super()._get_view(view_id, view_type, **options)
        for place in arch.xpath("//div[@name='verbs']"):
            verbs = self.env["settlement.exception"]._verbs()
            # Those made for a reason first; the others fit everything.
            for name in sorted(verbs, key=lambda name: not verbs[name].reasons):
                place.append(self._verb_button(name, verbs[name]))
        return arch, view

    @api.model
    def _verb_button(self, name, verb):
        button = etree.Element("button")
        attributes = {
            "name": "action_choose",
            "type": "object",
            "string": verb.label,
            "title": verb.effect or verb.label,
            "context": f"{{'settlement_verb': '{name}'}}",
            "invisible": f"' {name} ' not in offered",
            "groups": ",".join(f"settlement.{group}" for group in verb.groups),
            "data-verb": name,
            "class": f"o_verb_{name} btn btn-secondary",
        }
        for key, value in attributes.items():
            button.set(key, value)
        return button

    def action_choose(self):
        """Go on with the verb of the button, which comes in the context."""
        self.ensure_one()
        name = self.env.context.get("settlement_verb") or ""
        exceptions = self.exception_ids
        exceptions._verb(name)
        if len(exceptions) == 1 and hasattr(exceptions, f"_open_{name}"):
            return exceptions.with_context(settlement_verb=name).action_open_verb()
        self.verb = name
        return self._reopen()

    def action_apply(self):
        """Resolve the exceptions with the verb and show what came of it.

        :raises UserError: for one exception, if it cannot be done.
        """
        self.ensure_one()
        if not self.verb:
            raise UserError(self.env._("Choose what to do."))
        result = self.exception_ids.action_resolve(self.verb, **self._values())
        if isinstance(result, list):
            return self._show(result)
        if isinstance(result, dict):
            return result
        return {"type": "ir.actions.act_window_close"}

    @api.model
    def _value_fields(self, verb):
        """Return which field of the dialogue gives which value of ``verb``."""
        return dict(VALUE_FIELDS)

    def _fields_taken(self):
        """Return value → field for the values that the chosen verb takes."""
        if not self.verb:
            return {}
        exceptions = self._asked_of()
        taken = [
            *(exceptions._values_taken(self.verb) or ()),
            *exceptions._asked_values(self.verb),
        ]
        fields_ = self._value_fields(self.verb)
        return {name: fields_[name] for name in taken if name in fields_}

    def _asked_of(self):
        """Return the exceptions whose companies may ask for something."""
        return self.exception_ids

    def _values(self):
        """Return the values that the verb takes and that were given."""
        given = {name: self[field] for name, field in self._fields_taken().items()}
        plain = {
            name: (value.ids if name.endswith("_ids") else value.id)
            if isinstance(value, models.BaseModel)
            else value
            for name, value in given.items()
        }
        return {name: value for name, value in plain.items() if value}

    def _show(self, outcomes):
        """Show the outcome of each; what failed stays chosen for another try."""
        words = {
            "done": self.env._("done"),
            "waiting": self.env._("waiting for approval"),
            "skipped": self.env._("skipped"),
            "failed": self.env._("failed"),
        }
        counts = {
            name: sum(each["outcome"] == name for each in outcomes) for name in words
        }
        lines = [
            ", ".join(f"{counts[name]} {words[name]}" for name in words if counts[name])
        ]
        lines += [
            f"{each['id']}: {each['sentence']}"
            for each in outcomes
            if each["outcome"] in ("failed", "skipped")
        ]
        failed = [each["id"] for each in outcomes if each["outcome"] == "failed"]
        self.write(
            {"outcome": "\n".join(lines), "left_ids": [fields.Command.set(failed)]}
        )
        return self._reopen()

    def action_open_left(self):
        """Choose the failed ones again."""
        self.ensure_one()
        return self.left_ids._open_dialogue(False)

    def _reopen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Resolve"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }
