from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class SettlementEventPersonal(models.Model):
    """Personal data of an event, apart from it so that it can be erased."""

    _name = "settlement.event.personal"
    _description = "Personal data of an audit event"
    _order = "id"
    _rec_name = "digest"

    event_id = fields.Many2one(
        "settlement.event",
        readonly=True,
        required=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "About",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    value = fields.Text(readonly=True)
    salt = fields.Char(readonly=True)
    digest = fields.Char("Salted hash", readonly=True, required=True)
    erased_at = fields.Datetime(readonly=True)

    _erased_completely = models.Constraint(
        "CHECK (erased_at IS NULL OR (value IS NULL AND salt IS NULL))",
        "Erased personal data must be gone together with its salt.",
    )

    def write(self, vals):
        """Refuse what does not come from ``action_erase``, which checks the user."""
        if not self.env.su:
            raise UserError(self.env._("Personal data can be erased, not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Erase the personal data instead: that leaves a trail.")
        )

    @api.model
    def _keep(self, event, personal):
        """Keep the personal values of an event.

        :param personal: list of ``(Personal, salt, salted hash)``
        """
        # Whoever acts leaves a trail, without any right on its tables.
        self.sudo().create(
            [
                {
                    "event_id": event.id,
                    "partner_id": value.partner_id,
                    "value": value.value,
                    "salt": salt,
                    "digest": digest,
                }
                for value, salt, digest in personal
            ]
        )

    def action_erase(self, reason):
        """Erase values and salts for ever; the events and their proof stay.

        :param reason: why, for example the request of the person concerned
        :raises UserError: without a reason
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the personal data is to be erased."))
        remaining = self.filtered(lambda personal: not personal.erased_at)
        # Nobody may write these rows but through this method.
        remaining.sudo().write(
            {"value": False, "salt": False, "erased_at": fields.Datetime.now()}
        )
        for personal in remaining:
            event = personal.sudo().event_id
            self.env["settlement.event"]._log(
                "personal.erased",
                personal,
                company=event.company_id,
                reason=reason,
                before={"event": event.id, "digest": personal.digest},
            )

    @api.model
    def _altered_values(self):
        """Return the ids of the values that are not what their event speaks of."""
        self.flush_model()
        query = SQL(
            """
            SELECT id FROM settlement_event_personal
             WHERE erased_at IS NULL AND digest IS DISTINCT FROM
                   encode(sha256(convert_to(salt || value, 'UTF8')), 'hex')
             ORDER BY id
            """
        )
        return [row_id for (row_id,) in self.env.execute_query(query)]
