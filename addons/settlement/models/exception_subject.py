from odoo import fields, models

from .exception import OPEN_STATES


class SettlementExceptionSubject(models.AbstractModel):
    """A record that exceptions may be about: how many are open, and the way there."""

    _name = "settlement.exception.subject"
    _description = "Subject of Exceptions"

    exception_count = fields.Integer(
        string="Open Exceptions", compute="_compute_exception_count"
    )

    def _compute_exception_count(self):
        link = self.env["settlement.exception"]._links()[self._name]
        groups = self.env["settlement.exception"]._read_group(
            [(link, "in", self.ids), ("state", "in", OPEN_STATES)], [link], ["__count"]
        )
        counts = {record.id: count for record, count in groups}
        for record in self:
            record.exception_count = counts.get(record.id, 0)

    def action_open_exceptions(self):
        """Open all exceptions about these records, the open ones first."""
        self.check_access("read")
        link = self.env["settlement.exception"]._links()[self._name]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "settlement.action_settlement_exception"
        )
        action.update(
            domain=[(link, "in", self.ids)], context={"search_default_open": 1}
        )
        # An address of its own would lead away from this choice.
        action.pop("path", None)
        return action
