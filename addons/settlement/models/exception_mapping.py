from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions.verb import Verb
from ..mapping.rules import code_key

MAPPED_REASONS = ("unknown_mapping", "tax_mismatch")


class SettlementException(models.Model):
    """The verb ``map``: say what a code means, and have it approved."""

    _inherit = "settlement.exception"

    source_code_id = fields.Many2one("settlement.source.code", index="btree_not_null")
    mapping_id = fields.Many2one(
        "settlement.mapping",
        readonly=True,
        index="btree_not_null",
        help="The mapping that was submitted to solve it.",
    )

    @api.model
    def _links(self):
        return {**super()._links(), "settlement.source.code": "source_code_id"}

    def _verbs(self):
        return {
            **super()._verbs(),
            # The mapping itself asks another person to agree.
            "map": Verb(
                self.env._("Map"),
                MAPPED_REASONS,
                ends=False,
                effect=self.env._(
                    "Says what the code of the source means and asks for approval. "
                    "What waited for it is then read again. Posts nothing itself."
                ),
            ),
        }

    def _resolve_map(self, **values):
        """Draft the mapping of the code and submit it to an approver.

        What waits for it is read again once somebody else approves.

        :param values: ``kind``, and if wanted ``direction``, ``currency``,
            ``effective_from`` (default: the day of the first row that waits) and
            ``note``. Addons take more, such as ``account``.
        :return: the action that opens the mapping.
        """
        self.ensure_one()
        mappings = self.env["settlement.mapping"]
        mapping = mappings.create(
            {**self._mapping_scope(), **mappings._values_of_verb(values)}
        )
        mapping.action_submit()
        return self._mapping_form(res_id=mapping.id)

    def _open_map(self):
        """Open the form of a new mapping for the code of this exception."""
        self.ensure_one()
        scope = self._mapping_scope()
        context = {f"default_{name}": value for name, value in scope.items()}
        return self._mapping_form(context=context)

    def _mapping_form(self, **values):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Map a Code"),
            "res_model": "settlement.mapping",
            "views": [(False, "form")],
            **values,
        }

    def action_withdraw_request(self):
        """Take back what was asked for; a mapping that waits is taken back itself."""
        waiting = self.filtered(
            lambda exception: exception.state == "waiting_approval"
            and exception.mapping_id.state == "waiting"
        )
        waiting.mapping_id.action_withdraw()
        return super(SettlementException, self - waiting).action_withdraw_request()

    def _mapping_scope(self):
        """Return backend, code and first day of the mapping that is missing."""
        self.ensure_one()
        rows = self.source_code_id._rows() or self.transaction_id
        code = self.source_code_id.code or code_key(rows.source_code or "")
        if not code:
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
