from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class SettlementExceptionDemand(models.Model):
    """What a company wants to be told whenever a way out is used."""

    _name = "settlement.exception.demand"
    _description = "What a Way Out Asks For"
    _inherit = ["settlement.exception.setting"]
    _order = "company_id, verb"
    _rec_name = "verb"

    verb = fields.Selection("_verb_selection", string="Way Out", required=True)
    comment = fields.Boolean(help="Who uses it has to say why, in words.")
    attachment = fields.Boolean(help="Who uses it has to attach evidence.")
    code = fields.Boolean(
        string="Reason Code", help="Who uses it has to give a reason code."
    )
    codes = fields.Char(
        help="The codes that may be given, separated by commas. Empty: any.",
    )

    _verb_uniq = models.Constraint(
        "UNIQUE (company_id, verb)", "A company says this once for each way out."
    )

    @api.model
    def _verb_selection(self):
        verbs = self.env["settlement.exception"]._verbs()
        return [(name, verb.label) for name, verb in verbs.items()]

    @api.constrains("verb", "comment", "attachment", "code", "codes")
    def _check_asks(self):
        for demand in self:
            if not (demand.comment or demand.attachment or demand.code):
                raise ValidationError(
                    self.env._("Say what is asked for, or delete the line.")
                )
            if demand.codes and not demand.code:
                raise ValidationError(
                    self.env._("Codes are listed only where a code is asked for.")
                )

    def unlink(self):
        for demand in self:
            demand._log_change("deleted", ["verb"])
        return super().unlink()

    @api.model
    @tools.ormcache("company_id", "verb")
    def _asked(self, company_id, verb):
        """Return what a company asks for with a verb.

        :return: (names among ``comment``, ``attachment``, ``code``; allowed codes).
        """
        # What is asked for binds everybody, also those who may not read it.
        demand = self.sudo().search(
            [("company_id", "=", company_id), ("verb", "=", verb)], limit=1
        )
        names = tuple(
            name for name in ("comment", "attachment", "code") if demand[name]
        )
        codes = [each.strip() for each in (demand.codes or "").split(",")]
        return names, tuple(filter(None, codes))
