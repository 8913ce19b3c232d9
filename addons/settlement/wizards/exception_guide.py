from markupsafe import Markup

from odoo import api, fields, models

from ..exceptions.verb import offered


class SettlementExceptionGuide(models.TransientModel):
    """Which button? What each reason usually needs, and what will be posted."""

    _name = "settlement.exception.guide"
    _description = "Which Button?"

    content = fields.Html(compute="_compute_content", sanitize=False)

    @api.depends_context("lang")
    def _compute_content(self):
        table = self._as_table()
        for guide in self:
            guide.content = table

    @api.model
    def action_open(self):
        """Open the guide.

        :raises AccessError: without a role of the suite.
        """
        self.env["settlement.backend"]._require_group("group_viewer")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which Button?"),
            "res_model": self._name,
            "res_id": self.create({}).id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _rows(self):
        """Return (reason, team, verb, effect, who agrees) for each verb of a reason.

        It is the same table that offers the buttons and checks them.
        """
        exceptions = self.env["settlement.exception"]
        verbs = exceptions._verbs()
        teams = dict(exceptions._fields["team"]._description_selection(self.env))
        agreeing = {
            "never": self.env._("nobody"),
            "limit": self.env._("another person, above the limit"),
            "always": self.env._("another person"),
        }
        labels = exceptions._fields["reason"]._description_selection(self.env)
        return [
            (
                label,
                teams[exceptions._team_of(reason)],
                verbs[name].label,
                verbs[name].effect,
                agreeing[verbs[name].approval],
            )
            for reason, label in labels
            for name in offered(verbs, reason)
            if verbs[name].reasons
        ]

    @api.model
    def _as_table(self):
        heads = (
            self.env._("Reason"),
            self.env._("Team"),
            self.env._("Button"),
            self.env._("What it does"),
            self.env._("Who has to agree"),
        )
        cell, head = Markup("<td>%s</td>"), Markup("<th>%s</th>")
        rows = [
            Markup("<tr>%s</tr>") % Markup("").join(cell % text for text in row)
            for row in self._rows()
        ]
        return Markup(
            '<table class="table table-sm"><thead><tr>%s</tr></thead>'
            "<tbody>%s</tbody></table>"
        ) % (
            Markup("").join(head % text for text in heads),
            Markup("").join(rows),
        )
