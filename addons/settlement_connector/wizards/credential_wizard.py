from odoo import api, fields, models


class SettlementCredentialWizard(models.TransientModel):
    """Dialog that takes a new value for a credential.

    A transient record is a row in the database too. So the value is a field
    without a column: it is handed on while the record is created, and neither
    written nor kept nor shown again.
    """

    _name = "settlement.credential.wizard"
    _description = "Enter a Credential"

    backend_id = fields.Many2one(
        "settlement.backend", required=True, readonly=True, ondelete="cascade"
    )
    name = fields.Selection(
        lambda self: self._selection_name(), "Credential", required=True
    )
    value = fields.Char(compute="_compute_value", inverse="_inverse_value")
    expires_on = fields.Date()
    keep_previous = fields.Boolean(
        help="Keep the value so far beside the new one, for the time in which the "
        "provider still uses both.",
    )

    @api.model
    def _selection_name(self):
        """Return the names that the connector of the backend at hand declares."""
        backend = self.env["settlement.backend"].browse(
            self.env.context.get("default_backend_id")
        )
        handlers = [backend._handler()] if backend else self._connectors()
        names = {name for handler in handlers for name in handler._credential_names()}
        return [(name, name.replace("_", " ").capitalize()) for name in sorted(names)]

    @api.model
    def _connectors(self):
        """Return all installed connectors."""
        selection = self.env["settlement.backend"]._fields["connector"].selection
        models_ = (f"settlement.connector.{code}" for code, _label in selection)
        return [self.env[name] for name in models_ if name in self.env]

    def _compute_value(self):
        self.value = False

    def _inverse_value(self):
        """Hand the value on; from here on it is not on this record any more."""
        for wizard in self:
            value, wizard.value = wizard.value, False
            wizard.backend_id.set_credential(
                wizard.name,
                value,
                expires_on=wizard.expires_on,
                keep_previous=wizard.keep_previous,
            )

    def action_done(self):
        """Button: close the dialog. Creating the record has stored the value."""
        self.ensure_one()
        return {"type": "ir.actions.act_window_close"}
