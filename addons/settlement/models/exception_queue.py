from lxml import etree

from odoo import api, fields, models
from odoo.tools import SQL

from ..exceptions import severity as urgency
from ..exceptions.verb import offered, suggested
from .exception import OPEN_STATES

AGES = [
    ("day", "< 24 h"),
    ("three_days", "1–3 d"),
    ("week", "4–7 d"),
    ("month", "8–30 d"),
    ("older", "> 30 d"),
]
# Where the buttons of verbs go: view type → place in its arch.
BUTTON_PLACES = {
    "list": "//list/field[@name='verb_1']",
    "form": "//header/field[@name='state']",
    "kanban": "//*[@name='verbs']/*[@name='place']",
}


class SettlementException(models.Model):
    """How the queue shows exceptions: their age, and what to do about them."""

    _inherit = "settlement.exception"

    age = fields.Selection(
        AGES, compute="_compute_age", search="_search_age", string="Open for"
    )
    verb_1 = fields.Char(compute="_compute_suggested_verbs", string="First Way Out")
    verb_2 = fields.Char(compute="_compute_suggested_verbs", string="Second Way Out")
    may_act = fields.Boolean(
        compute="_compute_may_act", help="Whether the user may do anything about it."
    )
    headline = fields.Char(compute="_compute_headline", search="_search_headline")
    is_overdue = fields.Boolean(
        compute="_compute_is_overdue", search="_search_is_overdue"
    )

    @api.depends("team")
    @api.depends_context("uid")
    def _compute_may_act(self):
        backend = self.env["settlement.backend"]
        is_accountant = backend._has_settlement_group("group_accountant")
        is_admin = backend._has_settlement_group("group_integration_admin")
        for exception in self:
            is_it = exception.team == "it"
            exception.may_act = is_accountant or (is_admin and is_it)

    @api.depends("cause")
    def _compute_headline(self):
        """Say the cause in one line, as lists have room for."""
        for exception in self:
            first = (exception.cause or "").split("\n", maxsplit=1)[0]
            exception.headline = first if len(first) <= 200 else f"{first[:199]}…"

    def _search_headline(self, operator, value):
        return [("cause", operator, value)]

    # ------------------------------------------------------------------
    # Age
    # ------------------------------------------------------------------

    @api.depends("opened_at", "resolved_at")
    def _compute_age(self):
        now = fields.Datetime.now()
        for exception in self:
            end = exception.resolved_at or now
            exception.age = urgency.age_bucket(end - (exception.opened_at or end))

    def _search_age(self, operator, value):
        """Search by the same expression that lists group by."""
        if operator != "in":
            return NotImplemented
        query = self._search([])
        ages = self._field_to_sql(self._table, "age", query)
        query.add_where(SQL("%s IN %s", ages, tuple(value)))
        return [("id", "in", query)]

    def _field_to_sql(self, alias, fname, query=None):
        """Let the database say the age, so that lists can group and sort by it."""
        if fname != "age":
            return super()._field_to_sql(alias, fname, query)
        opened = SQL.identifier(alias, "opened_at")
        now = fields.Datetime.now()
        end = SQL("COALESCE(%s, %s)", SQL.identifier(alias, "resolved_at"), now)
        cases = [
            SQL(
                "WHEN %s - %s < %s * interval '1 hour' THEN %s",
                end,
                opened,
                hours,
                name,
            )
            for name, hours in urgency.AGE_BUCKETS
        ]
        return SQL("(CASE %s ELSE %s END)", SQL(" ").join(cases), urgency.OLDEST_BUCKET)

    @api.depends("deadline", "state")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for exception in self:
            waits = exception.state in OPEN_STATES
            exception.is_overdue = bool(
                waits and exception.deadline and exception.deadline < now
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return [
            ("state", "in", OPEN_STATES),
            ("deadline", "<", fields.Datetime.now()),
        ]

    # ------------------------------------------------------------------
    # Ways out
    # ------------------------------------------------------------------

    @api.depends("reason", "fixes", "state")
    def _compute_suggested_verbs(self):
        verbs = self._verbs()
        for exception in self:
            names = exception._usable_verbs(verbs)
            exception.verb_1 = names[0] if names else False
            exception.verb_2 = names[1] if len(names) > 1 else False

    def _usable_verbs(self, verbs):
        """Return the verbs to suggest for this exception as it stands: two at most."""
        self.ensure_one()
        if self.state not in ("open", "in_progress"):
            return []
        wished = [*(self.fixes or []), *self._usual_verbs()]
        return suggested(verbs, self.reason, wished)

    def _usual_verbs(self):
        """Return what usually ends an exception of this reason, best first.

        Addons that add verbs say so for theirs; others follow in their order.
        """
        return []

    def _offered_verbs(self):
        """Return the names of all verbs that fit this exception as it stands."""
        self.ensure_one()
        if self.state not in OPEN_STATES:
            return []
        return offered(self._verbs(), self.reason)

    def action_open_verb(self):
        """Act with the verb of the button, or open the dialogue for what it needs.

        The name of the verb comes in the context as ``settlement_verb``. An addon may
        open a dialogue of its own: a method ``_open_<verb>`` that returns its action.
        """
        name = self.env.context.get("settlement_verb") or ""
        verb = self._verb(name)
        self._require_role(name)
        opener = getattr(self, f"_open_{name}", None)
        if opener and len(self) == 1:
            return opener()
        if verb.needs or verb.approval != "never":
            return self._open_dialogue(name)
        return self.action_resolve(name)

    def action_open_resolve(self):
        """Open the dialogue in which a verb is chosen, for one or many."""
        return self._open_dialogue(False)

    def _open_dialogue(self, name):
        """Return the action that opens the dialogue of the verb ``name``."""
        wizard = self.env["settlement.exception.resolve"].create(
            {"exception_ids": [fields.Command.set(self.ids)], "verb": name}
        )
        return wizard._reopen()

    # ------------------------------------------------------------------
    # Their buttons
    # ------------------------------------------------------------------

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Give each verb its button; a row shows those that are suggested for it."""
        arch, view = super()._get_view(view_id, view_type, **options)
        place = (
            arch.xpath(BUTTON_PLACES[view_type])[:1]
            if (view_type in BUTTON_PLACES)
            else []
        )
        for node in place:
            for button in self._verb_buttons(view_type):
                node.addprevious(button)
        return arch, view

    @api.model
    def _verb_buttons(self, view_type):
        """Return a button for each verb that may be suggested."""
        return [
            self._verb_button(name, verb, view_type)
            for name, verb in self._verbs().items()
            if verb.reasons
        ]

    @api.model
    def _verb_button(self, name, verb, view_type):
        button = etree.Element("a" if view_type == "kanban" else "button")
        attributes = {
            "name": "action_open_verb",
            "type": "object",
            "context": f"{{'settlement_verb': '{name}'}}",
            "invisible": f"'{name}' not in (verb_1, verb_2)",
            "groups": ",".join(f"settlement.{group}" for group in verb.groups),
            "data-verb": name,
            "class": f"o_verb_{name} btn btn-sm btn-secondary",
        }
        if view_type == "kanban":
            button.text = verb.label
        else:
            attributes["string"] = verb.label
        if verb.effect:
            attributes["title"] = verb.effect
        for key, value in attributes.items():
            button.set(key, value)
        return button

    # ------------------------------------------------------------------
    # Drill-through
    # ------------------------------------------------------------------

    def action_open_subject(self):
        """Open the record that the exception is about."""
        self.ensure_one()
        self.check_access("read")
        subject = self.env[self.subject_model].browse(self.subject_id)
        return subject._get_records_action(target="current")

    def action_open_previous(self):
        """Open the exception that said the same before."""
        self.ensure_one()
        return self.previous_id._get_records_action()

    def action_open_events(self):
        """Open what the audit trail says about it."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Audit Trail"),
            "res_model": "settlement.event",
            "views": [(False, "list"), (False, "form")],
            "domain": [("model", "=", self._name), ("res_id", "=", self.id)],
        }
