from odoo import api, fields, models
from odoo.exceptions import UserError

from ..mapping.rules import code_key

MAPPED_REASONS = ("unknown_mapping", "tax_mismatch")


class SettlementException(models.Model):
    """The verb ``map``: say what a code means, and have it approved."""

    _inherit = "settlement.exception"

    source_code_id = fields.Many2one("settlement.source.code", index="btree_not_null")

    @api.model
    def _links(self):
        return {**super()._links(), "settlement.source.code": "source_code_id"}

    def _resolve_map(self, **values):
        """Draft the mapping of the code and submit it to an approver.

        What waits for it is read again once somebody else approves.

        :param values: ``kind``, and if wanted ``direction``, ``currency``,
            ``effective_from`` (default: the day of the first row that waits) and
            ``note``. Addons take more, such as ``account``.
        :return: the mappings.
        """
        mappings = self.env["settlement.mapping"]
        for exception in self:
            mappings |= mappings.create(
                {**exception._mapping_scope(), **mappings._values_of_verb(values)}
            )
        mappings.action_submit()
        return mappings

    def action_map(self):
        """Open the form of a new mapping for the code of this exception."""
        self.ensure_one()
        self._require_handler()
        scope = self._mapping_scope()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Map a Code"),
            "res_model": "settlement.mapping",
            "views": [(False, "form")],
            "context": {f"default_{name}": value for name, value in scope.items()},
        }

    def _mapping_scope(self):
        """Return backend, code and first day of the mapping that is missing."""
        self.ensure_one()
        rows = self.source_code_id._rows() or self.transaction_id
        code = self.source_code_id.code or code_key(rows.source_code or "")
        if self.reason not in MAPPED_REASONS or not code:
            raise UserError(
                self.env._(
                    "No code waits for a meaning here. %(cause)s", cause=self.cause
                )
            )
        days = rows.mapped("booked_on")
        return {
            "company_id": self.company_id.id,
            "backend_id": self.backend_id.id,
            "source_code": code,
            "effective_from": min(days) if days else False,
        }
