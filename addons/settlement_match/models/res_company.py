from odoo import fields, models

PRECISION_FIELDS = ("settlement_precision_limit", "settlement_evidence_days")


class ResCompany(models.Model):
    _inherit = "res.company"

    settlement_precision_limit = fields.Float(
        "Proved Precision",
        digits=(6, 3),
        required=True,
        default=99.9,
        help="In percent: matches of a kind that is no proof by itself are confirmed "
        "without a person only if at least so many of them are proved to be right. "
        "100 is never reached: then a person confirms all of them.",
    )
    settlement_evidence_days = fields.Integer(
        "Days until No Objection Counts",
        required=True,
        default=30,
        help="A match that no person looked at counts as right once it is settled in "
        "the ledger and has stood for so many days without being undone.",
    )

    _settlement_precision_range = models.Constraint(
        "CHECK (settlement_precision_limit BETWEEN 50 AND 100)",
        "The precision lies between 50 and 100 percent.",
    )
    _settlement_evidence_positive = models.Constraint(
        "CHECK (settlement_evidence_days > 0)",
        "A match that nobody looked at has to stand for a day at least.",
    )

    def write(self, vals):
        """Keep a trace of who changed what may be confirmed without a person."""
        names = [name for name in PRECISION_FIELDS if name in vals]
        before = {company.id: company._precision_rules(names) for company in self}
        result = super().write(vals)
        for company in self:
            after = company._precision_rules(names)
            if after != before[company.id]:
                self.env["settlement.event"]._log(
                    "precision.changed",
                    company,
                    before=before[company.id],
                    after=after,
                )
        return result

    def _precision_rules(self, names):
        return {name: str(self[name]) for name in names}
