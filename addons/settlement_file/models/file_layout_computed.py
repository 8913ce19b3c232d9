from odoo import api, fields, models

from ..expressions.language import ExpressionError, compile_expression


class SettlementFileLayoutComputed(models.Model):
    """A column that is computed from others, by an expression."""

    _name = "settlement.file.layout.computed"
    _inherit = "settlement.file.layout.part"
    _description = "Computed Column of a File Layout"
    _content_fields = ("name", "expression")

    name = fields.Char("Column", required=True, help="It can be used like a column.")
    expression = fields.Char(required=True)
    problem = fields.Char(
        "What Is Wrong",
        compute="_compute_problem",
        help="What is wrong with the expression, and where.",
    )

    @api.depends("expression", "layout_id.table_ids.name")
    def _compute_problem(self):
        for computed in self:
            tables = {name: {} for name in computed.layout_id.table_ids.mapped("name")}
            computed.problem = self._problem_of(computed.expression or "", tables)

    @api.model
    def _problem_of(self, expression, tables):
        """Return what is wrong with an expression, False if nothing is."""
        try:
            compile_expression(expression, tables)
        except ExpressionError as error:
            return str(error)
        return False
