from odoo import api, fields, models

from odoo.addons.settlement.exceptions.verb import offered
from odoo.addons.settlement.models.mapping import KINDS


class SettlementExceptionResolve(models.TransientModel):
    """The same dialogue says what to do with all rows of an act on many."""

    _inherit = "settlement.exception.resolve"

    bulk_id = fields.Many2one("settlement.bulk", readonly=True)
    map_kind = fields.Selection(KINDS, string="What it Is")

    @api.model
    def _value_fields(self, verb):
        values = super()._value_fields(verb)
        if verb == "map":
            values |= {"kind": "map_kind", "note": "comment"}
        return values

    @api.depends("bulk_id")
    def _compute_exceptions(self):
        result = super()._compute_exceptions()
        for wizard in self.filtered("bulk_id"):
            bulk = wizard.bulk_id
            wizard.exception_count = bulk.chosen_count
            wizard.cause = False
            names = self._names_for_many(bulk)
            wizard.offered = " ".join(["", *sorted(names), ""])
        return result

    def _asked_of(self):
        """What the companies of all rows of an act ask for counts."""
        if self.bulk_id:
            return self.bulk_id._sample()
        return super()._asked_of()

    @api.model
    def _names_for_many(self, bulk):
        """Return the verbs for many rows: those that need nothing of their own."""
        exceptions = self.env["settlement.exception"]
        verbs = exceptions._verbs()
        fitting = offered(verbs, bulk.reason) if bulk.reason else list(verbs)
        return [name for name in fitting if exceptions._is_for_many(name)]

    def action_choose(self):
        """Go on with the verb of the button; for many without a dialogue of its own."""
        if not self.bulk_id:
            return super().action_choose()
        name = self.env.context.get("settlement_verb") or ""
        self.exception_ids._verb(name)
        self.verb = name
        return self._reopen()

    def action_apply(self):
        """Say to the act on many what to do, and show what that would do."""
        if not self.bulk_id or not self.verb:
            return super().action_apply()
        self.bulk_id.action_set_verb(self.verb, **self._values())
        return {"type": "ir.actions.act_window_close"}
